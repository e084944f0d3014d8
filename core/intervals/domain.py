"""A day's values of one channel, exact and packed. Pure: no I/O, no clock.

Packed form: one head byte (bits 0-2 decimals, bit 3 eight-byte numbers, bit 4 marks follow), then a little-endian
signed number for each period, then a byte of marks for each period if any is marked: 193 bytes for half-hours.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from struct import Struct

import msgspec

from core.sdk import plain

CHANNELS = ("A+", "A-", "R+", "R-")
"""Active energy taken and given, reactive energy taken and given."""
UNITS = {"A+": "кВт·ч", "A-": "кВт·ч", "R+": "квар·ч", "R-": "квар·ч"}
DECIMALS = 6
LARGEST = 10**12
"""Whole part of a value stays below it: what a `DecimalText` holds."""

DOUBTFUL, MISSING, SUBSTITUTED = 1, 2, 4
"""Marks of a period: not for settlement; no value; measured by a substitute (a bypass switch)."""
_UNCOUNTED = DOUBTFUL | MISSING
_WIDE, _MARKED = 8, 16
_NARROW_LIMIT = 2**31


class Profile(msgspec.Struct, frozen=True, gc=False):
    """Values of consecutive periods: `numbers[i] / 10**decimals` kWh or kvarh, unless `marks[i]` says MISSING."""

    numbers: Sequence[int]
    decimals: int = 0
    marks: bytes = b""
    """One byte a period, or empty: every value is there and counts."""

    @property
    def missing(self) -> int:
        """How many periods have no value."""
        return sum(1 for mark in self.marks if mark & MISSING)

    @property
    def doubtful(self) -> int:
        """How many values are not for settlement."""
        return sum(1 for mark in self.marks if mark & _UNCOUNTED == DOUBTFUL)

    @property
    def total(self) -> Decimal:
        """The exact sum of what counts: neither missing nor not for settlement."""
        counted = sum(self.numbers)
        if self.marks:
            counted -= sum(number for number, mark in zip(self.numbers, self.marks, strict=True) if mark & _UNCOUNTED)
        return Decimal(counted) if not self.decimals else plain(Decimal(counted).scaleb(-self.decimals))

    def texts(self) -> list[str | None]:
        """The values as exact decimal texts, None where one is missing."""
        made: list[str | None]
        if self.decimals:
            made = [_text(number, self.decimals) for number in self.numbers]
        else:
            made = list(map(str, self.numbers))
        for index, mark in enumerate(self.marks):
            if mark & MISSING:
                made[index] = None
        return made

    def marked(self, mark: int) -> list[int]:
        """Indexes of the periods that bear a mark."""
        return [index for index, marks in enumerate(self.marks) if marks & mark]


def profile(values: Iterable[Decimal | None], marks: bytes = b"") -> Profile:
    """Of decimals with up to six decimals, None: missing. Raises ValueError for what cannot be stored exactly."""
    found = list(values)
    decimals = max((-_exponent(value) for value in found if value is not None), default=0)
    if decimals > DECIMALS or any(value is not None and abs(value) >= LARGEST for value in found):
        raise ValueError("a value has too many digits")
    numbers = [0 if value is None else int(value.scaleb(decimals)) for value in found]
    if None in found:
        marks = bytes(
            mark | (MISSING if value is None else 0)
            for mark, value in zip(marks or bytes(len(found)), found, strict=True)
        )
    return Profile(numbers, decimals, marks if any(marks) else b"")


def _exponent(value: Decimal) -> int:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number")
    return min(plain(value).as_tuple().exponent, 0)  # type: ignore[return-value]


def pack(found: Profile) -> bytes:
    """The stored form."""
    numbers = found.numbers
    wide = bool(numbers) and not (min(numbers) >= -_NARROW_LIMIT and max(numbers) < _NARROW_LIMIT)
    head = found.decimals | (_WIDE if wide else 0) | (_MARKED if found.marks else 0)
    return _layout(len(numbers), wide).pack(head, *numbers) + found.marks


def unpack(packed: bytes, periods: int) -> Profile:
    """What was packed."""
    head = packed[0]
    layout = _layout(periods, bool(head & _WIDE))
    _, *numbers = layout.unpack_from(packed)
    return Profile(numbers, head & 7, packed[layout.size :] if head & _MARKED else b"")


@cache
def _layout(periods: int, wide: bool) -> Struct:
    return Struct(f"<B{periods}{'q' if wide else 'i'}")


def _text(number: int, decimals: int) -> str:
    """12345, 2 -> "123.45"; no trailing zeros, so that equal values are written alike."""
    whole, fraction = divmod(abs(number), 10**decimals)
    tail = f"{fraction:0{decimals}d}".rstrip("0")
    text = f"{whole}.{tail}" if tail else str(whole)
    return f"-{text}" if number < 0 else text


class Day(msgspec.Struct, frozen=True, gc=False):
    """A day of one channel as it is written: `periods` of `minutes` each, from the instant `starts_at` on."""

    point_id: str
    """The metering point."""
    channel: str
    """One of `CHANNELS`."""
    day: date
    """In the local time of the measurement."""
    starts_at: datetime
    """UTC. A day of a change of clocks is as long as it was: 46 or 50 half-hours."""
    minutes: int
    """30 or 60"""
    periods: int
    missing: int
    doubtful: int
    total: Decimal
    packed: bytes


def day_of(point_id: str, channel: str, day: date, starts_at: datetime, minutes: int, found: Profile) -> Day:
    """A day to be written."""
    return Day(
        point_id,
        channel,
        day,
        starts_at,
        minutes,
        len(found.numbers),
        found.missing if found.marks else 0,
        found.doubtful if found.marks else 0,
        found.total,
        pack(found),
    )


class Stored(msgspec.Struct, frozen=True):
    """A stored day of one channel, as ranges are read."""

    channel: str
    day: date
    starts_at: datetime
    minutes: int
    periods: int
    total: Decimal
    packed: bytes

    def profile(self) -> Profile:
        """Its values."""
        return unpack(self.packed, self.periods)

    @property
    def ends_at(self) -> datetime:
        """UTC."""
        return self.starts_at.astimezone(UTC) + self.periods * timedelta(minutes=self.minutes)

    def moments(self) -> Iterator[datetime]:
        """When its periods begin, UTC."""
        step = timedelta(minutes=self.minutes)
        moment = self.starts_at.astimezone(UTC)
        for _ in range(self.periods):
            yield moment
            moment += step
