"""The company's CRM: its rows, handled in the loader's transaction and answered one by one, and its files."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import sqlalchemy as sa

from core.sdk import NOT_FOUND, Context, Problem, RowError, UnitOfWork, new_id
from core.uploads.public import clean_name, keep_file, receive_file
from plugins.appeals import domain, errors
from plugins.appeals.models import Appeal, Block, File, Message
from plugins.appeals.schemas.company import (
    AppealDocumentRow,
    AppealFileStored,
    AppealMessageRow,
    AppealRegistrationRow,
    AppealStateRow,
)
from plugins.appeals.schemas.dialogue import BLOCKS
from plugins.appeals.schemas.orders import SendAppeal
from plugins.appeals.services import opening
from plugins.appeals.services.access import change, locked
from plugins.appeals.services.dialogue import close
from plugins.appeals.services.files import OF_COMPANY
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow

Answers = list[RowError | None]
R = TypeVar("R", AppealMessageRow, AppealDocumentRow, AppealStateRow)
NO_ATTEMPT = RowError(errors.NO_ATTEMPT.code, "attempt", errors.NO_ATTEMPT.ru)
NUMBER_NEEDED = RowError(errors.NUMBER_NEEDED.code, "number", errors.NUMBER_NEEDED.ru)
NUMBER_TAKEN = RowError(errors.NUMBER_TAKEN.code, "number", errors.NUMBER_TAKEN.ru)
NO_APPEAL = RowError(errors.NO_APPEAL.code, "appeal_id", errors.NO_APPEAL.ru)
NO_MESSAGE = RowError(errors.NO_MESSAGE.code, "message_id", errors.NO_MESSAGE.ru)
MESSAGE_OR_BLOCK = RowError(errors.MESSAGE_OR_BLOCK.code, "block", errors.MESSAGE_OR_BLOCK.ru)
OVER = RowError(errors.OVER.code, "appeal_id", errors.OVER.ru)


# ---- registrations
async def load_registrations(uow: UnitOfWork, rows: Sequence[AppealRegistrationRow]) -> Answers:
    """Numbers and refusals. The appeal opens in a job: its signatures are verified once more, now or never."""
    return [await _registration(uow, row) for row in rows]


async def _registration(uow: UnitOfWork, row: AppealRegistrationRow) -> RowError | None:
    if bool(row.refused) == bool(row.number and row.registered_at):
        return NUMBER_NEEDED
    found = (await uow.execute(store.LOCKED_ATTEMPT, {"attempt": row.attempt})).first()
    appeal = AppealRow(*found) if found else None
    if appeal is not None and appeal.state in ("open", "closed") and appeal.number == row.number:
        return None  # told once more
    if appeal is None or appeal.state != "sending":
        return NO_ATTEMPT
    if row.refused:
        refusal = errors.REGISTRATION_REFUSED.code
        await change(uow, appeal.id, failure=refusal, failure_text=row.refused)
    else:
        taken = sa.select(Appeal.id).where(Appeal.number == row.number, Appeal.id != appeal.id)
        if await uow.scalar(taken) is not None:
            return NUMBER_TAKEN
        await change(uow, appeal.id, number=row.number, registered_at=row.registered_at)
    uow.enqueue(SendAppeal(appeal.id, appeal.attempt))
    return None


# ---- the dialogue
async def load_messages(uow: UnitOfWork, rows: Sequence[AppealMessageRow]) -> Answers:
    """Messages of the company; one delivered twice appears once."""
    return [await _applied(uow, row, _message) for row in rows]


async def _message(uow: UnitOfWork, row: AppealMessageRow, appeal: AppealRow) -> RowError | None:
    known = sa.select(Message.id).where(Message.appeal_id == appeal.id, Message.external_id == row.id)
    if await uow.scalar(known) is None:
        await opening.say(uow, appeal.id, "company", row.text, external_id=row.id)
        await opening.tell(uow, appeal.id, "Новый ответ", row.text[:500])
        uow.audit("appeals.answered", appeal.id)
    return None


async def load_documents(uow: UnitOfWork, rows: Sequence[AppealDocumentRow]) -> Answers:
    """Files of the company's messages and blocks; their content comes apart."""
    blocks: dict[tuple[str, str], str] = {}
    return [await _applied(uow, row, partial(_document, blocks=blocks)) for row in rows]


async def _document(
    uow: UnitOfWork, row: AppealDocumentRow, appeal: AppealRow, blocks: dict[tuple[str, str], str]
) -> RowError | None:
    """`blocks`: those of the batch, by appeal and kind. Documents of one kind that come together stand together."""
    if (row.message_id is None) == (row.block is None):
        return MESSAGE_OR_BLOCK
    if await uow.scalar(sa.select(File.id).where(File.appeal_id == appeal.id, File.external_id == row.id)):
        return None
    message_id = block_id = None
    if row.message_id is not None:
        named = sa.select(Message.id).where(Message.appeal_id == appeal.id, Message.external_id == row.message_id)
        message_id = await uow.scalar(named)
        if message_id is None:
            return NO_MESSAGE
    elif row.block is not None:
        kind = (appeal.id, row.block)
        if kind not in blocks:
            blocks[kind] = await opening.block(uow, *kind)
            uow.audit("appeals.block_added", appeal.id, kind=row.block)
        block_id = blocks[kind]
    await uow.execute(
        sa.insert(File).values(
            id=new_id(),
            appeal_id=appeal.id,
            side="company",
            field="",
            message_id=message_id,
            block_id=block_id,
            external_id=row.id,
            name=clean_name(row.name),
            media_type="application/octet-stream",
            size=0,
            sha256="",
            stored_key="",
            evidence_id="",
            created_at=uow.now,
        )
    )
    return None


async def load_states(uow: UnitOfWork, rows: Sequence[AppealStateRow]) -> Answers:
    """Resolutions, correspondence, closing."""
    return [await _applied(uow, row, _state) for row in rows]


async def _state(uow: UnitOfWork, row: AppealStateRow, appeal: AppealRow) -> RowError | None:
    if row.correspondence is not None:
        await change(uow, appeal.id, correspondence=row.correspondence)
        if row.correspondence != appeal.correspondence:
            uow.audit("appeals.correspondence", appeal.id, allowed=row.correspondence)
    said = f"Статус обращения: «{row.resolution}»." if row.resolution and row.resolution != appeal.resolution else ""
    if row.closed:
        await close(uow, appeal.id)
        await opening.tell(uow, appeal.id, domain.CLOSED, f"{said} Работа по обращению завершена.".strip())
        uow.audit("appeals.closed", appeal.id)
    elif row.resolution and said:
        await change(uow, appeal.id, resolution=row.resolution)
        await opening.tell(uow, appeal.id, row.resolution, said)
        uow.audit("appeals.resolved", appeal.id)
    return None


async def _applied(
    uow: UnitOfWork, row: R, apply: Callable[[UnitOfWork, R, AppealRow], Awaitable[RowError | None]]
) -> RowError | None:
    found = (await uow.execute(store.LOCKED, {"appeal_id": row.appeal_id})).first()
    appeal = AppealRow(*found) if found else None
    if appeal is None or appeal.state not in ("open", "closed"):
        return NO_APPEAL
    if appeal.state == "closed":
        return None if getattr(row, "closed", False) else OVER  # told once more
    return await apply(uow, row, appeal)


# ---- files
async def store_file(ctx: Context, appeal_id: str, external_id: str, content: AsyncIterator[bytes]) -> AppealFileStored:
    """Takes the content of a file that `appeals.documents` has named; a later one replaces it while it is unsigned."""
    named = sa.select(File.id, File.block_id, File.stored_key, File.evidence_id).where(
        File.appeal_id == appeal_id, File.external_id == external_id
    )
    async with ctx.uow() as uow:
        file = await uow.one(named)
    if file is None:
        raise Problem(NOT_FOUND)
    async with receive_file(ctx, OF_COMPANY.rstrip("/"), content) as incoming, ctx.uow() as uow:
        appeal = await locked(uow, appeal_id)
        now = (await uow.execute(named)).one()
        if now.evidence_id:
            raise Problem(errors.NOT_EDITABLE)
        await keep_file(uow, incoming, instead_of=now.stored_key)
        await uow.execute(
            sa.update(File)
            .where(File.id == now.id)
            .values(
                stored_key=incoming.key,
                size=incoming.size,
                sha256=incoming.sha256,
                media_type=incoming.media_type,
            )
        )
        if not now.stored_key and now.block_id and appeal.state == "open":
            await _tell_of_block(uow, appeal_id, now.block_id)
        uow.audit("appeals.file_stored", file.id, size=incoming.size)
    return AppealFileStored(file.id, incoming.size, incoming.sha256)


async def _tell_of_block(uow: UnitOfWork, appeal_id: str, block_id: str) -> None:
    """Once there is something to read, the author is told: of a block as a whole, when its last file has come."""
    if (await uow.execute(store.AWAITED, {"block_id": block_id})).first() is None:
        kind = await uow.scalar(sa.select(Block.kind).where(Block.id == block_id))
        await opening.tell(uow, appeal_id, BLOCKS[kind], "Компания добавила документы.")
