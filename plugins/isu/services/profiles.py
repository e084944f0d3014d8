"""Load profiles: plot-ready values and charts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from core.intervals.public import Stored, read
from core.printing.public import Chart, Series, svg
from core.sdk import INVALID, Context, FieldProblem, Problem, plain
from plugins.isu.domain import ENERGY, Step, every_day, gathered
from plugins.isu.errors import PERIOD_REVERSED, PERIOD_TOO_LONG
from plugins.isu.schemas import IsuProfile, IsuProfileSeries
from plugins.isu.schemas.names import Channel
from plugins.isu.services.feeds import series_of
from plugins.isu.services.objects import found_object

StepName = Literal["half_hour", "hour", "day"]
MOST_DAYS: dict[StepName, int] = {"half_hour": 31, "hour": 62, "day": 1830}
"""What a picture can show."""
ALL: tuple[Channel, ...] = ("A+", "A-", "R+", "R-")


async def profile(
    ctx: Context, device_id: str, since: date, until: date, channels: Sequence[Channel], step: StepName
) -> IsuProfile:
    """The values of a range of days, both ends included. Raises Problem."""
    device = await found_object(ctx, "device", device_id)
    if until < since:
        raise Problem(INVALID, errors=[FieldProblem("to", PERIOD_REVERSED)])
    most = MOST_DAYS[step]
    if (until - since).days >= most:
        raise Problem(INVALID, errors=[FieldProblem("to", PERIOD_TOO_LONG, {"days": str(most)})])
    found: list[Stored] = []
    if device.metering_point_id is not None:
        found = await read(ctx, device.metering_point_id, channels, since, until, series=series_of(device_id))
    steps = _days(ctx, found, channels, since, until) if step == "day" else _steps(found, channels, step)
    labels = [_label(ctx, one.starts_at, step, since, until) for one in steps]
    title = f"{device.name}: {since:%d.%m.%Y}" + ("" if since == until else f" – {until:%d.%m.%Y}")
    series = [_series(channel, [one.values[index] for one in steps]) for index, channel in enumerate(channels)]
    return IsuProfile(device_id, title, step, labels, [one.starts_at for one in steps], series)


def _steps(found: Sequence[Stored], channels: Sequence[Channel], step: StepName) -> list[Step]:
    """All channels on one axis. A day that is not known has no place on it, a missing value is a gap."""
    values: dict[datetime, dict[str, Decimal | None]] = {}
    for day in found:
        for moment, text in zip(day.moments(), day.profile().texts(), strict=True):
            values.setdefault(moment, {})[day.channel] = None if text is None else Decimal(text)
    steps = [Step(at, tuple(row.get(channel) for channel in channels)) for at, row in sorted(values.items())]
    if step == "half_hour":
        return steps
    return gathered(steps, [one.starts_at.astimezone(UTC).replace(minute=0) for one in steps])


def _days(ctx: Context, found: Sequence[Stored], channels: Sequence[Channel], since: date, until: date) -> list[Step]:
    """The stored sums of all days of the range: of what is known of them, without unpacking it."""
    sums = {(day.day, day.channel): None if _is_unknown(day) else day.total for day in found}
    return [
        Step(
            datetime.combine(day, time(), ctx.runtime.zone).astimezone(UTC),
            tuple(sums.get((day, channel)) for channel in channels),
        )
        for day in every_day(since, until)
    ]


def _is_unknown(day: Stored) -> bool:
    return not day.total and day.profile().missing == day.periods


def _label(ctx: Context, at: datetime, step: StepName, since: date, until: date) -> str:
    local = at.astimezone(ctx.runtime.zone)
    if step == "day":
        return f"{local:%d.%m}" if since.year == until.year else f"{local:%d.%m.%y}"
    return f"{local:%H:%M}" if since == until else f"{local:%d.%m %H:%M}"


def _series(channel: Channel, values: Sequence[Decimal | None]) -> IsuProfileSeries:
    known = [value for value in values if value is not None]
    texts = [None if value is None else f"{plain(value):f}" for value in values]
    total = f"{plain(sum(known, Decimal(0))):f}"
    return IsuProfileSeries(channel, ENERGY[channel][0], texts, total, len(values) - len(known))


def chart(found: IsuProfile) -> str:
    """The profile as SVG: lines within days, bars of days. Channels of one unit share a chart, so there is one unit."""
    unit = found.series[0].unit if found.series else ""
    series = tuple(
        Series(one.channel, tuple(None if value is None else Decimal(value) for value in one.values))
        for one in found.series
        if one.unit == unit
    )
    kind: Literal["bars", "lines"] = "bars" if found.step == "day" else "lines"
    return svg(Chart(found.title, found.labels, series, unit, kind, "За этот период данных нет"))


def days_of(ctx: Context, since: date | None, until: date | None) -> tuple[date, date]:
    """Yesterday, the last day that is complete, where nothing is named; one end alone is one day."""
    yesterday = ctx.today() - timedelta(days=1)
    return since or until or yesterday, until or since or yesterday
