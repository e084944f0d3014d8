"""The company's side of appeals: the queue, answers, documents, decisions."""

from datetime import UTC, datetime

from core.roles.public import make_administrator
from core.sdk import NOT_FOUND, Context, Page, Problem, UnitOfWork, decode_cursor, page
from plugins.appeals import domain, errors
from plugins.appeals.schemas.dialogue import (
    BLOCKS,
    AppealAuthor,
    AppealBlock,
    AppealDecision,
    AppealForStaff,
    AppealMessage,
    AppealNewBlock,
    AppealQueueItem,
    AppealReply,
    AppealTemplateItem,
)
from plugins.appeals.services import files as filing
from plugins.appeals.services import opening, reading
from plugins.appeals.services.access import change, locked, sent
from plugins.appeals.services.dialogue import close as close_appeal
from plugins.appeals.services.dialogue import room
from plugins.appeals.settings import AppealSettings
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow

_START = (datetime(1970, 1, 1, tzinfo=UTC), "")
ANSWERED = "Новый ответ"


async def queue(ctx: Context, tab: str, resolution: str, cursor: str | None, limit: int) -> Page[AppealQueueItem]:
    """Appeals with a resolution, the one that waits longest first."""
    after, after_id = decode_cursor(cursor, datetime, str) or _START
    rows = await ctx.reader.all(
        store.QUEUE, tab=tab, resolution=resolution, after=after, after_id=after_id, limit=limit + 1
    )
    cut = page(rows, limit, lambda row: (row.last_at, row.id))
    items = [
        AppealQueueItem(
            row.id,
            row.title,
            row.topic,
            row.section,
            row.contract_id,
            row.contract or None,
            row.resolution,
            row.number,
            row.taken_by,
            row.last_at,
        )
        for row in cut.items
    ]
    return Page(items, cut.next)


async def details(ctx: Context, appeal_id: str) -> AppealForStaff:
    """An appeal with its dialogue and its author's profile as it is now."""
    row = await sent(ctx, appeal_id)
    profile = await ctx.reader.first(store.PROFILE, account_id=row.account_id)
    author = AppealAuthor(
        row.account_id,
        profile.full_name if profile else "",
        profile.email if profile else "",
        profile.phone if profile else "",
    )
    return AppealForStaff(await reading.card(ctx, row), author, row.taken_by, row.effect == "administrator")


def templates(ctx: Context) -> Page[AppealTemplateItem]:
    """Texts that an answer may start from."""
    return Page([AppealTemplateItem(one.name, one.text) for one in ctx.settings(AppealSettings).templates])


async def take(ctx: Context, appeal_id: str) -> None:
    """The member of staff takes the appeal into work."""
    async with ctx.uow() as uow:
        row = await _open(ctx, uow, appeal_id)
        await change(uow, row.id, taken_by=ctx.actor.id, resolution=domain.IN_WORK)
        if row.resolution != domain.IN_WORK:
            await opening.tell(uow, row.id, domain.IN_WORK, "Обращение взято в работу.")
        uow.audit("appeals.taken", row.id)


async def answer(ctx: Context, appeal_id: str, data: AppealReply) -> AppealMessage:
    """Writes to the author, whether or not he may answer."""
    async with ctx.uow() as uow:
        row = await _open(ctx, uow, appeal_id)
        await room(uow, row.id, ctx.settings(AppealSettings).messages)
        message_id = await opening.say(uow, row.id, "company", data.text, staff=ctx.actor.id)
        files = await filing.take(ctx, uow, row.id, data.files, "company", message=message_id)
        await opening.tell(uow, row.id, ANSWERED, data.text[:500])
        uow.audit("appeals.answered", row.id)
        shown = [filing.shown(file) for file in files]
        return await uow.answer(AppealMessage(message_id, False, domain.COMPANY, data.text, uow.now, shown))


async def add_block(ctx: Context, appeal_id: str, data: AppealNewBlock) -> AppealBlock:
    """Adds «Проект оферты», «На подписание» or «Письмо» with files that were uploaded before."""
    async with ctx.uow() as uow:
        row = await _open(ctx, uow, appeal_id)
        block_id = await opening.block(uow, row.id, data.kind)
        files = await filing.take(ctx, uow, row.id, data.files, "company", block=block_id)
        await opening.tell(uow, row.id, BLOCKS[data.kind], "Компания добавила документы.")
        uow.audit("appeals.block_added", row.id, kind=data.kind)
        shown = [filing.shown(file) for file in files]
        return await uow.answer(AppealBlock(block_id, data.kind, BLOCKS[data.kind], uow.now, shown))


async def correspondence(ctx: Context, appeal_id: str, *, allowed: bool) -> None:
    """Allows the author to write, or forbids it."""
    async with ctx.uow() as uow:
        row = await _open(ctx, uow, appeal_id)
        if row.correspondence != allowed:
            await change(uow, row.id, correspondence=allowed)
            text = "Переписка по обращению открыта." if allowed else domain.NO_CORRESPONDENCE
            await opening.tell(uow, row.id, "Переписка", text)
        uow.audit("appeals.correspondence", row.id, allowed=allowed)


async def resolve(ctx: Context, appeal_id: str, text: str) -> None:
    """Gives a further resolution, in the company's words."""
    async with ctx.uow() as uow:
        row = await _open(ctx, uow, appeal_id)
        await change(uow, row.id, resolution=text.strip())
        await opening.tell(uow, row.id, text.strip(), f"Статус обращения: «{text.strip()}».")
        uow.audit("appeals.resolved", row.id)


async def close(ctx: Context, appeal_id: str, text: str) -> None:
    """Answers for the last time and closes the appeal."""
    async with ctx.uow() as uow:
        row = await _open(ctx, uow, appeal_id)
        await _close(ctx, uow, row, text)
        uow.audit("appeals.closed", row.id)


async def decide(ctx: Context, appeal_id: str, data: AppealDecision) -> None:
    """Grants the role «Администратор» that the appeal requests, or refuses it; either closes the appeal."""
    async with ctx.uow() as uow:
        row = await _open(ctx, uow, appeal_id)
        if row.effect != "administrator" or row.contract_id is None:
            raise Problem(errors.NOT_A_REQUEST)
        if data.decision == "grant":
            await make_administrator(uow, row.account_id, row.contract_id)
        await _close(ctx, uow, row, data.text)
        state = "granted" if data.decision == "grant" else "refused"
        uow.audit(f"roles.request_{state}", row.contract_id, request=row.id, account=row.account_id)


async def _close(ctx: Context, uow: UnitOfWork, row: AppealRow, text: str) -> None:
    await opening.say(uow, row.id, "company", text, staff=ctx.actor.id)
    await close_appeal(uow, row.id)
    await opening.tell(uow, row.id, domain.CLOSED, text[:500])


async def _open(ctx: Context, uow: UnitOfWork, appeal_id: str) -> AppealRow:
    row = await locked(uow, appeal_id)
    if row.state not in ("open", "closed"):
        raise Problem(NOT_FOUND)
    if row.state == "closed":
        raise Problem(errors.NOT_OPEN)
    return row
