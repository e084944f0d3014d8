"""Reconciliation acts: those issued, those ordered, and ordering one."""

import sqlalchemy as sa

from core.sdk import INVALID, Context, FieldProblem, Page, Problem, new_id
from plugins.payments.errors import PERIOD_FUTURE, PERIOD_REVERSED, PERIOD_TOO_LONG
from plugins.payments.models import ActOrder
from plugins.payments.public import ActOrdered
from plugins.payments.schemas.documents import PaymentsAct, PaymentsActOrder
from plugins.payments.services.printing_acts import PrintAct
from plugins.payments.settings import PaymentsSettings
from plugins.payments.store import documents as store

_YEARS = 5


async def acts(ctx: Context) -> Page[PaymentsAct]:
    """«Акты сверки» of the contract in the path: what is still to come first, then the issued, the newest first."""
    contract_id = ctx.granted.contract_id
    ordered = [
        PaymentsAct(row.id, "ordered", None, None, row.period_from, row.period_to, row.ordered_at, None)
        for row in await ctx.reader.all(store.ORDERS, contract_id=contract_id)
    ]
    issued = [
        PaymentsAct(
            row.id, "issued", row.number, row.issued_on, row.period_from, row.period_to, row.ordered_at, row.size
        )
        for row in await ctx.reader.all(store.ACTS, contract_id=contract_id)
    ]
    return Page([*ordered, *issued])


async def order(ctx: Context, wanted: PaymentsActOrder) -> PaymentsAct:
    """«Заказать»: told to the company as a fact, or made by a job, as the supplier chose.

    Raises Problem for a period that cannot be.
    """
    _check(ctx, wanted)
    order_id, contract_id = new_id(), ctx.granted.contract_id
    async with ctx.uow() as uow:
        await uow.execute(
            sa.insert(ActOrder).values(
                id=order_id,
                contract_id=contract_id,
                account_id=ctx.actor.id,
                period_from=wanted.period_from,
                period_to=wanted.period_to,
                ordered_at=uow.now,
            )
        )
        if ctx.settings(PaymentsSettings).acts == "embedded":
            uow.enqueue(PrintAct(order_id))
        else:
            fact = ActOrdered(order_id, contract_id, wanted.period_from, wanted.period_to, ctx.actor.label)
            uow.emit(fact, subject=contract_id)
        uow.audit("payments.act_ordered", contract_id, order=order_id)
        act = PaymentsAct(order_id, "ordered", None, None, wanted.period_from, wanted.period_to, uow.now, None)
        return await uow.answer(act)


def _check(ctx: Context, wanted: PaymentsActOrder) -> None:
    wrong = []
    if wanted.period_to < wanted.period_from:
        wrong.append(FieldProblem("period_to", PERIOD_REVERSED))
    elif wanted.period_to > ctx.today():
        wrong.append(FieldProblem("period_to", PERIOD_FUTURE))
    elif wanted.period_to.year - wanted.period_from.year > _YEARS:
        wrong.append(FieldProblem("period_from", PERIOD_TOO_LONG, {"years": _YEARS}))
    if wrong:
        raise Problem(INVALID, errors=wrong)
