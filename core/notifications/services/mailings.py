"""Mailings of the supplier: to everybody who wants them and to nobody else, each letter ordered once."""

import msgspec
import sqlalchemy as sa

from core.notifications import schemas, store
from core.notifications.letters import ADVERTISING, MAGAZINE
from core.notifications.models import Mailing
from core.notifications.public import SendLetter
from core.notifications.settings import NotificationsSettings
from core.sdk import Context, Page, UnitOfWork, decode_cursor, finishing, new_id, page

_LETTERS = {"advertising": ADVERTISING.name, "magazine": MAGAZINE.name}


class MailBatch(msgspec.Struct, frozen=True):
    """Order the letters of a mailing to the accounts after `after`."""

    mailing_id: str
    kind: str
    after: str = ""


async def order(ctx: Context, data: schemas.NotificationMailingOrder) -> schemas.NotificationMailing:
    """Starts a mailing; its letters are ordered batch by batch."""
    mailing_id = new_id()
    async with ctx.uow() as uow:
        await uow.execute(
            sa.insert(Mailing).values(
                id=mailing_id,
                kind=data.kind,
                topic=data.topic,
                text=data.text,
                ordered_by=ctx.actor.id,
                created_at=uow.now,
            )
        )
        uow.enqueue(MailBatch(mailing_id, data.kind))
        uow.audit("notifications.mailing_ordered", mailing_id, kind=data.kind)
        answer = schemas.NotificationMailing(mailing_id, data.kind, data.topic, 0, ctx.actor.id, uow.now, None)
        return await uow.answer(answer, status=202)


async def send_batch(ctx: Context, batch: MailBatch) -> None:
    """Orders the next letters and the batch after them; all of it commits with the end of this job, or nothing."""
    size = ctx.settings(NotificationsSettings).mailing_batch
    async with finishing(ctx) as uow:
        if not await _is_next(uow, batch):
            return
        wanting = (await uow.execute(store.wanting(batch.kind, batch.after, size))).all()
        for account_id, email in wanting:
            uow.enqueue(_letter(batch, account_id, email))
        more = len(wanting) == size
        reached = wanting[-1][0] if wanting else batch.after
        if more:
            uow.enqueue(MailBatch(batch.mailing_id, batch.kind, reached))
        await uow.execute(
            sa.update(Mailing)
            .where(Mailing.id == batch.mailing_id)
            .values(
                letters=Mailing.letters + len(wanting), reached=reached, finished_at=None if more else uow.now
            )
        )


async def _is_next(uow: UnitOfWork, batch: MailBatch) -> bool:
    """Whether the mailing waits for this batch: one that somebody drives again after its end does nothing."""
    found = await uow.one(
        sa.select(Mailing.reached, Mailing.finished_at).where(Mailing.id == batch.mailing_id).with_for_update()
    )
    return found is not None and found.finished_at is None and found.reached == batch.after


def _letter(batch: MailBatch, account_id: str, email: str) -> SendLetter:
    letter, content = _LETTERS[batch.kind], f"mailing:{batch.mailing_id}"
    return SendLetter(letter, email, content=content, leave=f"{batch.kind}:{account_id}")


async def listed(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.NotificationMailing]:
    """The mailings, the newest first."""
    (after,) = decode_cursor(cursor, str) or (None,)
    rows = await ctx.reader.all(store.MAILINGS, after=after, limit=limit + 1)
    cut = page(rows, limit, lambda row: (row.id,))
    items = [msgspec.convert(row, schemas.NotificationMailing, from_attributes=True) for row in cut.items]
    return Page(items, cut.next)
