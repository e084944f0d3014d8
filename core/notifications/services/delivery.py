"""Sending letters, and the account of what became of each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from core.notifications import schemas, store
from core.notifications.errors import LETTER_WAITING
from core.notifications.models import Delivery
from core.notifications.public import Attachment, Secret, SendLetter
from core.notifications.services import unsubscribing
from core.notifications.services.templates import Rendered, templates_of
from core.notifications.settings import NotificationsSettings
from core.ports.files import Files
from core.ports.mail import Mail, MailFile, MailRefused, Message
from core.sdk import (
    NOT_FOUND,
    Context,
    Letter,
    Page,
    Problem,
    UnitOfWork,
    chunks,
    decode_cursor,
    finishing,
    new_id,
    page,
)

ATTEMPTS = 10
"""Over some four hours; then the letter has failed."""
_ANSWER_LENGTH = 500
_ROWS = 500


async def send(ctx: Context, order: SendLetter) -> None:
    """Renders a letter, hands it to the mail port and notes what became of it; runs in a job.

    A mailbox that refuses it for good ends the job; whatever else goes wrong is raised, to be tried again.
    """
    await _note_attempt(ctx, order)
    state, answer = "sent", ""
    try:
        leaving = unsubscribing.link(ctx, order.leave) if order.leave else ""
        rendered = await _render(ctx, order, leaving)
        files = [await _attached(ctx, file) for file in order.files]
        await ctx.port(Mail).send(
            Message(order.id, order.to, rendered.subject, rendered.text, rendered.html, files, leaving)
        )
    except MailRefused as error:
        state, answer = "refused", str(error)
    except Exception as error:
        await _note_failure(ctx, order, error)
        raise
    async with finishing(ctx) as uow:
        await _settle(uow, order.id, state, answer)


async def _render(ctx: Context, order: SendLetter, leaving: str) -> Rendered:
    params = {
        **order.params,
        "unsubscribe": leaving,
        "base_url": ctx.runtime.base_url,
        "supplier": ctx.runtime.supplier,
    }
    if order.content:
        kind, _, content_id = order.content.partition(":")
        written = await ctx.reader.first(store.CONTENT[kind], content_id=content_id)
        params |= written or {}
    if order.secret:
        params[order.secret.form] = _reveal(ctx, order.secret)
    templates = templates_of(ctx.settings(NotificationsSettings).templates, ctx.declared(Letter))
    return templates.render(order.letter, params)


async def _attached(ctx: Context, file: Attachment) -> MailFile:
    return MailFile(file.name, b"".join([piece async for piece in ctx.port(Files).get(file.key)]))


def _reveal(ctx: Context, secret: Secret) -> str:
    derive = {"code": ctx.secrets.code, "token": ctx.secrets.token, "password": ctx.secrets.password}[secret.form]
    return derive(secret.purpose, secret.subject)


async def note_orders(uow: UnitOfWork, orders: Sequence[SendLetter]) -> None:
    """Enters letters into the account as queued, in the transaction that orders them."""
    owners = await _owners(uow, sorted({order.to for order in orders}))
    rows = [_row(order, owners.get(order.to), uow.now) for order in orders]
    for some in chunks(rows, _ROWS):
        await uow.execute(uow.upsert(Delivery).on_conflict_do_nothing(), list(some))


async def _owners(uow: UnitOfWork, emails: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunks(emails, _ROWS):
        found.update((row.email, row.id) for row in await uow.execute(store.owners_of(some)))
    return found


def _row(order: SendLetter, owner: str | None, at: datetime) -> dict[str, Any]:
    return {
        "id": order.id,
        "letter": order.letter,
        "email": order.to,
        "account_id": owner,
        "state": "queued",
        "attempts": 0,
        "order": msgspec.json.encode(order),
        "again_of": order.again_of,
        "created_at": at,
    }


async def _note_attempt(ctx: Context, order: SendLetter) -> None:
    async with ctx.uow() as uow:
        owner = (await _owners(uow, [order.to])).get(order.to)
        await uow.execute(
            # a row there is, unless it was ordered by an older version or its time in the account is over
            uow.upsert(Delivery)
            .values(_row(order, owner, uow.now) | {"attempts": 1})
            .on_conflict_do_update(
                index_elements=[Delivery.id],
                set_={"attempts": Delivery.attempts + 1, "state": "queued", "settled_at": None},
            )
        )


async def _note_failure(ctx: Context, order: SendLetter, error: Exception) -> None:
    last = ctx.job is not None and ctx.job.attempt >= ATTEMPTS
    async with ctx.uow() as uow:
        await _settle(uow, order.id, "failed" if last else "queued", f"{type(error).__name__}: {error}")


async def _settle(uow: UnitOfWork, letter_id: str, state: str, answer: str) -> None:
    settled_at = None if state == "queued" else uow.now
    await uow.execute(
        sa.update(Delivery)
        .where(Delivery.id == letter_id)
        .values(state=state, answer=answer[:_ANSWER_LENGTH], settled_at=settled_at)
    )


# ---- for staff
async def deliveries(
    ctx: Context, email: str | None, state: str | None, cursor: str | None, limit: int
) -> Page[schemas.LetterDelivery]:
    """What became of letters, the newest first."""
    (after,) = decode_cursor(cursor, str) or (None,)
    given = {"email": email and email.lower(), "state": state}
    filters = {name: value for name, value in given.items() if value}
    query = store.DELIVERIES[tuple(filters)]
    rows = await ctx.reader.all(query, after=after, limit=limit + 1, **filters)
    cut = page(rows, limit, lambda row: (row.id,))
    return Page([msgspec.convert(row, schemas.LetterDelivery, from_attributes=True) for row in cut.items], cut.next)


async def send_again(ctx: Context, letter_id: str) -> schemas.LetterOrdered:
    """Orders the same letter once more. It has a Message-ID of its own, or the receiver would drop it as a repeat."""
    async with ctx.uow() as uow:
        found = await uow.one(sa.select(Delivery.state, Delivery.order).where(Delivery.id == letter_id))
        if found is None:
            raise Problem(NOT_FOUND)
        if found.state == "queued":
            raise Problem(LETTER_WAITING)
        order = msgspec.json.decode(found.order, type=SendLetter)
        again = msgspec.structs.replace(order, id=new_id(), again_of=letter_id)
        uow.enqueue(again)
        uow.audit("notifications.letter_sent_again", letter_id, again=again.id)
        return await uow.answer(schemas.LetterOrdered(again.id), status=202)


async def forget(ctx: Context) -> None:
    """Removes what became of letters of long ago."""
    async with ctx.uow() as uow:
        before = uow.now - timedelta(days=ctx.settings(NotificationsSettings).deliveries_days)
        await uow.execute(sa.delete(Delivery).where(Delivery.created_at < before))
