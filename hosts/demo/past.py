"""What lies behind a contract's previous readings: a year of accepted ones. And the peak hours of that year."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from core.sdk import month_start, next_month
from hosts.demo.rows import HistoryRow, PeakHourRow, PeakRangeRow, PeakSpan, PointHistoryRow, Tree

MONTHS = 12
REGION, ZONE = "98", 1
_SEASON = (124, 118, 108, 97, 88, 82, 80, 84, 92, 102, 112, 121)
"""Percent of the average, from January on: the north heats."""
_MORNING, _EVENING = (8, 11), (17, 21)
_HOLIDAYS = {(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}


def months_before(month: date) -> Iterator[date]:
    """`month` and those before it, a year in all, the newest first."""
    for _ in range(MONTHS):
        yield month
        month = month_start(month - timedelta(days=1))


def add_history(tree: Tree) -> None:
    """Adds the year that ends with the previous readings of the tree's devices, and that of its points by message."""
    meters = {meter.id: meter for meter in tree.meters}
    for previous in tree.previous:
        meter = meters[previous.meter_id]
        chance = Random(f"past:{previous.meter_id}:{previous.register}")  # noqa: S311 - makes data, guards nothing
        value = Decimal(previous.value)
        average = value * Decimal(chance.randrange(12, 26)) / 1000
        factor = Decimal(meter.coefficient) * (100 + Decimal(meter.loss_percent)) / 100
        for month in months_before(previous.month):
            step = _in_season(average, month, chance)
            tree.history.append(HistoryRow(meter.id, month, previous.register, f"{value:f}", f"{step * factor:.2f}"))
            value -= step
    if not tree.previous:
        return
    latest = tree.previous[0].month
    for point in tree.metering_points:
        if point.by_message:
            chance = Random(f"past:{point.id}")  # noqa: S311
            average = Decimal(chance.randrange(300, 2400))
            tree.point_history += [
                PointHistoryRow(point.id, past, f"{_in_season(average, past, chance):f}")
                for past in months_before(latest)
            ]


def _in_season(average: Decimal, month: date, chance: Random) -> Decimal:
    return (average * _SEASON[month.month - 1] * chance.randrange(90, 111) / 10_000).quantize(Decimal("0.01"))


def add_peaks(tree: Tree, month: date) -> None:
    """Adds the market's hours of a year that ends with `month`, and the planned ranges up to the month after it."""
    for past in months_before(month):
        chance = Random(f"peaks:{past}")  # noqa: S311
        day, following = past, next_month(past)
        while day < following:
            if day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS:
                hours = _EVENING if chance.random() < 0.7 else _MORNING
                tree.peak_hours.append(PeakHourRow(REGION, day, chance.randint(*hours)))
            day += timedelta(days=1)
    for planned in (next_month(month), *months_before(month)):
        spans = [PeakSpan(*_MORNING), PeakSpan(*_EVENING)]
        tree.peak_ranges.append(PeakRangeRow(ZONE, planned, spans))
