"""Paying from one's own bank: payment orders and QR codes for bills, and the supplier's statements coming in."""

import hashlib
from collections.abc import Sequence

from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem
from plugins.payments import domain
from plugins.payments.domain import bank_client, payment_qr
from plugins.payments.domain.bank_client import BrokenFile, Paid, PaymentOrder
from plugins.payments.domain.payment_qr import PaymentCode
from plugins.payments.domain.requisites import Requisites, WrongRequisites, check
from plugins.payments.errors import NO_PAYEE, NOT_A_STATEMENT, NOTHING_TO_PAY, UNKNOWN_BILL
from plugins.payments.schemas.bills import PaymentsBill
from plugins.payments.schemas.company import ExecutedRow
from plugins.payments.schemas.paying import PaymentsFault, PaymentsStatement, PaymentsUnmatched
from plugins.payments.services import feeds, quoting
from plugins.payments.settings import PaymentsSettings
from plugins.payments.store import bank_client as store
from plugins.payments.store.bank_client import PayerRow

_BOOKED = "Проведён"
_SENDER = "Личный кабинет"


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
    party = _party(payer)
    orders = [
        PaymentOrder(str(number), ctx.today(), bill.to_pay, party, payee, _purpose(payer.number, bill))
        for number, bill in enumerate(wanted, 1)
    ]
    made = ctx.now().astimezone(ctx.runtime.zone)
    return f"Платежные поручения {payer.number}.txt", bank_client.write(orders, made, _SENDER)


async def qr(ctx: Context, bill_id: str) -> bytes:
    """A PNG with the payment QR code of an unpaid bill. Raises Problem."""
    payee, payer = _payee(ctx), await _payer(ctx)
    bill = next((bill for bill in await quoting.unpaid(ctx) if bill.id == bill_id), None)
    if bill is None:
        raise Problem(NOT_FOUND)
    return payment_qr.png(PaymentCode(payee, bill.to_pay, _purpose(payer.number, bill), payer.number))


def _payee(ctx: Context) -> Requisites:
    payee = ctx.settings(PaymentsSettings).payee
    name = _plain(payee.name or ctx.runtime.supplier)
    found = Requisites(
        name, payee.inn, payee.kpp, payee.account, _plain(payee.bank), payee.bic, payee.correspondent_account
    )
    try:
        check(found, whole=True)
    except WrongRequisites as error:
        raise Problem(NO_PAYEE) from error
    return found


async def _payer(ctx: Context) -> PayerRow:
    row = await ctx.reader.first(store.PAYER, contract_id=ctx.granted.contract_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


def _party(row: PayerRow) -> Requisites:
    """The payer; without the account where billing's is not one that a bank would take: the bank client fills it in."""
    name = _plain(row.name)
    bank, bic, correspondent = _plain(row.bank), row.bic, row.correspondent_account
    found = Requisites(name, row.inn, row.kpp or "", row.bank_account, bank, bic, correspondent)
    try:
        check(found, whole=False)
    except WrongRequisites:
        return Requisites(name)
    return found


def _plain(text: str) -> str:
    """Without line breaks and without letters that Windows-1251 does not have."""
    return " ".join(text.split()).encode("cp1251", "replace").decode("cp1251")


def _purpose(contract_number: str, bill: PaymentsBill) -> str:
    text = f"{domain.purpose(contract_number)}, {bill.title} от {bill.issued_on:%d.%m.%Y}"
    return _plain(text)[: bank_client.PURPOSE]


# ---- statements
async def take_statement(ctx: Context, content: bytes) -> PaymentsStatement:
    """Puts what has arrived at the supplier's account into the history, each document once. Raises Problem.

    The contract is the one whose number stands in the purpose, else the only one of the payer's INN.
    """
    account = _payee(ctx).account
    try:
        statement = bank_client.read(content)
    except BrokenFile as error:
        raise Problem(NOT_A_STATEMENT, reason=str(error)) from error
    arrived = bank_client.income(statement.documents, {account})
    by_number, by_inn = await _contracts(ctx, arrived)
    rows: dict[str, ExecutedRow] = {}
    unmatched = []
    for paid in arrived:
        contract_id = _contract_of(paid, by_number, by_inn)
        if contract_id is None:
            unmatched.append(PaymentsUnmatched(paid.number, paid.made_on, paid.amount, paid.payer.inn, paid.purpose))
        else:
            row = _row(paid, contract_id)
            rows[row.id] = row
    async with ctx.uow() as uow:
        await uow.lock("exchange.load:payments.executed")
        known = await feeds.known_executed(uow, list(rows))
        fresh = [row for row in rows.values() if row.id not in known]
        await feeds.load_executed(uow, fresh)
        uow.audit("payments.statement_taken", "", documents=len(arrived), fresh=len(fresh))
    faults = [PaymentsFault(fault.line, fault.field) for fault in statement.faults]
    return PaymentsStatement(len(arrived), len(fresh), len(rows) - len(fresh), unmatched, faults)


async def _contracts(ctx: Context, arrived: Sequence[Paid]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    numbers = sorted({word for paid in arrived for word in bank_client.words(paid.purpose)})
    inns = sorted({paid.payer.inn for paid in arrived if paid.payer.inn})
    by_number: dict[str, list[str]] = {}
    by_inn: dict[str, list[str]] = {}
    for row in await ctx.reader.all(store.CANDIDATES, numbers=numbers, inns=inns):
        by_number.setdefault(row.number, []).append(row.id)
        by_inn.setdefault(row.inn, []).append(row.id)
    return by_number, by_inn


def _contract_of(paid: Paid, by_number: dict[str, list[str]], by_inn: dict[str, list[str]]) -> str | None:
    own = by_inn.get(paid.payer.inn, [])
    named = {word: by_number[word] for word in bank_client.words(paid.purpose) if word in by_number}
    found = own if not named else next(iter(named.values()))
    if len(found) > 1:  # a closed contract and the one after it may bear the same number
        found = [contract_id for contract_id in found if named and contract_id in own]
    return found[0] if len(named) < 2 and len(found) == 1 else None


def _row(paid: Paid, contract_id: str) -> ExecutedRow:
    key = "|".join((paid.made_on.isoformat(), paid.number, f"{paid.amount:.2f}", paid.payer.account))
    return ExecutedRow(
        f"bank-{hashlib.sha256(key.encode()).hexdigest()[:32]}",
        contract_id,
        paid.received_on or paid.made_on,
        paid.number[:64],
        f"{paid.amount}",
        _BOOKED,
        paid.purpose[:2000],
        paid.payer.bank[:200] or None,
    )
