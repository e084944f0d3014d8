"""Queries of trees and pages of objects."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.contracts.public import Contract, EnergyObject, visible_contract, visible_object
from core.sdk import Context, Moment, Query, any_of
from plugins.isu.domain import DEVICE, SHOWN_CHANNELS
from plugins.isu.models import Block, Node, Reading

TODAY = sa.bindparam("today", type_=sa.Date())
CONTRACT_ID = sa.bindparam("contract_id", type_=sa.Text())
OBJECT_ID = sa.bindparam("object_id", type_=sa.Text())
LIMIT = sa.bindparam("limit", type_=sa.Integer())
_AFTER = sa.bindparam("after", type_=sa.Text())
_AFTER_ID = sa.bindparam("after_id", type_=sa.Text())
_EVERYTHING = sa.bindparam("everything", type_=sa.Boolean())


def in_scope(energy_object_id: Any) -> sa.ColumnElement[bool]:
    """Energy objects that the caller's role covers; parameters from `scope`."""
    return sa.or_(_EVERYTHING, any_of(energy_object_id, "objects"))


def scope(ctx: Context) -> dict[str, Any]:
    """The contract in the path, those of its energy objects that the caller's role covers, and the business day."""
    grant = ctx.granted
    return {
        "contract_id": grant.contract_id,
        "everything": grant.objects is None,
        "objects": list(grant.objects or ()),
        "today": ctx.today(),
    }


def in_use(table: Any) -> sa.ColumnElement[bool]:
    """What is not closed on the business day."""
    return sa.or_(table.closed_on.is_(None), table.closed_on > TODAY)


def there_is(found: sa.Select[str]) -> sa.ColumnElement[bool]:
    """Whether there is a row. LIMIT keeps PostgreSQL from reading all of them to hash them, as it does for EXISTS."""
    return found.limit(sa.literal_column("1")).scalar_subquery().is_not(None)


# ---- contracts with devices
class ContractRow(msgspec.Struct, frozen=True):
    """A contract with devices that the caller sees."""

    id: str
    number: str
    name: str


_SEEN_DEVICE = there_is(
    sa.select(Node.id)
    .where(
        Node.contract_id == Contract.id,
        Node.level == DEVICE,
        in_use(Node),
        visible_object(Node.contract_id, Node.energy_object_id),
    )
    .order_by(Node.id)  # leads PostgreSQL to the index that has a contract's devices in this order
)
_CONTRACTS = sa.select(Contract.id, Contract.number, Contract.name).where(visible_contract(Contract.id), _SEEN_DEVICE)
CONTRACTS = Query(
    _CONTRACTS.where(sa.tuple_(Contract.number, Contract.id) > sa.tuple_(_AFTER, _AFTER_ID))
    .order_by(Contract.number, Contract.id)
    .limit(LIMIT),
    ContractRow,
)
CHOSEN = Query(_CONTRACTS.where(Contract.id == CONTRACT_ID), ContractRow)


# ---- trees
class TreeRow(msgspec.Struct, frozen=True):
    """An energy object at the top of its tree."""

    id: str
    number: str
    name: str
    has_children: bool


_CHILD = aliased(Node)


def _has_children(parent_id: Any, level: Any) -> sa.ColumnElement[bool]:
    return there_is(sa.select(_CHILD.id).where(_CHILD.parent_id == parent_id, _CHILD.level == level, in_use(_CHILD)))


_SHOWN_NAME = sa.func.substr(
    EnergyObject.search, 1, sa.func.length(EnergyObject.number) + 1 + sa.func.length(EnergyObject.name)
)
"""Number and name, in lower case: what the tree shows of an energy object, without the address."""
_PATTERN = sa.bindparam("pattern", type_=sa.Text())
_NAMED = sa.or_(
    _SHOWN_NAME.like(_PATTERN, escape="\\"),
    EnergyObject.id.in_(
        sa.select(Node.energy_object_id).where(
            Node.contract_id == CONTRACT_ID, Node.search.like(_PATTERN, escape="\\"), in_use(Node)
        )
    ),
)
_TREES = (
    sa.select(EnergyObject.id, EnergyObject.number, EnergyObject.name, _has_children(EnergyObject.id, 1))
    .where(
        EnergyObject.contract_id == CONTRACT_ID,
        in_use(EnergyObject),
        visible_object(EnergyObject.contract_id, EnergyObject.id),
        sa.tuple_(EnergyObject.number, EnergyObject.id) > sa.tuple_(_AFTER, _AFTER_ID),
    )
    .order_by(EnergyObject.number, EnergyObject.id)
    .limit(LIMIT)
)
TREES = Query(_TREES, TreeRow)
TREES_NAMED = Query(_TREES.where(_NAMED), TreeRow)
TREE = Query(_TREES.where(EnergyObject.id == OBJECT_ID), TreeRow)
TREE_NAMED = Query(_TREES.where(EnergyObject.id == OBJECT_ID, _NAMED), TreeRow)


class NodeRow(msgspec.Struct, frozen=True, gc=False):
    """A node below an energy object."""

    id: str
    level: int
    parent_id: str
    name: str
    has_children: bool


_NODES = sa.select(Node.id, Node.level, Node.parent_id, Node.name, _has_children(Node.id, Node.level + 1)).where(
    in_use(Node)
)
WHOLE = Query(
    _NODES.where(any_of(Node.energy_object_id, "trees"), Node.level < sa.bindparam("levels", type_=sa.Integer())),
    NodeRow,
)
"""All nodes of some trees, in no order."""
CHILDREN = Query(
    _NODES.where(
        Node.parent_id == OBJECT_ID,
        Node.level == sa.bindparam("level", type_=sa.Integer()),
        Node.contract_id == CONTRACT_ID,
        in_scope(Node.energy_object_id),
        sa.tuple_(Node.name, Node.id) > sa.tuple_(_AFTER, _AFTER_ID),
    )
    .order_by(Node.name, Node.id)
    .limit(LIMIT),
    NodeRow,
)


# ---- objects
class ObjectRow(msgspec.Struct, frozen=True):
    """An object of any level."""

    id: str
    name: str
    number: str
    address: str
    metering_point_id: str | None


OBJECT = Query(
    sa.select(
        EnergyObject.id, EnergyObject.name, EnergyObject.number, EnergyObject.address, sa.cast(None, sa.Text())
    ).where(
        EnergyObject.id == OBJECT_ID,
        EnergyObject.contract_id == CONTRACT_ID,
        in_use(EnergyObject),
        in_scope(EnergyObject.id),
        there_is(sa.select(Node.id).where(Node.contract_id == CONTRACT_ID, Node.level == DEVICE).order_by(Node.id)),
    ),
    ObjectRow,
)
"""Of a contract without devices nothing is shown."""
NODE = Query(
    sa.select(Node.id, Node.name, sa.literal_column("''"), sa.literal_column("''"), Node.metering_point_id).where(
        Node.id == OBJECT_ID,
        Node.level == sa.bindparam("level", type_=sa.Integer()),
        Node.contract_id == CONTRACT_ID,
        in_use(Node),
        in_scope(Node.energy_object_id),
    ),
    ObjectRow,
)


class BlockRow(msgspec.Struct, frozen=True):
    """A stored block."""

    code: str
    as_of: datetime
    fields: bytes


BLOCKS_OF = Query(
    sa.select(Block.code, Block.as_of, Block.fields).where(
        Block.level == sa.bindparam("level", type_=sa.Integer()), Block.object_id == OBJECT_ID
    ),
    BlockRow,
)


# ---- readings
class ReadingRow(msgspec.Struct, frozen=True, gc=False):
    """Registers of a device."""

    kind: str
    channel: str
    day: date
    slot: str
    at: datetime | None
    t1: Decimal | None
    t2: Decimal | None
    t3: Decimal | None
    total: Decimal | None


DEVICE_ID = sa.bindparam("device_id", type_=sa.Text())
READING = (
    Reading.kind,
    Reading.channel,
    Reading.day,
    Reading.slot,
    Reading.at,
    Reading.t1,
    Reading.t2,
    Reading.t3,
    Reading.total,
)


def _newest(kind: str, channel: str) -> Any:
    newest = (
        sa.select(*READING)
        .where(
            Reading.device_id == DEVICE_ID,
            Reading.kind == sa.literal_column(f"'{kind}'"),
            Reading.channel == sa.literal_column(f"'{channel}'"),
        )
        .order_by(Reading.day.desc(), Reading.slot.desc())
        .limit(sa.literal_column("1"))
    )
    return sa.select(newest.subquery())


NEWEST = Query(
    sa.union_all(
        *[
            _newest(kind, channel)
            for kind in ("day_end", "month_end", "consumption", "current")
            for channel in SHOWN_CHANNELS
        ]
    ),
    ReadingRow,
)
"""The last reading of each kind and channel: one step into the primary key for each."""
_OF_DAYS = sa.and_(
    Reading.device_id == DEVICE_ID,
    Reading.kind == sa.bindparam("kind", type_=sa.Text()),
    any_of(Reading.channel, "channels"),
    Reading.day >= sa.bindparam("since", type_=sa.Date()),
    Reading.day <= sa.bindparam("until", type_=sa.Date()),
)
_IN_ORDER = (Reading.channel, Reading.day, Reading.slot)
ARCHIVED = Query(sa.select(*READING).where(_OF_DAYS).order_by(*_IN_ORDER), ReadingRow)
MOMENTS = Query(
    sa.select(*READING)
    .where(
        _OF_DAYS,
        Reading.at >= sa.bindparam("starts_at", type_=Moment()),
        Reading.at < sa.bindparam("ends_at", type_=Moment()),
    )
    .order_by(*_IN_ORDER),
    ReadingRow,
)
"""Current readings between two instants; `since` and `until` are their days in UTC, where the index is entered."""
