"""Queries of the company's rows: what they refer to, and what the closing of a period moves."""

import sqlalchemy as sa

from core.contracts.public import EnergyObject, Meter, MeteringPoint, MeterRegister
from core.sdk import any_of
from plugins.readings.models import Accepted, AcceptedPoint, PointTransmission, Submission, Transmission, Value, Window
from plugins.readings.store import CONTRACT_ID

KNOWN_OBJECTS = sa.select(EnergyObject.id).where(any_of(EnergyObject.id, "ids"))
KNOWN_METERS = sa.select(Meter.id).where(any_of(Meter.id, "ids"))
KNOWN_REGISTERS = sa.select(MeterRegister.meter_id, MeterRegister.code).where(any_of(MeterRegister.meter_id, "ids"))
KNOWN_WINDOWS = (
    sa.select(Window.contract_id, Window.month, Window.closed_at)
    .where(any_of(Window.contract_id, "ids"))
    .order_by(Window.contract_id, Window.month)
    .with_for_update()
)

_MONTH = sa.bindparam("month", type_=sa.Date())
CARRIED_OVER = (
    sa.select(Transmission.meter_id, Value.register, Value.value, Transmission.month)
    .join(Value, Value.transmission_id == Transmission.id)
    .join(Submission, Submission.id == Transmission.submission_id)
    .where(
        Submission.contract_id == CONTRACT_ID,
        Transmission.month == _MONTH,
        sa.not_(Transmission.replaced),
        Value.state != "refused",
    )
)
"""What becomes the previous readings when a contract's month is closed."""
INTO_HISTORY = CARRIED_OVER.add_columns(Value.consumption, Submission.submitted_at)
"""What enters the history then."""
POINTS_INTO_HISTORY = (
    sa.select(
        PointTransmission.metering_point_id,
        PointTransmission.month,
        PointTransmission.value,
        PointTransmission.submitted_at,
    )
    .join(Submission, Submission.id == PointTransmission.submission_id)
    .where(
        Submission.contract_id == CONTRACT_ID,
        PointTransmission.month == _MONTH,
        sa.not_(PointTransmission.replaced),
        PointTransmission.state != "refused",
    )
)
"""Likewise, of points «по сообщению»."""
_POINTS_OF_CONTRACT = (
    sa.select(MeteringPoint.id)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(EnergyObject.contract_id == CONTRACT_ID)
)
OUT_OF_HISTORY = (
    sa.delete(Accepted).where(
        Accepted.month == _MONTH,
        sa.not_(Accepted.by_company),
        Accepted.meter_id.in_(sa.select(Meter.id).where(Meter.metering_point_id.in_(_POINTS_OF_CONTRACT))),
    ),
    sa.delete(AcceptedPoint).where(
        AcceptedPoint.month == _MONTH,
        sa.not_(AcceptedPoint.by_company),
        AcceptedPoint.metering_point_id.in_(_POINTS_OF_CONTRACT),
    ),
)
"""What leaves it again when the company undoes the closing."""
