"""Use cases of intervals that others call, inside transactions of their own."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from core.intervals.adapters.delimited import delimited
from core.intervals.adapters.green_button import green_button
from core.intervals.adapters.sheets import sheets
from core.intervals.domain import Day, Stored
from core.intervals.store import (
    CONSUMPTION,
    COVERAGE,
    PRESENT,
    PRESENT_LOCKED,
    RANGE,
    REVISIONS,
    Consumed,
    Covered,
    Known,
    Revision,
)
from core.intervals.store import add as add_days
from core.intervals.store import correct as correct_days
from core.sdk import XLSX, Context, UnitOfWork, pieces, workbook


class Comparison(msgspec.Struct, frozen=True, gc=False):
    """What writing a day would do."""

    day: Day
    outcome: Literal["added", "corrected", "unchanged"]
    before: Known | None
    """What is stored now."""

    @property
    def replaces(self) -> str | None:
        """The source of what is corrected."""
        return self.before.source if self.before is not None and self.outcome == "corrected" else None


async def compare(uow: UnitOfWork, series: str, days: Sequence[Day]) -> list[Comparison]:
    """Says of each day whether it is new, a correction, or known already; holds what is known until the commit.

    The keys (point, channel, day) of `days` must be distinct.
    """
    if not days:
        return []
    known = [Known(*row) for row in await uow.execute(PRESENT_LOCKED, _around(series, days))]
    return _compared(days, known)


async def foresee(ctx: Context, series: str, days: Sequence[Day]) -> list[Comparison]:
    """The same outside of a transaction: what `compare` would most probably say."""
    return _compared(days, await ctx.reader.all(PRESENT, **_around(series, days))) if days else []


def _around(series: str, days: Sequence[Day]) -> dict[str, Any]:
    return {
        "points": sorted({day.point_id for day in days}),
        "series": series,
        "since": min(day.day for day in days),
        "until": max(day.day for day in days),
    }


def _compared(days: Sequence[Day], known: Sequence[Known]) -> list[Comparison]:
    present = {(item.point_id, item.channel, item.day): item for item in known}
    return [_one(day, present.get((day.point_id, day.channel, day.day))) for day in days]


def _one(day: Day, known: Known | None) -> Comparison:
    if known is None:
        return Comparison(day, "added", None)
    if known.packed == day.packed and known.starts_at == day.starts_at:
        return Comparison(day, "unchanged", known)
    return Comparison(day, "corrected", known)


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


# ---- giving out
Form = Literal["xlsx", "csv", "green_button"]
FORMS: dict[Form, tuple[str, str]] = {
    "xlsx": (XLSX, "xlsx"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "green_button": ("application/atom+xml", "xml"),
}
"""Media type and extension of each form of a file."""


class Range(msgspec.Struct, frozen=True):
    """Days of a point, both ends included."""

    point_id: str
    title: str
    """What people call it."""
    channels: Sequence[str]
    since: date
    until: date
    series: str


async def export(ctx: Context, wanted: Range, form: Form) -> AsyncIterator[bytes]:
    """The file, made as it is read: packed days are held (a year of a channel is 100 KB), never the periods in them."""
    days = await read(ctx, wanted.point_id, wanted.channels, wanted.since, wanted.until, series=wanted.series)
    if form == "xlsx":
        return pieces(await workbook(sheets(days, ctx.runtime.zone)))
    if form == "csv":
        return _streamed(delimited(days, ctx.runtime.zone))
    return _streamed(green_button(days, point_id=wanted.point_id, title=wanted.title, now=ctx.now()))


async def _streamed(made: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces as they are made: a day at a time, so that others get their turn in between."""
    for piece in made:
        yield piece
