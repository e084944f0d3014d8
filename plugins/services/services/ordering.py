"""Clients order services, see their orders, cancel them."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from core.forms.public import check
from core.identity.public import limits
from core.ports.bills import Bills
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Page, Problem, decode_cursor, new_id, page
from plugins.services import domain, errors, schemas, store
from plugins.services.models import Order
from plugins.services.permissions import ORDER
from plugins.services.public import ServiceOrderCancelled, ServiceOrdered
from plugins.services.services.catalogue import contracts, offered, price_of
from plugins.services.settings import ServicesSettings
from plugins.services.store import FIELDS, LAST, VALUES, OrderLine

MESSAGE = "Заказ № {number} создан. Счёт появится в кабинете после того, как заявку рассмотрит менеджер."


async def order(ctx: Context, service_id: str, data: schemas.ServiceOrderForm) -> schemas.ServiceOrderSent:
    """Sends an order, with the name and the price that the service has at this moment."""
    service = await offered(ctx, service_id)
    step = domain.form_of(FIELDS.decode(service.fields))
    checked = check(step, data.values, {domain.CONTRACT: await contracts(ctx)}, today=ctx.today())
    if checked.problems:
        wrong = [FieldProblem(f"values.{one.field}", one.kind, one.params) for one in checked.problems]
        raise Problem(INVALID, errors=wrong)
    values, settings, order_id = checked.values, ctx.settings(ServicesSettings), new_id()
    async with ctx.uow() as uow:
        await limits.count(uow, limits.hourly("services.ordered", ctx.actor.id, settings.hourly_orders))
        current = await store.service(uow, service_id)
        if current is None or not current.active:
            raise Problem(errors.SWITCHED_OFF)
        number = domain.number(ctx.today().year, await store.next_number(uow, ctx.today().year))
        row: dict[str, Any] = {
            "id": order_id,
            "number": number,
            "service_id": service_id,
            "service_name": current.name,
            "price": current.price,
            "price_from": current.price_from,
            "contract_id": values[domain.CONTRACT],
            "account_id": ctx.actor.id,
            "values": msgspec.json.encode(values),
            "titles": msgspec.json.encode({field.name: field.title for field in step.fields if field.name in values}),
            "status": "new",
            "ordered_on": ctx.today(),
            "created_at": uow.now,
        }
        await uow.execute(sa.insert(Order).values(row))
        await store.note(uow, order_id, "new", "")
        uow.emit(
            ServiceOrdered(
                order_id,
                number,
                service_id,
                current.name,
                current.price,
                current.price_from,
                values[domain.CONTRACT],
                values,
                ctx.actor.label,
                uow.now,
            ),
            subject=order_id,
        )
        uow.audit("services.ordered", order_id, service=service_id)
        return await uow.answer(schemas.ServiceOrderSent(order_id, number, MESSAGE.format(number=number)))


async def history(
    ctx: Context, contract_id: str, since: date | None, until: date | None, cursor: str | None, limit: int
) -> Page[schemas.ServiceOrderItem]:
    """The caller's orders of contracts that he still holds, the newest first. Raises Problem."""
    if since and until and until < since:
        raise Problem(INVALID, errors=[FieldProblem("to", errors.PERIOD_REVERSED)])
    (before,) = decode_cursor(cursor, str) or (LAST,)
    rows = await ctx.reader.all(
        store.OWN_ORDERS,
        **ctx.visible(ORDER.name),
        contract_id=contract_id,
        since=since or date.min,
        until=until or date.max,
        before=before,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.id,))
    return Page(await items(ctx, cut.items), cut.next)


async def one(ctx: Context, order_id: str) -> schemas.ServiceOrder:
    """An order of the caller's."""
    return await shown(ctx, await own(ctx, order_id))


async def own(ctx: Context, order_id: str) -> OrderLine:
    """A foreign order is a missing one."""
    row = await ctx.reader.first(store.OWN_ORDER, **ctx.visible(ORDER.name), order_id=order_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def cancel(ctx: Context, order_id: str) -> schemas.ServiceOrderItem:
    """Takes an order back before its bill is issued."""
    await own(ctx, order_id)
    async with ctx.uow() as uow:
        row = await store.lock(uow, order_id)
        assert row is not None
        if not domain.may_become(row.status, "cancelled"):
            raise Problem(errors.NOT_NOW, status=domain.WORDS[row.status])
        await uow.execute(sa.update(Order).where(Order.id == order_id).values(status="cancelled"))
        await store.note(uow, order_id, "cancelled", "")
        uow.emit(ServiceOrderCancelled(order_id, row.number, row.contract_id, uow.now), subject=order_id)
        uow.audit("services.cancelled", order_id)
        changed = msgspec.structs.replace(row, status="cancelled")
        return await uow.answer(item(changed, frozenset()), 200)


# ---- shapes
async def shown(ctx: Context, row: OrderLine) -> schemas.ServiceOrder:
    """An order with what was entered and what became of it."""
    changes = await ctx.reader.all(store.CHANGES, order_id=row.id)
    titles = VALUES.decode(row.titles)
    fields = [
        schemas.ServiceOrderField(name, str(titles.get(name, name)), value)
        for name, value in VALUES.decode(row.values).items()
    ]
    steps = [schemas.ServiceOrderStep(one.status, domain.WORDS[one.status], one.text, one.at) for one in changes]
    (only,) = await items(ctx, [row])
    return schemas.ServiceOrder(only, fields, steps)


async def items(ctx: Context, rows: Any) -> list[schemas.ServiceOrderItem]:
    """Orders of a list; what can be paid is asked once for all of them."""
    billed = [bill_id(row.id) for row in rows if row.status == "billed"]
    payable = await ctx.port(Bills).payable(ctx, billed) if billed else frozenset[str]()
    return [item(row, payable) for row in rows]


def bill_id(order_id: str) -> str:
    """The bill of an order, as payments call it."""
    return f"services:{order_id}"


def item(row: OrderLine, payable: frozenset[str]) -> schemas.ServiceOrderItem:
    """An order of a list. It can be paid only when a bill was issued (SRV-05)."""
    bill = None
    if row.bill_amount is not None:
        amount = str(row.bill_amount.quantize(Decimal("0.01")))
        bill = schemas.ServiceBill(bill_id(row.id), row.bill_number, amount, row.bill_due_on)
    return schemas.ServiceOrderItem(
        row.id,
        row.number,
        row.service_id,
        row.service_name,
        price_of(row.price, row.price_from),
        row.contract_id,
        row.contract_number,
        row.status,
        domain.WORDS[row.status],
        row.ordered_on,
        row.created_at,
        bill,
        [
            *(["cancel"] if domain.may_become(row.status, "cancelled") else []),  # type: ignore[list-item]
            *(["pay"] if row.status == "billed" and bill_id(row.id) in payable else []),  # type: ignore[list-item]
        ],
    )
