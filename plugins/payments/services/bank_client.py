"""Paying from one's own bank: payment orders and QR codes for bills, and the supplier's statements coming in."""

import io
from collections.abc import Sequence

import segno

from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem
from plugins.payments import domain
from plugins.payments.domain import bank_files
from plugins.payments.domain.bank_files import Income, NotAStatement, Party, PaymentOrder
from plugins.payments.errors import NO_PAYEE, NOT_A_STATEMENT, NOTHING_TO_PAY, UNKNOWN_BILL
from plugins.payments.schemas.bills import PaymentsBill
from plugins.payments.schemas.company import ExecutedRow
from plugins.payments.schemas.paying import PaymentsStatement, PaymentsUnmatched
from plugins.payments.services import feeds, quoting
from plugins.payments.settings import PaymentsSettings
from plugins.payments.store import bank_client as store
from plugins.payments.store.bank_client import PayerRow

_BOOKED = "Проведён"


async def orders_file(ctx: Context, chosen: Sequence[str]) -> tuple[str, bytes]:
    """File name and content: a payment order for each chosen unpaid bill, or for all of them. Raises Problem."""
    payee, payer = _payee(ctx), await _payer(ctx)
    bills = {bill.id: bill for bill in await quoting.unpaid(ctx)}
    unknown = [index for index, bill_id in enumerate(chosen) if bill_id not in bills]
    if unknown:
        raise Problem(INVALID, errors=[FieldProblem(f"bill_id[{index}]", UNKNOWN_BILL) for index in unknown])
    wanted = [bills[bill_id] for bill_id in dict.fromkeys(chosen)] if chosen else list(bills.values())
    if not wanted:
        raise Problem(NOTHING_TO_PAY)
    party = Party(
        payer.name, payer.inn, payer.kpp or "", payer.bank_account, payer.bank, payer.bic, payer.correspondent_account
    )
    orders = [
        PaymentOrder(str(number), ctx.today(), bill.to_pay, party, payee, _purpose(payer.number, bill))
        for number, bill in enumerate(wanted, 1)
    ]
    made = ctx.now().astimezone(ctx.runtime.zone)
    return f"Платежные поручения {payer.number}.txt", bank_files.orders_file(orders, made)


async def qr(ctx: Context, bill_id: str) -> bytes:
    """A PNG with the payment QR code of an unpaid bill. Raises Problem."""
    payee, payer = _payee(ctx), await _payer(ctx)
    bill = next((bill for bill in await quoting.unpaid(ctx) if bill.id == bill_id), None)
    if bill is None:
        raise Problem(NOT_FOUND)
    text = bank_files.qr_text(payee, bill.to_pay, _purpose(payer.number, bill))
    image = io.BytesIO()
    segno.make_qr(text, error="m", encoding="utf-8").save(image, kind="png", scale=6)
    return image.getvalue()


def _payee(ctx: Context) -> Party:
    payee = ctx.settings(PaymentsSettings).payee
    if not payee.account:
        raise Problem(NO_PAYEE)
    name = payee.name or ctx.runtime.supplier
    return Party(name, payee.inn, payee.kpp, payee.account, payee.bank, payee.bic, payee.correspondent_account)


async def _payer(ctx: Context) -> PayerRow:
    row = await ctx.reader.first(store.PAYER, contract_id=ctx.granted.contract_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


def _purpose(contract_number: str, bill: PaymentsBill) -> str:
    return f"{domain.purpose(contract_number)}, {bill.title} от {bill.issued_on:%d.%m.%Y}"


# ---- statements
async def take_statement(ctx: Context, content: bytes) -> PaymentsStatement:
    """Puts what has arrived at the supplier's account into the history, each document once. Raises Problem.

    The contract is the one whose number stands in the purpose, else the only one of the payer's INN.
    """
    try:
        arrived = bank_files.incomes(content, _payee(ctx).account)
    except NotAStatement as error:
        raise Problem(NOT_A_STATEMENT, reason=str(error)) from error
    by_number, by_inn = await _contracts(ctx, arrived)
    rows, unmatched = [], []
    for income in arrived:
        contract_id = _contract_of(income, by_number, by_inn)
        if contract_id is None:
            unmatched.append(
                PaymentsUnmatched(income.number, income.day, income.amount, income.payer_inn, income.purpose)
            )
        else:
            rows.append(_row(income, contract_id))
    async with ctx.uow() as uow:
        await uow.lock("exchange.load:payments.executed")
        known = await feeds.known_executed(uow, [row.id for row in rows])
        fresh = [row for row in {row.id: row for row in rows}.values() if row.id not in known]
        await feeds.load_executed(uow, fresh)
        uow.audit("payments.statement_taken", "", documents=len(arrived), fresh=len(fresh))
    return PaymentsStatement(len(arrived), len(fresh), len(rows) - len(fresh), unmatched)


async def _contracts(ctx: Context, arrived: Sequence[Income]) -> tuple[dict[str, str], dict[str, list[str]]]:
    numbers = sorted({number for income in arrived for number in income.numbers})
    inns = sorted({income.payer_inn for income in arrived if income.payer_inn})
    by_number: dict[str, str] = {}
    by_inn: dict[str, list[str]] = {}
    for row in await ctx.reader.all(store.CANDIDATES, numbers=numbers, inns=inns):
        by_number[row.number] = row.id
        by_inn.setdefault(row.inn, []).append(row.id)
    return by_number, by_inn


def _contract_of(income: Income, by_number: dict[str, str], by_inn: dict[str, list[str]]) -> str | None:
    named = {by_number[number] for number in income.numbers if number in by_number}
    if len(named) == 1:
        return named.pop()
    own = by_inn.get(income.payer_inn, [])
    return own[0] if not named and len(own) == 1 else None


def _row(income: Income, contract_id: str) -> ExecutedRow:
    return ExecutedRow(
        income.key,
        contract_id,
        income.received,
        income.number[:64],
        f"{income.amount}",
        _BOOKED,
        income.purpose[:2000],
        income.payer_bank[:200] or None,
    )
