"""The one source of the present moment, so that tests and demonstrations can move it."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the moment. Always aware, always UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def business_day(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of `moment` where the supplier does business: windows open and close on such days."""
    return moment.astimezone(zone).date()
