"""Peak hours of the wholesale market: fed in by the company, shown to clients of price categories III to VI."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
import xlrd

from core.sdk import (
    FIELD_REQUIRED,
    FORBIDDEN,
    INVALID,
    Context,
    FieldProblem,
    Problem,
    RowError,
    UnitOfWork,
    month_start,
    next_month,
)
from plugins.readings import errors
from plugins.readings.domain.peaks import hour_text, local_hour, month_days, parse_peak_hours, year_of
from plugins.readings.models import PeakHour, PeakRange
from plugins.readings.permissions import HISTORY
from plugins.readings.schemas.peaks import (
    PeakRangeRow,
    ReadingsPeakHour,
    ReadingsPeaks,
    ReadingsPeaksAvailability,
    ReadingsPeaksLoaded,
    ReadingsRegion,
    Show,
)
from plugins.readings.services.feeds import NOT_A_MONTH
from plugins.readings.settings import ReadingsSettings
from plugins.readings.store import peaks as store

DATASET = "readings.peak_hours"
MAX_FILE = 2_000_000
"""Bytes; a month of one region takes some twenty thousand."""
RANGE_ORDER = RowError.of(errors.RANGE_ORDER, "ranges")


# ---- what a client sees
async def availability(ctx: Context) -> ReadingsPeaksAvailability:
    """Whether the caller has contracts that peak hours matter to, and the months to choose from."""
    regions = await _regions(ctx)
    if regions is None:
        return ReadingsPeaksAvailability(False, [], [])
    days = await ctx.reader.all(store.DAYS, **regions)
    planned = await ctx.reader.all(store.PLANNED_MONTHS)
    months = sorted({month_start(day) for _, day in days} | set(planned), reverse=True)
    codes = sorted({region for region, _ in days})
    return ReadingsPeaksAvailability(True, [_region(ctx, code) for code in codes], months)


async def peaks(ctx: Context, show: Show, month: date | None, year: int | None) -> ReadingsPeaks:
    """Peak hours of a month, by day, or those of all months of a year. Raises Problem where they are not available."""
    if show == "month":
        if month is None:
            raise Problem(INVALID, errors=[FieldProblem("month", FIELD_REQUIRED)])
        first, last = month_days(month, next_month(month))
    else:
        if year is None:
            raise Problem(INVALID, errors=[FieldProblem("year", FIELD_REQUIRED)])
        first, last = year_of(year)
    regions = await _regions(ctx)
    if regions is None:
        raise Problem(errors.NO_PEAK_HOURS)
    rows = await ctx.reader.all(store.HOURS, first=first, last=last, **regions)
    return ReadingsPeaks(
        show,
        [_shown(ctx, row) for row in rows],
        await ctx.reader.all(store.RANGES, first=first, last=last),
    )


async def _regions(ctx: Context) -> dict[str, Any] | None:
    """Parameters that choose the caller's regions; None where peak hours are none of his business.

    A branch that the supplier has assigned to no region leaves all of them.
    """
    branches = await ctx.reader.all(store.BRANCHES, **ctx.visible(HISTORY.name), today=ctx.today())
    if not branches:
        return None
    of_branch = ctx.settings(ReadingsSettings).branch_regions
    regions = sorted({of_branch[branch] for branch in branches if branch in of_branch})
    return {"every": any(branch not in of_branch for branch in branches), "regions": regions}


def _region(ctx: Context, code: str) -> ReadingsRegion:
    return ReadingsRegion(code, ctx.settings(ReadingsSettings).regions.get(code, code))


def _shown(ctx: Context, row: store.PeakRow) -> ReadingsPeakHour:
    day, hour = local_hour(row.day, row.hour, ctx.runtime.zone)
    return ReadingsPeakHour(_region(ctx, row.region), day, hour, hour_text(hour))


# ---- what the company feeds in
async def load_file(ctx: Context, region: str, content: AsyncIterator[bytes]) -> ReadingsPeaksLoaded:
    """Takes the market operator's monthly XLS of a region; the months in it are replaced as a whole.

    Raises Problem for what is no such file, naming the row.
    """
    if not ctx.actor.scopes & {"exchange.load:*", f"exchange.load:{DATASET}"}:
        raise Problem(FORBIDDEN)
    body = b"".join([piece async for piece in content])
    hours = await asyncio.to_thread(lambda: parse_peak_hours(_rows_of(body)))
    months = sorted({month_start(day) for day in hours})
    async with ctx.uow() as uow:
        for month in months:
            first, last = month_days(month, next_month(month))
            await uow.execute(store.FORGET_DAYS, {"of_region": region, "first": first, "last": last})
        rows = [{"region": region, "day": day, "hour": hour} for day, hour in hours.items()]
        await uow.execute(sa.insert(PeakHour), rows)
        uow.audit("readings.peak_hours_loaded", region, months=[str(month) for month in months], days=len(hours))
    return ReadingsPeaksLoaded(region, months, len(hours))


def _rows_of(body: bytes) -> Iterator[Sequence[Any]]:
    """The rows of the first sheet; dates are datetimes."""
    try:
        book = xlrd.open_workbook(file_contents=body, on_demand=True, logfile=_Silence())
        sheet = book.sheet_by_index(0)
    except Exception as error:  # a damaged file makes the library raise whatever comes first
        raise Problem(errors.PEAK_FILE_FORMAT) from error
    for index in range(sheet.nrows):
        yield [
            xlrd.xldate.xldate_as_datetime(cell.value, book.datemode) if cell.ctype == xlrd.XL_CELL_DATE else cell.value
            for cell in sheet.row(index)
        ]


class _Silence:
    """Where the library's remarks on odd files go."""

    def write(self, _: str) -> None:
        """Nothing is kept."""


async def load_ranges(uow: UnitOfWork, rows: Sequence[PeakRangeRow]) -> list[RowError | None]:
    """Replaces the planned ranges of months."""
    answers = [_range_error(row) for row in rows]
    last = {(row.zone, row.month): row for row, error in zip(rows, answers, strict=True) if error is None}
    for row in last.values():
        await uow.execute(store.FORGET_RANGES, {"of_zone": row.zone, "of_month": row.month})
    made = [
        {"zone": row.zone, "month": row.month, **msgspec.structs.asdict(span)}
        for row in last.values()
        for span in row.ranges
    ]
    if made:
        await uow.execute(sa.insert(PeakRange), made)
    return answers


def _range_error(row: PeakRangeRow) -> RowError | None:
    if row.month.day != 1:
        return NOT_A_MONTH
    ended = 0
    for span in row.ranges:
        if not ended < span.first_hour <= span.last_hour:
            return RANGE_ORDER
        ended = span.last_hour
    return None
