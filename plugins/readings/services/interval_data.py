"""Interval data shown and given out: days, corrections, coverage, exports."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from itertools import groupby

import msgspec

from core.intervals.public import (
    CHANNELS,
    DOUBTFUL,
    SUBSTITUTED,
    Stored,
    coverage,
    delimited,
    green_button,
    read,
    revisions,
    sheets,
    unpack,
)
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, next_month, pieces, plain, workbook
from plugins.readings import store
from plugins.readings.errors.layout_80020 import RANGE_TOO_LONG
from plugins.readings.schemas.intervals import (
    IntervalCoverage,
    IntervalCoveredDay,
    IntervalDay,
    IntervalDays,
    IntervalState,
)
from plugins.readings.store import intervals as queries

MOST_DAYS = 1100
"""Three years and a little."""


class Wanted(msgspec.Struct, frozen=True):
    """Which data of a metering point."""

    point_id: str
    since: date
    until: date
    channel: str | None
    layout: str


async def days(ctx: Context, wanted: Wanted) -> IntervalDays:
    """The days of a metering point of the contract in the path."""
    name, found = await _stored(ctx, wanted)
    return IntervalDays(wanted.point_id, name, [_shown(day) for day in found])


async def _stored(ctx: Context, wanted: Wanted) -> tuple[str, list[Stored]]:
    name = await _name(ctx, wanted.point_id)
    length = (wanted.until - wanted.since).days + 1
    if length < 1 or length > MOST_DAYS:
        raise Problem(INVALID, errors=[FieldProblem("until", RANGE_TOO_LONG, {"days": str(MOST_DAYS)})])
    channels = [wanted.channel] if wanted.channel else CHANNELS
    found = await read(ctx, wanted.point_id, channels, wanted.since, wanted.until, series=wanted.layout)
    return name, found


async def _name(ctx: Context, point_id: str) -> str:
    row = await ctx.reader.first(queries.POINT, point_id=point_id, **store.scope(ctx))
    if row is None:
        raise Problem(NOT_FOUND)
    return str(row[1])


def _shown(day: Stored) -> IntervalDay:
    profile = day.profile()
    return IntervalDay(
        day.channel,
        day.day,
        day.starts_at,
        day.minutes,
        f"{plain(day.total):f}",
        profile.texts(),
        profile.marked(DOUBTFUL),
        profile.marked(SUBSTITUTED),
    )


async def states(ctx: Context, point_id: str, day: date, layout: str) -> list[IntervalState]:
    """What was known of a day, the present state of each channel first."""
    await _name(ctx, point_id)
    return [
        IntervalState(
            state.channel,
            state.revision,
            state.minutes,
            f"{plain(state.total):f}",
            unpack(state.packed, state.periods).texts(),
            state.written_at,
            state.replaced_at,
        )
        for state in await revisions(ctx, point_id, day, series=layout)
    ]


async def covered(ctx: Context, month: date, layout: str) -> list[IntervalCoverage]:
    """The month of every metering point of the contract of which anything is known."""
    points = {row[0]: row for row in await ctx.reader.all(queries.ALL_POINTS, **store.scope(ctx))}
    last = min(next_month(month), ctx.today()) - timedelta(days=1)
    known = await coverage(ctx, sorted(points), month, next_month(month) - timedelta(days=1), series=layout)
    made = []
    for (point_id, channel), alike in groupby(known, lambda item: (item.point_id, item.channel)):
        found = [
            IntervalCoveredDay(item.day, item.periods, item.missing, item.doubtful, item.revision) for item in alike
        ]
        present = {item.day for item in found}
        absent = [day for day in _days(month, last) if day not in present]
        _, code, name = points[point_id]
        made.append(IntervalCoverage(point_id, code, name, channel, found, absent))
    return made


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


# ---- exports
async def as_workbook(ctx: Context, wanted: Wanted) -> AsyncIterator[bytes]:
    """An .xlsx file."""
    _, found = await _stored(ctx, wanted)
    return pieces(await workbook(sheets(found, ctx.runtime.zone)))


async def as_csv(ctx: Context, wanted: Wanted) -> AsyncIterator[bytes]:
    """A CSV file."""
    _, found = await _stored(ctx, wanted)
    return _streamed(delimited(found, ctx.runtime.zone))


async def as_green_button(ctx: Context, wanted: Wanted) -> AsyncIterator[bytes]:
    """An ESPI feed."""
    name, found = await _stored(ctx, wanted)
    return _streamed(green_button(found, point_id=wanted.point_id, title=name, now=ctx.now()))


async def _streamed(made: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces as they are made: a day at a time, so that others get their turn in between."""
    for piece in made:
        yield piece
