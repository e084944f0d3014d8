"""Makes files of layout 80020: of any size, in every dialect, with every oddity."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import IO
from xml.sax.saxutils import quoteattr

FULL_DAY = 1440
CHANNELS = ("01", "02", "03", "04")


@dataclass
class Reading:
    """One `period` with its `value`."""

    start: str
    end: str
    value: str
    about: str = ""
    """Attributes of `value`, as written: ` status="1"`."""
    summer: str = ""
    """Attribute of `period`, as written."""


def clock(minute: int) -> str:
    """Minutes of a day as HHMM; midnight at the end is 0000."""
    return f"{minute % FULL_DAY // 60:02d}{minute % 60:02d}"


def readings(values: Sequence[object], minutes: int = 30) -> list[Reading]:
    """A plain day from its start; as many periods as there are values."""
    return [
        Reading(clock(index * minutes), clock((index + 1) * minutes), str(value)) for index, value in enumerate(values)
    ]


@dataclass
class PointText:
    """A measuring point: channel code -> its readings."""

    code: str
    channels: Sequence[tuple[str, Sequence[Reading]]]
    name: str = "ТП-1 ввод"


@dataclass
class Message:
    """A message; every field can be made wrong."""

    points: Sequence[PointText] = ()
    day: str = "20260120"
    number: str = "17"
    layout: str = "80020"
    sender: str = "7707083893"
    sender_name: str = "ООО «Ромашка»"
    timezone: str | None = "1"
    encoding: str = "windows-1251"
    newline: str = "\n"
    day_first: bool = False
    name_first: bool = False
    comment: str = ""
    declared_at: str = "20260121063000"
    spelling: Callable[[str], str] = field(default=str)
    """Of a tag."""
    indent: str = ""
    """Around values."""
    raw_points: str = ""

    def lines(self) -> Iterator[str]:
        """The text, a line at a time."""
        tag = self.spelling
        yield f'<?xml version="1.0" encoding="{self.encoding}"?>'
        if self.comment:
            yield f"<!-- {self.comment} -->"
        number = f' number="{self.number}"' if self.number else ""
        yield f'<{tag("message")} class="{self.layout}" version="2"{number}>'
        stamp, day = f"<timestamp>{self.declared_at}</timestamp>", f"<day>{self.day}</day>"
        first, last = (day, stamp) if self.day_first else (stamp, day)
        yield f"<{tag('datetime')}>{first}<daylightsavingtime>0</daylightsavingtime>{last}</{tag('datetime')}>"
        inn, name = f"<inn>{self.sender}</inn>", f"<name>{self.sender_name}</name>"
        who = name + inn if self.name_first else inn + name
        yield f"<{tag('sender')}>{who}</{tag('sender')}>"
        zone = "" if self.timezone is None else f' timezone="{self.timezone}"'
        yield f"<{tag('area')}{zone}><inn>5600010900</inn><name>Площадка</name>"
        for point in self.points:
            yield from self._point(point)
        yield f"{self.raw_points}</{tag('area')}></{tag('message')}>"

    def _point(self, point: PointText) -> Iterator[str]:
        tag = self.spelling
        yield f"<{tag('measuringpoint')} code={quoteattr(point.code)} name={quoteattr(point.name)}>"
        for code, found in point.channels:
            yield f'<{tag("measuringchannel")} code="{code}" desc="A+">'
            for item in found:
                bounds = f'start="{item.start}" end="{item.end}"{item.summer}'
                value = f"<{tag('value')}{item.about}>{self.indent}{item.value}{self.indent}</{tag('value')}>"
                yield f"<{tag('period')} {bounds}>{value}</{tag('period')}>"
            yield f"</{tag('measuringchannel')}>"
        yield f"</{tag('measuringpoint')}>"

    def bytes(self) -> bytes:
        """The file."""
        return self.newline.join(self.lines()).encode(self.encoding)


def point(code: str, *channels: str, value: object = 7, periods: int = 48) -> PointText:
    """A point whose every value is the same."""
    minutes = FULL_DAY // periods if FULL_DAY % periods == 0 else 30
    return PointText(code, [(channel, readings([value] * periods, minutes)) for channel in channels or ("01",)])


def write_large(
    file: IO[bytes], size: int, *, day: date = date(2026, 1, 20), seed: int = 1, number: int = 1
) -> list[str]:
    """A message of at least `size` bytes with points of four channels each. Returns the codes."""
    chance, codes = Random(seed), list[str]()
    empty = list(Message([], day=f"{day:%Y%m%d}", number=str(number)).lines())
    written = file.write("\n".join(empty[:-1]).encode("windows-1251"))
    bounds = [(clock(minute), clock(minute + 30)) for minute in range(0, FULL_DAY, 30)]
    while written < size:
        code = f"{10**14 + len(codes)}"
        codes.append(code)
        lines = [f'\n<measuringpoint code="{code}" name="ТП-{len(codes)} ввод">']
        for channel in CHANNELS:
            lines.append(f'<measuringchannel code="{channel}" desc="канал">')
            lines += [
                f'<period start="{start}" end="{end}"><value>{chance.randrange(100_000)}</value></period>'
                for start, end in bounds
            ]
            lines.append("</measuringchannel>")
        lines.append("</measuringpoint>")
        written += file.write("\n".join(lines).encode("windows-1251"))
    file.write(f"\n{empty[-1]}\n".encode("windows-1251"))
    return codes
