"""Green Button: the Atom feed of NAESB ESPI (REQ.21), which energy programs of many vendors read.

UsagePoint > MeterReading > ReadingType and IntervalBlock, tied by links. Elements stand in the order of the schema.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from core.intervals.domain import DOUBTFUL, MISSING, Stored

ATOM, ESPI = "http://www.w3.org/2005/Atom", "http://naesb.org/espi"
_ELECTRICITY, _INTERVAL_DATA, _ENERGY = 0, 4, 12
_SECONDARY_METERED = 1
_FLOW = {"+": 1, "-": 19}
"""Forward: from the grid to the client; reverse."""
_UNIT = {"A": 72, "R": 73}
"""Wh, varh"""
_KILO = 3
_VALID, _QUESTIONABLE = 17, 10


def green_button(days: Sequence[Stored], *, point_id: str, title: str, now: datetime) -> Iterator[bytes]:
    """The feed of one metering point; `days` come by channel and day. Missing values are left out.

    Values are integers, so the power of ten of a reading type is that of its most precise day.
    """
    home = f"UsagePoint/{point_id}"
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    write = _Writer(stamp)
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="{ATOM}">\n<id>{_urn(home + "/feed")}</id>\n'
        f"<title>{escape(title)}</title>\n<updated>{stamp}</updated>\n"
    ).encode()
    yield write.entry(
        home,
        f'<UsagePoint xmlns="{ESPI}"><ServiceCategory><kind>{_ELECTRICITY}</kind></ServiceCategory></UsagePoint>',
        title,
        [f"{home}/MeterReading"],
    )
    ordered = sorted(days, key=lambda day: (day.channel, day.minutes, day.day))
    for number, ((channel, minutes), alike) in enumerate(groupby(ordered, lambda day: (day.channel, day.minutes)), 1):
        blocks = list(alike)
        decimals = max(day.packed[0] & 7 for day in blocks)
        reading, kind = f"{home}/MeterReading/{number}", f"ReadingType/{channel[0]}{_FLOW[channel[1]]}-{minutes}"
        yield write.entry(
            reading, f'<MeterReading xmlns="{ESPI}"/>', channel, [f"{reading}/IntervalBlock", f"{kind}-{decimals}"]
        )
        yield write.entry(f"{kind}-{decimals}", _reading_type(channel, minutes, decimals), channel, [])
        for day in blocks:
            yield write.entry(f"{reading}/IntervalBlock/{day.day:%Y%m%d}", _block(day, decimals), f"{day.day}", [])
    yield b"</feed>\n"


class _Writer:
    def __init__(self, stamp: str) -> None:
        self.stamp = stamp

    def entry(self, href: str, content: str, title: str, related: Sequence[str]) -> bytes:
        links = "".join(f'<link rel="related" href={quoteattr(link)}/>\n' for link in related)
        up = href.rpartition("/")[0]
        return (
            f'<entry>\n<id>{_urn(href)}</id>\n<link rel="self" href={quoteattr(href)}/>\n'
            f'<link rel="up" href={quoteattr(up)}/>\n{links}'
            f"<title>{escape(title)}</title>\n<content>{content}</content>\n"
            f"<published>{self.stamp}</published>\n<updated>{self.stamp}</updated>\n</entry>\n"
        ).encode()


def _reading_type(channel: str, minutes: int, decimals: int) -> str:
    return (
        f'<ReadingType xmlns="{ESPI}"><accumulationBehaviour>{_INTERVAL_DATA}</accumulationBehaviour>'
        f"<commodity>{_SECONDARY_METERED}</commodity><flowDirection>{_FLOW[channel[1]]}</flowDirection>"
        f"<intervalLength>{minutes * 60}</intervalLength><kind>{_ENERGY}</kind>"
        f"<powerOfTenMultiplier>{_KILO - decimals}</powerOfTenMultiplier><uom>{_UNIT[channel[0]]}</uom></ReadingType>"
    )


def _block(day: Stored, decimals: int) -> str:
    found, seconds = day.profile(), day.minutes * 60
    begin = int(day.starts_at.timestamp())
    factor = 10 ** (decimals - found.decimals)
    readings = [
        f"<IntervalReading><ReadingQuality><quality>{_QUESTIONABLE if mark & DOUBTFUL else _VALID}</quality>"
        f"</ReadingQuality><timePeriod><duration>{seconds}</duration><start>{begin + index * seconds}</start>"
        f"</timePeriod><value>{number * factor}</value></IntervalReading>"
        for index, (number, mark) in enumerate(zip(found.numbers, found.marks or bytes(day.periods), strict=True))
        if not mark & MISSING
    ]
    return (
        f'<IntervalBlock xmlns="{ESPI}"><interval><duration>{seconds * day.periods}</duration>'
        f"<start>{begin}</start></interval>{''.join(readings)}</IntervalBlock>"
    )


def _urn(href: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{ESPI}/{href}')}"
