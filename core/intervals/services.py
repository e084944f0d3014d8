"""Use cases of intervals that others call, inside transactions of their own."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from core.intervals.domain import Day, Stored
from core.intervals.store import CONSUMPTION, COVERAGE, PRESENT, RANGE, REVISIONS, Consumed, Covered, Revision
from core.intervals.store import add as add_days
from core.intervals.store import correct as correct_days
from core.sdk import Context, UnitOfWork


class Comparison(msgspec.Struct, frozen=True):
    """What writing a day would do."""

    day: Day
    outcome: Literal["added", "corrected", "unchanged"]
    replaces: str | None
    """The source of what is corrected."""


async def compare(uow: UnitOfWork, series: str, days: Sequence[Day]) -> list[Comparison]:
    """Says of each day whether it is new, a correction, or known already; holds what is known until the commit.

    The keys (point, channel, day) of `days` must be distinct.
    """
    if not days:
        return []
    params = {
        "points": sorted({day.point_id for day in days}),
        "series": series,
        "since": min(day.day for day in days),
        "until": max(day.day for day in days),
    }
    present = {
        (point, channel, day): (starts_at, packed, source)
        for point, channel, day, starts_at, packed, source in await uow.execute(PRESENT, params)
    }
    return [_compared(day, present.get((day.point_id, day.channel, day.day))) for day in days]


def _compared(day: Day, known: "tuple[object, bytes, str] | None") -> Comparison:
    if known is None:
        return Comparison(day, "added", None)
    starts_at, packed, source = known
    if packed == day.packed and starts_at == day.starts_at:
        return Comparison(day, "unchanged", None)
    return Comparison(day, "corrected", source)


async def write(uow: UnitOfWork, series: str, compared: Sequence[tuple[Comparison, str]]) -> None:
    """Stores what `compare` found new or corrected, each with its source; corrections keep the old state as history.

    Another transaction that added the same day meanwhile makes this one fail (the job is run again and finds it).
    """
    added = [(item.day, source) for item, source in compared if item.outcome == "added"]
    corrected = [(item.day, source) for item, source in compared if item.outcome == "corrected"]
    if added:
        await add_days(uow, series, added)
    if corrected:
        await correct_days(uow, series, corrected)


async def read(
    ctx: Context, point_id: str, channels: Sequence[str], since: date, until: date, *, series: str
) -> list[Stored]:
    """Stored days of a point, both ends included, by channel and day."""
    return await ctx.reader.all(
        RANGE, point_id=point_id, series=series, channels=list(channels), since=since, until=until
    )


async def coverage(ctx: Context, points: Sequence[str], since: date, until: date, *, series: str) -> list[Covered]:
    """Which days of the points are known and what they lack, by point, channel and day."""
    return await ctx.reader.all(COVERAGE, points=list(points), series=series, since=since, until=until)


async def consumption(ctx: Context, points: Sequence[str], since: date, until: date, *, series: str) -> list[Consumed]:
    """The exact sums over a range of days, a row for each point and channel with data."""
    return await ctx.reader.all(CONSUMPTION, points=list(points), series=series, since=since, until=until)


async def revisions(ctx: Context, point_id: str, day: date, *, series: str) -> list[Revision]:
    """All states of a day, by channel, the present one first."""
    return await ctx.reader.all(REVISIONS, point_id=point_id, series=series, day=day)
