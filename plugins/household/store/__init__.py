"""Queries of household accounts: whose they are, the screen of entry."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from core.contracts.public import ContractLink
from core.sdk import Context, Query, any_of
from plugins.household.domain import Device, Values, Window
from plugins.household.models import (
    Attachment,
    House,
    HouseholdAccount,
    HouseholdEntry,
    HouseholdMeter,
    HouseholdPrevious,
    Schedule,
)
from plugins.household.permissions import ENTER
from plugins.household.schemas import HouseholdHouse, HouseholdOption, Order


def is_open(state: Any) -> sa.ColumnElement[bool]:
    """What is entered may be changed."""
    return sa.or_(state == "entered", state == "refused")


def has_left(state: Any) -> sa.ColumnElement[bool]:
    """What is entered went to billing."""
    return sa.or_(state == "sending", state == "transmitted")


NEVER = date(1, 1, 1)
"""The month of no entry."""


def text(name: str) -> sa.BindParameter[str]:
    """A parameter."""
    return sa.bindparam(name, type_=sa.Text())


def flag(name: str) -> sa.BindParameter[bool]:
    """A parameter."""
    return sa.bindparam(name, type_=sa.Boolean())


def day(name: str) -> sa.BindParameter[date]:
    """A parameter."""
    return sa.bindparam(name, type_=sa.Date())


LIMIT = sa.bindparam("limit", type_=sa.Integer())


# ---- whose they are
def viewer(ctx: Context, permission: str = ENTER.name, client_id: str | None = None) -> dict[str, Any]:
    """Parameters of queries filtered by `visible_account`; `client_id`: not the caller but this client."""
    asked = ctx.visible(permission)
    return asked if client_id is None else asked | {"viewer_id": client_id}


def _contracts() -> sa.Select[Any]:
    """Those that the viewer holds as a whole: household accounts belong to no energy object."""
    return sa.select(ContractLink.contract_id).where(
        ContractLink.account_id == text("viewer_id"),
        ContractLink.state == "active",
        ContractLink.all_objects.is_(True),
        any_of(ContractLink.role, "viewer_roles"),
    )


def visible_account(account_id: Any) -> sa.ColumnElement[bool]:
    """Attached to the viewer himself or to a contract of his."""
    return sa.exists().where(
        Attachment.account_id == account_id,
        sa.or_(
            Attachment.client_id == text("viewer_id"),
            sa.type_coerce(Attachment.contract_id, sa.Text()).in_(_contracts()),
        ),
    )


_HELD = sa.union_all(
    sa.select(Attachment.house_id).where(Attachment.client_id == text("viewer_id")),
    sa.select(Attachment.house_id).where(sa.type_coerce(Attachment.contract_id, sa.Text()).in_(_contracts())),
)
_HOUSE = sa.select(House.id, House.address).where(House.id.in_(_HELD))
HOUSES = Query(
    _HOUSE.where(
        House.search.like(text("pattern"), escape="\\"),
        sa.tuple_(House.search, House.id) > sa.tuple_(text("after"), text("after_id")),
    )
    .order_by(House.search, House.id)
    .limit(LIMIT),
    HouseholdHouse,
)


class HouseRead(msgspec.Struct, frozen=True):
    """An address with its branch."""

    id: str
    address: str
    branch: str
    search: str


_HOUSE_ROW = sa.select(House.id, House.address, House.branch, House.search).where(House.id.in_(_HELD))
FIRST_HOUSES = Query(_HOUSE_ROW.order_by(House.search, House.id).limit(2), HouseRead)
"""Two of them: whether there is just one."""
ONE_HOUSE = Query(_HOUSE_ROW.where(House.id == text("house_id")), HouseRead)
SOME_HOUSES = Query(_HOUSE_ROW.where(any_of(House.id, "house_ids")).order_by(House.search, House.id), HouseRead)
EVERY_HOUSE = Query(_HOUSE_ROW.order_by(House.search, House.id), HouseRead)


# ---- schedules
_NOT_OVER = Schedule.closes_on >= day("today")
WINDOW = Query(
    sa.select(Schedule.month, Schedule.opens_on, Schedule.closes_on)
    .where(Schedule.branch == text("branch"))
    .order_by(
        sa.case((_NOT_OVER, 0), else_=1),
        sa.case((_NOT_OVER, Schedule.opens_on)),
        Schedule.closes_on.desc(),
    )
    .limit(1),
    Window,
)
"""The period that is on or comes next, else the last one."""


# ---- cards
class AccountRow(msgspec.Struct, frozen=True):
    """A household account in the order of the list."""

    rank: int
    place: int
    flat: str
    id: str
    number: str


def _filled(entry: Any, meter: Any) -> sa.ColumnElement[bool]:
    """Every zone of the meter has a value."""
    return sa.and_(
        entry.t1.is_not(None),
        sa.or_(meter.zones < 2, entry.t2.is_not(None)),
        sa.or_(meter.zones < 3, entry.t3.is_not(None)),
    )


_IN_USE = sa.and_(HouseholdMeter.account_id == HouseholdAccount.id, HouseholdMeter.removed_on.is_(None))
_OF_MONTH = sa.and_(HouseholdEntry.meter_id == HouseholdMeter.id, HouseholdEntry.month == day("month"))
_UNFILLED = sa.exists().where(_IN_USE, ~sa.exists().where(_OF_MONTH, _filled(HouseholdEntry, HouseholdMeter)))
_ERRONEOUS = (
    sa.exists()
    .where(_IN_USE, _OF_MONTH, is_open(HouseholdEntry.state))
    .where(sa.or_(HouseholdEntry.faulty.is_(True), HouseholdMeter.works.is_(False)))
)
_RANKS: dict[Order, sa.ColumnElement[int]] = {
    "all": sa.literal(0, sa.Integer()),
    "filled": sa.case((_UNFILLED, 1), else_=0),
    "unfilled": sa.case((_UNFILLED, 0), else_=1),
}


def _accounts(order: Order) -> Query[AccountRow]:
    rank = _RANKS[order]
    key = sa.tuple_(rank, HouseholdAccount.place, HouseholdAccount.flat, HouseholdAccount.id)
    after = (sa.bindparam("rank", type_=sa.Integer()), sa.bindparam("place", type_=sa.Integer()))
    filters = [
        sa.or_(flag("any_flat"), HouseholdAccount.flat == text("flat")),
        sa.or_(flag("any_account"), HouseholdAccount.number == text("account")),
        sa.or_(flag("any_meter"), sa.exists().where(_IN_USE, HouseholdMeter.number == text("meter"))),
        sa.or_(flag("any_state"), _ERRONEOUS),
    ]
    return Query(
        sa.select(rank, HouseholdAccount.place, HouseholdAccount.flat, HouseholdAccount.id, HouseholdAccount.number)
        .where(
            HouseholdAccount.house_id == text("house_id"),
            visible_account(HouseholdAccount.id),
            *filters,
            key > sa.tuple_(*after, text("after_flat"), text("after_id")),
        )
        .order_by(rank, HouseholdAccount.place, HouseholdAccount.flat, HouseholdAccount.id)
        .limit(LIMIT),
        AccountRow,
    )


ACCOUNTS: dict[Order, Query[AccountRow]] = {order: _accounts(order) for order in _RANKS}
"""By the first «Сортировка»."""


class TotalsRow(msgspec.Struct, frozen=True):
    """Meters of an address."""

    meters: int
    passed_on: int
    """Transmitted, or under way."""


TOTALS = Query(
    sa.select(
        sa.func.count(),
        sa.func.count(sa.case((has_left(HouseholdEntry.state), 1))),
    )
    .select_from(HouseholdAccount)
    .join(HouseholdMeter, _IN_USE)
    .outerjoin(HouseholdEntry, _OF_MONTH)
    .where(HouseholdAccount.house_id == text("house_id"), visible_account(HouseholdAccount.id)),
    TotalsRow,
)


class MeterRow(msgspec.Struct, frozen=True):
    """A meter with its last reading and what is entered for a month."""

    id: str
    account_id: str
    account_number: str
    flat: str
    house_id: str
    branch: str
    number: str
    model: str
    coefficient: Decimal
    zones: int
    digits: int
    works: bool
    discrepancies: bytes
    before_t1: Decimal | None
    before_t2: Decimal | None
    before_t3: Decimal | None
    before_month: date | None
    before_on: date | None
    t1: Decimal | None
    t2: Decimal | None
    t3: Decimal | None
    taken_on: date | None
    state: str | None
    import_id: str | None
    fact_id: str | None
    refused_t1: str | None
    refused_t2: str | None
    refused_t3: str | None

    @property
    def device(self) -> Device:
        """What the rules know of it."""
        return Device(self.zones, self.digits, self.works, (self.before_t1, self.before_t2, self.before_t3))

    @property
    def values(self) -> Values:
        return (self.t1, self.t2, self.t3)

    @property
    def refusals(self) -> tuple[str, str, str]:
        """Billing's words, by zone."""
        return (self.refused_t1 or "", self.refused_t2 or "", self.refused_t3 or "")


METER = (
    sa.select(
        HouseholdMeter.id,
        HouseholdMeter.account_id,
        HouseholdAccount.number,
        HouseholdAccount.flat,
        House.id,
        House.branch,
        HouseholdMeter.number,
        HouseholdMeter.model,
        HouseholdMeter.coefficient,
        HouseholdMeter.zones,
        HouseholdMeter.digits,
        HouseholdMeter.works,
        HouseholdMeter.discrepancies,
        HouseholdPrevious.t1,
        HouseholdPrevious.t2,
        HouseholdPrevious.t3,
        HouseholdPrevious.month,
        HouseholdPrevious.taken_on,
        HouseholdEntry.t1,
        HouseholdEntry.t2,
        HouseholdEntry.t3,
        HouseholdEntry.taken_on,
        HouseholdEntry.state,
        HouseholdEntry.import_id,
        HouseholdEntry.fact_id,
        HouseholdEntry.refused_t1,
        HouseholdEntry.refused_t2,
        HouseholdEntry.refused_t3,
    )
    .select_from(HouseholdMeter)
    .join(HouseholdAccount, HouseholdAccount.id == HouseholdMeter.account_id)
    .join(House, House.id == HouseholdAccount.house_id)
    .outerjoin(HouseholdPrevious, HouseholdPrevious.meter_id == HouseholdMeter.id)
)
_WITH_ENTRY = METER.outerjoin(HouseholdEntry, _OF_MONTH)
METERS = Query(
    _WITH_ENTRY.where(any_of(HouseholdMeter.account_id, "account_ids"), HouseholdMeter.removed_on.is_(None)).order_by(
        HouseholdMeter.account_id, HouseholdMeter.number, HouseholdMeter.id
    ),
    MeterRow,
)
BRANCH_OF = Query(
    sa.select(House.id, House.branch)
    .join(HouseholdAccount, HouseholdAccount.house_id == House.id)
    .join(HouseholdMeter, HouseholdMeter.account_id == HouseholdAccount.id)
    .where(
        HouseholdMeter.id == text("meter_id"),
        HouseholdMeter.removed_on.is_(None),
        visible_account(HouseholdAccount.id),
    ),
    lambda house_id, branch: (house_id, branch),
)
"""The house and the branch of a meter that the viewer works with."""
ONE_METER = Query(_WITH_ENTRY.where(HouseholdMeter.id == text("meter_id")), MeterRow)


# ---- filters
def _option(value: Any, *joins: Any) -> Query[HouseholdOption]:
    statement = sa.select(value, HouseholdAccount.id).select_from(HouseholdAccount)
    for target, on in joins:
        statement = statement.join(target, on)
    return Query(
        statement.where(
            HouseholdAccount.house_id == text("house_id"),
            visible_account(HouseholdAccount.id),
            sa.func.lower(value).like(text("pattern"), escape="\\"),
        )
        .order_by(HouseholdAccount.place, HouseholdAccount.flat, value)
        .limit(LIMIT),
        HouseholdOption,
    )


OPTIONS: dict[str, Query[HouseholdOption]] = {
    "flat": _option(HouseholdAccount.flat),
    "account": _option(HouseholdAccount.number),
    "meter": _option(HouseholdMeter.number, (HouseholdMeter, _IN_USE)),
}
