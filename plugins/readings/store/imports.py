"""Queries behind files: who is meant by a row, and how things stand."""

from decimal import Decimal

import msgspec
import sqlalchemy as sa

from core.contracts.public import EnergyObject, Meter, MeteringPoint, MeterRegister
from core.sdk import Query, among, any_of
from plugins.readings import store
from plugins.readings.domain import Window
from plugins.readings.models import PointTransmission
from plugins.readings.store import CONTRACT_ID, IN_SCOPE, in_use
from plugins.readings.store import points as points_store

WINDOW = Query(store.WINDOW, Window)
POINTS = Query(points_store.POINTS, lambda *row: row)
NAMES = 5
DEVICES = Query(
    store.DEVICE_ROWS.add_columns(
        EnergyObject.number, Meter.number, EnergyObject.name, MeteringPoint.name, MeterRegister.name
    ).where(among(Meter.number, "numbers")),
    lambda *row: row,
)
"""The columns of `store.DEVICES`, and by what names the rows of a file call them: a pass over the contract, so that it
is asked for many devices at once."""

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
