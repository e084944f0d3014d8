"""Starting a payment: the order is stored first, then registered at the acquirer under its own number.

Two transactions with the bank's call between them. Whatever dies in between, the stored payment is taken up again by
`Check`, under the same number, so that it can neither be lost nor be doubled.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from core.identity.public import limits
from core.ports.acquirer import Acquirer, AcquirerRefused, AcquirerUnavailable, Order, OutcomeUnknown, ReceiptItem
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork, new_id
from plugins.payments import domain, errors
from plugins.payments.models import Allocation, Hold, Payment
from plugins.payments.schemas.paying import PaymentsOrder, PaymentsPayment
from plugins.payments.services import methods, quoting
from plugins.payments.services.quoting import Quoted
from plugins.payments.settings import PaymentsSettings
from plugins.payments.store import paying as store
from plugins.payments.store.paying import PaymentRow

_FIRST_LOOK = timedelta(seconds=15)


class Check(msgspec.Struct, frozen=True):
    """Look what became of a payment. `once`: of no consequence for when it is looked at next."""

    payment_id: str
    once: bool = False


async def start(ctx: Context, order: PaymentsOrder) -> PaymentsPayment:
    """Starts a payment on the contract in the path, or finds the one that this very request started. Raises Problem."""
    await limits.take(ctx, limits.hourly("payments", ctx.actor.id, ctx.settings(PaymentsSettings).orders_per_hour))
    await methods.check(ctx, order.card_id)
    payment_id, fresh = await _place(ctx, order)
    with suppress(OutcomeUnknown, AcquirerUnavailable):  # the job goes on; the page's address comes with the status
        await register(ctx, payment_id, fresh=fresh)
    async with ctx.uow() as uow:
        payment = PaymentRow(*await _locked(uow, payment_id))
        return await uow.answer(shown(payment))


async def _place(ctx: Context, order: PaymentsOrder) -> tuple[str, bool]:
    """Stores the payment; returns its identifier and whether it is a new one."""
    contract_id = ctx.granted.contract_id
    key = f"{ctx.claim.key_hash}:{ctx.claim.body_hash}" if ctx.claim else None
    # not ctx.uow(): the call's Idempotency-Key is taken by the transaction that has the answer
    async with ctx.runtime.transaction(ctx.actor.label) as uow:
        await uow.lock(f"payments:{contract_id}")
        if key is not None and (found := await uow.one(store.BY_REQUEST, {"request_key": key})):
            return str(found[0]), False
        # before the bills: one that is let go of meanwhile is read as paid, never as free and still owed
        held = list(await uow.execute(store.HELD, {"contract_id": contract_id}))
        quoted = await quoting.understand(ctx, order, await quoting.unpaid(ctx))
        quoting.check_startable(ctx, quoted)
        same = await _in_progress(ctx, uow, order, quoted, held)
        if same is not None:
            return same, False
        return await _insert(ctx, uow, order, quoted, key), True


async def _in_progress(
    ctx: Context, uow: UnitOfWork, order: PaymentsOrder, quoted: Quoted, held: Sequence[Any]
) -> str | None:
    """The caller's own payment of the same, if it is in progress. Raises Problem for any other of the same bills."""
    rows = [row for row in held if row.bill_id in quoted.plan.shares]
    if not rows:
        return None
    payment_ids = {row.payment_id for row in rows}
    if len(payment_ids) == 1 and rows[0].account_id == ctx.actor.id:
        payment = PaymentRow(*await _locked(uow, rows[0].payment_id))
        planned = {row.bill_id: row.planned for row in await uow.execute(store.PLANNED, {"payment_id": payment.id})}
        asked = (quoted.total, quoted.receipt_email, order.card_id or "", order.save_card)
        kept = (payment.total, payment.receipt_email, payment.card_id, payment.save_card)
        if asked == kept and planned == quoted.plan.shares:
            return payment.id
    until = rows[0].expires_at.astimezone(ctx.runtime.zone)
    raise Problem(errors.BEING_PAID, until=f"{until:%H:%M}")


async def _insert(ctx: Context, uow: UnitOfWork, order: PaymentsOrder, quoted: Quoted, key: str | None) -> str:
    payment_id = new_id()
    plan = quoted.plan
    await uow.execute(
        sa.insert(Payment).values(
            id=payment_id,
            contract_id=ctx.granted.contract_id,
            account_id=ctx.actor.id,
            mode=order.mode,
            method=quoted.method,
            card_id=order.card_id or "",
            save_card=order.save_card,
            amount=plan.amount,
            commission=quoted.commission,
            total=quoted.total,
            purpose=quoted.purpose,
            receipt_email=quoted.receipt_email,
            state="new",
            request_key=key,
            created_at=uow.now,
            expires_at=uow.now + timedelta(minutes=ctx.settings(PaymentsSettings).session_minutes),
            advance=domain.NOTHING,
            returned=domain.NOTHING,
        )
    )
    if plan.shares:
        # each refers to a bill, which is locked thereby: in the order of keys, as whoever changes bills takes them
        shares = [{"payment_id": payment_id, "bill_id": bill_id} for bill_id in sorted(plan.shares)]
        await uow.execute(
            sa.insert(Allocation),
            [share | {"planned": plan.shares[share["bill_id"]], "credited": domain.NOTHING} for share in shares],
        )
        await uow.execute(sa.insert(Hold), shares)
    uow.enqueue(Check(payment_id), delay=_FIRST_LOOK)
    uow.audit("payments.started", payment_id, contract=ctx.granted.contract_id, total=str(quoted.total))
    return payment_id


async def register(ctx: Context, payment_id: str, *, fresh: bool) -> None:
    """Registers a stored payment at the acquirer, unless that is done.

    `fresh`: nobody has tried before. Raises Problem where the attempt has certainly failed. While its outcome is
    unknown (OutcomeUnknown, AcquirerUnavailable) the payment stays `new`, to be registered again under its number.
    """
    payment = await ctx.reader.first(store.PAYMENT, payment_id=payment_id)
    if payment is None or payment.state != "new":
        return
    try:
        registered = await ctx.port(Acquirer).register(await _order(ctx, payment))
    except AcquirerRefused as refusal:
        await _end(ctx, payment_id, "expired" if refusal.reason == "expired" else "failed", refusal.code)
        raise Problem(errors.BANK_REFUSED, text=refusal.text) from refusal
    except AcquirerUnavailable as error:
        if not fresh:  # an earlier attempt may have reached the bank
            raise
        await _end(ctx, payment_id, "failed", "unavailable")
        raise Problem(errors.BANK_UNAVAILABLE) from error
    async with ctx.runtime.transaction(ctx.actor.label) as uow:
        await uow.execute(
            sa.update(Payment)
            .where(Payment.id == payment_id, Payment.state == "new")
            .values(state="waiting", order_id=registered.order_id, pay_url=registered.payment_url)
        )
        if not registered.payment_url:  # a linked card was charged at once
            uow.enqueue(Check(payment_id, once=True))


async def _order(ctx: Context, payment: PaymentRow) -> Order:
    """The acquirer's order: the same whenever it is made."""
    settings = ctx.settings(PaymentsSettings)
    template = settings.return_url or f"{ctx.runtime.base_url}/payments/{{payment_id}}"
    back = template.replace("{payment_id}", payment.id)
    return Order(
        number=payment.id,
        amount=_kopecks(payment.total),
        description=payment.purpose,
        return_url=back,
        fail_url=back,
        placed_at=payment.created_at,
        expires_at=payment.expires_at,
        email=payment.receipt_email,
        items=await _receipt(ctx, payment, settings),
        payer_id=payment.account_id or "",
        save_card=payment.save_card,
        card_id=payment.card_id,
    )


async def _receipt(ctx: Context, payment: PaymentRow, settings: PaymentsSettings) -> tuple[ReceiptItem, ...]:
    if not settings.receipt.items:
        return ()
    shares = await ctx.reader.all(store.SHARES, payment_id=payment.id)
    items = [
        ReceiptItem(domain.bill_title(share.kind, share.number)[:128], _kopecks(share.planned), settings.receipt.vat)
        for share in shares
    ]
    advance = payment.amount - domain.total(share.planned for share in shares)
    if advance > 0:
        vat = settings.receipt.vat_of_advance
        items.append(ReceiptItem("Аванс за электроэнергию", _kopecks(advance), vat, "advance", "payment"))
    if payment.commission > 0:
        items.append(ReceiptItem("Комиссия", _kopecks(payment.commission), settings.receipt.vat_of_commission))
    return tuple(items)


def _kopecks(amount: Any) -> int:
    return int(amount * 100)


async def _end(ctx: Context, payment_id: str, state: str, reason: str) -> None:
    """The attempt has failed for good before the bank had an order."""
    async with ctx.runtime.transaction(ctx.actor.label) as uow:
        await uow.execute(
            sa.update(Payment)
            .where(Payment.id == payment_id, Payment.state == "new")
            .values(state=state, reason=reason, settled_at=uow.now, request_key=None)
        )
        await uow.execute(sa.delete(Hold).where(Hold.payment_id == payment_id))
        uow.audit("payments.not_started", payment_id, reason=reason)


async def _locked(uow: UnitOfWork, payment_id: str) -> Any:
    row = await uow.one(store.LOCKED_PAYMENT, {"payment_id": payment_id})
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def payment(ctx: Context, payment_id: str) -> PaymentsPayment:
    """A payment of the caller. Raises Problem for any other."""
    row = await ctx.reader.first(store.OWN_PAYMENT, payment_id=payment_id, account_id=ctx.actor.id)
    if row is None:
        raise Problem(NOT_FOUND)
    return shown(row)


def shown(row: PaymentRow) -> PaymentsPayment:
    """A payment as its payer sees it."""
    return PaymentsPayment(
        row.id,
        row.contract_id,
        "waiting" if row.state == "new" else row.state,
        row.pay_url or None if row.state in domain.OPEN else None,
        row.purpose,
        domain.kopecks(row.amount),
        domain.kopecks(row.commission),
        domain.kopecks(row.total),
        domain.kopecks(row.returned),
        row.receipt_email,
        row.created_at,
        row.expires_at,
        row.settled_at,
    )
