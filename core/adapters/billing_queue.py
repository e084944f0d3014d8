"""Billing that pulls: the facts wait in the feed until the company reads them, and its answers come through the
exchange."""

from collections.abc import Sequence

import msgspec

from core.ports.billing import Answer, Fact
from core.sdk import AdapterHost


class QueueSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.billing.queue]`: there is nothing to set."""


class QueueBilling:
    """Nothing is pushed."""

    pushes = False

    async def deliver(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        """Never called by a host that honours `pushes`."""
        raise RuntimeError("the billing adapter 'queue' pushes nothing: the company pulls the feed")

    async def close(self) -> None:
        """Nothing is open."""


def make_queue(settings: QueueSettings, host: AdapterHost) -> QueueBilling:
    """The adapter."""
    return QueueBilling()
