"""«Передать показания»: the order, and the job that makes checked units facts, each exactly once."""

import msgspec

from core.importing import Note, Outcome
from core.imports import domain, errors, schemas, store
from core.imports.domain import Impossible
from core.imports.services import access, batches, showing
from core.imports.services.access import AnyImporter
from core.imports.services.batches import Stopped
from core.imports.store import ImportRow
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork, finishing


class CommitFile(msgspec.Struct, frozen=True):
    """Send what is new in a checked file."""

    import_id: str


async def order(ctx: Context, import_id: str) -> schemas.ImportItem:
    """Orders the sending; a file that is still being checked is sent once it is. Ordered again, it is sent once."""
    _, importer, granted = await access.found(ctx, import_id, sending=True)
    await access.admit(granted, importer)
    async with granted.uow() as uow:
        row = await store.lock(uow, import_id)
        if row is None:
            raise Problem(NOT_FOUND)
        try:
            life = domain.order(row.life)
        except Impossible as error:
            if row.state == "ready":
                raise Problem(errors.NOTHING_NEW) from error
            raise Problem(errors.NOT_NOW, state=domain.WORDS[row.state]) from error
        if life != row.life:
            begins = {"done": 0, "total": life.counts.new} if life.state == "committing" else {}
            await store.change(uow, import_id, life, ordered_at=uow.now, notes=b"[]", **begins)
            if begins:
                uow.enqueue(CommitFile(import_id))
            uow.audit("imports.ordered", row.subject, file=import_id)
            row = await store.lock(uow, import_id)
            assert row is not None
        return await uow.answer(showing.item(ctx, row, importer), 202)


async def commit(ctx: Context, command: CommitFile) -> None:
    """Sends what is new, batch by batch. A batch and its outcomes are one transaction, so none is sent twice."""
    row = await ctx.reader.first(store.IMPORT, import_id=command.import_id)
    importer = None if row is None else access.importer_of(ctx, row.kind)
    if row is None or importer is None or row.state != "committing":
        return
    notes: list[Note] = []
    author = ctx
    try:
        author = await access.as_author(ctx, row, importer)
        await importer.admit(author)
        while await _send_batch(author, row, importer):
            pass
    except Stopped:
        return
    except Problem as problem:
        notes = batches.notes_of(problem)
    await _conclude(author, row, importer, notes)


async def _send_batch(ctx: Context, row: ImportRow, importer: AnyImporter) -> bool:
    """False when nothing is left. Raises Problem where everything is refused and nothing was sent before."""
    async with ctx.uow() as uow:
        present = await store.lock(uow, row.id)
        if present is None or present.state != "committing":
            raise Stopped
        found = await store.new_units(uow, row.id, importer.batch)
        if not found:
            return False
        units = batches.decoded(importer, [unit for _, unit in found])
        try:
            async with uow.savepoint():
                outcomes = list(await importer.commit(ctx, uow, row.file, units))
        except Problem as problem:
            if not present.life.taken:
                raise
            notes = batches.notes_of(problem)
            outcomes = [Outcome("refused", await _title(uow, row.id, number), (), notes) for number, _ in found]
        settled = [
            {"of_number": number, **batches.row_of(outcome)}
            for (number, _), outcome in zip(found, outcomes, strict=True)
        ]
        await store.settle(uow, row.id, settled)
        counts = msgspec.structs.replace(present.counts, new=present.counts.new - len(found))
        life = msgspec.structs.replace(present.life, counts=batches.counted(counts, outcomes))
        await store.change(uow, row.id, life, done=present.done + len(found))
        return True


async def _title(uow: UnitOfWork, import_id: str, number: int) -> str:
    return (await store.entry(uow, import_id, number)).title


async def _conclude(ctx: Context, row: ImportRow, importer: AnyImporter, notes: list[Note]) -> None:
    async with finishing(ctx) as uow:
        present = await store.lock(uow, row.id)
        if present is None or present.state != "committing":
            return
        life = domain.committed(present.life, present.counts)
        sent = {"committed_at": uow.now} if life.state != "ready" else {}
        await store.change(uow, row.id, life, notes=batches.encoded(notes), **sent)
        if sent and importer.finish is not None:
            await importer.finish(ctx, uow, row.file, present.counts)
