"""«Оплата»: the cards of the caller's contracts, and the bills of one."""

from core.sdk import Context, Page, containing, decode_cursor, page
from plugins.payments import domain
from plugins.payments.permissions import BILLS, DEBT, PAY
from plugins.payments.schemas.bills import PaymentsBill, PaymentsBills, PaymentsCard, PaymentsFigures
from plugins.payments.store import bills as store

_READINGS = "readings.submit"
"""Of another plugin, which need not be there."""


async def cards(ctx: Context, search: str, indebted: bool, cursor: str | None, limit: int) -> Page[PaymentsCard]:
    """The cards of all linked contracts, by number; what a role does not show is left out of its card."""
    roles = ctx.runtime.permissions
    number, contract_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.CARDS,
        account_id=ctx.actor.id,
        pattern=containing(search),
        everything=not indebted,
        debt_roles=sorted(roles[DEBT.name]),
        number=number,
        id=contract_id,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.number, row.contract_id))
    shown = roles[DEBT.name] | roles[BILLS.name]
    wanted = [row.contract_id for row in cut.items if row.role in shown]
    unpaid: dict[str, list[PaymentsBill]] = {}
    for owner, bill in await ctx.reader.all(store.UNPAID_OF_MANY, contracts=wanted) if wanted else ():
        unpaid.setdefault(owner, []).append(bill)
    return Page([_card(ctx, row, unpaid.get(row.contract_id, [])) for row in cut.items], cut.next)


def _card(ctx: Context, row: store.CardRow, unpaid: list[PaymentsBill]) -> PaymentsCard:
    roles = ctx.runtime.permissions
    return PaymentsCard(
        row.contract_id,
        row.number,
        row.name,
        row.role,
        row.role in roles.get(_READINGS, ()),
        row.role in roles[PAY.name],
        _figures(row, unpaid) if row.role in roles[DEBT.name] else None,
        unpaid if row.role in roles[BILLS.name] else None,
    )


def _figures(row: store.CardRow, unpaid: list[PaymentsBill]) -> PaymentsFigures:
    return PaymentsFigures(
        domain.total([bill.to_pay for bill in unpaid]),
        domain.total([bill.to_pay for bill in unpaid if bill.penalty]),
        domain.kopecks(row.advance or domain.NOTHING),
        domain.kopecks(row.overpayment or domain.NOTHING),
    )


async def bills(ctx: Context) -> PaymentsBills:
    """«Счета на оплату» of the contract in the path."""
    unpaid = [bill for _, bill in await ctx.reader.all(store.UNPAID, contract_id=ctx.granted.contract_id)]
    return PaymentsBills(unpaid, domain.total([bill.to_pay for bill in unpaid]))
