"""Queries of the history: accepted readings of all months, and what is transmitted for months not closed yet."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.contracts.public import Contract, EnergyObject, Meter, MeteringPoint, MeterRegister
from core.sdk import Quantity, Query
from plugins.readings.models import Accepted, AcceptedPoint, PointTransmission, Submission, Transmission, Value, Window
from plugins.readings.schemas import TransmissionState
from plugins.readings.schemas.history import ReadingsHistoryDevice, ReadingsHistoryObject
from plugins.readings.store import CONTRACT_ID, IN_SCOPE

FIRST, LAST = date(1900, 1, 1), date(9999, 12, 1)
"""Where a period is open."""
_SINCE, _UNTIL = sa.bindparam("since", type_=sa.Date()), sa.bindparam("until", type_=sa.Date())
_BOUNDED = sa.bindparam("bounded", type_=sa.Boolean())
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_FOUND = EnergyObject.search.like(sa.bindparam("pattern", type_=sa.Text()), escape="\\")
_EMPTY: Any = sa.literal_column("''", sa.Text())


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


def _open(month: Any) -> sa.ColumnElement[bool]:
    """The contract's month is not closed."""
    unclosed = sa.select(Window.month).where(
        Window.contract_id == EnergyObject.contract_id, Window.month == month, Window.closed_at.is_(None)
    )
    return unclosed.correlate_except(Window).exists()


# ---- the readings
class HistoryRow(msgspec.Struct, frozen=True):
    """A register in a month, or the consumption of a point, with everything above it."""

    object_number: str
    object_id: str
    object_name: str
    address: str
    point_name: str
    point_id: str
    complex_code: str
    meter_number: str
    meter_id: str
    month: date
    sort: int
    register: str
    register_name: str
    value: Decimal | None
    consumption: Decimal | None
    state: TransmissionState
    code: str
    text: str
    submitted_at: datetime | None


_PLACE = (
    EnergyObject.number.label("object_number"),
    EnergyObject.id.label("object_id"),
    EnergyObject.name.label("object_name"),
    EnergyObject.address.label("address"),
    MeteringPoint.name.label("point_name"),
    MeteringPoint.id.label("point_id"),
    MeteringPoint.complex_code.label("complex_code"),
)
_OF_CONTRACT = (EnergyObject.contract_id == CONTRACT_ID, IN_SCOPE)


def _registers(table: Any, code: Any, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Rows of registers, from a table with meter and month; `code` is the register's."""
    return (
        sa.select(
            *_PLACE,
            Meter.number.label("meter_number"),
            Meter.id.label("meter_id"),
            table.month.label("month"),
            MeterRegister.sort.label("sort"),
            code.label("register"),
            MeterRegister.name.label("register_name"),
            *columns,
        )
        .join_from(EnergyObject, MeteringPoint, MeteringPoint.energy_object_id == EnergyObject.id)
        .join(Meter, Meter.metering_point_id == MeteringPoint.id)
        .join(table, table.meter_id == Meter.id)
    )


def _points(table: Any, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Rows of points «по сообщению», from a table with point and month."""
    return (
        sa.select(
            *_PLACE,
            _EMPTY.label("meter_number"),
            _EMPTY.label("meter_id"),
            table.month.label("month"),
            sa.literal_column("0", sa.Integer()).label("sort"),
            _EMPTY.label("register"),
            _EMPTY.label("register_name"),
            sa.cast(sa.null(), Quantity()).label("value"),
            table.value.label("consumption"),
            *columns,
        )
        .join_from(EnergyObject, MeteringPoint, MeteringPoint.energy_object_id == EnergyObject.id)
        .join(table, table.metering_point_id == MeteringPoint.id)
        .where(*_OF_CONTRACT, table.month >= _SINCE, table.month <= _UNTIL)
    )


_ACCEPTED: Any = sa.literal_column("'accepted'", sa.Text())
_SETTLED = (_ACCEPTED.label("state"), _EMPTY.label("code"), _EMPTY.label("text"))


def _register_halves(*conditions: Any) -> tuple[sa.Select[*tuple[Any, ...]], sa.Select[*tuple[Any, ...]]]:
    """Accepted ones, and those of the open period that are not among them."""
    accepted = (
        _registers(
            Accepted,
            Accepted.register,
            Accepted.value.label("value"),
            Accepted.consumption.label("consumption"),
            *_SETTLED,
            Accepted.submitted_at.label("submitted_at"),
        )
        .join(MeterRegister, sa.and_(MeterRegister.meter_id == Meter.id, MeterRegister.code == Accepted.register))
        .where(*_OF_CONTRACT, Accepted.month >= _SINCE, Accepted.month <= _UNTIL, *conditions)
    )
    known = sa.exists().where(
        Accepted.meter_id == Meter.id, Accepted.month == Transmission.month, Accepted.register == Value.register
    )
    transmitted = (
        _registers(
            Transmission,
            Value.register,
            Value.value.label("value"),
            Value.consumption.label("consumption"),
            Value.state.label("state"),
            Value.code.label("code"),
            Value.text.label("text"),
            Submission.submitted_at.label("submitted_at"),
        )
        .join(Value, Value.transmission_id == Transmission.id)
        .join(Submission, Submission.id == Transmission.submission_id)
        .join(MeterRegister, sa.and_(MeterRegister.meter_id == Meter.id, MeterRegister.code == Value.register))
        .where(
            *_OF_CONTRACT,
            sa.not_(Transmission.replaced),
            Transmission.month >= _SINCE,
            Transmission.month <= _UNTIL,
            _open(Transmission.month),
            sa.not_(known),
            *conditions,
        )
    )
    return accepted, transmitted


def _point_halves(*conditions: Any) -> tuple[sa.Select[*tuple[Any, ...]], sa.Select[*tuple[Any, ...]]]:
    """Likewise, of points «по сообщению»."""
    known = sa.exists().where(
        AcceptedPoint.metering_point_id == MeteringPoint.id, AcceptedPoint.month == PointTransmission.month
    )
    accepted = _points(AcceptedPoint, *_SETTLED, AcceptedPoint.submitted_at.label("submitted_at"))
    transmitted = _points(
        PointTransmission,
        PointTransmission.state.label("state"),
        PointTransmission.code.label("code"),
        PointTransmission.text.label("text"),
        PointTransmission.submitted_at.label("submitted_at"),
    ).where(sa.not_(PointTransmission.replaced), _open(PointTransmission.month), sa.not_(known))
    return accepted.where(*conditions), transmitted.where(*conditions)


def _newest_first(
    halves: tuple[sa.Select[*tuple[Any, ...]], sa.Select[*tuple[Any, ...]]],
) -> Query[HistoryRow]:
    rows = sa.union_all(*halves).subquery()
    month, sort, code = sa.bindparam("month", type_=sa.Date()), sa.bindparam("sort", type_=sa.Integer()), _text("code")
    return Query(
        sa.select(rows)
        .where(
            sa.or_(
                rows.c.month < month,
                sa.and_(rows.c.month == month, sa.tuple_(rows.c.sort, rows.c.register) > sa.tuple_(sort, code)),
            )
        )
        .order_by(rows.c.month.desc(), rows.c.sort, rows.c.register)
        .limit(_LIMIT),
        HistoryRow,
    )


OF_METER = _newest_first(_register_halves(Meter.id == _text("meter_id")))
OF_POINT = _newest_first(_point_halves(MeteringPoint.id == _text("point_id")))

_ALL = sa.union_all(*_register_halves(_FOUND), *_point_halves(_FOUND)).subquery()
EVERYTHING = Query(
    sa.select(_ALL).order_by(
        _ALL.c.object_number,
        _ALL.c.object_id,
        _ALL.c.point_name,
        _ALL.c.point_id,
        _ALL.c.meter_number,
        _ALL.c.meter_id,
        _ALL.c.month.desc(),
        _ALL.c.sort,
        _ALL.c.register,
    ),
    HistoryRow,
)
"""For the workbook, in the order of the screen."""

# ---- by month
_HALVES = sa.union_all(*_register_halves(), *_point_halves()).subquery()
_TAKEN = sa.or_(_HALVES.c.register == "", _HALVES.c.register.like("A+.%"))
_ZONES: Any = sa.func.sum(_HALVES.c.consumption).filter(_HALVES.c.register != "A+.total")
_PER_DEVICE = (
    sa.select(
        _HALVES.c.month, sa.func.coalesce(_ZONES, sa.func.sum(_HALVES.c.consumption)).label("consumption")
    )  # a device with zones and a total would count twice
    .where(_TAKEN, _HALVES.c.state != "refused")
    .group_by(_HALVES.c.month, _HALVES.c.point_id, _HALVES.c.meter_id)
    .subquery()
)


class MonthRow(msgspec.Struct, frozen=True):
    """The active energy taken in a month, kWh; null: no device has a consumption."""

    month: date
    consumption: Decimal | None


BY_MONTH = Query(
    sa.select(_PER_DEVICE.c.month, sa.type_coerce(sa.func.sum(_PER_DEVICE.c.consumption), Quantity())).group_by(
        _PER_DEVICE.c.month
    ),
    MonthRow,
)

METER = Query(
    sa.select(Meter.id)
    .join(MeteringPoint, MeteringPoint.id == Meter.metering_point_id)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(*_OF_CONTRACT, Meter.id == _text("meter_id")),
    str,
)
POINT = Query(
    sa.select(MeteringPoint.id)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(*_OF_CONTRACT, MeteringPoint.id == _text("point_id")),
    str,
)
OBJECT = Query(sa.select(EnergyObject.id).where(*_OF_CONTRACT, EnergyObject.id == _text("object_id")), str)
NUMBER = Query(sa.select(Contract.number).where(Contract.id == CONTRACT_ID), str)


# ---- what the readings hang on
def _any(meter: sa.ColumnElement[bool], point: sa.ColumnElement[bool], *around: Any) -> sa.ColumnElement[bool]:
    """Whether anything of the period stands under the meters and points of the conditions.

    `around`: the tables of the query that this becomes a part of. One EXISTS over a union, since PostgreSQL would
    rather read whole tables than look up the members of an OR of four.
    """
    halves = (
        sa.select(Accepted.month)
        .join_from(MeteringPoint, Meter, Meter.metering_point_id == MeteringPoint.id)
        .join(Accepted, Accepted.meter_id == Meter.id)
        .where(meter, Accepted.month >= _SINCE, Accepted.month <= _UNTIL),
        sa.select(Transmission.month)
        .join_from(MeteringPoint, Meter, Meter.metering_point_id == MeteringPoint.id)
        .join(Transmission, Transmission.meter_id == Meter.id)
        .where(
            meter,
            Transmission.month >= _SINCE,
            Transmission.month <= _UNTIL,
            sa.not_(Transmission.replaced),
            _open(Transmission.month),
        ),
        sa.select(AcceptedPoint.month)
        .join_from(MeteringPoint, AcceptedPoint, AcceptedPoint.metering_point_id == MeteringPoint.id)
        .where(point, AcceptedPoint.month >= _SINCE, AcceptedPoint.month <= _UNTIL),
        sa.select(PointTransmission.month)
        .join_from(MeteringPoint, PointTransmission, PointTransmission.metering_point_id == MeteringPoint.id)
        .where(
            point,
            PointTransmission.month >= _SINCE,
            PointTransmission.month <= _UNTIL,
            sa.not_(PointTransmission.replaced),
            _open(PointTransmission.month),
        ),
    )
    return sa.union_all(*[half.correlate(*around) for half in halves]).exists()


_DEVICE = sa.or_(Meter.id.is_not(None), MeteringPoint.by_message)
"""A row of points joined with their meters that is worth showing."""
_DEVICES = (
    sa.select(sa.func.count())
    .select_from(MeteringPoint)
    .outerjoin(Meter, Meter.metering_point_id == MeteringPoint.id)
    .where(MeteringPoint.energy_object_id == EnergyObject.id, _DEVICE)
    .correlate(EnergyObject)
    .scalar_subquery()
)
_UNDER_OBJECT = MeteringPoint.energy_object_id == EnergyObject.id
OBJECTS = Query(
    sa.select(EnergyObject.id, EnergyObject.number, EnergyObject.name, EnergyObject.address, _DEVICES)
    .where(
        *_OF_CONTRACT,
        _FOUND,
        sa.or_(sa.not_(_BOUNDED), _any(_UNDER_OBJECT, _UNDER_OBJECT, EnergyObject)),
        sa.tuple_(EnergyObject.number, EnergyObject.id) > sa.tuple_(_text("number"), _text("id")),
    )
    .order_by(EnergyObject.number, EnergyObject.id)
    .limit(_LIMIT),
    ReadingsHistoryObject,
)

_Point, _Device = aliased(MeteringPoint), aliased(Meter)
_METER_NUMBER, _METER_ID = sa.func.coalesce(_Device.number, ""), sa.func.coalesce(_Device.id, "")
DEVICES = Query(
    sa.select(
        _Point.id,
        _Point.name,
        _Point.complex_code,
        _Device.id,
        _METER_NUMBER,
        sa.func.coalesce(_Device.model, ""),
        _Device.closed_on,
    )
    .join_from(EnergyObject, _Point, _Point.energy_object_id == EnergyObject.id)
    .outerjoin(_Device, _Device.metering_point_id == _Point.id)
    .where(
        *_OF_CONTRACT,
        EnergyObject.id == _text("object_id"),
        sa.or_(_Device.id.is_not(None), _Point.by_message),
        sa.or_(
            sa.not_(_BOUNDED),
            _any(Meter.id == _Device.id, MeteringPoint.id == _Point.id, EnergyObject, _Point, _Device),
        ),
        sa.tuple_(_Point.name, _Point.id, _METER_NUMBER, _METER_ID)
        > sa.tuple_(_text("name"), _text("point"), _text("number"), _text("meter")),
    )
    .order_by(_Point.name, _Point.id, _METER_NUMBER, _METER_ID)
    .limit(_LIMIT),
    ReadingsHistoryDevice,
)
