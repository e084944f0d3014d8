"""What plugins may use of the exchange: the event that brings billing's answers home."""

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
