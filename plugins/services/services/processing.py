"""The company processes orders: by staff in the cabinet, or by the exchange."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from core.notifications.public import Notify
from core.ports.bills import Bills, IssuedBill
from core.sdk import NOT_FOUND, Context, Page, Problem, RowError, UnitOfWork, decode_cursor, page
from plugins.services import domain, errors, schemas, store
from plugins.services.domain import WORDS, Status
from plugins.services.models import Order
from plugins.services.notifications import ABOUT_ORDERS
from plugins.services.services import ordering
from plugins.services.store import LAST, OrderLine

UNKNOWN_ORDER = RowError(errors.UNKNOWN_ORDER.code, "id", errors.UNKNOWN_ORDER.ru)
BILL_NEEDED = RowError(errors.BILL_NEEDED.code, "bill_number", errors.BILL_NEEDED.ru)
KIND = "Счёт за услугу"


class OfferBill(msgspec.Struct, frozen=True):
    """Offer the bill of an order for payment, or withdraw it: as the order stands when the job runs."""

    order_id: str


# ---- by staff
async def listed(
    ctx: Context, status: Status | None, contract_id: str, cursor: str | None, limit: int
) -> Page[schemas.ServiceOrderItem]:
    """All orders, the newest first."""
    (before,) = decode_cursor(cursor, str) or (LAST,)
    rows = await ctx.reader.all(
        store.ORDERS,
        statuses=[status] if status else list(WORDS),
        contract_id=contract_id,
        since=date.min,
        until=date.max,
        before=before,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.id,))
    return Page(await ordering.items(ctx, cut.items), cut.next)


async def one(ctx: Context, order_id: str) -> schemas.ServiceOrder:
    """Any order."""
    row = await ctx.reader.first(store.ORDER, order_id=order_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return await ordering.shown(ctx, row)


async def move(ctx: Context, order_id: str, data: schemas.ServiceOrderStatus) -> schemas.ServiceOrderItem:
    """A step other than the bill."""
    async with ctx.uow() as uow:
        row = await _locked(uow, order_id, data.status)
        moved = await _move(uow, row, data.status, data.text)
        return await uow.answer(ordering.item(moved, frozenset()), 200)


async def bill(ctx: Context, order_id: str, data: schemas.ServiceBillForm) -> schemas.ServiceOrderItem:
    """Issues the bill: from then on the order can be paid."""
    async with ctx.uow() as uow:
        row = await _locked(uow, order_id, "billed")
        moved = await _bill(uow, row, data)
        return await uow.answer(ordering.item(moved, frozenset()), 200)


async def _locked(uow: UnitOfWork, order_id: str, wanted: Status) -> OrderLine:
    row = await store.lock(uow, order_id)
    if row is None:
        raise Problem(NOT_FOUND)
    if not domain.may_become(row.status, wanted):
        raise Problem(errors.NOT_NOW, status=WORDS[row.status])
    return row


async def _bill(uow: UnitOfWork, row: OrderLine, data: schemas.ServiceBillForm) -> OrderLine:
    amount = Decimal(data.amount).quantize(Decimal("0.01"))
    values = {"bill_number": data.number, "bill_amount": amount, "bill_due_on": data.due_on}
    await uow.execute(sa.update(Order).where(Order.id == row.id).values(values))
    billed = msgspec.structs.replace(row, **values)
    return await _move(uow, billed, "billed", data.text)


async def _move(uow: UnitOfWork, row: OrderLine, status: Status, text: str) -> OrderLine:
    await uow.execute(sa.update(Order).where(Order.id == row.id).values(status=status))
    await store.note(uow, row.id, status, text)
    uow.audit("services.order_moved", row.id, status=status)
    if "billed" in (status, row.status):
        uow.enqueue(OfferBill(row.id))
    if row.account_id:
        told = f"Заказ № {row.number} «{row.service_name}»: {WORDS[status].lower()}."
        if status == "billed":
            told += f" Счёт № {row.bill_number} на {domain.price_text(row.bill_amount or Decimal(0), False)}."
        words = f"{told} {text}".strip()
        topic = f"Заказ услуги: {WORDS[status].lower()}"
        notice = Notify(ABOUT_ORDERS.name, topic, words, accounts=[row.account_id], contract_id=row.contract_id)
        uow.enqueue(notice)
    return msgspec.structs.replace(row, status=status)


async def offer_bill(ctx: Context, order: OfferBill) -> None:
    """The job behind `OfferBill`: may run twice, the bill is the same."""
    async with ctx.uow() as uow:
        row = await store.lock(uow, order.order_id)
        if row is None or row.bill_amount is None:
            return
        issued = IssuedBill(
            ordering.bill_id(row.id),
            row.contract_id,
            row.bill_number,
            KIND,
            ctx.today(),
            row.bill_amount,
            row.bill_due_on,
        )
        if row.status == "billed":
            await ctx.port(Bills).issue(uow, issued)
        elif row.status in ("paid", "rejected"):
            await ctx.port(Bills).withdraw(uow, issued)


# ---- by the exchange
async def load(uow: UnitOfWork, rows: Sequence[schemas.ServiceOrderRow]) -> list[RowError | None]:
    """What became of orders. A row that says what is known already changes nothing."""
    return [await _load(uow, row) for row in rows]


async def _load(uow: UnitOfWork, data: schemas.ServiceOrderRow) -> RowError | None:
    row = await store.lock(uow, data.id)
    if row is None:
        return UNKNOWN_ORDER
    if data.status == row.status:
        return None
    if not domain.may_become(row.status, data.status):
        return RowError(errors.NOT_NOW.code, "status", errors.NOT_NOW.text("ru", {"status": WORDS[row.status]}))
    if data.status != "billed":
        await _move(uow, row, data.status, data.text)
        return None
    if not data.bill_number.strip() or data.bill_amount is None:
        return BILL_NEEDED
    form = schemas.ServiceBillForm(data.bill_number, data.bill_amount, data.bill_due_on, data.text)
    await _bill(uow, row, form)
    return None


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """A person leaves: the orders stay with the company, without him and without what he entered."""
    await uow.execute(
        sa.update(Order).where(Order.account_id == account_id).values(account_id="", values=b"{}", titles=b"{}")
    )
