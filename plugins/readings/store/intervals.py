"""Queries of interval data: whose points a file may speak of, which messages came before, what a period consumed."""

from datetime import date, datetime

import msgspec
import sqlalchemy as sa

from core.contracts.public import EnergyObject, MeteringPoint
from core.sdk import Query, any_of
from plugins.readings.models import IntervalMessage
from plugins.readings.store import CONTRACT_ID, FIRST_CATEGORY, IN_SCOPE, in_use


class PointRow(msgspec.Struct, frozen=True):
    """A metering point of the contract, with the last day that it is in use before."""

    code: str
    point_id: str
    object_id: str
    closed_on: date | None

    def in_use_on(self, day: date) -> bool:
        return self.closed_on is None or self.closed_on > day


_EARLIER = sa.case(
    (MeteringPoint.closed_on.is_(None), EnergyObject.closed_on),
    (EnergyObject.closed_on.is_(None), MeteringPoint.closed_on),
    (MeteringPoint.closed_on < EnergyObject.closed_on, MeteringPoint.closed_on),
    else_=EnergyObject.closed_on,
)
POINTS = Query(
    sa.select(MeteringPoint.complex_code, MeteringPoint.id, EnergyObject.id, sa.type_coerce(_EARLIER, sa.Date()))
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(EnergyObject.contract_id == CONTRACT_ID, IN_SCOPE, any_of(MeteringPoint.complex_code, "codes")),
    PointRow,
)
POINT = Query(
    sa.select(MeteringPoint.id, MeteringPoint.name)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(
        EnergyObject.contract_id == CONTRACT_ID, IN_SCOPE, MeteringPoint.id == sa.bindparam("point_id", type_=sa.Text())
    ),
    lambda point_id, name: (point_id, name),
)
ALL_POINTS = Query(
    sa.select(MeteringPoint.id, MeteringPoint.complex_code, MeteringPoint.name)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(EnergyObject.contract_id == CONTRACT_ID, IN_SCOPE)
    .order_by(EnergyObject.number, MeteringPoint.name, MeteringPoint.id),
    lambda point_id, code, name: (point_id, code, name),
)
OFFERED = Query(
    sa.select(EnergyObject.id)
    .where(
        EnergyObject.contract_id == CONTRACT_ID,
        EnergyObject.price_category >= FIRST_CATEGORY,
        in_use(EnergyObject),
    )
    .limit(1),
    str,
)
"""An energy object whose price category calls for hourly metering, if the contract has one."""


CATEGORY = FIRST_CATEGORY
"""The first price category with hourly metering."""


class Message(msgspec.Struct, frozen=True):
    """A message that was loaded."""

    sender: str
    day: str
    number: str
    loaded_at: datetime


LOADED = Query(
    sa.select(IntervalMessage.sender, IntervalMessage.day, IntervalMessage.number, IntervalMessage.loaded_at)
    .where(
        IntervalMessage.contract_id == CONTRACT_ID,
        IntervalMessage.import_id != sa.bindparam("import_id", type_=sa.Text()),
        any_of(IntervalMessage.day, "days"),
    )
    .order_by(IntervalMessage.loaded_at),
    Message,
)
