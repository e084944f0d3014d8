"""Queries of intervals. Every one of them is answered from the primary key, in its order."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from core.intervals.domain import Day, Stored
from core.intervals.models import DayRow, PastDay
from core.sdk import Moment, Quantity, Query, UnitOfWork, any_of, chunks

_POINT = sa.bindparam("point_id", type_=sa.Text())
_SERIES = sa.bindparam("series", type_=sa.Text())
_FROM = sa.bindparam("since", type_=sa.Date())
_UNTIL = sa.bindparam("until", type_=sa.Date())
_IN_RANGE = sa.and_(DayRow.day >= _FROM, DayRow.day <= _UNTIL)
_OF_POINTS = sa.and_(any_of(DayRow.point_id, "points"), DayRow.series == _SERIES, _IN_RANGE)

RANGE = Query(
    sa.select(
        DayRow.channel,
        DayRow.day,
        DayRow.starts_at,
        DayRow.minutes,
        DayRow.periods,
        DayRow.total,
        DayRow.packed,
    )
    .where(DayRow.point_id == _POINT, DayRow.series == _SERIES, any_of(DayRow.channel, "channels"), _IN_RANGE)
    .order_by(DayRow.channel, DayRow.day),
    Stored,
)


class Covered(msgspec.Struct, frozen=True):
    """What is known of a day of one channel."""

    point_id: str
    channel: str
    day: date
    minutes: int
    periods: int
    missing: int
    doubtful: int
    revision: int
    written_at: datetime


COVERAGE = Query(
    sa.select(
        DayRow.point_id,
        DayRow.channel,
        DayRow.day,
        DayRow.minutes,
        DayRow.periods,
        DayRow.missing,
        DayRow.doubtful,
        DayRow.revision,
        DayRow.written_at,
    )
    .where(_OF_POINTS)
    .order_by(DayRow.point_id, DayRow.channel, DayRow.day),
    Covered,
)


class Consumed(msgspec.Struct, frozen=True):
    """The sum of a channel over a range of days."""

    point_id: str
    channel: str
    days: int
    """Days of which anything is known."""
    uncounted: int
    """Periods among them that are missing or not for settlement."""
    total: Decimal
    """kWh or kvarh of what counts."""


CONSUMPTION = Query(
    sa.select(
        DayRow.point_id,
        DayRow.channel,
        sa.func.count(),
        sa.cast(sa.func.sum(DayRow.missing + DayRow.doubtful), sa.Integer()),
        sa.type_coerce(sa.func.sum(DayRow.total), Quantity()),
    )
    .where(_OF_POINTS)
    .group_by(DayRow.point_id, DayRow.channel),
    Consumed,
)


class Revision(msgspec.Struct, frozen=True):
    """An earlier or the present state of a day of one channel."""

    channel: str
    revision: int
    minutes: int
    periods: int
    total: Decimal
    packed: bytes
    source: str
    written_at: datetime
    replaced_at: datetime | None


def _revisions(table: Any, replaced_at: Any) -> Any:
    return sa.select(
        table.channel.label("channel"),
        table.revision.label("revision"),
        table.minutes,
        table.periods,
        table.total,
        table.packed,
        table.source,
        table.written_at,
        replaced_at,
    ).where(table.point_id == _POINT, table.series == _SERIES, table.day == sa.bindparam("day", type_=sa.Date()))


REVISIONS = Query(
    sa.union_all(_revisions(DayRow, sa.cast(sa.null(), Moment())), _revisions(PastDay, PastDay.replaced_at)).order_by(
        "channel", sa.text("revision DESC")
    ),
    Revision,
)


# ---- writing
class Known(msgspec.Struct, frozen=True):
    """What is to be compared with a day that comes in."""

    point_id: str
    channel: str
    day: date
    starts_at: datetime
    total: Decimal
    packed: bytes
    source: str


_KNOWN = sa.select(
    DayRow.point_id, DayRow.channel, DayRow.day, DayRow.starts_at, DayRow.total, DayRow.packed, DayRow.source
).where(_OF_POINTS)
PRESENT = Query(_KNOWN, Known)
PRESENT_LOCKED = _KNOWN.with_for_update()

COLUMNS = (
    "point_id",
    "series",
    "channel",
    "day",
    "starts_at",
    "minutes",
    "periods",
    "missing",
    "doubtful",
    "total",
    "packed",
    "revision",
    "source",
    "written_at",
)
_KEPT = [column for column in COLUMNS if column != "revision"]
_CHANGED = ("starts_at", "minutes", "periods", "missing", "doubtful", "total", "packed", "source")
_KEY = sa.and_(
    DayRow.point_id == sa.bindparam("of_point", type_=sa.Text()),
    DayRow.series == sa.bindparam("of_series", type_=sa.Text()),
    DayRow.channel == sa.bindparam("of_channel", type_=sa.Text()),
    DayRow.day == sa.bindparam("of_day", type_=sa.Date()),
)
_KEEP = sa.insert(PastDay).from_select(
    [*_KEPT, "revision", "replaced_at"],
    sa.select(
        *(getattr(DayRow, column) for column in _KEPT),
        DayRow.revision,
        sa.bindparam("at", type_=Moment()),
    ).where(_KEY),
)
_CORRECT = (
    sa.update(DayRow)
    .where(_KEY)
    .values(
        {column: sa.bindparam(f"new_{column}", type_=DayRow.__table__.c[column].type) for column in _CHANGED}
        | {"revision": DayRow.revision + 1, "written_at": sa.bindparam("at", type_=Moment())}
    )
)


async def add(uow: UnitOfWork, series: str, days: Sequence[tuple[Day, str]]) -> None:
    """Inserts days that are not there yet, each with its source."""
    rows = [
        (
            day.point_id,
            series,
            day.channel,
            day.day,
            day.starts_at,
            day.minutes,
            day.periods,
            day.missing,
            day.doubtful,
            day.total,
            day.packed,
            1,
            source,
            uow.now,
        )
        for day, source in days
    ]
    if uow.is_sqlite:
        for piece in chunks(rows, 1000):
            await uow.execute(sa.insert(DayRow), [dict(zip(COLUMNS, row, strict=True)) for row in piece])
        return
    driver: Any = (await uow.connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table("intervals_day", records=rows, columns=COLUMNS)


async def correct(uow: UnitOfWork, series: str, days: Sequence[tuple[Day, str]]) -> None:
    """Replaces days that are there and keeps what they were."""
    rows = [
        {
            "of_point": day.point_id,
            "of_series": series,
            "of_channel": day.channel,
            "of_day": day.day,
            "at": uow.now,
            "new_starts_at": day.starts_at,
            "new_minutes": day.minutes,
            "new_periods": day.periods,
            "new_missing": day.missing,
            "new_doubtful": day.doubtful,
            "new_total": day.total,
            "new_packed": day.packed,
            "new_source": source,
        }
        for day, source in days
    ]
    keys = [{name: row[name] for name in ("of_point", "of_series", "of_channel", "of_day", "at")} for row in rows]
    await uow.execute(_KEEP, keys)
    await uow.execute(_CORRECT, rows)
