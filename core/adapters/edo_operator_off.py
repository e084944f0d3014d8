"""No operator of electronic documents: documents, if any, come through the exchange."""

from collections.abc import AsyncGenerator

import msgspec

from core.ports.edo_operator import OperatorEvents, OperatorUnavailable, Outgoing, Patch, Sent
from core.sdk import AdapterHost


class EdoOperatorOffSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.edo_operator.off]`, `[adapters.edo_operator_second.off]`: nothing to set."""


class EdoOperatorOff:
    """Has nothing and takes nothing. What was ordered for an operator that is off waits until there is one."""

    works = False
    box_id = ""

    async def events(self, after: str, limit: int) -> OperatorEvents:
        return OperatorEvents((), after, more=False)

    async def content(self, message_id: str, entity_id: str) -> AsyncGenerator[bytes, None]:
        if not self.works:
            raise OperatorUnavailable("there is no operator")
        yield b""

    async def send(self, operation_id: str, message: Outgoing) -> Sent:
        raise OperatorUnavailable("there is no operator")

    async def patch(self, operation_id: str, patch: Patch) -> Sent:
        raise OperatorUnavailable("there is no operator")

    async def close(self) -> None:
        """Nothing is open."""


def make_edo_operator_off(_: EdoOperatorOffSettings, __: AdapterHost) -> EdoOperatorOff:
    """The adapter."""
    return EdoOperatorOff()
