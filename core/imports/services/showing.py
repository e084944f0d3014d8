"""What the caller sees of files: the kinds, the list, one of them, its entries, the file itself."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from pathlib import PurePath

import msgspec

from core.errors import UNAVAILABLE, Language
from core.importing import Importer, ImportFile, Line, Note
from core.imports import domain, schemas, store
from core.imports.domain import State
from core.imports.services import access
from core.imports.services.access import AnyImporter
from core.imports.store import EntryRow, ImportRow
from core.ports.files import FileMissing, Files, FilesUnavailable
from core.sdk import NOT_FOUND, Context, Page, Problem, UnitOfWork, decode_cursor, page

LAST = "~"
"""Greater than every identifier."""
LINES = msgspec.json.Decoder(list[Line])
ANSWERS = msgspec.json.Decoder(dict[str, schemas.ImportAnswer])


async def kinds(ctx: Context, contract_id: str) -> list[schemas.ImportKind]:
    """The kinds of files that the caller may send for a contract."""
    granted = await access.on_contract(ctx, contract_id) if contract_id else ctx
    held = _held(granted, ctx.declared(Importer), contract_id)
    return [
        schemas.ImportKind(importer.name, importer.title, list(importer.suffixes), importer.max_bytes)
        for importer in held
        if await importer.offered(granted)
    ]


async def listed(
    ctx: Context, contract_id: str, kind: str | None, state: State | None, cursor: str | None, limit: int
) -> Page[schemas.ImportItem]:
    """The files of a contract that the caller may see, the newest first."""
    granted = await access.on_contract(ctx, contract_id) if contract_id else ctx
    importers = [access.importer_asked(ctx, kind)] if kind else list(ctx.declared(Importer))
    held = {importer.name: importer for importer in _held(granted, importers, contract_id)}
    if not held and importers and contract_id:
        access.require(granted, importers[0])
    (before,) = decode_cursor(cursor, str) or (LAST,)
    rows = await ctx.reader.all(
        store.IMPORTS,
        contract_id=contract_id,
        kinds=sorted(held),
        states=[state] if state else list(domain.WORDS),
        account_id=ctx.actor.id,
        whole=granted.grant is not None and granted.grant.objects is None,
        before=before,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.id,))
    return Page([item(ctx, row, held[row.kind]) for row in cut.items], cut.next)


def _held(ctx: Context, importers: Iterable[AnyImporter], contract_id: str) -> list[AnyImporter]:
    """Those whose files belong to the contract (to none: to the caller) and are for his role."""
    if not contract_id:
        return [importer for importer in importers if importer.of_account]
    return [importer for importer in importers if not importer.of_account and access.holds(ctx, importer)]


async def own(
    ctx: Context, kind: str, since: datetime, until: datetime, cursor: str | None, limit: int
) -> Page[schemas.ImportItem]:
    """The caller's files of a kind that is for no contract, uploaded in a period and ordered to be sent."""
    importer = access.importer_asked(ctx, kind)
    (before,) = decode_cursor(cursor, str) or (LAST,)
    rows = await ctx.reader.all(
        store.OWN, account_id=ctx.actor.id, kind=kind, since=since, until=until, before=before, limit=limit + 1
    )
    cut = page(rows, limit, lambda row: (row.id,))
    return Page([item(ctx, row, importer) for row in cut.items], cut.next)


async def refused_lines(uow: UnitOfWork, file: ImportFile) -> AsyncIterator[Line]:
    """The lines of the refused units of a file, within the transaction of `Importer.finish`."""
    async for lines in store.lines_of(uow, file.id, "refused"):
        for line in LINES.decode(lines):
            yield line


async def one(ctx: Context, import_id: str) -> schemas.ImportItem:
    """A file and where it stands."""
    row, importer, _ = await access.found(ctx, import_id)
    return item(ctx, row, importer)


async def entries(
    ctx: Context, import_id: str, state: schemas.EntryState | None, warned: bool, cursor: str | None, limit: int
) -> Page[schemas.ImportEntry]:
    """What the units of a file came to, in the order of the file."""
    await access.found(ctx, import_id)
    (after,) = decode_cursor(cursor, int) or (0,)
    rows = await ctx.reader.all(
        store.ENTRIES,
        import_id=import_id,
        after=max(min(after, 2**31 - 1), 0),
        states=[state] if state else list(schemas.EntryState.__args__),  # type: ignore[attr-defined]
        any=not warned,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.number,))
    return Page([_entry(row, ctx.language) for row in cut.items], cut.next)


async def original(ctx: Context, import_id: str) -> tuple[ImportRow, AsyncIterator[bytes]]:
    """The file as it was uploaded."""
    row, _, _ = await access.found(ctx, import_id)
    return row, content(ctx, row.stored_key)


async def content(ctx: Context, key: str) -> AsyncIterator[bytes]:
    """A stored file in pieces, with problems instead of the store's errors."""
    try:
        async for piece in ctx.port(Files).get(key):
            yield piece
    except FileMissing as error:
        raise Problem(NOT_FOUND) from error
    except FilesUnavailable as error:
        raise Problem(UNAVAILABLE) from error


# ---- shapes
def item(ctx: Context, row: ImportRow, importer: AnyImporter) -> schemas.ImportItem:
    """A file as the caller sees it."""
    life = row.life
    return schemas.ImportItem(
        row.id,
        row.kind,
        importer.title,
        row.contract_id,
        row.file_name,
        PurePath(row.file_name).stem,
        row.size,
        row.sha256,
        row.account_id == ctx.actor.id,
        row.state,
        importer.words(row.state, life.counts, row.ordered_at is not None) or domain.WORDS[row.state],
        _message(row, importer),
        schemas.ImportProgress(row.done, row.total),
        life.counts,
        notes_shown(row.remarks, ctx.language),
        domain.actions(life, withdrawable=importer.withdraw is not None),
        row.uploaded_at,
        row.ordered_at,
        row.committed_at,
    )


def _message(row: ImportRow, importer: AnyImporter) -> str:
    if row.state in ("committed", "accepted", "partly_accepted"):
        return importer.done or importer.ordered
    return importer.ordered if row.ordered else ""


def notes_shown(notes: Iterable[Note], language: Language) -> list[schemas.ImportNote]:
    """Remarks in the caller's language."""
    return [
        schemas.ImportNote(
            note.level,
            note.code,
            note.en if language == "en" else note.ru,
            note.row or None,
            note.column or None,
            note.sheet or None,
        )
        for note in notes
    ]


def _entry(row: EntryRow, language: Language) -> schemas.ImportEntry:
    answers = ANSWERS.decode(row.answers) if row.answers else {}
    return schemas.ImportEntry(
        row.number,
        row.title,
        row.state,  # type: ignore[arg-type]
        notes_shown(store.NOTES.decode(row.notes), language),
        _lines(LINES.decode(row.lines), answers, language),
        answers.get(""),
    )


def _lines(
    lines: Sequence[Line], answers: dict[str, schemas.ImportAnswer], language: Language
) -> list[schemas.ImportLine]:
    return [
        schemas.ImportLine(
            line.title,
            line.row or None,
            line.sheet or None,
            line.given,
            line.previous,
            line.current,
            line.result,
            notes_shown(line.notes, language),
            answers.get(line.item) if line.item else None,
        )
        for line in lines
    ]
