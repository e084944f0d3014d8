"""Giving money back, on the order of staff."""

from datetime import timedelta

import msgspec
import sqlalchemy as sa

from core.ports.acquirer import Acquirer, AcquirerRefused, AcquirerUnavailable, OutcomeUnknown
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Later, Problem, UnitOfWork, finishing, new_id
from plugins.payments import domain, errors
from plugins.payments.models import Refund
from plugins.payments.schemas.paying import PaymentsReturn, PaymentsReturnOrder
from plugins.payments.services.feeds import money
from plugins.payments.services.settling import follow
from plugins.payments.store import paying as store
from plugins.payments.store.paying import PaymentRow

_PAUSE = timedelta(seconds=30)


class GiveBack(msgspec.Struct, frozen=True):
    """Ask the acquirer for a refund or a reversal."""

    refund_id: str


async def order(ctx: Context, payment_id: str, wanted: PaymentsReturnOrder) -> PaymentsReturn:
    """Orders a refund of money that was taken and has not been given back or promised yet. Raises Problem."""
    async with ctx.uow() as uow:
        row = await uow.one(store.LOCKED_PAYMENT, {"payment_id": payment_id})
        if row is None:
            raise Problem(NOT_FOUND)
        payment = PaymentRow(*row)
        if payment.state != "succeeded":
            raise Problem(errors.NOT_TAKEN)
        asked = (await uow.execute(store.ASKED_BACK, {"payment_id": payment_id})).scalar() or domain.NOTHING
        left = domain.kopecks(payment.total - payment.returned - asked)
        amount = left if wanted.amount is None else money(wanted.amount)
        whole = amount == domain.kopecks(payment.total)
        if amount <= 0 or amount > left or (wanted.reversal and not whole):
            wrong = FieldProblem("amount", errors.RETURN_TOO_LARGE, {"left": domain.roubles(left)})
            raise Problem(INVALID, errors=[wrong])
        refund_id = new_id()
        await uow.execute(
            sa.insert(Refund).values(
                id=refund_id,
                payment_id=payment_id,
                amount=amount,
                reversal=wanted.reversal,
                note=wanted.note,
                state="asked",
                asked_by=ctx.actor.label,
                asked_at=uow.now,
            )
        )
        uow.enqueue(GiveBack(refund_id))
        uow.audit("payments.return_asked", payment_id, refund=refund_id, amount=str(amount))
        return await uow.answer(PaymentsReturn(refund_id, payment_id, amount, wanted.reversal, "asked", ""))


async def read(ctx: Context, payment_id: str, refund_id: str) -> PaymentsReturn:
    """What became of an order to give back. Raises Problem."""
    row = await ctx.reader.first(store.REFUND, refund_id=refund_id)
    if row is None or row.payment_id != payment_id:
        raise Problem(NOT_FOUND)
    return PaymentsReturn(row.id, row.payment_id, domain.kopecks(row.amount), row.reversal, row.state, row.reason)


async def give_back(ctx: Context, wanted: GiveBack) -> None:
    """Asks the acquirer under the refund's own key until its answer is clear; then reads the order and posts it."""
    refund = await ctx.reader.first(store.REFUND, refund_id=wanted.refund_id)
    if refund is None or refund.state != "asked" or refund.order_id is None:
        return
    acquirer = ctx.port(Acquirer)
    try:
        if refund.reversal:
            await acquirer.reverse(refund.order_id)
        elif (await acquirer.refund(refund.order_id, refund.id, int(refund.amount * 100))).state == "pending":
            raise Later(_PAUSE)
        status = await acquirer.status(refund.order_id)
    except (AcquirerUnavailable, OutcomeUnknown) as error:
        raise Later(_PAUSE) from error
    except AcquirerRefused as refusal:
        async with finishing(ctx) as uow:
            await _settle(uow, refund.id, "refused", f"{refusal.code} {refusal.text}".strip() or refusal.reason)
        return
    if not refund.reversal and status.refunded < int((refund.done + refund.amount) * 100):
        raise Later(_PAUSE)  # the acquirer's own figures lag behind
    async with finishing(ctx) as uow:
        await follow(ctx, uow, refund.payment_id, status)
        await _settle(uow, refund.id, "done", "")


async def _settle(uow: UnitOfWork, refund_id: str, state: str, reason: str) -> None:
    await uow.execute(
        sa.update(Refund).where(Refund.id == refund_id, Refund.state == "asked").values(state=state, reason=reason)
    )
