"""What the supplier's staff sees of operators."""

from datetime import datetime

import msgspec

from plugins.edo.schemas import OperatorName, Transfer, Trouble


class EdoOperatorState(msgspec.Struct, frozen=True):
    """How reading an operator goes."""

    operator: OperatorName
    connected: bool
    """False: the host has no such operator."""
    box_id: str
    """The company's."""
    cursor: str
    taken: int
    """Events so far."""
    strange: int
    """Those of them that concern no client of the cabinet."""
    asked_at: datetime | None
    succeeded_at: datetime | None
    failure: str
    """Why the last try failed; empty: it did not."""
    troubles: int
    """Events that had no effect."""


class EdoTrouble(msgspec.Struct, frozen=True):
    """An event of an operator's that had no effect."""

    operator: OperatorName
    id: str
    """The operator's."""
    kind: str
    document_id: str | None
    trouble: Trouble
    text: str
    taken_at: datetime


class EdoUnsent(msgspec.Struct, frozen=True):
    """What a client has done and the operator does not have."""

    id: str
    document_id: str
    contract_id: str
    operator: OperatorName
    action: str
    """deliver: the document itself, signed."""
    state: Transfer
    """sending, refused"""
    failure: str
    """Why it was refused, or why the last try failed."""
    tries: int
    ordered_at: datetime


class EdoRereading(msgspec.Struct, frozen=True):
    """An operator is read from the beginning."""

    operator: OperatorName


class EdoRepeated(msgspec.Struct, frozen=True):
    """It is being sent once more."""

    id: str
    state: Transfer
