"""The company's CRM: its rows, handled in the loader's transaction and answered one by one, and its files."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import sqlalchemy as sa

from core.sdk import NOT_FOUND, Context, Problem, RowError, UnitOfWork, new_id
from core.uploads.public import clean_name, keep_file, receive_file
from plugins.appeals import domain, errors
from plugins.appeals.models import Appeal, File, Message
from plugins.appeals.schemas.company import (
    AppealDocumentRow,
    AppealFileStored,
    AppealMessageRow,
    AppealRegistrationRow,
    AppealStateRow,
)
from plugins.appeals.schemas.dialogue import BLOCKS
from plugins.appeals.schemas.orders import DropFiles, SendAppeal
from plugins.appeals.services import opening
from plugins.appeals.services.access import change
from plugins.appeals.services.dialogue import close
from plugins.appeals.services.files import OF_COMPANY
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow

Answers = list[RowError | None]
R = TypeVar("R", AppealMessageRow, AppealDocumentRow, AppealStateRow)
NO_ATTEMPT = RowError("appeals.no_such_attempt", "attempt", "Обращение с такой отправкой не ждёт регистрации")
NUMBER_NEEDED = RowError("appeals.number_needed", "number", "Нужен номер и дата регистрации либо причина отказа")
NUMBER_TAKEN = RowError("appeals.number_taken", "number", "Этот номер уже присвоен другому обращению")
NO_APPEAL = RowError("appeals.no_such_appeal", "appeal_id", "Такого зарегистрированного обращения нет")
NO_MESSAGE = RowError("appeals.no_such_message", "message_id", "В обращении нет такого сообщения компании")
MESSAGE_OR_BLOCK = RowError("appeals.message_or_block", "block", "Файл относится либо к сообщению, либо к блоку")
OVER = RowError("appeals.closed", "appeal_id", "Обращение закрыто")


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
    return None


async def load_documents(uow: UnitOfWork, rows: Sequence[AppealDocumentRow]) -> Answers:
    """Files of the company's messages and blocks; their content comes apart."""
    return [await _applied(uow, row, _document) for row in rows]


async def _document(uow: UnitOfWork, row: AppealDocumentRow, appeal: AppealRow) -> RowError | None:
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
        block_id = await opening.block(uow, appeal.id, row.block)
        await opening.tell(uow, appeal.id, BLOCKS[row.block], "Компания добавила документы.")
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
    if row.resolution and row.resolution != appeal.resolution:
        await change(uow, appeal.id, resolution=row.resolution)
        await opening.tell(uow, appeal.id, row.resolution, f"Статус обращения: «{row.resolution}».")
    if row.closed:
        await close(uow, appeal.id)
        await opening.tell(uow, appeal.id, domain.CLOSED, "Работа по обращению завершена.")
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
    named = sa.select(File.id, File.name, File.stored_key, File.evidence_id).where(
        File.appeal_id == appeal_id, File.external_id == external_id
    )
    async with ctx.uow() as uow:
        file = await uow.one(named)
    if file is None:
        raise Problem(NOT_FOUND)
    async with receive_file(ctx, OF_COMPANY.rstrip("/"), content) as incoming, ctx.uow() as uow:
        now = (await uow.execute(named.with_for_update())).one()
        if now.evidence_id:
            raise Problem(errors.NOT_EDITABLE)
        await keep_file(uow, incoming)
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
        if now.stored_key:
            uow.enqueue(DropFiles([now.stored_key]))
        uow.audit("appeals.file_stored", file.id, size=incoming.size)
    return AppealFileStored(file.id, incoming.size, incoming.sha256)
