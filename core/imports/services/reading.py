"""The job that reads a file and checks it, batch by batch; killed at any moment, it goes on where it was."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple, TypeVar

import msgspec

from core.importing import FileRefused, Note, Outcome, Source
from core.imports import domain, errors, store
from core.imports.domain import Impossible, Life
from core.imports.services import access, batches
from core.imports.services.access import AnyImporter
from core.imports.services.batches import Collecting, Stopped
from core.imports.services.committing import CommitFile
from core.imports.services.uploading import ReadFile
from core.imports.store import ImportRow
from core.sdk import Context, Problem, UnitOfWork, finishing

T = TypeVar("T")
U = TypeVar("U")
_BEAT = 1.0  # seconds between looks at whether the reading is still wanted


async def read(ctx: Context, order: ReadFile) -> None:
    """Reads the file, checks every unit, and notes what they would change."""
    row = await _begin(ctx, order.import_id)
    importer = None if row is None else access.importer_of(ctx, row.kind)
    if row is None or importer is None:
        return
    try:
        author = await access.as_author(ctx, row, importer)
        with TemporaryDirectory(prefix="abonent-import-") as folder:
            await _read_and_check(author, row, importer, Path(folder))
        await _conclude(author, row.id)
    except Stopped:
        return
    except FileRefused as refused:
        await _reject(ctx, row.id, refused.notes)
    except Problem as problem:
        await _reject(ctx, row.id, batches.notes_of(problem))


async def _begin(ctx: Context, import_id: str) -> ImportRow | None:
    async with ctx.uow() as uow:
        row = await store.lock(uow, import_id)
        if row is None:
            return None
        try:
            life = domain.begin(row.life)
        except Impossible:
            return None
        done = row.done if life.state == "checking" else 0
        await store.change(uow, import_id, life, done=done, notes=b"[]")
        return msgspec.structs.replace(row, state=life.state, done=done)


async def _read_and_check(ctx: Context, row: ImportRow, importer: AnyImporter, folder: Path) -> None:
    source = await batches.fetch(ctx, row, folder)
    with (folder / "units").open("w+b") as spool:
        total = await _collect(ctx, row.id, importer, source, spool)
        done = await _know_total(ctx, row.id, total)
        await _check(ctx, row, importer, spool, done)


async def _collect(ctx: Context, import_id: str, importer: AnyImporter, source: Source, spool: IO[bytes]) -> int:
    """Reads everything in a thread, tells how far it is, and stops it when nobody wants it any more."""
    collecting = Collecting(importer, source, spool)
    working = asyncio.ensure_future(asyncio.to_thread(collecting.run))
    try:
        while not (await asyncio.wait({working}, timeout=_BEAT))[0]:
            await _beat(ctx, import_id, collecting.count)
        working.result()
        return collecting.count
    finally:
        collecting.stop.set()
        if not working.done():
            await asyncio.wait({working})  # the thread uses the folder that goes next
            with suppress(Exception):
                working.result()


async def _locked(uow: UnitOfWork, import_id: str, *states: domain.State) -> ImportRow:
    row = await store.lock(uow, import_id)
    if row is None or row.state not in states:
        raise Stopped
    return row


async def _beat(ctx: Context, import_id: str, count: int) -> None:
    async with ctx.uow() as uow:
        row = await _locked(uow, import_id, "reading", "checking")
        if row.state == "reading":
            await store.change(uow, import_id, row.life, done=count)


async def _know_total(ctx: Context, import_id: str, total: int) -> int:
    """The file is read; how many of its units are checked already."""
    async with ctx.uow() as uow:
        row = await _locked(uow, import_id, "reading", "checking")
        done = row.done if row.state == "checking" else 0
        await store.change(uow, import_id, domain.read(row.life), done=done, total=total)
        return done


class _Checked(NamedTuple):
    """A batch that is to be stored."""

    units: Sequence[bytes]
    outcomes: Sequence[Outcome]
    after: int
    """How many units come before it."""


async def _check(ctx: Context, row: ImportRow, importer: AnyImporter, spool: IO[bytes], done: int) -> None:
    """Checks batch after batch, the next one while the database is still busy with storing the last."""
    last: _Checked | None = None
    for units in batches.spooled(spool, importer.batch, done):
        checking = importer.check(ctx, row.file, batches.decoded(importer, units))
        outcomes = (await _both(checking, _store(ctx, row.id, last)))[0]
        last = _Checked(units, outcomes, done)
        done += len(units)
    await _store(ctx, row.id, last)


async def _both(first: Awaitable[T], second: Awaitable[U]) -> tuple[T, U]:
    """The results of two works, both of them ended; the first one's error goes before the second one's."""
    one, two = await asyncio.gather(first, second, return_exceptions=True)
    if isinstance(one, BaseException):
        raise one
    if isinstance(two, BaseException):
        raise two
    return one, two


async def _store(ctx: Context, import_id: str, checked: _Checked | None) -> None:
    if checked is None:
        return
    units, outcomes, after = checked
    async with ctx.uow() as uow:
        present = await _locked(uow, import_id, "checking")
        if present.done != after:
            raise Stopped
        await store.add_entries(
            uow,
            [
                {
                    "import_id": import_id,
                    "number": number,
                    "unit": unit if outcome.state == "new" else None,
                    **batches.row_of(outcome),
                }
                for number, (outcome, unit) in enumerate(zip(outcomes, units, strict=True), after + 1)
            ],
        )
        life = msgspec.structs.replace(present.life, counts=batches.counted(present.counts, outcomes))
        await store.change(uow, import_id, life, done=after + len(units))


async def _conclude(ctx: Context, import_id: str) -> None:
    async with finishing(ctx) as uow:
        row = await _locked(uow, import_id, "checking")
        counts = row.counts
        if not (counts.new or counts.unchanged or counts.refused):
            await _note_rejected(uow, row, [Note.of(errors.NOTHING_FILLED)])
            return
        life = domain.checked(row.life, counts)
        await store.change(uow, import_id, life, **_progress(life, row))
        if life.state == "committing":
            uow.enqueue(CommitFile(import_id))


def _progress(life: Life, row: ImportRow) -> dict[str, int | None]:
    if life.state == "committing":
        return {"done": 0, "total": life.counts.new}
    return {"done": row.done, "total": row.total}


async def _reject(ctx: Context, import_id: str, notes: Sequence[Note]) -> None:
    async with finishing(ctx) as uow:
        row = await store.lock(uow, import_id)
        if row is not None and row.state in ("reading", "checking"):
            await _note_rejected(uow, row, notes)


async def _note_rejected(uow: UnitOfWork, row: ImportRow, notes: Sequence[Note]) -> None:
    """A file that is rejected has no entries: those checked before its fault was found go."""
    await store.clear(uow, row.id)
    life = msgspec.structs.replace(domain.reject(row.life), counts=type(row.counts)())
    await store.change(uow, row.id, life, notes=batches.encoded(notes))
