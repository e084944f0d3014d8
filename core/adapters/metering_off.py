"""No metering platform to ask: data of intelligent devices, if any, come through the exchange."""

import msgspec

from core.ports.metering import Changes
from core.sdk import AdapterHost


class MeteringOffSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.metering.off]`: nothing to set."""


class MeteringOff:
    """Knows of nothing."""

    pulls = False

    async def changes(self, after: str, limit: int) -> Changes:
        return Changes((), after, more=False)

    async def close(self) -> None:
        """Nothing is open."""


def make_metering_off(_: MeteringOffSettings, __: AdapterHost) -> MeteringOff:
    """The adapter."""
    return MeteringOff()
