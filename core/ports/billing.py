"""The company's billing: receives every fact of the cabinet, answers each when it knows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec


class Fact(msgspec.Struct, frozen=True):
    """A fact of the outgoing feed, exactly as the company pulls it or is pushed it."""

    id: str
    """Unique; the receiver drops repeats by it."""
    position: int
    """Dense and strictly increasing over the whole feed."""
    kind: str
    """Name of the event, for example `readings.submitted`."""
    subject: str
    """Identifier of the thing that the fact is about, for example a contract."""
    occurred_at: datetime
    body: msgspec.Raw
    """The event's payload as JSON."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What billing says of one fact."""

    fact_id: str
    outcome: Literal["accepted", "refused"]
    code: str = ""
    """Billing's stable code of a refusal."""
    text: str = ""
    """Billing's words, shown to the client as they are."""
    item: str = ""
    """Which part of the fact (for readings: `meter/register`); empty: all of it."""
    delay: timedelta = timedelta(0)
    """Only a simulator inside the process sets it: the answer becomes known so much later."""


class BillingUnavailable(Exception):
    """The facts were not taken; the same facts will be offered again."""


class Billing(Protocol):
    """Takes facts in the order of their positions, each at least once."""

    pushes: bool
    """False: nothing is pushed, the company pulls the feed and posts its answers."""

    async def deliver(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        """Hands over facts; returns the answers known at once. The others come through the exchange.

        Every answer is about one of `facts`. Raises BillingUnavailable when the facts were not (certainly) taken:
        none of them is then counted as delivered, and those that had been taken are recognised by their `id` when
        they come again.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...
