"""Queries of ordered archives."""

from datetime import date, datetime

import msgspec
import sqlalchemy as sa

from core.sdk import Moment, Query
from plugins.isu.models import Archive, Node
from plugins.isu.store import CONTRACT_ID, DEVICE_ID


class ArchiveRow(msgspec.Struct, frozen=True):
    """An ordered archive."""

    id: str
    account_id: str
    contract_id: str
    device_id: str
    kind: str
    channel: str
    form: str
    since: date
    until: date
    state: str
    file_name: str
    stored_key: str | None
    size: int | None
    created_at: datetime
    ready_at: datetime | None


_COLUMNS = sa.select(*[getattr(Archive, name) for name in ArchiveRow.__struct_fields__])
_ID = sa.bindparam("archive_id", type_=sa.Text())
_MINE = sa.and_(
    Archive.account_id == sa.bindparam("account_id", type_=sa.Text()),
    Archive.contract_id == CONTRACT_ID,
    Archive.device_id == DEVICE_ID,
)
MINE = Query(_COLUMNS.where(_MINE).order_by(Archive.created_at.desc(), Archive.id.desc()).limit(100), ArchiveRow)
ONE = Query(_COLUMNS.where(_MINE, Archive.id == _ID), ArchiveRow)
ORDERED = Query(_COLUMNS.where(Archive.id == _ID), ArchiveRow)
OLD = Query(
    sa.select(Archive.id, Archive.stored_key)
    .where(Archive.created_at < sa.bindparam("before", type_=Moment()))
    .order_by(Archive.created_at)
    .limit(1000),
    lambda key, stored_key: (key, stored_key),
)
DEVICE = Query(
    sa.select(Node.name, Node.metering_point_id).where(Node.id == DEVICE_ID),
    lambda name, point_id: (name, point_id),
)
