"""CSV (RFC 4180, UTF-8): a line for each period, for programs."""

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from core.intervals.domain import DOUBTFUL, MISSING, SUBSTITUTED, Stored

HEAD = "channel,start,end,value,mark\r\n"
_WORDS = ((MISSING, "missing"), (DOUBTFUL, "not_for_settlement"), (SUBSTITUTED, "substituted"))


def delimited(days: Iterable[Stored], zone: tzinfo) -> Iterator[bytes]:
    """Moments with their offset in `zone`, values as exact decimals, empty where missing; marks joined by `+`."""
    yield HEAD.encode()
    for day in days:
        found = day.profile()
        bounds = [moment.astimezone(zone).isoformat() for moment in [*day.moments(), day.ends_at]]
        marks = found.marks or bytes(day.periods)
        lines = [
            f"{day.channel},{start},{end},{text or ''},{_mark(mark)}\r\n"
            for start, end, text, mark in zip(bounds, bounds[1:], found.texts(), marks, strict=False)
        ]
        yield "".join(lines).encode()


def _mark(mark: int) -> str:
    return "+".join(word for bit, word in _WORDS if mark & bit) if mark else ""
