"""A clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """Starts at a working day in a January, the month of the manual's figures."""

    def __init__(self, moment: datetime = datetime(2026, 1, 25, 9, 0, tzinfo=UTC)) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def move(self, delta: timedelta) -> None:
        """Lets time pass."""
        self._moment += delta

    def set(self, moment: datetime) -> None:
        """Jumps to a moment."""
        self._moment = moment
