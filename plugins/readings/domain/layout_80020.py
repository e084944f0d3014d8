"""Layout 80020, understood: which period of which day a value belongs to, and what is wrong. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.intervals.public import DECIMALS, DOUBTFUL, MISSING, SUBSTITUTED, Day, Profile, day_of, profile
from core.sdk import ErrorKind
from plugins.readings.errors import layout_80020 as errors

CHANNELS = {1: "A+", 2: "A-", 3: "R+", 4: "R-"}
_NUMBERS = {code: number for number in CHANNELS for code in (f"{number}", f"{number:02d}")}
COUNTED = "80020"
"""The layout, and the series of interval data, that consumption is counted by."""
BYPASS = "1114"
"""`extendedstatus` of a value measured through a bypass switch."""
MINUTES = (30, 60)
MOST_FINDINGS = 20
"""Of one metering point; a file of nonsense must not become a table of nonsense."""
_NUMBER = re.compile(rf"\d{{1,12}}([.,]\d{{1,{DECIMALS}}})?", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3])[0-5]\d", re.ASCII)
_SHOWN = 40


class Finding(msgspec.Struct, frozen=True):
    """What is wrong, and where."""

    kind: ErrorKind
    line: int
    """In the file, from 1; 0: unknown."""
    channel: str = ""
    """The code as it stands in the file; empty: the metering point as a whole."""
    params: dict[str, Any] = {}


class Header(msgspec.Struct, frozen=True):
    """What precedes the metering points."""

    layout: str
    number: str
    day: str
    """YYYYMMDD as it stands there; it may be wrong."""
    sender_inn: str
    sender_name: str


class Period(msgspec.Struct, frozen=True, gc=False):
    """A `period` with its `value`, as they stand there."""

    start: str
    end: str
    summer: bool
    value: str
    status: str
    extended: str
    line: int


class Channel(msgspec.Struct, frozen=True, gc=False):
    """A `measuringchannel`. `texts` instead of `periods`: a plain day, in order, all values commercial."""

    code: str
    line: int
    texts: Sequence[str] | None
    periods: Sequence[Period]


class Point(msgspec.Struct, frozen=True, gc=False):
    """A `measuringpoint`."""

    code: str
    name: str
    line: int
    timezone: str
    """Attribute of its area; 1 where there is none."""
    channels: Sequence[Channel]
    group: bool = False
    """A delivery group or a flow instead of a metering point."""
    again: bool = False
    """The file had this point already. (Points of one code in two areas agree in real files, but who can know.)"""


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A metering point after the checks: days to be written, or the reasons why not."""

    code: str
    name: str
    line: int
    point_id: str | None
    day: date | None
    channels: Sequence[str]
    """Codes as they stand in the file."""
    days: Sequence[Day]
    findings: Sequence[Finding]


class Frame(msgspec.Struct, frozen=True):
    """What the points of a message are checked against."""

    points: Mapping[str, Sequence[str]]
    """Code -> identifiers of the contract's metering points in use on the day."""
    zones: Mapping[str, str]
    """`timezone` of an area -> name of a time zone."""
    today: date


def day_named(text: str) -> date | None:
    """The day that YYYYMMDD names."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


# ---- the periods of a day
class Grid(msgspec.Struct, frozen=True):
    """The periods of a local day: as many as it had."""

    starts_at: datetime
    labels: Sequence[str]
    """Wall clock at the beginning of each period, HHMM."""
    ends: Sequence[frozenset[str]]
    """What a period's `end` may say: senders differ about the hour that clocks skip or repeat."""
    places: Mapping[str, Sequence[int]]
    """Label -> its periods: two of them in the hour that is repeated."""


@cache
def grid(zone: str, day: date, minutes: int) -> Grid:
    """Of a day in a time zone."""
    local = ZoneInfo(zone)
    moment = datetime(day.year, day.month, day.day, tzinfo=local).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=local).astimezone(UTC)
    step = timedelta(minutes=minutes)
    starts_at, labels, ends = moment, list[str](), list[frozenset[str]]()
    places: dict[str, list[int]] = {}
    while moment < end:
        wall = moment.astimezone(local)
        label = f"{wall:%H%M}"
        places.setdefault(label, []).append(len(labels))
        labels.append(label)
        ends.append(frozenset({f"{(moment + step).astimezone(local):%H%M}", _later(label, minutes)}))
        moment += step
    return Grid(starts_at, labels, ends, places)


def _later(label: str, minutes: int) -> str:
    total = (int(label[:2]) * 60 + int(label[2:]) + minutes) % 1440
    return f"{total // 60:02d}{total % 60:02d}"


def channel_name(code: str) -> str:
    """A+ for 01; the code itself where it is none."""
    return CHANNELS.get(_NUMBERS.get(code, 0), code)


@cache
def plain_shape(minutes: int) -> tuple[tuple[str, str], ...]:
    """Starts and ends of a day of 24 hours, as nearly every file writes them."""
    labels = [f"{total // 60:02d}{total % 60:02d}" for total in range(0, 1440, minutes)]
    return tuple((label, _later(label, minutes)) for label in labels)


# ---- checking
class Judge:
    """Checks the points of one message."""

    def __init__(self, header: Header, frame: Frame) -> None:
        self._day = day_named(header.day)
        self._raw_day = header.day
        self._frame = frame

    def judge(self, point: Point) -> Judged:
        """A point is loaded with all of its channels or not at all."""
        found = list(self._general(point))
        known = self._frame.points.get(point.code, ())
        days: list[Day] = []
        if not found and self._day is not None:
            for channel in point.channels:
                day, wrong = self._channel(point, channel, known[0], self._day)
                found += wrong
                if day is not None:
                    days.append(day)
        codes = [channel.code for channel in point.channels]
        point_id = known[0] if len(known) == 1 else None
        found = found[:MOST_FINDINGS]
        return Judged(point.code, point.name, point.line, point_id, self._day, codes, [] if found else days, found)

    def _general(self, point: Point) -> Iterator[Finding]:
        if point.group:
            yield Finding(errors.NOT_A_POINT, point.line)
            return
        if not point.code:
            yield Finding(errors.POINT_CODE, point.line)
            return
        if self._day is None:
            yield Finding(errors.DAY_FORMAT, point.line, params={"value": self._raw_day[:_SHOWN]})
        elif self._day >= self._frame.today:
            yield Finding(errors.DAY_FUTURE, point.line, params={"day": f"{self._day:%d.%m.%Y}"})
        if point.timezone not in self._frame.zones:
            yield Finding(errors.TIMEZONE, point.line, params={"value": point.timezone[:_SHOWN]})
        known = self._frame.points.get(point.code, ())
        if len(known) != 1:
            kind = errors.POINT_AMBIGUOUS if known else errors.POINT_UNKNOWN
            yield Finding(kind, point.line, params={"code": point.code[:_SHOWN]})
        elif point.again:
            yield Finding(errors.POINT_REPEATED, point.line, params={"code": point.code[:_SHOWN]})
        if not point.channels:
            yield Finding(errors.NO_CHANNELS, point.line)
        numbers = [_number(channel) for channel in point.channels]
        if 0 in numbers or len(set(numbers)) < len(numbers):
            yield from _wrong_codes(point.channels, numbers)

    def _channel(self, point: Point, channel: Channel, point_id: str, day: date) -> tuple[Day | None, list[Finding]]:
        zone = self._frame.zones[point.timezone]
        minutes = _minutes(channel)
        if minutes is None:
            return None, [_wrong_bounds(channel)]
        slots = grid(zone, day, minutes)
        name = CHANNELS[_number(channel)]
        if channel.texts is not None and len(channel.texts) == len(slots.labels):
            return day_of(point_id, name, day, slots.starts_at, minutes, Profile(list(map(int, channel.texts)))), []
        found, wrong = _placed(channel, slots)
        return (None if found is None else day_of(point_id, name, day, slots.starts_at, minutes, found)), wrong


def _number(channel: Channel) -> int:
    """1 to 4; 0: no channel of this layout."""
    return _NUMBERS.get(channel.code, 0)


def _wrong_codes(channels: Sequence[Channel], numbers: Sequence[int]) -> Iterator[Finding]:
    for channel, number in zip(channels, numbers, strict=True):
        code = channel.code[:_SHOWN]
        if not number:
            yield Finding(errors.CHANNEL_CODE, channel.line, code, {"value": code})
        elif numbers.count(number) > 1:
            yield Finding(errors.CHANNEL_REPEATED, channel.line, code, {"channel": code})


def _minutes(channel: Channel) -> int | None:
    """Half-hours or hours, by the first period that says so."""
    if channel.texts is not None:
        return 1440 // len(channel.texts)
    for period in channel.periods:
        if _CLOCK.fullmatch(period.start) and _CLOCK.fullmatch(period.end):
            for minutes in MINUTES:
                if _later(period.start, minutes) == period.end:
                    return minutes
    return None


def _wrong_bounds(channel: Channel) -> Finding:
    first = channel.periods[0] if channel.periods else None
    params = {"start": first.start[:_SHOWN] if first else "", "end": first.end[:_SHOWN] if first else ""}
    return Finding(errors.PERIOD_FORMAT, first.line if first else channel.line, channel.code, params)


def _as_periods(channel: Channel) -> Sequence[Period]:
    if channel.texts is None:
        return channel.periods
    shape = plain_shape(1440 // len(channel.texts))
    return [
        Period(start, end, False, text, "", "", channel.line)
        for (start, end), text in zip(shape, channel.texts, strict=True)
    ]


def _placed(channel: Channel, slots: Grid) -> tuple[Profile | None, list[Finding]]:
    """Puts each value into its period."""
    count = len(slots.labels)
    values: list[Decimal | None] = [None] * count
    marks, taken, found = bytearray(count), bytearray(count), list[Finding]()
    periods = _as_periods(channel)
    flagged = any(period.summer for period in periods)
    for period in periods:
        place = _place(period, slots, taken, flagged)
        if isinstance(place, ErrorKind):
            params = {"start": period.start[:_SHOWN], "end": period.end[:_SHOWN]}
            found.append(Finding(place, period.line, channel.code, params))
            continue
        taken[place] = 1
        value = _value(period)
        if isinstance(value, ErrorKind):
            shown = period.status if value is errors.VALUE_STATUS else period.value
            params = {"start": period.start, "value": shown[:_SHOWN]}
            found.append(Finding(value, period.line, channel.code, params))
            continue
        values[place], marks[place] = value
    absent = [index for index in range(count) if not taken[index]]
    if absent and not found:
        params = {"count": str(len(absent)), "periods": str(count), "start": slots.labels[absent[0]]}
        found.append(Finding(errors.PERIOD_ABSENT, channel.line, channel.code, params))
    return (None if found else profile(values, bytes(marks))), found


def _place(period: Period, slots: Grid, taken: bytearray, flagged: bool) -> int | ErrorKind:
    """The index of a period. Of the hour that is repeated, the one with `summer="1"` is the earlier one, or, where no
    period is flagged so, the one that comes first."""
    places = slots.places.get(period.start)
    if places is None:
        return errors.PERIOD_FORMAT
    earlier = period.summer if flagged else not taken[places[0]]
    place = places[0] if earlier else places[-1]
    if period.end not in slots.ends[place]:
        return errors.PERIOD_FORMAT
    return errors.PERIOD_REPEATED if taken[place] else place


def _value(period: Period) -> tuple[Decimal | None, int] | ErrorKind:
    """The value with its marks. An empty one that is not for settlement is missing, which is not zero."""
    if period.status not in ("", "0", "1"):
        return errors.VALUE_STATUS
    marks = DOUBTFUL if period.status == "1" else 0
    if period.extended == BYPASS:
        marks |= SUBSTITUTED
    if not period.value:
        return (None, marks | MISSING) if marks & DOUBTFUL else errors.VALUE_ABSENT
    if not _NUMBER.fullmatch(period.value):
        return errors.VALUE_NUMBER
    return Decimal(period.value.replace(",", ".")), marks
