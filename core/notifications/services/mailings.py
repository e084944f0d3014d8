"""Mailings of the supplier: to everybody who wants them and to nobody else, each letter ordered once."""

import msgspec
import sqlalchemy as sa

from core.notifications import schemas, store
from core.notifications.letters import ADVERTISING, MAGAZINE
from core.notifications.models import Mailing
from core.notifications.public import SendLetter
from core.notifications.services import publishing
from core.notifications.settings import NotificationsSettings
from core.sdk import INVALID, Context, Page, Problem, UnitOfWork, decode_cursor, finishing, new_id, page

_LETTERS = {"advertising": ADVERTISING.name, "magazine": MAGAZINE.name}


class MailBatch(msgspec.Struct, frozen=True):
    """Order the letters of a mailing to the accounts after `after`."""

    mailing_id: str
    kind: str
    after: str = ""


async def order(ctx: Context, data: schemas.NotificationMailingOrder) -> schemas.NotificationMailing:
    """Starts a mailing; its letters are ordered batch by batch."""
    mailing_id, wrong = new_id(), []  # type: ignore[var-annotated]
    keys = await publishing.keys_of(ctx, data.audience, wrong)
    if wrong:
        raise Problem(INVALID, errors=wrong)
    audience = publishing.name_of(data.audience)
    async with ctx.uow() as uow:
        await uow.execute(
            sa.insert(Mailing).values(
                id=mailing_id,
                kind=data.kind,
                topic=data.topic,
                text=data.text,
                audience=audience,
                addressees=msgspec.json.encode([key.partition(":")[2] for key in keys if ":" in key]).decode(),
                ordered_by=ctx.actor.id,
                created_at=uow.now,
            )
        )
        uow.enqueue(MailBatch(mailing_id, data.kind))
        uow.audit("notifications.mailing_ordered", mailing_id, kind=data.kind, audience=audience)
        answer = schemas.NotificationMailing(
            mailing_id, data.kind, data.topic, audience, 0, ctx.actor.id, uow.now, None
        )
        return await uow.answer(answer, status=202)


async def send_batch(ctx: Context, batch: MailBatch) -> None:
    """Orders the next letters and the batch after them; all of it commits with the end of this job, or nothing."""
    size = ctx.settings(NotificationsSettings).mailing_batch
    async with finishing(ctx) as uow:
        mailing = await _waiting(uow, batch)
        if mailing is None:
            return
        addressees = msgspec.json.decode(mailing.addressees, type=list[str])
        select = store.wanting(batch.kind, batch.after, size, mailing.audience, addressees)
        wanting = (await uow.execute(select)).all()
        for account_id, email in wanting:
            uow.enqueue(_letter(batch, account_id, email))
        more = len(wanting) == size
        reached = wanting[-1][0] if wanting else batch.after
        if more:
            uow.enqueue(MailBatch(batch.mailing_id, batch.kind, reached))
        await uow.execute(
            sa.update(Mailing)
            .where(Mailing.id == batch.mailing_id)
            .values(letters=Mailing.letters + len(wanting), reached=reached, finished_at=None if more else uow.now)
        )


async def _waiting(uow: UnitOfWork, batch: MailBatch) -> sa.Row[str, str] | None:
    """Whom the mailing is for, if it waits for this batch: one that is driven again after its end does nothing."""
    return await uow.one(
        sa.select(Mailing.audience, Mailing.addressees)
        .where(Mailing.id == batch.mailing_id, Mailing.finished_at.is_(None), Mailing.reached == batch.after)
        .with_for_update()
    )


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
