"""The company's rows: each function handles a batch inside the loader's transaction and answers row by row."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.notifications.public import Notify
from core.sdk import RowError, UnitOfWork, any_of, month_start
from plugins.payments import domain, errors
from plugins.payments.models import ActOrder, Allocation, Balance, Bill, Document, Executed, Payment
from plugins.payments.notifications import ABOUT_ACTS, ABOUT_BILLS, ABOUT_PAYMENTS
from plugins.payments.schemas.company import BalanceRow, BillRow, DocumentRow, ExecutedRow
from plugins.payments.settings import PaymentsSettings
from plugins.payments.store import bills as bill_store
from plugins.payments.store import documents as document_store
from plugins.payments.store import history as history_store

Answers = list[RowError | None]
NOT_A_MONTH = RowError.of(errors.NOT_A_MONTH, "month")
MORE_THAN_AMOUNT = RowError.of(errors.MORE_THAN_AMOUNT, "remaining")
ANOTHER_CONTRACT = RowError.of(errors.ANOTHER_CONTRACT, "contract_id")
PERIOD_NEEDED = RowError.of(errors.PERIOD_NEEDED, "period_from")
UNKNOWN_ORDER = RowError.of(errors.UNKNOWN_ORDER, "order_id")
ORDER_ANSWERED = RowError.of(errors.ORDER_ANSWERED, "order_id")
UNKNOWN_BILL = RowError.of(errors.UNKNOWN_BILL, "bill_id")
UNKNOWN_PAYMENT = RowError.of(errors.UNKNOWN_PAYMENT, "payment_id")


def money(text: str) -> Decimal:
    """The amount that a `MoneyText` means."""
    return domain.kopecks(Decimal(text))


# ---- bills
async def load_bills(uow: UnitOfWork, rows: Sequence[BillRow]) -> Answers:
    """Sets bills. What was paid here and is not counted by billing yet stays taken off."""
    ids = {"ids": sorted({row.id for row in rows})}
    known = {bill_id: contract for bill_id, contract, _ in await uow.execute(bill_store.LOCKED_BILLS, ids)}
    answers = [_bill_error(row, known.get(row.id)) for row in rows]
    good = {row.id: row for row, error in zip(rows, answers, strict=True) if error is None}
    uncounted = await _uncounted(uow, good, ids) if known else {}
    await uow.put(
        Bill,
        ("id",),
        [
            {
                "id": row.id,
                "contract_id": row.contract_id,
                "number": row.number,
                "kind": row.kind,
                "penalty": row.penalty,
                "month": row.month,
                "issued_on": row.issued_on,
                "due_on": row.due_on,
                "amount": money(row.amount),
                "billed": money(row.remaining),
                "remaining": domain.shown_remaining(money(row.remaining), uncounted.get(row.id, domain.NOTHING)),
            }
            for row in good.values()
        ],
    )
    await _tell_of_bills(uow, [row for row in good.values() if row.id not in known])
    return answers


def _bill_error(row: BillRow, contract_id: str | None) -> RowError | None:
    if contract_id not in (None, row.contract_id):
        return ANOTHER_CONTRACT
    if row.month is not None and row.month.day != 1:
        return NOT_A_MONTH
    return MORE_THAN_AMOUNT if money(row.remaining) > money(row.amount) else None


async def _uncounted(uow: UnitOfWork, rows: dict[str, BillRow], ids: dict[str, list[str]]) -> dict[str, Decimal]:
    """What stays taken off each bill. A payment that billing has confirmed, or names in the row, is in its figure."""
    left: dict[str, Decimal] = {}
    counted = []
    for bill_id, payment_id, credited, confirmed_at in await uow.execute(bill_store.UNCOUNTED, ids):
        if bill_id not in rows:
            continue
        if confirmed_at is not None or payment_id in rows[bill_id].counted:
            counted.append({"payment": payment_id, "bill": bill_id})
        else:
            left[bill_id] = left.get(bill_id, domain.NOTHING) + credited
    if counted:
        mark = sa.update(Allocation).values(counted=True)
        await uow.connection.execute(
            mark.where(
                Allocation.payment_id == sa.bindparam("payment"), Allocation.bill_id == sa.bindparam("bill")
            ).execution_options(synchronize_session=False),
            counted,
        )
    return left


async def _tell_of_bills(uow: UnitOfWork, fresh: Sequence[BillRow]) -> None:
    news = [row for row in fresh if money(row.remaining) > 0 and _is_news(uow, row.issued_on)]
    numbers = await _held(uow, {row.contract_id for row in news})
    for row in news:
        if row.contract_id not in numbers:
            continue
        due = f", оплатить до {row.due_on:%d.%m.%Y}" if row.due_on else ""
        text = (
            f"По договору № {numbers[row.contract_id]} выставлен документ «{domain.bill_title(row.kind, row.number)}» "
            f"на {domain.roubles(money(row.amount))} руб.{due}."
        )
        uow.enqueue(
            Notify(ABOUT_BILLS.name, "Выставлен счёт", text, contract_id=row.contract_id),
            dedup_key=f"{ABOUT_BILLS.name}:{row.id}",
        )


def _is_news(uow: UnitOfWork, day: date) -> bool:
    return day > uow.now.date() - timedelta(days=uow.settings(PaymentsSettings).news_days)


async def _held(uow: UnitOfWork, ids: Iterable[str]) -> dict[str, str]:
    """Those of the contracts that an account holds: the others have nobody to tell. Key -> number."""
    return {row.id: row.number for row in await _named(uow, bill_store.HELD_CONTRACTS, ids)}


# ---- balances
async def load_balances(uow: UnitOfWork, rows: Sequence[BalanceRow]) -> Answers:
    """Sets advances and overpayments. What was prepaid here and is not counted by billing yet stays added."""
    last = {row.contract_id: row for row in rows}
    ids = {"ids": sorted(last)}
    nothing = {"billed_advance": domain.NOTHING, "advance": domain.NOTHING, "overpayment": domain.NOTHING}
    locked = {row.id for row in await uow.execute(bill_store.LOCKED_ADVANCES, ids)}
    await uow.execute(  # the rows are the locks, so they have to exist
        uow.upsert(Balance).on_conflict_do_nothing(), [{"contract_id": key, **nothing} for key in ids["ids"]]
    )
    await uow.execute(bill_store.LOCKED_BALANCES, ids)
    left: dict[str, Decimal] = {}
    counted = []
    for contract_id, payment_id, advance, confirmed_at in await uow.execute(bill_store.UNCOUNTED_ADVANCES, ids):
        # one that was settled since the payments were locked is younger than billing's figure
        if payment_id in locked and (confirmed_at is not None or payment_id in last[contract_id].counted):
            counted.append(payment_id)
        else:
            left[contract_id] = left.get(contract_id, domain.NOTHING) + advance
    if counted:
        await uow.execute(
            sa.update(Payment).where(any_of(Payment.id, "counted_ids")).values(advance_counted=True),
            {"counted_ids": counted},
        )
    await uow.put(
        Balance,
        ("contract_id",),
        [
            {
                "contract_id": row.contract_id,
                "billed_advance": money(row.advance),
                "advance": money(row.advance) + left.get(row.contract_id, domain.NOTHING),
                "overpayment": money(row.overpayment),
            }
            for row in last.values()
        ],
    )
    return [None] * len(rows)


# ---- documents
async def load_documents(uow: UnitOfWork, rows: Sequence[DocumentRow]) -> Answers:
    """Sets documents. An act that answers an order is announced to whoever ordered it."""
    bills = await _named(uow, document_store.KNOWN_BILLS, [row.bill_id for row in rows])
    contract_of = {row.id: row.contract_id for row in bills}
    orders = {
        order_id: rest
        for order_id, *rest in await _named(uow, document_store.LOCKED_ORDERS, [row.order_id for row in rows])
    }
    answers = [_document_error(row, contract_of, orders) for row in rows]
    good = [row for row, error in zip(rows, answers, strict=True) if error is None]
    await uow.put(
        Document,
        ("id",),
        [
            {
                "id": row.id,
                "contract_id": row.contract_id,
                "kind": row.kind,
                "number": row.number,
                "issued_on": row.issued_on,
                "month": row.month or month_start(row.issued_on),
                "file_name": row.file_name,
                "bill_id": row.bill_id,
                "period_from": row.period_from,
                "period_to": row.period_to,
            }
            for row in good
        ],
    )
    for row in good:
        if row.order_id is not None and orders[row.order_id][2] is None:
            await _answer_order(uow, row, orders[row.order_id][1])
    return answers


async def _named(uow: UnitOfWork, statement: Any, keys: Iterable[str | None]) -> list[Any]:
    ids = sorted({key for key in keys if key is not None})
    return list(await uow.execute(statement, {"ids": ids})) if ids else []


def _document_error(row: DocumentRow, bills: dict[str, str], orders: dict[str, list[Any]]) -> RowError | None:
    if row.month is not None and row.month.day != 1:
        return NOT_A_MONTH
    if row.bill_id is not None and bills.get(row.bill_id) != row.contract_id:
        return UNKNOWN_BILL
    if row.kind == document_store.ACT:
        if row.period_from is None or row.period_to is None or row.period_to < row.period_from:
            return PERIOD_NEEDED
        if row.order_id is None:
            return None
        order = orders.get(row.order_id)
        if order is None or order[0] != row.contract_id:
            return UNKNOWN_ORDER
        return None if order[2] in (None, row.id) else ORDER_ANSWERED
    return UNKNOWN_ORDER if row.order_id is not None else None


async def _answer_order(uow: UnitOfWork, row: DocumentRow, account_id: str | None) -> None:
    await uow.execute(sa.update(ActOrder).where(ActOrder.id == row.order_id).values(document_id=row.id))
    if account_id is None or row.period_from is None or row.period_to is None:
        return
    text = (
        f"Готов акт сверки № {row.number} от {row.issued_on:%d.%m.%Y} "
        f"за период {row.period_from:%d.%m.%Y}–{row.period_to:%d.%m.%Y}."
    )
    uow.enqueue(
        Notify(ABOUT_ACTS.name, "Готов акт сверки", text, accounts=[account_id], contract_id=row.contract_id),
        dedup_key=f"{ABOUT_ACTS.name}:{row.order_id}",
    )


# ---- executed payments
async def load_executed(uow: UnitOfWork, rows: Sequence[ExecutedRow]) -> Answers:
    """Sets lines of the history. One that is a payment of the cabinet takes the place of the cabinet's own line."""
    payments = {
        payment_id: rest
        for payment_id, *rest in await _named(uow, history_store.PAYMENTS_NAMED, [row.payment_id for row in rows])
    }
    answers = [_executed_error(row, payments) for row in rows]
    good = [row for row, error in zip(rows, answers, strict=True) if error is None]
    known = await known_executed(uow, [row.id for row in good])
    await _recognise(uow, [row for row in good if row.payment_id is not None], payments)
    await uow.put(
        Executed,
        ("id",),
        [
            {
                "id": row.id,
                "contract_id": row.contract_id,
                "paid_on": row.paid_on,
                "bank": row.bank,
                "number": row.number,
                "amount": money(row.amount),
                "status": row.status,
                "purpose": row.purpose,
                "payment_id": row.payment_id,
            }
            for row in good
        ],
    )
    await _tell_of_payments(uow, [row for row in good if row.id not in known])
    return answers


async def known_executed(uow: UnitOfWork, keys: Sequence[str]) -> set[str]:
    """Those of the lines that the history has."""
    return {row.id for row in await _named(uow, history_store.KNOWN_EXECUTED, keys)}


def _executed_error(row: ExecutedRow, payments: dict[str, list[Any]]) -> RowError | None:
    if row.payment_id is None:
        return None
    payment = payments.get(row.payment_id)
    if payment is None or payment[0] != row.contract_id or payment[1] in domain.UNTAKEN:
        return UNKNOWN_PAYMENT
    return None


async def _recognise(uow: UnitOfWork, rows: Sequence[ExecutedRow], payments: dict[str, list[Any]]) -> None:
    """Billing has these payments: its figures will hold them, and its lines replace ours."""
    for row in rows:
        await uow.execute(sa.delete(Executed).where(Executed.payment_id == row.payment_id, Executed.id != row.id))
        if payments[row.payment_id or ""][2] is None:
            await uow.execute(
                sa.update(Payment).where(Payment.id == row.payment_id).values(confirmed_at=uow.now, billing="accepted")
            )


async def _tell_of_payments(uow: UnitOfWork, fresh: Sequence[ExecutedRow]) -> None:
    news = [row for row in fresh if row.payment_id is None and _is_news(uow, row.paid_on)]
    numbers = await _held(uow, {row.contract_id for row in news})
    for row in news:
        if row.contract_id in numbers:
            tell_of_payment(uow, row.id, row.contract_id, numbers[row.contract_id], money(row.amount))


def tell_of_payment(uow: UnitOfWork, key: str, contract_id: str, number: str, amount: Decimal) -> None:
    """Tells whoever may see the payments of a contract that one was carried out; once for a key."""
    text = f"По договору № {number} проведена оплата на {domain.roubles(amount)} руб."
    uow.enqueue(
        Notify(ABOUT_PAYMENTS.name, "Оплата проведена", text, contract_id=contract_id),
        dedup_key=f"{ABOUT_PAYMENTS.name}:{key}",
    )
