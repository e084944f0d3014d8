"""What of a submission may be taken back."""

import sqlalchemy as sa

from core.contracts.public import EnergyObject, Meter, MeteringPoint
from core.sdk import Moment, any_of
from plugins.readings.models import PointTransmission, Submission, Transmission, Value
from plugins.readings.store import CONTRACT_ID, IN_SCOPE

_SUBMISSION = sa.bindparam("submission_id", type_=sa.Text())
_ACCEPTED = sa.exists().where(Value.transmission_id == Transmission.id, Value.state == "accepted")

DEVICES = (
    sa.select(
        Transmission.id,
        Meter.metering_point_id,
        Meter.id,
        Transmission.month,
        Transmission.withdrawn_at.is_not(None),
        sa.or_(Transmission.replaced, _ACCEPTED),
    )
    .join(Submission, Submission.id == Transmission.submission_id)
    .join(Meter, Meter.id == Transmission.meter_id)
    .join(MeteringPoint, MeteringPoint.id == Meter.metering_point_id)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(Submission.id == _SUBMISSION, Submission.contract_id == CONTRACT_ID, IN_SCOPE)
    .order_by(Transmission.id)
)
"""Fact, point, meter, month, whether it is withdrawn already, whether that is too late."""

POINTS = (
    sa.select(
        PointTransmission.id,
        PointTransmission.metering_point_id,
        sa.null(),
        PointTransmission.month,
        PointTransmission.withdrawn_at.is_not(None),
        sa.or_(PointTransmission.replaced, PointTransmission.state == "accepted"),
    )
    .join(Submission, Submission.id == PointTransmission.submission_id)
    .join(MeteringPoint, MeteringPoint.id == PointTransmission.metering_point_id)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(Submission.id == _SUBMISSION, Submission.contract_id == CONTRACT_ID, IN_SCOPE)
    .order_by(PointTransmission.id)
)
"""Likewise; there is no meter."""


def withdraw(table: type[Transmission] | type[PointTransmission]) -> sa.Update:
    """Marks the facts named."""
    return (
        sa.update(table)
        .where(any_of(table.id, "facts"))
        .values(replaced=True, withdrawn_at=sa.bindparam("moment", type_=Moment()))
    )
