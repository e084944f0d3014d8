"""Queries of points «по сообщению»."""

from datetime import date, datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from core.contracts.public import EnergyObject, Meter, MeteringPoint
from core.sdk import Query, any_of
from plugins.readings.models import ObjectState, PointTransmission, Submission
from plugins.readings.schemas import TransmissionState
from plugins.readings.store import CONTRACT_ID, IN_SCOPE, OBJECT_STATUS, in_use

_METERED = sa.exists().where(Meter.metering_point_id == MeteringPoint.id, in_use(Meter))

POINTS = (
    sa.select(
        MeteringPoint.id,
        EnergyObject.id,
        MeteringPoint.complex_code,
        OBJECT_STATUS,
        MeteringPoint.by_message,
        _METERED,
        PointTransmission.id,
        PointTransmission.value,
        PointTransmission.state,
    )
    .select_from(
        sa.join(EnergyObject, MeteringPoint, MeteringPoint.energy_object_id == EnergyObject.id)
        .outerjoin(ObjectState, ObjectState.energy_object_id == EnergyObject.id)
        .outerjoin(
            PointTransmission,
            sa.and_(
                PointTransmission.metering_point_id == MeteringPoint.id,
                PointTransmission.month == sa.bindparam("month", type_=sa.Date()),
                sa.not_(PointTransmission.replaced),
            ),
        )
    )
    .where(
        EnergyObject.contract_id == CONTRACT_ID,
        IN_SCOPE,
        in_use(EnergyObject),
        in_use(MeteringPoint),
        any_of(MeteringPoint.id, "points"),
    )
)
"""The points named, where the caller may submit for them."""

REPLACE = sa.update(PointTransmission).where(any_of(PointTransmission.id, "replaced_ids")).values(replaced=True)


class SentPointRow(msgspec.Struct, frozen=True):
    """The consumption of a point in a past submission."""

    month: date
    channel: str
    submitted_at: datetime
    point_id: str
    name: str
    complex_code: str
    object_id: str
    replaced: bool
    withdrawn_at: datetime | None
    value: Decimal
    state: TransmissionState
    code: str
    text: str


SENT = Query(
    sa.select(
        Submission.month,
        Submission.channel,
        Submission.submitted_at,
        MeteringPoint.id,
        MeteringPoint.name,
        MeteringPoint.complex_code,
        EnergyObject.id,
        PointTransmission.replaced,
        PointTransmission.withdrawn_at,
        PointTransmission.value,
        PointTransmission.state,
        PointTransmission.code,
        PointTransmission.text,
    )
    .select_from(
        sa.join(Submission, PointTransmission, PointTransmission.submission_id == Submission.id)
        .join(MeteringPoint, MeteringPoint.id == PointTransmission.metering_point_id)
        .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    )
    .where(
        Submission.id == sa.bindparam("submission_id", type_=sa.Text()),
        Submission.contract_id == CONTRACT_ID,
        IN_SCOPE,
    )
    .order_by(EnergyObject.number, MeteringPoint.name, MeteringPoint.id),
    SentPointRow,
)
