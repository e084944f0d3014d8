"""Queries of journals: answered from their index alone."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from core.sdk import Moment, Query, any_of
from plugins.isu.models import DeviceEvent
from plugins.isu.store import DEVICE_ID, LIMIT


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """An entry."""

    at: datetime
    journal: str
    code: int
    id: str
    critical: bool
    text: str


EVENTS = Query(
    sa.select(
        DeviceEvent.at, DeviceEvent.journal, DeviceEvent.code, DeviceEvent.id, DeviceEvent.critical, DeviceEvent.text
    )
    .where(
        DeviceEvent.device_id == DEVICE_ID,
        DeviceEvent.at >= sa.bindparam("since", type_=Moment()),
        DeviceEvent.at < sa.bindparam("until", type_=Moment()),
        sa.or_(sa.bindparam("every_kind", type_=sa.Boolean()), any_of(DeviceEvent.journal, "journals")),
        sa.or_(
            sa.bindparam("whatever", type_=sa.Boolean()),
            DeviceEvent.critical == sa.bindparam("critical", type_=sa.Boolean()),
        ),
        sa.tuple_(DeviceEvent.at, DeviceEvent.journal, DeviceEvent.code, DeviceEvent.id)
        > sa.tuple_(
            sa.bindparam("after", type_=Moment()),
            sa.bindparam("after_journal", type_=sa.Text()),
            sa.bindparam("after_code", type_=sa.Integer()),
            sa.bindparam("after_id", type_=sa.Text()),
        ),
    )
    .order_by(DeviceEvent.at, DeviceEvent.journal, DeviceEvent.code, DeviceEvent.id)
    .limit(LIMIT),
    EventRow,
)
