"""«Реквизиты оплаты»: what an order would cost, reckoned by the server alone."""

from decimal import Decimal

import msgspec

from core.identity.public import contact, normal_email
from core.sdk import FIELD_REQUIRED, INVALID, NOT_FOUND, Context, FieldProblem, Problem
from plugins.payments import domain, errors
from plugins.payments.domain import Due, Plan
from plugins.payments.schemas.bills import PaymentsBill
from plugins.payments.schemas.paying import PaymentsOrder, PaymentsQuote, PaymentsShare
from plugins.payments.settings import PaymentsSettings
from plugins.payments.store import bills as bill_store
from plugins.payments.store import paying as store


class Quoted(msgspec.Struct, frozen=True):
    """An order understood."""

    plan: Plan
    method: str
    commission: Decimal
    purpose: str
    receipt_email: str
    titles: dict[str, str]
    """Of the bills in the plan."""

    @property
    def total(self) -> Decimal:
        return self.plan.amount + self.commission


async def quote(ctx: Context, order: PaymentsOrder) -> PaymentsQuote:
    """The payment window of the contract in the path. Raises Problem."""
    quoted = await understand(ctx, order, await unpaid(ctx))
    return PaymentsQuote(
        quoted.purpose,
        quoted.receipt_email,
        quoted.plan.amount,
        quoted.commission,
        quoted.total,
        order.mode != "bills",
        [PaymentsShare(bill_id, quoted.titles[bill_id], share) for bill_id, share in quoted.plan.shares.items()],
        quoted.plan.advance,
    )


async def unpaid(ctx: Context) -> list[PaymentsBill]:
    """The unpaid bills of the contract in the path, the earliest due first."""
    return [bill for _, bill in await ctx.reader.all(bill_store.UNPAID, contract_id=ctx.granted.contract_id)]


async def understand(ctx: Context, order: PaymentsOrder, bills: list[PaymentsBill]) -> Quoted:
    """The order against these unpaid bills. Raises Problem with everything that is wrong."""
    number = await ctx.reader.first(store.CONTRACT_NUMBER, contract_id=ctx.granted.contract_id)
    if number is None:
        raise Problem(NOT_FOUND)
    wrong: list[FieldProblem] = []
    amount = _amount(ctx, order, wrong)
    email = await _receipt_email(ctx, order, wrong)
    dues = [Due(bill.id, bill.title, domain.kopecks(bill.to_pay)) for bill in bills]
    if order.mode == "bills":
        wrong += await _wrong_bills(ctx, order, {due.id for due in dues})
    elif order.bills:
        wrong.append(FieldProblem("bills", errors.UNKNOWN_BILL))
    if wrong:
        raise Problem(INVALID, errors=wrong)
    plan = domain.plan(order.mode, amount, dues, order.bills)
    if plan is None:
        fixed = domain.total(due.remaining for due in dues if due.id in order.bills)
        raise Problem(INVALID, errors=[FieldProblem("amount", errors.AMOUNT_FIXED, {"amount": domain.roubles(fixed)})])
    method = "new_card" if order.card_id is None else "linked_card"
    rule = getattr(ctx.settings(PaymentsSettings).commission, method)
    fee = domain.commission(plan.amount, rule) if plan.amount else domain.NOTHING
    titles = {due.id: due.title for due in dues}
    return Quoted(plan, method, fee, domain.purpose(number), email, titles)


def _amount(ctx: Context, order: PaymentsOrder, wrong: list[FieldProblem]) -> Decimal | None:
    if order.amount is None:
        return None
    amount = domain.parse_amount(order.amount)
    most = Decimal(ctx.settings(PaymentsSettings).most)
    if amount is None:
        wrong.append(FieldProblem("amount", errors.AMOUNT_FORMAT))
    elif amount > most:
        wrong.append(FieldProblem("amount", errors.AMOUNT_TOO_LARGE, {"most": domain.roubles(most)}))
    return amount


async def _receipt_email(ctx: Context, order: PaymentsOrder, wrong: list[FieldProblem]) -> str:
    if order.receipt_email is not None:
        email = normal_email(order.receipt_email)
        if email is None:
            wrong.append(FieldProblem("receipt_email", errors.EMAIL_FORMAT))
        return email or ""
    person = await contact(ctx, ctx.actor.id)
    return person.email if person else ""


async def _wrong_bills(ctx: Context, order: PaymentsOrder, unpaid_ids: set[str]) -> list[FieldProblem]:
    if not order.bills:
        return [FieldProblem("bills", FIELD_REQUIRED)]
    absent = [bill_id for bill_id in order.bills if bill_id not in unpaid_ids]
    known: set[str] = set()
    if absent:
        asked = await ctx.reader.all(
            bill_store.KNOWN_OF_CONTRACT, contract_id=ctx.granted.contract_id, ids=sorted(set(absent))
        )
        known = set(asked)
    wrong = []
    for index, bill_id in enumerate(order.bills):
        if bill_id not in unpaid_ids:
            kind = errors.ALREADY_PAID if bill_id in known else errors.UNKNOWN_BILL
            wrong.append(FieldProblem(f"bills[{index}]", kind))
        elif bill_id in order.bills[:index]:
            wrong.append(FieldProblem(f"bills[{index}]", errors.BILL_TWICE))
    return wrong


def check_startable(ctx: Context, quoted: Quoted) -> None:
    """A payment needs an amount, within the limit. Raises Problem."""
    if not quoted.plan.amount:
        raise Problem(INVALID, errors=[FieldProblem("amount", FIELD_REQUIRED)])
    most = Decimal(ctx.settings(PaymentsSettings).most)
    if quoted.plan.amount > most:
        raise Problem(
            INVALID,
            errors=[FieldProblem("amount", errors.AMOUNT_TOO_LARGE, {"most": domain.roubles(most)})],
        )
