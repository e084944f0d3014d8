"""Queries of peak hours."""

from datetime import date

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, EnergyObject, visible_contract, visible_object
from core.sdk import Query, any_of
from plugins.readings.models import PeakHour, PeakRange
from plugins.readings.schemas.peaks import ReadingsPeakRange
from plugins.readings.store import FIRST_CATEGORY, in_use

_FROM, _TO = sa.bindparam("first", type_=sa.Date()), sa.bindparam("last", type_=sa.Date())
_OF_REGIONS = sa.or_(sa.bindparam("every", type_=sa.Boolean()), any_of(PeakHour.region, "regions"))

BRANCHES = Query(
    sa.select(Contract.branch)
    .where(
        visible_contract(Contract.id),
        in_use(Contract),
        sa.exists().where(
            EnergyObject.contract_id == Contract.id,
            EnergyObject.price_category >= FIRST_CATEGORY,
            in_use(EnergyObject),
            visible_object(EnergyObject.contract_id, EnergyObject.id),
        ),
    )
    .distinct(),
    str,
)
"""Branches of the caller's contracts that have energy objects of price categories III to VI."""


class PeakRow(msgspec.Struct, frozen=True):
    """A peak hour, of Moscow."""

    region: str
    day: date
    hour: int


HOURS = Query(
    sa.select(PeakHour.region, PeakHour.day, PeakHour.hour)
    .where(PeakHour.day >= _FROM, PeakHour.day <= _TO, _OF_REGIONS)
    .order_by(PeakHour.day, PeakHour.region),
    PeakRow,
)
RANGES = Query(
    sa.select(PeakRange.zone, PeakRange.month, PeakRange.first_hour, PeakRange.last_hour)
    .where(PeakRange.month >= _FROM, PeakRange.month <= _TO)
    .order_by(PeakRange.month, PeakRange.zone, PeakRange.first_hour),
    ReadingsPeakRange,
)
DAYS = Query(
    sa.select(PeakHour.region, PeakHour.day).where(_OF_REGIONS).order_by(PeakHour.day.desc()),
    lambda region, day: (region, day),
)
PLANNED_MONTHS = Query(sa.select(PeakRange.month).distinct(), lambda month: month)

FORGET_DAYS = sa.delete(PeakHour).where(
    PeakHour.region == sa.bindparam("of_region", type_=sa.Text()), PeakHour.day >= _FROM, PeakHour.day <= _TO
)
FORGET_RANGES = sa.delete(PeakRange).where(
    PeakRange.zone == sa.bindparam("of_zone", type_=sa.Integer()),
    PeakRange.month == sa.bindparam("of_month", type_=sa.Date()),
)
