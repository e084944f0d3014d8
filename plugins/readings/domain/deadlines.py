"""Arithmetic of deadlines, in business days: no hours, no time zones."""

from datetime import date, timedelta

MOST_DAYS = 15
"""A client chooses from 1 to so many days before the start or the end (NTF-14)."""


def reminder_days(today: date) -> dict[int, date]:
    """Chosen number of days -> the first or last day of a window that is to be reminded of today."""
    return {days: today + timedelta(days=days) for days in range(1, MOST_DAYS + 1)}


def days_until(day: date, today: date) -> int:
    """0 on that day and after it."""
    return max(0, (day - today).days)


def reminder_text(number: str, name: str, window_text: str, missing: int | None) -> str:
    """What a reminder says; `missing` devices and points are still to be sent (None: it does not matter yet)."""
    lines = [f"Договор {number}, {name}", f"{window_text}."]
    if missing is not None:
        lines.append(
            f"Осталось передать: приборов и точек учёта — {missing}." if missing else "Все показания переданы."
        )
    return "\n".join(lines)
