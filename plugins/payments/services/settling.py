"""What became of a payment: the acquirer is read anew, and what it says is posted exactly once.

The only place where money moves. Each change is decided by `domain.follow` under the lock of the payment's row and
commits with everything that it means: bills, advance, ledger, history, notification, and the fact for billing.
"""

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.ports.acquirer import Acquirer, AcquirerUnavailable, OrderStatus, OutcomeUnknown
from core.sdk import Context, Later, Problem, UnitOfWork, finishing
from plugins.payments import domain
from plugins.payments.domain import Known, Mismatch, Move, Seen
from plugins.payments.models import Allocation, Balance, Bill, Entry, Executed, Hold, Payment
from plugins.payments.public import PaidBill, PaymentPaid, PaymentReturned
from plugins.payments.services import methods, paying
from plugins.payments.services.feeds import tell_of_payment
from plugins.payments.services.paying import Check
from plugins.payments.store import paying as store
from plugins.payments.store.paying import PaymentRow

_LOG = logging.getLogger("abonent.payments")
_TAKEN, _RETURNED = "Оплачен", "Возвращён"
"""Statuses of the cabinet's own lines in the history, until billing replaces them."""


async def look(ctx: Context, order: Check) -> None:
    """Reads the acquirer and follows it; runs in a job, and looks again later while the payment is open."""
    payment = await ctx.reader.first(store.PAYMENT, payment_id=order.payment_id)
    if payment is None:
        return
    if payment.order_id is None:
        await _register_again(ctx, payment, order)
        return
    try:
        status = await ctx.port(Acquirer).status(payment.order_id)
    except AcquirerUnavailable as error:
        raise Later(_pause(ctx, payment)) from error
    async with finishing(ctx) as uow:
        state = await follow(ctx, uow, payment.id, status)
        if state in domain.OPEN and not order.once:
            uow.enqueue(order, delay=_pause(ctx, payment))


async def _register_again(ctx: Context, payment: PaymentRow, order: Check) -> None:
    """The order may or may not have reached the acquirer: it is sent again under the same number."""
    if payment.state != "new":
        return
    try:
        await paying.register(ctx, payment.id, fresh=False)
    except Problem:  # a clear no; noted
        return
    except (AcquirerUnavailable, OutcomeUnknown) as error:
        raise Later(_pause(ctx, payment)) from error
    if not order.once:
        raise Later(_pause(ctx, payment))


def _pause(ctx: Context, payment: PaymentRow) -> timedelta:
    now = ctx.now()
    return domain.next_look(now - payment.created_at, payment.expires_at - now)


async def follow(ctx: Context, uow: UnitOfWork, payment_id: str, status: OrderStatus) -> str:
    """Follows what the acquirer says of an order, under the payment's lock; returns the state that it is in then."""
    payment = PaymentRow(*(await uow.execute(store.LOCKED_PAYMENT, {"payment_id": payment_id})).one())
    known = Known(payment.state, domain.kopecks(payment.total), domain.kopecks(payment.returned))
    seen = _seen(status, known, expired=uow.now >= payment.expires_at)
    move = domain.follow(known, seen)
    if status.number != payment.id or domain.roubles_of(status.amount) != known.total:
        move = Mismatch(known.total, domain.roubles_of(status.amount))
    if isinstance(move, Mismatch):
        _LOG.error("payment %s: the acquirer has %s for %s", payment.id, move.seen, move.expected)
        uow.audit("payments.mismatch", payment.id, expected=str(move.expected), seen=str(move.seen))
        return payment.state
    if move is None:
        return payment.state
    if move.took:
        payment = await _take(ctx, uow, payment, status)
    if move.gave_back:
        await _give_back(uow, payment, move.gave_back)
    await _note(uow, payment, move, seen)
    return move.state


def _seen(status: OrderStatus, known: Known, *, expired: bool) -> Seen:
    """The acquirer's words in ours."""
    paid, refunded = domain.roubles_of(status.paid), domain.roubles_of(status.refunded)
    match status.state:
        case "created" | "confirming" | "held":
            return Seen("pending")
        case "declined":
            return Seen("expired" if expired else "failed", reason=status.decline_code)
        case "reversed" if known.state in domain.UNTAKEN:
            return Seen("failed", reason="reversed")
        case "reversed":
            return Seen("taken", known.total, known.total)
    return Seen("taken", paid, refunded)


async def _note(uow: UnitOfWork, payment: PaymentRow, move: Move, seen: Seen) -> None:
    values: dict[str, Any] = {"state": move.state}
    if move.state not in domain.OPEN:
        await uow.execute(sa.delete(Hold).where(Hold.payment_id == payment.id))
        values |= {"settled_at": payment.settled_at or uow.now, "reason": seen.reason}
    if move.state in domain.UNTAKEN - domain.OPEN:
        values["request_key"] = None
    await uow.execute(sa.update(Payment).where(Payment.id == payment.id).values(**values))
    uow.audit(f"payments.{move.state}", payment.id, returned=str(move.gave_back))


# ---- money taken
async def _take(ctx: Context, uow: UnitOfWork, payment: PaymentRow, status: OrderStatus) -> PaymentRow:
    """Credits the bills as far as they are still owed, the rest as an advance, and tells everybody."""
    rows = list(await uow.execute(store.LOCKED_SHARES, {"payment_id": payment.id}))
    credited: dict[str, Decimal] = {}
    for bill_id, _, remaining, planned, _, _ in rows:
        share = min(domain.kopecks(planned), domain.kopecks(remaining))
        credited[bill_id] = share
        await uow.execute(sa.update(Bill).where(Bill.id == bill_id).values(remaining=domain.kopecks(remaining) - share))
        await _set_share(uow, payment.id, bill_id, share)
    amount = domain.kopecks(payment.amount)
    advance = amount - domain.total(credited.values())
    if advance:
        await _add_to_advance(uow, payment.contract_id, advance)
    fee = domain.kopecks(payment.commission)
    await _post(uow, payment.id, "paid", domain.posting_of_taken(amount, advance, fee))
    paid_at = status.paid_at or uow.now
    fact = PaymentPaid(
        payment.id,
        payment.contract_id,
        [PaidBill(bill_id, share) for bill_id, share in credited.items() if share],
        advance,
        amount,
        fee,
        domain.kopecks(payment.total),
        payment.receipt_email,
        payment.method,
        status.order_id,
        f"client:{payment.account_id}",
        paid_at,
    )
    fact_id = uow.emit(fact, subject=payment.contract_id)
    await uow.execute(
        sa.update(Payment).where(Payment.id == payment.id).values(advance=advance, fact_id=fact_id, settled_at=uow.now)
    )
    await _add_to_history(ctx, uow, payment, amount, paid_at.astimezone(ctx.runtime.zone).date())
    if status.card is not None and payment.account_id is not None:
        await methods.note(uow, payment.account_id, status.card)
    return PaymentRow(*(await uow.execute(store.LOCKED_PAYMENT, {"payment_id": payment.id})).one())


async def _add_to_history(ctx: Context, uow: UnitOfWork, payment: PaymentRow, amount: Decimal, day: Any) -> None:
    """The cabinet's own line, until billing's takes its place."""
    await uow.execute(
        sa.insert(Executed).values(
            id=payment.id,
            contract_id=payment.contract_id,
            paid_on=day,
            bank=None,
            number="",
            amount=amount,
            status=_TAKEN,
            purpose=payment.purpose,
            payment_id=payment.id,
        )
    )
    number = await ctx.reader.first(store.CONTRACT_NUMBER, contract_id=payment.contract_id)
    tell_of_payment(uow, payment.id, payment.contract_id, number or "", amount)


# ---- money given back
async def _give_back(uow: UnitOfWork, payment: PaymentRow, back: Decimal) -> None:
    """Takes money that went back to the payer off the advance and off the bills, which are owed again."""
    rows = {row[0]: row for row in await uow.execute(store.LOCKED_SHARES, {"payment_id": payment.id})}
    order = list((await uow.execute(store.DUE_ORDER, {"payment_id": payment.id})).scalars())
    credited = {bill_id: domain.kopecks(rows[bill_id].credited) for bill_id in order}
    returned = domain.split_return(back, domain.kopecks(payment.advance), credited)
    for bill_id, part in returned.bills.items():
        row = rows[bill_id]
        await _set_share(uow, payment.id, bill_id, credited[bill_id] - part)
        if not row.counted:  # else billing's figure holds the payment, and billing will raise it again
            owed = min(domain.kopecks(row.remaining) + part, domain.kopecks(row.billed))
            await uow.execute(sa.update(Bill).where(Bill.id == bill_id).values(remaining=owed))
    if returned.advance and not payment.advance_counted:
        await _add_to_advance(uow, payment.contract_id, -returned.advance)
    so_far = domain.kopecks(payment.returned) + back
    await _post(uow, payment.id, f"returned:{int(so_far * 100)}", returned.posting)
    await uow.execute(
        sa.update(Payment)
        .where(Payment.id == payment.id)
        .values(returned=so_far, advance=domain.kopecks(payment.advance) - returned.advance)
    )
    if so_far == domain.kopecks(payment.total):
        await uow.execute(sa.update(Executed).where(Executed.id == payment.id).values(status=_RETURNED))
    uow.emit(
        PaymentReturned(
            payment.id,
            payment.contract_id,
            [PaidBill(bill_id, part) for bill_id, part in returned.bills.items()],
            returned.advance,
            returned.fee,
            back,
            so_far,
            uow.now,
        ),
        subject=payment.contract_id,
    )


async def _set_share(uow: UnitOfWork, payment_id: str, bill_id: str, credited: Decimal) -> None:
    await uow.execute(
        sa.update(Allocation)
        .where(Allocation.payment_id == payment_id, Allocation.bill_id == bill_id)
        .values(credited=credited)
    )


async def _add_to_advance(uow: UnitOfWork, contract_id: str, amount: Decimal) -> None:
    insert = uow.upsert(Balance).values(
        contract_id=contract_id, billed_advance=domain.NOTHING, advance=amount, overpayment=domain.NOTHING
    )
    await uow.execute(
        insert.on_conflict_do_update(
            index_elements=[Balance.contract_id], set_={"advance": Balance.advance + insert.excluded.advance}
        )
    )


async def _post(uow: UnitOfWork, payment_id: str, cause: str, posting: dict[domain.Account, Decimal]) -> None:
    lines = [
        {"payment_id": payment_id, "cause": cause, "account": account, "amount": amount, "at": uow.now}
        for account, amount in posting.items()
    ]
    await uow.execute(sa.insert(Entry), lines)


# ---- billing's answer, and what fell asleep
async def apply_answer(ctx: Context, fact_id: str, outcome: str) -> None:
    """Notes what billing says of a payment: confirmed, its next figures hold it."""
    own = Payment.fact_id == fact_id
    async with ctx.uow() as uow:
        await uow.execute(sa.update(Payment).where(own).values(billing=outcome))
        if outcome == "accepted":
            first = sa.update(Payment).where(own, Payment.confirmed_at.is_(None))
            await uow.execute(first.values(confirmed_at=uow.now))


async def sweep(ctx: Context) -> None:
    """Looks at open payments whose own job has given up."""
    after = ""
    while found := await ctx.reader.all(store.OPEN_SINCE, before=ctx.now() - timedelta(hours=3), after=after):
        async with ctx.uow() as uow:
            for payment_id in found:
                uow.enqueue(Check(payment_id, once=True), dedup_key=f"sweep:{payment_id}:{ctx.now():%Y%m%d%H}")
        after = found[-1]
