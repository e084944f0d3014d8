"""Queries of services."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, visible_contract
from core.forms.public import Field
from core.sdk import Query, UnitOfWork, any_of
from plugins.services.domain import Status
from plugins.services.models import Change, Counter, Order, Service

LAST = "~"
"""Greater than every identifier."""
FIELDS = msgspec.json.Decoder(list[Field])
VALUES = msgspec.json.Decoder(dict[str, Any])
_LIMIT = sa.bindparam("limit", type_=sa.Integer())


# ---- the catalogue
class ServiceLine(msgspec.Struct, frozen=True):
    """A service."""

    id: str
    name: str
    description: str
    price: Decimal
    price_from: bool
    fields: bytes
    note: str
    link: str
    active: bool
    sort: int


_SERVICE = [getattr(Service, name) for name in ServiceLine.__struct_fields__]
SERVICE = Query(sa.select(*_SERVICE).where(Service.id == sa.bindparam("service_id")), ServiceLine)
CATALOGUE = Query(
    sa.select(*_SERVICE)
    .where(sa.or_(Service.active, sa.bindparam("all", type_=sa.Boolean())))
    .order_by(Service.sort, Service.name, Service.id)
    .limit(1000),
    ServiceLine,
)
OFFERED_CONTRACTS = Query(
    sa.select(Contract.id, Contract.number, Contract.name)
    .where(visible_contract(Contract.id))
    .order_by(Contract.number)
    .limit(2000),
    lambda contract_id, number, name: (contract_id, number, name),
)


async def service(uow: UnitOfWork, service_id: str) -> ServiceLine | None:
    """A service, kept as it is until the commit."""
    row = await uow.one(sa.select(*_SERVICE).where(Service.id == service_id).with_for_update())
    return None if row is None else ServiceLine(*row)


# ---- orders
class OrderLine(msgspec.Struct, frozen=True):
    """An order."""

    id: str
    number: str
    service_id: str
    service_name: str
    price: Decimal
    price_from: bool
    contract_id: str
    account_id: str
    values: bytes
    titles: bytes
    status: Status
    bill_number: str
    bill_amount: Decimal | None
    bill_due_on: date | None
    ordered_on: date
    created_at: datetime
    contract_number: str


class ChangeLine(msgspec.Struct, frozen=True):
    """A step of an order."""

    status: Status
    text: str
    at: datetime


_ORDER = [getattr(Order, name) for name in OrderLine.__struct_fields__[:-1]]
_SELECT = sa.select(*_ORDER, sa.func.coalesce(Contract.number, "")).outerjoin(
    Contract, Contract.id == Order.contract_id
)
_PAGE = (
    sa.or_(sa.bindparam("contract_id", type_=sa.Text()) == "", Order.contract_id == sa.bindparam("contract_id")),
    Order.ordered_on >= sa.bindparam("since", type_=sa.Date()),
    Order.ordered_on <= sa.bindparam("until", type_=sa.Date()),
    Order.id < sa.bindparam("before", type_=sa.Text()),
)
OWN = sa.and_(Order.account_id == sa.bindparam("viewer_id"), visible_contract(Order.contract_id))
OWN_ORDERS = Query(_SELECT.where(OWN, *_PAGE).order_by(Order.id.desc()).limit(_LIMIT), OrderLine)
OWN_ORDER = Query(_SELECT.where(OWN, Order.id == sa.bindparam("order_id")), OrderLine)
ORDERS = Query(
    _SELECT.where(any_of(Order.status, "statuses"), *_PAGE).order_by(Order.id.desc()).limit(_LIMIT), OrderLine
)
ORDER = Query(_SELECT.where(Order.id == sa.bindparam("order_id")), OrderLine)
CHANGES = Query(
    sa.select(Change.status, Change.text, Change.at)
    .where(Change.order_id == sa.bindparam("order_id"))
    .order_by(Change.position),
    ChangeLine,
)


async def lock(uow: UnitOfWork, order_id: str) -> OrderLine | None:
    """An order, kept from others until the commit."""
    row = await uow.one(_SELECT.where(Order.id == order_id).with_for_update(of=Order))
    return None if row is None else OrderLine(*row)


async def note(uow: UnitOfWork, order_id: str, status: Status, text: str) -> None:
    """Adds a step to the history of a locked order."""
    last = await uow.scalar(sa.select(sa.func.max(Change.position)).where(Change.order_id == order_id))
    row = {"order_id": order_id, "position": (last or 0) + 1, "status": status, "text": text, "at": uow.now}
    await uow.execute(sa.insert(Change).values(row))


async def next_number(uow: UnitOfWork, year: int) -> int:
    """The number after the last one of a year."""
    counted = await uow.execute(
        uow.upsert(Counter)
        .values(year=year, last=1)
        .on_conflict_do_update(index_elements=[Counter.year], set_={"last": Counter.last + 1})
        .returning(Counter.last)
    )
    return int(counted.scalar_one())
