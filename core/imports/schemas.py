"""Shapes of imports on the wire."""

from datetime import datetime
from typing import Literal

import msgspec

from core.importing import Counts

State = Literal[
    "stored",
    "reading",
    "checking",
    "ready",
    "committing",
    "committed",
    "accepted",
    "partly_accepted",
    "refused",
    "rejected",
    "cancelled",
    "withdrawn",
    "failed",
]
Action = Literal["commit", "cancel", "withdraw", "delete"]
EntryState = Literal["new", "unchanged", "skipped", "refused", "sent", "accepted", "declined", "withdrawn"]


class ImportKind(msgspec.Struct, frozen=True):
    """A kind of files that may be sent for the contract."""

    kind: str
    title: str
    """«Интегральные по договору»"""
    suffixes: list[str]
    max_bytes: int


class ImportNote(msgspec.Struct, frozen=True):
    """A remark, with its place in the file. An error refuses, a warning does not."""

    level: Literal["error", "warning"]
    code: str
    message: str
    row: int | None
    column: str | None
    """The column's letter in a workbook, or the attribute's name in XML."""
    sheet: str | None
    """The sheet, or the file inside of an archive."""


class ImportProgress(msgspec.Struct, frozen=True):
    """How far the present step is: units read, checked or sent. `total` is null until the file is read."""

    done: int
    total: int | None


class ImportItem(msgspec.Struct, frozen=True):
    """A file and where it stands.

    stored, reading, checking: wait. ready: checked, may be sent; `counts.new` units would change something.
    committing: is being sent. committed: waits for billing. accepted, partly_accepted, refused: billing has answered.
    rejected: the file cannot be used, `notes` say why. cancelled, withdrawn. failed: an error of the cabinet.
    """

    id: str
    kind: str
    title: str
    contract_id: str
    """Empty: for no contract in particular."""
    file_name: str
    name: str
    """`file_name` without its extension."""
    size: int
    sha256: str
    own: bool
    """Sent by the caller."""
    state: State
    state_text: str
    message: str
    """What to show once sending was ordered: «Показания сохранены»; else empty."""
    progress: ImportProgress
    counts: Counts
    notes: list[ImportNote]
    """On the file as a whole."""
    actions: list[Action]
    """What may be done with it now."""
    uploaded_at: datetime
    ordered_at: datetime | None
    committed_at: datetime | None


class ImportAnswer(msgspec.Struct, frozen=True):
    """What billing said."""

    outcome: Literal["accepted", "refused"]
    code: str
    text: str


class ImportLine(msgspec.Struct, frozen=True):
    """A line of the file, as it was understood. Values are texts to be shown; empty: there is none."""

    title: str
    row: int | None
    sheet: str | None
    given: str
    previous: str
    current: str
    """What was sent for the same period before."""
    result: str
    """What follows: the consumption."""
    notes: list[ImportNote]
    answer: ImportAnswer | None


class ImportEntry(msgspec.Struct, frozen=True):
    """One unit of a file (a device, a point): taken as a whole or refused as a whole."""

    number: int
    title: str
    state: EntryState
    notes: list[ImportNote]
    lines: list[ImportLine]
    answer: ImportAnswer | None
    """Billing's, where it was on the unit as a whole."""
