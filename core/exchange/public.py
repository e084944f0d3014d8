"""What plugins may use of the exchange: the events that bring billing's answers home, one by one or many at once."""

from typing import Literal

import msgspec


class FactAnswered(msgspec.Struct, frozen=True):
    """Billing has answered a fact. Published once for each (fact, item, outcome).

    A refusal may be followed by an acceptance after a correction, and the other way round.
    """

    fact_id: str
    """What `uow.emit` returned."""
    kind: str
    """Name of the event that was the fact, for example `readings.submitted`."""
    subject: str
    outcome: Literal["accepted", "refused"]
    code: str
    text: str
    """Billing's words for the client."""
    item: str
    """Which part of the fact; empty: all of it."""


class FactsAnswered(msgspec.Struct, frozen=True):
    """The same answers once more, as they came: many at once, all about facts of one kind.

    For whoever takes answers by the thousand and applies a batch in one transaction.
    """

    kind: str
    answers: list[FactAnswered]
