"""What a plugin declares so that the cabinet takes files of a kind: an `Importer`; and rules for others: a `Validator`.

`core.imports` runs the importers. A file is read as a stream of *units*, each of them a thing that is taken as a whole
or refused as a whole (a meter with all of its registers, a measuring point with a day). A check says what each unit
would change; only the order «Передать» makes the units facts.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, cast

import msgspec

from core.context import Context
from core.db.uow import UnitOfWork
from core.errors import FIELD_FORMAT, INVALID, ErrorKind, FieldProblem, Problem

U = TypeVar("U", bound=msgspec.Struct)
S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T", bound=msgspec.Struct)
MEGABYTE = 1_000_000


class Note(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A remark on a file, a unit or one of its lines. An error refuses, a warning does not."""

    level: Literal["error", "warning"]
    code: str
    ru: str
    en: str
    row: int = 0
    """Of the file, counted from 1; 0: none in particular, or the line's own."""
    column: str = ""
    """The column's letter in a workbook, or the attribute's name in XML."""
    sheet: str = ""

    @classmethod
    def of(
        cls, kind: ErrorKind, *, row: int = 0, column: str = "", sheet: str = "", warning: bool = False, **params: Any
    ) -> "Note":
        """The remark that an error of a plugin's catalogue makes."""
        level: Literal["error", "warning"] = "warning" if warning else "error"
        return cls(level, kind.code, kind.text("ru", params), kind.text("en", params), row, column, sheet)


class FileRefused(Exception):
    """Raised by `read`: the file as a whole cannot be used. Every note says why, with its place."""

    def __init__(self, *notes: Note) -> None:
        super().__init__("; ".join(note.code for note in notes))
        self.notes = notes


class Source(msgspec.Struct, frozen=True):
    """The uploaded file on the local disk, to be read and left alone."""

    path: Path
    name: str
    """As the client calls it."""
    suffix: str
    """`.xlsx`, in small letters."""
    size: int
    folder: Path
    """Temporary files may be put here; it goes when the reading is over."""
    settings: Mapping[type[msgspec.Struct], msgspec.Struct] = {}
    """Of all plugins, as `ctx.settings` knows them."""

    def settings_of(self, kind: type[S]) -> S:
        """The settings of a plugin; its defaults where none are given."""
        return cast(S, self.settings.get(kind) or kind())


class ImportFile(msgspec.Struct, frozen=True):
    """What is known of the file when its units are checked and taken."""

    id: str
    """Of the import."""
    name: str
    size: int
    sha256: str
    uploaded_at: datetime
    parts: tuple[str, ...] = ()
    """What the file was said to be about (`Importer.parts`)."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of the result, for people: usually a row of the file. Values are texts as they are to be shown."""

    title: str = ""
    """Which part of the unit: «День», «A+»."""
    row: int = 0
    """Of the file, counted from 1; 0: none."""
    sheet: str = ""
    """The sheet, or the file inside of an archive; empty where there is only one."""
    item: str = ""
    """What billing's answers call this part (`Answer.item`); never shown."""
    given: str = ""
    """As it stands in the file."""
    previous: str = ""
    """The value before it."""
    current: str = ""
    """What was sent for the same period already."""
    result: str = ""
    """What follows from it: a consumption."""
    notes: Sequence[Note] = ()


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What becomes of one unit.

    Of a check: new (would change something), unchanged (was sent before), skipped (nothing filled in), refused (an
    error at the unit or at a line). Of a commit: sent (with the fact's id, to be answered by billing), accepted (nobody
    has to answer), unchanged, refused.
    """

    state: Literal["new", "unchanged", "skipped", "refused", "sent", "accepted"]
    title: str
    """Names the unit: «Прибор 05601313»."""
    lines: Sequence[Line] = ()
    notes: Sequence[Note] = ()
    """Remarks on the unit as a whole."""
    fact_id: str = ""
    """What `uow.emit` returned."""


class Mark(msgspec.Struct, frozen=True):
    """A place of the client's own file, and what is to be said of it there."""

    sheet: str
    row: int
    column: str
    text: str
    level: Literal["error", "warning"]


class Counts(msgspec.Struct, frozen=True):
    """How many units of an import are in which state."""

    new: int = 0
    unchanged: int = 0
    skipped: int = 0
    refused: int = 0
    sent: int = 0
    """Taken and not answered by billing yet."""
    accepted: int = 0
    declined: int = 0
    """Refused by billing."""
    withdrawn: int = 0
    partly: int = 0
    """Of those sent or accepted: a line of theirs was left out, with an error."""


async def _always(ctx: Context) -> bool:
    return True


async def _at_any_time(ctx: Context) -> None:
    return None


async def _about_all(ctx: Context, named: Sequence[str]) -> tuple[str, ...]:
    if named:
        raise Problem(INVALID, errors=[FieldProblem("part", FIELD_FORMAT)])
    return ()


def _common_words(state: str, counts: Counts, ordered: bool) -> None:
    return None


class Importer(Generic[U]):
    """A kind of files that clients may send for a contract, and how the plugin understands it.

    - `read(source)` yields units. Plain code, run in a thread, in bounded memory. Repeated, it must give
      the same units in the same order. Raises FileRefused.
    - `check(ctx, file, units)` says what the units would change; it writes nothing. `ctx` is the author's, with his
      grant of today, as in a request of his.
    - `commit(ctx, uow, file, units)` takes units that a check has called new: rules are applied again, since time has
      passed. Called batch by batch, each batch in a transaction of its own that also notes the outcomes: every unit is
      committed exactly once. A Problem refuses the whole batch.
    - `finish(ctx, uow, file, counts)` runs in the transaction that ends the commit.
    - `withdraw(ctx, uow, file, facts)` takes back facts that billing has not answered; None: cannot be withdrawn.
    - `mark(source, marks, target)` writes the client's file with its wrong places marked: plain code, run in a thread.
      None: there is no such copy.
    - `offered(ctx)`: whether the kind is for this contract at all. `admit(ctx)`: raises Problem while it is not
      accepted; asked when a file is uploaded and when it is ordered to be sent.
    - `fits(head)`: whether the first bytes (up to 4096) can be of such a file.
    - `of_account`: the file is the client's own, for no contract in particular: `ctx` has no grant, nobody else sees
      the file, and the plugin's own rules say what he may change.
    - `parts(ctx, named)`: the parts of his things that the client names when he uploads (addresses of houses), checked
      and completed; raises Problem. They come back in `file.parts`.
    """

    def __init__(
        self,
        name: str,
        *,
        title: str,
        permission: str,
        suffixes: tuple[str, ...],
        unit: type[U],
        read: Callable[[Source], Iterable[U]],
        check: Callable[[Context, ImportFile, Sequence[U]], Awaitable[Sequence[Outcome]]],
        commit: Callable[[Context, UnitOfWork, ImportFile, Sequence[U]], Awaitable[Sequence[Outcome]]],
        finish: Callable[[Context, UnitOfWork, ImportFile, Counts], Awaitable[None]] | None = None,
        withdraw: Callable[[Context, UnitOfWork, ImportFile, Sequence[str]], Awaitable[None]] | None = None,
        mark: Callable[[Source, Sequence[Mark], Path], None] | None = None,
        offered: Callable[[Context], Awaitable[bool]] = _always,
        admit: Callable[[Context], Awaitable[None]] = _at_any_time,
        fits: Callable[[bytes], bool] = bool,
        of_account: bool = False,
        parts: Callable[[Context, Sequence[str]], Awaitable[tuple[str, ...]]] = _about_all,
        max_bytes: int = 20 * MEGABYTE,
        max_units: int = 100_000,
        batch: int = 500,
        ordered: str = "",
        done: str = "",
        words: Callable[[str, Counts, bool], str | None] = _common_words,
    ) -> None:
        """`ordered` and `done` are the messages (Russian) once sending is ordered and once it has happened.

        `words(state, counts, ordered)` is the Russian name of a state where the kind has its own; None: the common one.
        """
        self.name, self.title, self.permission, self.suffixes, self.unit = name, title, permission, suffixes, unit
        self.read, self.check, self.commit, self.finish = read, check, commit, finish
        self.withdraw, self.mark, self.offered, self.admit, self.fits = withdraw, mark, offered, admit, fits
        self.of_account, self.parts = of_account, parts
        self.max_bytes, self.max_units, self.batch = max_bytes, max_units, batch
        self.ordered, self.done, self.words = ordered, done, words


class Validator(Generic[T]):
    """A further rule for things of type `of`, which the plugin that takes them publishes in its `public`.

    `check(ctx, things)` answers for each thing with the notes on it, none if all is well: an error refuses it, a
    warning is shown. It is asked for every channel alike, with the rules of the plugin itself.
    """

    def __init__(
        self, name: str, *, of: type[T], check: Callable[[Context, Sequence[T]], Awaitable[Sequence[Sequence[Note]]]]
    ) -> None:
        self.name, self.of, self.check = name, of, check


async def validate(ctx: Context, of: type[T], things: Sequence[T]) -> list[list[Note]]:
    """The notes of every validator declared for the type, thing by thing."""
    found: list[list[Note]] = [[] for _ in things]
    for validator in ctx.declared(Validator):
        if validator.of is of and things:
            for notes, more in zip(found, await validator.check(ctx, things), strict=True):
                notes.extend(more)
    return found
