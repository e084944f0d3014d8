"""CSV (RFC 4180, UTF-8): a line for each period, for programs."""

from collections.abc import Iterable, Iterator
from datetime import timedelta, tzinfo

from core.intervals.domain import DOUBTFUL, MISSING, SUBSTITUTED, Stored

HEAD = "channel,start,end,value,mark\r\n"
_WORDS = ((MISSING, "missing"), (DOUBTFUL, "not_for_settlement"), (SUBSTITUTED, "substituted"))


def delimited(days: Iterable[Stored], zone: tzinfo) -> Iterator[bytes]:
    """Moments with their offset in `zone`, values as exact decimals, empty where missing; marks joined by `+`."""
    yield HEAD.encode()
    for day in days:
        found, step = day.profile(), timedelta(minutes=day.minutes)
        marks = found.marks or bytes(day.periods)
        lines = []
        for moment, text, mark in zip(day.moments(), found.texts(), marks, strict=True):
            start, end = moment.astimezone(zone), (moment + step).astimezone(zone)
            lines.append(f"{day.channel},{start.isoformat()},{end.isoformat()},{text or ''},{_mark(mark)}\r\n")
        yield "".join(lines).encode()


def _mark(mark: int) -> str:
    return "+".join(word for bit, word in _WORDS if mark & bit) if mark else ""
