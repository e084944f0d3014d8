"""Mutated files of layout 80020: the reader answers, always, and never takes a value that is not there.

`ABONENT_FUZZ` is the number of mutations (`make fuzz` takes many). A failure names its seed.
"""

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from random import Random
from xml.etree import ElementTree

import pytest

from core.intervals.public import unpack
from plugins.readings.adapters.archives import ArchiveError, DamagedMember, members
from plugins.readings.adapters.layout_80020 import StructureError, read_message
from plugins.readings.domain.layout_80020 import CHANNELS, Frame, Header, Judge, Judged
from tests.plugins.readings.messages import Message, PointText, Reading, readings

MUTATIONS = int(os.environ.get("ABONENT_FUZZ", "1600"))
PARTS = 4
CODES = ("500000000000001", "500000000000002")
FRAME = Frame({code: [code] for code in CODES}, {"1": "Europe/Moscow", "3": "Asia/Vladivostok"}, date(2026, 1, 25))
TOKENS = [
    b"<", b">", b"</period>", b"<period>", b"<value>", b"</value>", b"<value/>", b"&amp;", b"&x;", b"&#0;", b"&#1;",
    b"<!DOCTYPE message [<!ENTITY x 'y'>]>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x?>", b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b'status="1"', b'summer="1"', b'start="0000"', b"-", b",", b".", b"1e9", b"NaN", b" ", b"9" * 40,
    b"<measuringpoint code='500000000000001'/>", b"</measuringchannel><measuringchannel code='01'>", b"0030",
]  # fmt: skip


def base(chance: Random) -> bytes:
    """A right message with a few of the oddities that are allowed."""
    points = []
    for code in CODES:
        channels = []
        for channel in chance.sample(("01", "02", "03", "04"), 2):
            found = readings([chance.randrange(10**5) for _ in range(48)])
            if chance.random() < 0.5:
                item = chance.choice(found)
                item.value, item.about = chance.choice([("", ' status="1"'), ("5", ' status="1"'), ("7,25", "")])
            channels.append((channel, found))
        points.append(PointText(code, channels))
    encoding = chance.choice(["utf-8", "windows-1251"])
    return Message(points, encoding=encoding, newline=chance.choice(["\n", "\r\n", ""])).bytes()


def cut(content: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.choice([1, 2, 10, 100, 1000]) :]


def repeat(content: bytes, chance: Random) -> bytes:
    start, length = chance.randrange(len(content)), chance.choice([1, 10, 100, 1000])
    return content[: start + length] + content[start:]


def flip(content: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 3, 20])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def insert(content: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + chance.choice(TOKENS) + content[start:]


def swap_lines(content: bytes, chance: Random) -> bytes:
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def other_value(content: bytes, chance: Random) -> bytes:
    """Changes what stands between tags, so that the file stays well-formed."""
    parts = content.split(b"<value>")
    place = chance.randrange(1, len(parts)) if len(parts) > 1 else 0
    value = chance.choice(
        [b"-1", b"", b"1.5", b"1,5", b"0x1", b" 7 ", b"1 2", b"1_0", b"+4", b"9" * 13, b"1<b/>2", b"0"]
    )
    parts[place] = value + parts[place].lstrip(b"0123456789")
    return b"<value>".join(parts)


MUTATORS: list[Callable[[bytes, Random], bytes]] = [cut, repeat, flip, insert, swap_lines, other_value, other_value]


def mutated(seed: int) -> bytes:
    chance = Random(seed)
    content = base(chance)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 5])):
        content = chance.choice(MUTATORS)(content, chance)
    return content


def understood(content: bytes) -> list[Judged]:
    """What is loaded; nothing, where the structure is wrong. Any other exception fails the test."""
    try:
        items = list(read_message(io.BytesIO(content)))
    except StructureError:
        return []
    header = items[0]
    assert isinstance(header, Header)
    judge = Judge(header, FRAME)
    return [judge.judge(item) for item in items[1:] if not isinstance(item, Header)]


def named(element: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return (child for child in element.iter() if child.tag.lower() == tag)


def attribute(element: ElementTree.Element, name: str) -> str:
    return next((value.strip() for key, value in element.items() if key.lower() == name), "")


def check(content: bytes) -> int:
    """Holds what is loaded against a plain reading by another parser. Returns the number of days loaded."""
    loaded = [item for item in understood(content) if item.days]
    if not loaded:
        return 0
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError:  # it knows the fourth edition of XML, which allows fewer letters in names
        return 0
    plain: dict[tuple[str, str], dict[str, ElementTree.Element]] = {}
    known = {item.code for item in loaded}
    for point in named(root, "measuringpoint"):
        for channel in named(point, "measuringchannel") if attribute(point, "code") in known else ():
            name = CHANNELS[int(attribute(channel, "code"))]
            found = plain.setdefault((attribute(point, "code"), name), {})
            for period in named(channel, "period"):
                found[attribute(period, "start")] = next(named(period, "value"))
    days = [day for item in loaded for day in item.days]
    for day in days:
        profile = unpack(day.packed, day.periods)
        assert day.periods in (24, 48)
        counted = Decimal(0)
        for index, text in enumerate(profile.texts()):
            minute = index * day.minutes
            value = plain[day.point_id, day.channel][f"{minute // 60:02d}{minute % 60:02d}"]
            given = "".join(value.itertext()).strip()
            assert (text is None) == (given == ""), (index, text, given)
            if text is not None:
                assert Decimal(text) == Decimal(given.replace(",", "."))
                counted += Decimal(text) if attribute(value, "status") in ("", "0") else 0
        assert day.total == counted
    return len(days)


@pytest.mark.parametrize("part", range(PARTS))
def test_fuzz_messages(part: int) -> None:
    loaded = 0
    for seed in range(part, MUTATIONS, PARTS):
        try:
            loaded += check(mutated(seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert loaded > MUTATIONS // PARTS, "hardly anything was loaded: the mutations are too wild to prove anything"


def test_fuzz_archives() -> None:
    for seed in range(MUTATIONS // 5):
        chance = Random(seed)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
            archive.writestr("1.xml", base(chance))
        content = chance.choice([cut, repeat, flip, flip])(packed.getvalue(), chance)
        try:
            for _, file in members(io.BytesIO(content), 10_000_000):
                try:
                    list(read_message(file))
                except (StructureError, DamagedMember):
                    continue
        except ArchiveError:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


def test_fuzz_finds_a_planted_fault() -> None:
    """The oracle is not blind: a value that differs by one is seen."""
    content = Message([PointText(CODES[0], [("01", readings([1] * 48))])], encoding="utf-8").bytes()
    assert check(content) == 1
    wrong = [Reading(item.start, item.end, "1", ' status="1"') for item in readings([1] * 48)]
    assert check(Message([PointText(CODES[0], [("01", wrong)])], encoding="utf-8").bytes()) == 1
