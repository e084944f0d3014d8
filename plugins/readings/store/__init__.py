"""Queries of readings. The form of a contract, window included, is one round trip."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import FromClause

from core.contracts.public import Contract, EnergyObject, Meter, MeteringPoint, MeterRegister, visible_contract
from core.intervals.public import DayRow
from core.sdk import Context, Moment, Quantity, Query, any_of
from plugins.readings.domain import WAITING
from plugins.readings.models import (
    MeterState,
    ObjectState,
    PointTransmission,
    Previous,
    Submission,
    Transmission,
    Value,
    Window,
)
from plugins.readings.schemas import ReadingsContract, TransmissionState

TODAY = sa.bindparam("today", type_=sa.Date())
CONTRACT_ID = sa.bindparam("contract_id", type_=sa.Text())
IN_SCOPE = sa.or_(sa.bindparam("everything", type_=sa.Boolean()), any_of(EnergyObject.id, "objects"))


def scope(ctx: Context) -> dict[str, Any]:
    """Parameters of the queries below: the contract, and those of its energy objects that the caller's role covers."""
    grant = ctx.granted
    return {
        "contract_id": grant.contract_id,
        "everything": grant.objects is None,
        "objects": list(grant.objects or ()),
    }


def in_use(table: Any) -> sa.ColumnElement[bool]:
    return sa.or_(table.closed_on.is_(None), table.closed_on > TODAY)


FIRST_CATEGORY = 3
"""The first price category with hourly metering, whose consumers also pay for their power in the peak hours."""


# ---- windows
_UNCLOSED = Window.closed_at.is_(None)
_BEGUN = Window.opens_on <= TODAY
_OVER = Window.closes_on < TODAY
_RANK = sa.case(
    (sa.and_(_UNCLOSED, _BEGUN, sa.not_(_OVER)), 0),
    (sa.and_(_UNCLOSED, _BEGUN), 1),
    (_UNCLOSED, 2),
    else_=3,
)
_PAST_MONTH = sa.case((sa.or_(sa.not_(_UNCLOSED), _OVER), Window.month))
_ORDER = (_RANK, _PAST_MONTH.desc(), Window.month)
"""The month that a contract's form is about: the first one open today, else the last one begun and not closed yet
(what was transmitted stays visible), else the next to come, else the last of the closed ones."""

WINDOW = (
    sa.select(Window.month, Window.opens_on, Window.closes_on, Window.closed_at.is_not(None))
    .where(Window.contract_id == CONTRACT_ID)
    .order_by(*_ORDER)
    .limit(1)
    .with_for_update()
)
"""The same month for a submission, which thereby waits for other submissions and for the closing of the period."""

_FORM_MONTH = (
    sa.select(Window.month)
    .where(Window.contract_id == Contract.id)
    .order_by(*_ORDER)
    .limit(1)
    .correlate(Contract)
    .scalar_subquery()
)


# ---- the form
class FormRow(msgspec.Struct, frozen=True, gc=False):
    """A register, or a point without devices, with everything above it. What does not exist is null."""

    contract_number: str
    contract_name: str
    month: date | None
    opens_on: date | None
    closes_on: date | None
    closed: bool
    object_id: str | None
    object_number: str
    object_name: str
    address: str
    price_category: int
    object_status: str
    object_note: str
    point_id: str | None
    point_name: str
    by_message: bool
    complex_code: str
    meter_id: str | None
    meter_number: str
    model: str
    coefficient: Decimal
    loss_percent: Decimal
    digits: int
    installed_on: date | None
    verified_until: date | None
    meter_status: str
    meter_note: str
    register: str | None
    register_name: str
    previous: Decimal | None
    previous_month: date | None
    submission_id: str | None
    submitted_at: datetime | None
    value: Decimal | None
    consumption: Decimal | None
    notice: str
    state: TransmissionState | None
    code: str
    text: str
    has_intervals: bool
    """Of the contract: whether there are interval data to be asked for at all."""


def _with_registers(objects: Any, month: Any) -> FromClause:
    """`objects` holds energy objects; adds what is in use under them, down to the registers and all that is known.

    Each join stands right after what it depends on: in a list this long PostgreSQL keeps to the order given.
    """
    joined: FromClause = (
        objects.outerjoin(ObjectState, ObjectState.energy_object_id == EnergyObject.id)
        .outerjoin(MeteringPoint, sa.and_(MeteringPoint.energy_object_id == EnergyObject.id, in_use(MeteringPoint)))
        .outerjoin(Meter, sa.and_(Meter.metering_point_id == MeteringPoint.id, in_use(Meter)))
        .outerjoin(MeterState, MeterState.meter_id == Meter.id)
        .outerjoin(
            Transmission,
            sa.and_(Transmission.meter_id == Meter.id, Transmission.month == month, sa.not_(Transmission.replaced)),
        )
        .outerjoin(Submission, Submission.id == Transmission.submission_id)
        .outerjoin(MeterRegister, MeterRegister.meter_id == Meter.id)
        .outerjoin(
            Previous, sa.and_(Previous.meter_id == MeterRegister.meter_id, Previous.register == MeterRegister.code)
        )
        .outerjoin(Value, sa.and_(Value.transmission_id == Transmission.id, Value.register == MeterRegister.code))
    )
    return joined


OBJECT_STATUS = sa.func.coalesce(ObjectState.status, WAITING)
METER_STATUS = sa.func.coalesce(MeterState.status, WAITING)

_Object, _Point = aliased(EnergyObject), aliased(MeteringPoint)
_HAS_INTERVALS = (
    sa.select(DayRow.day)
    .join_from(_Object, _Point, _Point.energy_object_id == _Object.id)
    .join(DayRow, DayRow.point_id == _Point.id)
    .where(_Object.contract_id == CONTRACT_ID, _Object.price_category >= FIRST_CATEGORY)
    .exists()
)
"""Depends on nothing but the parameter, so that it is looked up once, not for each row."""
_WITHOUT_METER = sa.case((Meter.id.is_(None), MeteringPoint.id))
"""Null, and thus not looked up at all, for the many points that have a meter."""

_FORM_OBJECTS = sa.join(
    Contract, Window, sa.and_(Window.contract_id == Contract.id, Window.month == _FORM_MONTH), isouter=True
).outerjoin(EnergyObject, sa.and_(EnergyObject.contract_id == Contract.id, in_use(EnergyObject), IN_SCOPE))

FORM = Query(
    sa.select(
        Contract.number,
        Contract.name,
        Window.month,
        Window.opens_on,
        Window.closes_on,
        Window.closed_at.is_not(None),
        EnergyObject.id,
        EnergyObject.number,
        EnergyObject.name,
        EnergyObject.address,
        EnergyObject.price_category,
        OBJECT_STATUS,
        sa.func.coalesce(ObjectState.note, ""),
        MeteringPoint.id,
        MeteringPoint.name,
        MeteringPoint.by_message,
        MeteringPoint.complex_code,
        Meter.id,
        Meter.number,
        Meter.model,
        Meter.coefficient,
        Meter.loss_percent,
        Meter.digits,
        Meter.installed_on,
        Meter.verified_until,
        METER_STATUS,
        sa.func.coalesce(MeterState.note, ""),
        MeterRegister.code,
        MeterRegister.name,
        Previous.value,
        Previous.month,
        sa.func.coalesce(Submission.id, PointTransmission.submission_id),
        sa.func.coalesce(Submission.submitted_at, PointTransmission.submitted_at, type_=Moment()),
        sa.func.coalesce(Value.value, PointTransmission.value, type_=Quantity()),
        Value.consumption,
        Value.notice,
        sa.func.coalesce(Value.state, PointTransmission.state),
        sa.func.coalesce(Value.code, PointTransmission.code),
        sa.func.coalesce(Value.text, PointTransmission.text),
        _HAS_INTERVALS,
    )
    .select_from(
        _with_registers(_FORM_OBJECTS, Window.month).outerjoin(
            PointTransmission,
            sa.and_(
                PointTransmission.metering_point_id == _WITHOUT_METER,
                PointTransmission.month == Window.month,
                sa.not_(PointTransmission.replaced),
            ),
        )
    )
    .where(Contract.id == CONTRACT_ID)
    .order_by(
        EnergyObject.number,
        EnergyObject.id,
        MeteringPoint.name,
        MeteringPoint.id,
        Meter.number,
        Meter.id,
        MeterRegister.sort,
        MeterRegister.code,
    ),
    FormRow,
)


# ---- the picker
_CONTRACTS = (
    sa.select(Contract.id, Contract.number, Contract.name)
    .where(
        visible_contract(Contract.id),
        Contract.search.like(sa.bindparam("pattern", type_=sa.Text()), escape="\\"),
        sa.tuple_(Contract.number, Contract.id)
        > sa.tuple_(sa.bindparam("number", type_=sa.Text()), sa.bindparam("id", type_=sa.Text())),
    )
    .order_by(Contract.number, Contract.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
CONTRACTS = Query(_CONTRACTS.where(in_use(Contract)), ReadingsContract)
ALL_CONTRACTS = Query(_CONTRACTS, ReadingsContract)
"""Closed ones, too: their history remains."""


# ---- submitting
DEVICE_ROWS = (
    sa.select(
        Meter.id,
        MeteringPoint.id,
        EnergyObject.id,
        OBJECT_STATUS,
        METER_STATUS,
        Meter.coefficient,
        Meter.loss_percent,
        Meter.digits,
        MeterState.max_power,
        Transmission.id,
        MeterRegister.code,
        Previous.value,
        Previous.month,
        Value.value,
        Value.consumption,
        Value.state,
    )
    .select_from(_with_registers(EnergyObject.__table__, sa.bindparam("month", type_=sa.Date())))
    .where(
        EnergyObject.contract_id == CONTRACT_ID,
        IN_SCOPE,
        in_use(EnergyObject),
        MeterRegister.code.is_not(None),
    )
    .order_by(Meter.id, MeterRegister.sort, MeterRegister.code)
)
DEVICES = DEVICE_ROWS.where(any_of(Meter.id, "meters"))
"""The registers of the devices named, where the caller may submit for them."""

REPLACE = sa.update(Transmission).where(any_of(Transmission.id, "replaced_ids")).values(replaced=True)


# ---- a past submission
class SentRow(msgspec.Struct, frozen=True):
    """A register of a past submission."""

    month: date
    channel: str
    submitted_at: datetime
    meter_id: str
    meter_number: str
    object_id: str
    replaced: bool
    withdrawn_at: datetime | None
    register: str
    name: str
    value: Decimal
    consumption: Decimal | None
    notice: str
    state: TransmissionState
    code: str
    text: str


SENT = Query(
    sa.select(
        Submission.month,
        Submission.channel,
        Submission.submitted_at,
        Meter.id,
        Meter.number,
        EnergyObject.id,
        Transmission.replaced,
        Transmission.withdrawn_at,
        Value.register,
        MeterRegister.name,
        Value.value,
        Value.consumption,
        Value.notice,
        Value.state,
        Value.code,
        Value.text,
    )
    .select_from(
        sa.join(Submission, Transmission, Transmission.submission_id == Submission.id)
        .join(Value, Value.transmission_id == Transmission.id)
        .join(Meter, Meter.id == Transmission.meter_id)
        .join(MeteringPoint, MeteringPoint.id == Meter.metering_point_id)
        .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
        .join(
            MeterRegister,
            sa.and_(MeterRegister.meter_id == Transmission.meter_id, MeterRegister.code == Value.register),
        )
    )
    .where(
        Submission.id == sa.bindparam("submission_id", type_=sa.Text()),
        Submission.contract_id == CONTRACT_ID,
        IN_SCOPE,
    )
    .order_by(EnergyObject.number, Meter.number, Meter.id, MeterRegister.sort, MeterRegister.code),
    SentRow,
)


# ---- billing's answers
def answered(fact_id: str, register: str | None) -> sa.Update:
    """The registers that an answer is about: one, or all of the device."""
    statement = sa.update(Value).where(Value.transmission_id == fact_id)
    return statement if register is None else statement.where(Value.register == register)
