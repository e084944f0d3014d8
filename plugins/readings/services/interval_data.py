"""Interval data shown and given out: days, corrections, coverage, exports."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

import msgspec

from core.intervals.public import (
    CHANNELS,
    DOUBTFUL,
    SUBSTITUTED,
    Form,
    Range,
    Stored,
    coverage,
    export,
    read,
    revisions,
    unpack,
)
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, next_month, plain
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

    @property
    def channels(self) -> Sequence[str]:
        return [self.channel] if self.channel else CHANNELS


async def days(ctx: Context, wanted: Wanted) -> IntervalDays:
    """The days of a metering point of the contract in the path."""
    name, found = await _stored(ctx, wanted)
    return IntervalDays(wanted.point_id, name, [_shown(day) for day in found])


async def _stored(ctx: Context, wanted: Wanted) -> tuple[str, list[Stored]]:
    name = await _checked(ctx, wanted)
    found = await read(ctx, wanted.point_id, wanted.channels, wanted.since, wanted.until, series=wanted.layout)
    return name, found


async def _checked(ctx: Context, wanted: Wanted) -> str:
    """The name of the point. Raises Problem."""
    name = await _name(ctx, wanted.point_id)
    length = (wanted.until - wanted.since).days + 1
    if length < 1 or length > MOST_DAYS:
        raise Problem(INVALID, errors=[FieldProblem("until", RANGE_TOO_LONG, {"days": str(MOST_DAYS)})])
    return name


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
async def exported(ctx: Context, wanted: Wanted, form: Form) -> AsyncIterator[bytes]:
    """A file of the wanted days."""
    name = await _checked(ctx, wanted)
    return await export(
        ctx, Range(wanted.point_id, name, wanted.channels, wanted.since, wanted.until, wanted.layout), form
    )
