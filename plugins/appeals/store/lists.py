"""What fields choose from."""

import msgspec
import sqlalchemy as sa

from core.contracts.public import EnergyObject, Meter, MeteringPoint, visible_object
from core.sdk import Query

_CONTRACT = sa.bindparam("contract_id", type_=sa.Text())
_ALL = sa.bindparam("every", type_=sa.Boolean())
_WANTED = sa.bindparam("wanted", type_=sa.Text())
MOST = 1000


class ObjectRow(msgspec.Struct, frozen=True):
    """An energy object."""

    id: str
    number: str
    address: str


OBJECTS = Query(
    sa.select(EnergyObject.id, EnergyObject.number, EnergyObject.address)
    .where(
        EnergyObject.contract_id == _CONTRACT,
        EnergyObject.closed_on.is_(None),
        sa.or_(_ALL, EnergyObject.id == _WANTED),
        visible_object(EnergyObject.contract_id, EnergyObject.id),
    )
    .order_by(EnergyObject.number, EnergyObject.id)
    .limit(MOST),
    ObjectRow,
)
"""Those that the caller's role covers."""


class DeviceRow(msgspec.Struct, frozen=True):
    """A device and the object that it stands at."""

    id: str
    number: str
    model: str
    point: str
    object_id: str


DEVICES = Query(
    sa.select(Meter.id, Meter.number, Meter.model, MeteringPoint.name, MeteringPoint.energy_object_id)
    .join(MeteringPoint, MeteringPoint.id == Meter.metering_point_id)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(
        EnergyObject.contract_id == _CONTRACT,
        Meter.closed_on.is_(None),
        sa.or_(_ALL, Meter.id == _WANTED),
        visible_object(EnergyObject.contract_id, EnergyObject.id),
    )
    .order_by(Meter.number, Meter.id)
    .limit(MOST),
    DeviceRow,
)
OBJECT_NAME = Query(
    sa.select(EnergyObject.number + ", " + EnergyObject.address).where(
        EnergyObject.contract_id == _CONTRACT, EnergyObject.id == _WANTED
    ),
    str,
)
DEVICE_NAME = Query(
    sa.select(Meter.number)
    .join(MeteringPoint, MeteringPoint.id == Meter.metering_point_id)
    .join(EnergyObject, EnergyObject.id == MeteringPoint.energy_object_id)
    .where(EnergyObject.contract_id == _CONTRACT, Meter.id == _WANTED),
    str,
)
