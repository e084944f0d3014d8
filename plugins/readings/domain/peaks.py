"""Peak hours: the market operator's file, and hours on the clock."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.sdk import Problem
from plugins.readings import errors

MOSCOW = ZoneInfo("Europe/Moscow")
"""The market counts hours by Moscow."""
_HEADER = "дата"


def parse_peak_hours(rows: Iterable[Sequence[Any]]) -> dict[date, int]:
    """Day -> hour from the rows of a sheet: whatever stands above, a head with «Дата», then a row for each day.

    A cell holds a date, or a text like `17.01.2025`; the hour stands right of it. An empty row ends the table.
    Raises Problem naming the row.
    """
    found: dict[date, int] = {}
    column: int | None = None
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() if isinstance(cell, str) else cell for cell in row]
        if column is None:
            column = next(
                (i for i, cell in enumerate(cells) if isinstance(cell, str) and cell.lower() == _HEADER), None
            )
            continue
        day_cell, hour_cell = (*cells[column : column + 2], "", "")[:2]
        if day_cell in ("", None) and hour_cell in ("", None):
            if found:
                break
            continue
        day, hour = _day(day_cell), _hour(hour_cell)
        if day is None or hour is None or day in found:
            raise Problem(errors.PEAK_FILE_ROW, row=number)
        found[day] = hour
    if not found:
        raise Problem(errors.PEAK_FILE_EMPTY)
    return found


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    try:
        return datetime.strptime(cell, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no time zone
    except (TypeError, ValueError):
        return None


def _hour(cell: Any) -> int | None:
    try:
        hour = int(cell) if isinstance(cell, str) or float(cell).is_integer() else 0
    except (TypeError, ValueError, OverflowError):
        return None
    return hour if 1 <= hour <= 24 else None


def local_hour(day: date, hour: int, zone: ZoneInfo) -> tuple[date, int]:
    """The day and the hour (1 to 24) that an hour of Moscow is in `zone`."""
    begins = datetime(day.year, day.month, day.day, hour - 1, tzinfo=MOSCOW).astimezone(zone)
    return begins.date(), begins.hour + 1


def hour_text(hour: int) -> str:
    """`17:00–18:00` of hour 18."""
    return f"{hour - 1:02d}:00–{hour:02d}:00"


def year_of(year: int) -> tuple[date, date]:
    """First and last day."""
    return date(year, 1, 1), date(year, 12, 31)


def month_days(month: date, following: date) -> tuple[date, date]:
    """First and last day of a month, given with the one after it."""
    return month, following - timedelta(days=1)
