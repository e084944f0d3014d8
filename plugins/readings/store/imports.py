"""Queries behind files: who is meant by a row, and how things stand."""

from decimal import Decimal

import msgspec
import sqlalchemy as sa

from core.contracts.public import EnergyObject, Meter, MeteringPoint, MeterRegister
from core.sdk import Query, any_of
from plugins.readings import store
from plugins.readings.domain import Window
from plugins.readings.models import PointTransmission
from plugins.readings.store import CONTRACT_ID, IN_SCOPE, in_use
from plugins.readings.store import points as points_store

WINDOW = Query(store.WINDOW, Window)
DEVICES = Query(store.DEVICES, lambda *row: row)
POINTS = Query(points_store.POINTS, lambda *row: row)


class KnownRegister(msgspec.Struct, frozen=True, gc=False):
    """A register with the names by which rows call it."""

    object_number: str
    meter_number: str
    meter_id: str
    object_name: str
    point_name: str
    code: str
    name: str


REGISTERS = Query(
    sa.select(
        EnergyObject.number,
        Meter.number,
        Meter.id,
        EnergyObject.name,
        MeteringPoint.name,
        MeterRegister.code,
        MeterRegister.name,
    )
    .join_from(Meter, MeteringPoint, MeteringPoint.id == Meter.metering_point_id)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .join(MeterRegister, MeterRegister.meter_id == Meter.id)
    .where(
        EnergyObject.contract_id == CONTRACT_ID,
        IN_SCOPE,
        in_use(EnergyObject),
        in_use(MeteringPoint),
        in_use(Meter),
        any_of(Meter.number, "numbers"),
    ),
    KnownRegister,
)

_METERED = sa.exists().where(Meter.metering_point_id == MeteringPoint.id, in_use(Meter))


class KnownPoint(msgspec.Struct, frozen=True):
    """A metering point with the codes by which rows call it."""

    point_id: str
    object_number: str
    object_name: str
    complex_code: str
    name: str


_KNOWN_POINT = (
    sa.select(MeteringPoint.id, EnergyObject.number, EnergyObject.name, MeteringPoint.complex_code, MeteringPoint.name)
    .join_from(MeteringPoint, EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(EnergyObject.contract_id == CONTRACT_ID, IN_SCOPE, in_use(EnergyObject), in_use(MeteringPoint))
)
KNOWN_POINTS = Query(_KNOWN_POINT.where(any_of(MeteringPoint.complex_code, "codes")), KnownPoint)


class ReportedPoint(KnownPoint, frozen=True):
    """A point «по сообщению», with what is transmitted for the month already."""

    value: Decimal | None


REPORTED = Query(
    _KNOWN_POINT.add_columns(PointTransmission.value)
    .outerjoin(
        PointTransmission,
        sa.and_(
            PointTransmission.metering_point_id == MeteringPoint.id,
            PointTransmission.month == sa.bindparam("month", type_=sa.Date()),
            sa.not_(PointTransmission.replaced),
        ),
    )
    .where(MeteringPoint.by_message, sa.not_(_METERED))
    .order_by(EnergyObject.number, EnergyObject.id, MeteringPoint.name, MeteringPoint.id),
    ReportedPoint,
)
REPORTS = Query(_KNOWN_POINT.where(MeteringPoint.by_message, sa.not_(_METERED)).limit(1), KnownPoint)
"""Whether there is any such point."""
