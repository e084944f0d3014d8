"""Queries of the deadline board and of the reminders: what is still missing before windows close.

A page of windows is chosen first, then everything under it is counted in the same query.
"""

from datetime import date
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from core.contracts.public import (
    Contract,
    ContractLink,
    ContractLinkObject,
    EnergyObject,
    Meter,
    MeteringPoint,
    MeterRegister,
    visible_contract,
    visible_object,
)
from core.notifications.public import reminded
from core.sdk import Query, any_of
from plugins.readings.domain import WAITING
from plugins.readings.domain.deadlines import MOST_DAYS
from plugins.readings.models import MeterState, ObjectState, PointTransmission, Reminder, Transmission, Value, Window
from plugins.readings.store import METER_STATUS, OBJECT_STATUS, TODAY, in_use

Edge = Literal["start", "end"]
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_UNCLOSED = Window.closed_at.is_(None)
_COUNTS = ("transmitted", "missing", "refused", "blocked")


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


def _day(name: str) -> sa.BindParameter[date]:
    return sa.bindparam(name, type_=sa.Date())


# ---- counting
def _one_of(sent: Any, refused: Any, waiting: Any) -> tuple[sa.Label[Any], ...]:
    """The columns that are summed up: where a device or a point is counted."""
    good = sa.and_(sent, sa.not_(refused))
    chosen = (good, sa.and_(sa.not_(good), waiting), sa.and_(sent, refused, waiting), sa.not_(sa.or_(good, waiting)))
    return tuple(sa.case((condition, 1), else_=0).label(name) for name, condition in zip(_COUNTS, chosen, strict=True))


def _counted(windows: Any, *conditions: Any) -> sa.Subquery:
    """Contract, month and energy object with its counts, for `windows` (contract_id, month)."""
    refused = sa.exists().where(Value.transmission_id == Transmission.id, Value.state == "refused")
    devices = (
        sa.select(
            windows.c.contract_id,
            windows.c.month,
            EnergyObject.id.label("object_id"),
            *_one_of(Transmission.id.is_not(None), refused, sa.and_(OBJECT_STATUS == WAITING, METER_STATUS == WAITING)),
        )
        .join_from(windows, EnergyObject, sa.and_(EnergyObject.contract_id == windows.c.contract_id))
        .join(MeteringPoint, MeteringPoint.energy_object_id == EnergyObject.id)
        .join(Meter, Meter.metering_point_id == MeteringPoint.id)
        .outerjoin(ObjectState, ObjectState.energy_object_id == EnergyObject.id)
        .outerjoin(MeterState, MeterState.meter_id == Meter.id)
        .outerjoin(
            Transmission,
            sa.and_(
                Transmission.meter_id == Meter.id,
                Transmission.month == windows.c.month,
                sa.not_(Transmission.replaced),
            ),
        )
        .where(
            in_use(EnergyObject),
            in_use(MeteringPoint),
            in_use(Meter),
            sa.exists().where(MeterRegister.meter_id == Meter.id),
            *conditions,
        )
    )
    points = (
        sa.select(
            windows.c.contract_id,
            windows.c.month,
            EnergyObject.id.label("object_id"),
            *_one_of(
                PointTransmission.id.is_not(None),
                sa.func.coalesce(PointTransmission.state, "") == "refused",
                OBJECT_STATUS == WAITING,
            ),
        )
        .join_from(windows, EnergyObject, EnergyObject.contract_id == windows.c.contract_id)
        .join(MeteringPoint, MeteringPoint.energy_object_id == EnergyObject.id)
        .outerjoin(ObjectState, ObjectState.energy_object_id == EnergyObject.id)
        .outerjoin(
            PointTransmission,
            sa.and_(
                PointTransmission.metering_point_id == MeteringPoint.id,
                PointTransmission.month == windows.c.month,
                sa.not_(PointTransmission.replaced),
            ),
        )
        .where(
            MeteringPoint.by_message,
            in_use(EnergyObject),
            in_use(MeteringPoint),
            sa.not_(sa.exists().where(Meter.metering_point_id == MeteringPoint.id, in_use(Meter))),
            *conditions,
        )
    )
    every = sa.union_all(devices, points).subquery()
    return (
        sa.select(
            every.c.contract_id,
            every.c.month,
            every.c.object_id,
            *[sa.cast(sa.func.sum(every.c[name]), sa.Integer()).label(name) for name in _COUNTS],
        )
        .group_by(every.c.contract_id, every.c.month, every.c.object_id)
        .subquery()
    )


# ---- the board
class DeadlineRow(msgspec.Struct, frozen=True):
    """An energy object under a window; a window without any has one row with nulls."""

    contract_id: str
    number: str
    name: str
    month: date
    opens_on: date
    closes_on: date
    object_id: str | None
    object_number: str
    object_name: str
    address: str
    transmitted: int
    missing: int
    refused: int
    blocked: int


_PAGE = (
    sa.select(Window.contract_id, Window.month, Window.opens_on, Window.closes_on, Contract.number, Contract.name)
    .join(Contract, Contract.id == Window.contract_id)
    .where(
        visible_contract(Window.contract_id),
        in_use(Contract),
        _UNCLOSED,
        Window.closes_on >= TODAY,
        Window.opens_on <= _day("horizon"),
        sa.tuple_(Window.closes_on, Contract.number, Window.contract_id, Window.month)
        > sa.tuple_(_day("closes_on"), _text("number"), _text("id"), _day("month")),
    )
    .order_by(Window.closes_on, Contract.number, Window.contract_id, Window.month)
    .limit(_LIMIT)
    .cte("page")
)
_OF_PAGE = _counted(_PAGE, visible_object(EnergyObject.contract_id, EnergyObject.id))
BOARD = Query(
    sa.select(
        _PAGE.c.contract_id,
        _PAGE.c.number,
        _PAGE.c.name,
        _PAGE.c.month,
        _PAGE.c.opens_on,
        _PAGE.c.closes_on,
        _OF_PAGE.c.object_id,
        sa.func.coalesce(EnergyObject.number, ""),
        sa.func.coalesce(EnergyObject.name, ""),
        sa.func.coalesce(EnergyObject.address, ""),
        *[sa.func.coalesce(_OF_PAGE.c[name], 0) for name in _COUNTS],
    )
    .select_from(_PAGE)
    .outerjoin(_OF_PAGE, sa.and_(_OF_PAGE.c.contract_id == _PAGE.c.contract_id, _OF_PAGE.c.month == _PAGE.c.month))
    .outerjoin(EnergyObject, EnergyObject.id == _OF_PAGE.c.object_id)
    .order_by(
        _PAGE.c.closes_on,
        _PAGE.c.number,
        _PAGE.c.contract_id,
        _PAGE.c.month,
        EnergyObject.number,
        EnergyObject.id,
    ),
    DeadlineRow,
)


# ---- reminders
class Due(msgspec.Struct, frozen=True):
    """A window with an account that wants to be reminded of it today."""

    contract_id: str
    month: date
    opens_on: date
    closes_on: date
    number: str
    name: str
    account_id: str
    all_objects: bool


def day_of(edge: Edge) -> Any:
    """The day that a reminder counts from."""
    return Window.opens_on if edge == "start" else Window.closes_on


def _near(edge: Edge) -> tuple[sa.ColumnElement[bool], ...]:
    return (_UNCLOSED, day_of(edge) >= _day("day_1"), day_of(edge) <= _day(f"day_{MOST_DAYS}"))


def _windows(edge: Edge) -> Query[tuple[str, date]]:
    return Query(
        sa.select(Window.contract_id, Window.month)
        .where(*_near(edge), sa.tuple_(Window.contract_id, Window.month) > sa.tuple_(_text("id"), _day("month")))
        .order_by(Window.contract_id, Window.month)
        .limit(_LIMIT),
        lambda contract_id, month: (contract_id, month),
    )


def _due(edge: Edge) -> sa.Select[*tuple[Any, ...]]:
    days = sa.case(*[(day_of(edge) == _day(f"day_{days}"), days) for days in range(1, MOST_DAYS + 1)])
    told = sa.exists().where(
        Reminder.account_id == ContractLink.account_id,
        Reminder.contract_id == Window.contract_id,
        Reminder.month == Window.month,
        Reminder.edge == edge,
    )
    return (
        sa.select(
            Window.contract_id,
            Window.month,
            Window.opens_on,
            Window.closes_on,
            Contract.number,
            Contract.name,
            ContractLink.account_id,
            ContractLink.all_objects,
        )
        .join(Contract, Contract.id == Window.contract_id)
        .join(ContractLink, ContractLink.contract_id == Window.contract_id)
        .where(
            any_of(Window.contract_id, "contracts"),
            *_near(edge),
            in_use(Contract),
            ContractLink.state == "active",
            any_of(ContractLink.role, "roles"),
            reminded(ContractLink.account_id, edge, days),
            sa.not_(told),
        )
        .order_by(Window.contract_id, Window.month, ContractLink.account_id)
    )


WINDOWS = {edge: _windows(edge) for edge in ("start", "end")}
"""The next windows whose start or end is near."""
DUE = {edge: _due(edge) for edge in ("start", "end")}
"""Whom to remind today of windows of the contracts named."""

_CHOSEN = (
    sa.select(Window.contract_id, Window.month).where(any_of(Window.contract_id, "contracts"), _UNCLOSED).subquery()
)
_OF_CHOSEN = _counted(_CHOSEN)
MISSING = sa.select(_OF_CHOSEN.c.contract_id, _OF_CHOSEN.c.month, _OF_CHOSEN.c.object_id, _OF_CHOSEN.c.missing).where(
    _OF_CHOSEN.c.missing > 0
)
"""How many devices and points of an energy object are still to be sent."""
COVERED = sa.select(
    ContractLinkObject.account_id, ContractLinkObject.contract_id, ContractLinkObject.energy_object_id
).where(any_of(ContractLinkObject.contract_id, "contracts"), any_of(ContractLinkObject.account_id, "accounts"))
"""The energy objects of limited roles."""
