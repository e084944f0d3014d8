"""Ends of a file: cancelled, withdrawn, deleted, failed, answered by billing, too old."""

from datetime import timedelta

import msgspec
import sqlalchemy as sa

from core.errors import ErrorKind
from core.exchange.public import FactAnswered, FactsAnswered
from core.importing import Counts, Note
from core.imports import domain, errors, schemas, store
from core.imports.domain import Impossible
from core.imports.models import Import
from core.imports.services import access, batches, showing, uploading
from core.imports.settings import ImportSettings
from core.imports.store import EntryRow
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork, finishing

_STALLED = timedelta(days=1)
_MANY = 2**31 - 1
_PAGE = 100


# ---- by the client
async def cancel(ctx: Context, import_id: str) -> schemas.ImportItem:
    """Stops what is being done with a file that was not sent; it stays in the list."""
    _, importer, granted = await access.found(ctx, import_id)
    async with granted.uow() as uow:
        row = await _locked(uow, import_id)
        try:
            life = domain.cancel(row.life)
        except Impossible as error:
            raise Problem(errors.NOT_NOW, state=domain.WORDS[row.state]) from error
        if life != row.life:
            await store.change(uow, import_id, life)
            uow.audit("imports.cancelled", row.subject, file=import_id)
            row = await _locked(uow, import_id)
        return showing.item(ctx, row, importer)


async def withdraw(ctx: Context, import_id: str) -> schemas.ImportItem:
    """Takes back what was sent, as long as billing has accepted nothing of it."""
    _, importer, granted = await access.found(ctx, import_id, sending=True)
    if importer.withdraw is None:
        raise Problem(errors.NOT_WITHDRAWABLE)
    async with granted.uow() as uow:
        row = await _locked(uow, import_id)
        counts = msgspec.structs.replace(row.counts, sent=0, withdrawn=row.counts.withdrawn + row.counts.sent)
        if row.state != "withdrawn":
            try:
                life = domain.withdraw(row.life, counts)
            except Impossible as error:
                raise Problem(errors.NOT_WITHDRAWABLE) from error
            await importer.withdraw(granted, uow, row.file, await store.sent_facts(uow, import_id))
            await store.mark_withdrawn(uow, import_id)
            await store.change(uow, import_id, life)
            uow.audit("imports.withdrawn", row.subject, file=import_id)
            row = await _locked(uow, import_id)
        return await uow.answer(showing.item(ctx, row, importer), 200)


async def delete(ctx: Context, import_id: str) -> None:
    """Removes a file of which nothing was sent, with all that is known of it."""
    _, _, granted = await access.found(ctx, import_id)
    async with granted.uow() as uow:
        await uploading.forget(uow, await _locked(uow, import_id))


async def _locked(uow: UnitOfWork, import_id: str) -> store.ImportRow:
    row = await store.lock(uow, import_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


# ---- by the cabinet
async def fail(ctx: Context, import_id: str, kind: ErrorKind) -> None:
    """Notes that the cabinet has given up, so that nobody waits for it."""
    async with ctx.uow() as uow:
        row = await store.lock(uow, import_id)
        if row is None:
            return
        try:
            life = domain.fail(row.life)
        except Impossible:
            return
        await store.change(uow, import_id, life, notes=batches.encoded([Note.of(kind)]))


async def purge(ctx: Context) -> None:
    """Removes files that are too old, and gives up those that no job works on any more."""
    settings = ctx.settings(ImportSettings)
    for states, age, most in (
        ((*domain.UNSENT, "failed"), timedelta(days=settings.staged_days), 0),
        (tuple(domain.WORDS), timedelta(days=settings.kept_days), _MANY),
    ):
        while rows := await _stale(ctx, states, age, most):
            async with ctx.uow() as uow:
                for row in rows:
                    await store.remove(uow, row.id)
                    uow.enqueue(uploading.ForgetFile(row.stored_key))
    while rows := await _stale(ctx, (*domain.UNCHECKED, "committing"), _STALLED, _MANY):
        for row in rows:
            await fail(ctx, row.id, errors.SENDING_FAILED if row.checked else errors.READING_FAILED)


async def _stale(ctx: Context, states: tuple[str, ...], age: timedelta, most: int) -> list[store.ImportRow]:
    before = ctx.now() - age
    return await ctx.reader.all(store.STALE, before=before, states=list(states), most=most, limit=_PAGE)


async def forget_account(uow: UnitOfWork, account_id: str) -> None:
    """A person leaves: unsent files go, those sent stay with the contract and name nobody."""
    unsent = await uow.execute(
        sa.select(Import.id, Import.stored_key).where(
            Import.account_id == account_id, Import.state.in_((*domain.UNSENT, "failed")), Import.sent == 0
        )
    )
    for import_id, key in unsent.all():
        await store.remove(uow, import_id)
        uow.enqueue(uploading.ForgetFile(key))
    await uow.execute(sa.update(Import).where(Import.account_id == account_id).values(account_id="", file_name="file"))


# ---- by billing
async def answered(ctx: Context, told: FactsAnswered) -> None:
    """Notes what billing says of facts that came out of files."""
    asked = [answer.fact_id for answer in told.answers]
    places = {
        fact: (import_id, number) for fact, import_id, number in await ctx.reader.all(store.FACTS, fact_ids=asked)
    }
    ours = [answer for answer in told.answers if answer.fact_id in places]
    if not ours:
        return
    async with finishing(ctx) as uow:
        for answer in sorted(ours, key=lambda answer: places[answer.fact_id]):  # files are locked in one order
            await _note_answer(uow, *places[answer.fact_id], answer)


async def _note_answer(uow: UnitOfWork, import_id: str, number: int, answer: FactAnswered) -> None:
    row = await store.lock(uow, import_id)
    if row is None or row.state not in domain.ANSWERABLE:
        return
    entry = await store.entry(uow, import_id, number)
    answers = showing.ANSWERS.decode(entry.answers) if entry.answers else {}
    answers[answer.item] = schemas.ImportAnswer(answer.outcome, answer.code, answer.text)
    state = state_of(entry, answers)
    await store.answer(uow, import_id, number, state, msgspec.json.encode(answers))
    counts = _moved(row.counts, entry.state, state)
    await store.change(uow, import_id, domain.answered(row.life, counts))


def state_of(entry: EntryRow, answers: dict[str, schemas.ImportAnswer]) -> str:
    """What an entry is by its answers: one refusal declines it, all parts (or the whole) accepted accept it."""
    if any(answer.outcome == "refused" for answer in answers.values()):
        return "declined"
    items = {line.item for line in showing.LINES.decode(entry.lines) if line.item}
    return "accepted" if "" in answers or (items and items <= answers.keys()) else "sent"


def _moved(counts: Counts, old: str, new: str) -> Counts:
    if old == new:
        return counts
    changes = {old: getattr(counts, old) - 1, new: getattr(counts, new) + 1}
    return msgspec.structs.replace(counts, **changes)
