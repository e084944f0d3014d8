"""What loading needs to know, and what stands parked."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from core.contracts.public import EnergyObject, MeteringPoint
from core.sdk import Query, any_of
from plugins.isu.models import Node, Parked, Pull
from plugins.isu.store import there_is

NODES = sa.select(Node.id, Node.level, Node.energy_object_id, Node.metering_point_id).where(any_of(Node.id, "ids"))
ENERGY_OBJECTS = sa.select(EnergyObject.id, EnergyObject.contract_id).where(any_of(EnergyObject.id, "ids"))
METERING_POINTS = sa.select(MeteringPoint.id, MeteringPoint.energy_object_id).where(any_of(MeteringPoint.id, "ids"))

PULL = sa.select(Pull.cursor, Pull.taken).where(Pull.name == sa.bindparam("name")).with_for_update()
_PARKED = sa.select(Parked.id, Parked.kind, Parked.row).order_by(Parked.id).limit(sa.bindparam("limit"))
FREED = _PARKED.where(
    Parked.needs != sa.literal_column("''"),
    sa.or_(
        *[there_is(sa.select(key).where(key == Parked.needs)) for key in (Node.id, EnergyObject.id, MeteringPoint.id)]
    ),
)
"""Changes whose missing object has come meanwhile."""
WRONG = _PARKED.where(Parked.needs == sa.literal_column("''"), Parked.id > sa.bindparam("after"))
"""Changes that were wrong by themselves."""


class PullRow(msgspec.Struct, frozen=True):
    """How far the platform was read."""

    cursor: str
    taken: int
    asked_at: datetime | None
    succeeded_at: datetime | None
    failure: str


PULL_STATE = Query(
    sa.select(Pull.cursor, Pull.taken, Pull.asked_at, Pull.succeeded_at, Pull.failure).where(
        Pull.name == sa.bindparam("name", type_=sa.Text())
    ),
    PullRow,
)
PARKED_COUNT = Query(sa.select(sa.func.count()).select_from(Parked), int)
PARKED_LIST = Query(
    sa.select(
        Parked.id,
        Parked.kind,
        Parked.needs,
        Parked.code,
        Parked.field,
        Parked.message,
        Parked.row,
        Parked.parked_at,
    )
    .where(Parked.id > sa.bindparam("after", type_=sa.Text()))
    .order_by(Parked.id)
    .limit(sa.bindparam("limit", type_=sa.Integer())),
    lambda *columns: columns,
)
