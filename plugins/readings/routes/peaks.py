"""Peak hours."""

from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter

from core.sdk import MONTH, Ctx, get, month_of, permission, put, service
from plugins.readings import errors
from plugins.readings.permissions import HISTORY
from plugins.readings.schemas.peaks import ReadingsPeaks, ReadingsPeaksAvailability, ReadingsPeaksLoaded, Show
from plugins.readings.services import peaks

Shown = Annotated[Show, QueryParameter(name="show", description="«Показать»: a month by day, or a whole year.")]
Month = Annotated[str | None, QueryParameter(pattern=MONTH, description="`2026-01`, where a month is shown.")]
Year = Annotated[
    str | None, QueryParameter(pattern=r"^(19|20)[0-9][0-9]$(?!\n)", description="`2026`, where a year is shown.")
]
Region = Annotated[
    str,
    QueryParameter(
        max_length=64,
        pattern=r"^[0-9A-Za-z_-]+$(?!\n)",
        description="The market operator's code, as in the file's name: `46`.",
    ),
]


@get(
    "/api/v1/readings/peaks",
    access=permission(HISTORY.name),
    operation_id="readings_peaks_availability",
    tags=["readings"],
)
async def readings_peaks_availability(ctx: Ctx) -> ReadingsPeaksAvailability:
    """Read whether «Пиковые нагрузки» is to be shown, and which months there are."""
    return await peaks.availability(ctx)


@get(
    "/api/v1/readings/peaks/hours",
    access=permission(HISTORY.name),
    operation_id="readings_peaks",
    raises=[errors.NO_PEAK_HOURS],
    tags=["readings"],
)
async def readings_peaks(ctx: Ctx, show: Shown, month: Month = None, year: Year = None) -> ReadingsPeaks:
    """Show the peak hours of a month or of a year."""
    return await peaks.peaks(ctx, show, month_of(month), None if year is None else int(year))


@put(
    "/api/v1/exchange/readings/peak-hours",
    access=service("exchange.load"),
    operation_id="exchange_load_peak_hours",
    raises=[errors.PEAK_FILE_FORMAT, errors.PEAK_FILE_ROW, errors.PEAK_FILE_EMPTY],
    status_code=200,
    request_max_body_size=peaks.MAX_FILE,
    tags=["exchange"],
)
async def load_peak_hours(request: Request[Any, Any, Any], ctx: Ctx, region: Region) -> ReadingsPeaksLoaded:
    """Deliver the market operator's monthly XLS of a region; the body is the file itself, its months are replaced."""
    return await peaks.load_file(ctx, region, request.stream())


ROUTES = (readings_peaks_availability, readings_peaks, load_peak_hours)
