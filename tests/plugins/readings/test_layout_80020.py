"""The reader of layout 80020: every dialect, every wrong file."""

import io
import os
import time
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.intervals.public import unpack
from plugins.readings.adapters.archives import ArchiveError, members
from plugins.readings.adapters.layout_80020 import StructureError, read_message
from plugins.readings.domain.layout_80020 import Frame, Header, Judge, Judged, Point
from plugins.readings.errors import layout_80020 as errors
from tests.plugins.readings.messages import Message, PointText, Reading, clock, point, readings

SAMPLES = Path(os.environ.get("ABONENT_SAMPLES_80020", "samples/80020"))
TODAY = date(2026, 1, 25)
ZONES = {"1": "Europe/Moscow", "3": "Asia/Vladivostok"}
CODE = "500000000000017"


def parsed(content: bytes, layouts: Sequence[str] = ("80020",)) -> tuple[Header, list[Point]]:
    header, *points = read_message(io.BytesIO(content), layouts=layouts)
    assert isinstance(header, Header)
    return header, [item for item in points if isinstance(item, Point)]


def judged(message: Message | bytes, *, known: Sequence[str] = (CODE,), today: date = TODAY) -> list[Judged]:
    header, points = parsed(message if isinstance(message, bytes) else message.bytes())
    judge = Judge(header, Frame({code: [f"p-{code}"] for code in known}, ZONES, today))
    return [judge.judge(item) for item in points]


def values(item: Judged, channel: str = "A+") -> list[str | None]:
    assert not item.findings, item.findings
    (day,) = [day for day in item.days if day.channel == channel]
    return unpack(day.packed, day.periods).texts()


def codes(item: Judged) -> list[str]:
    assert not item.days
    return [finding.kind.code.removeprefix("readings.") for finding in item.findings]


def broken(content: bytes) -> str:
    with pytest.raises(StructureError) as caught:
        list(read_message(io.BytesIO(content)))
    return caught.value.finding.kind.code.removeprefix("readings.")


# ---- dialects
PLAIN = Message([point(CODE, "01", "02", "03", "04", value=12)])
DIALECTS = {
    "plain": PLAIN,
    "utf-8": Message(PLAIN.points, encoding="utf-8"),
    "utf-8 with a byte order mark": Message(PLAIN.points, encoding="utf-8"),
    "utf-16": Message(PLAIN.points, encoding="utf-16"),
    "crlf": Message(PLAIN.points, newline="\r\n"),
    "one line": Message(PLAIN.points, newline=""),
    "comment before the root": Message(PLAIN.points, comment="GmtFrom=5;GmtTo=3"),
    "day before timestamp": Message(PLAIN.points, day_first=True),
    "name before inn": Message(PLAIN.points, name_first=True),
    "no time zone": Message(PLAIN.points, timezone=None),
    "capitals": Message(PLAIN.points, spelling=str.upper),
    "title case": Message(PLAIN.points, spelling=str.title),
    "values wrapped in newlines": Message(PLAIN.points, indent="\r\n   "),
    "status 0 everywhere": Message(
        [
            PointText(CODE, [(code, [Reading(r.start, r.end, "12", ' status="0"') for r in readings([0] * 48)])])
            for code in ("01",)
        ]
    ),
    "channel codes without the zero": Message([point(CODE, "1", value=12)]),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_means_the_same(dialect: str) -> None:
    content = DIALECTS[dialect].bytes()
    if "byte order mark" in dialect:
        content = b"\xef\xbb\xbf" + content
    (item,) = judged(content)
    assert values(item) == ["12"] * 48
    assert item.days[0].starts_at == datetime(2026, 1, 19, 21, tzinfo=UTC)
    header, _ = parsed(content)
    assert (header.number, header.day, header.sender_inn) == ("17", "20260120", "7707083893")
    assert header.sender_name == "ООО «Ромашка»"


def test_hourly_files_are_taken_and_zones_differ() -> None:
    (item,) = judged(Message([point(CODE, periods=24)], timezone="3"))
    assert (item.days[0].minutes, item.days[0].periods) == (60, 24)
    assert item.days[0].starts_at == datetime(2026, 1, 19, 14, tzinfo=UTC)


def test_missing_is_not_zero_and_doubtful_is_not_counted() -> None:
    found = readings([5] * 48)
    found[0] = Reading(found[0].start, found[0].end, "", ' status="1"')
    found[1] = Reading(found[1].start, found[1].end, "100", ' status="1" errofmeasuring="2"')
    found[2] = Reading(found[2].start, found[2].end, "12,5", ' extendedstatus="1114"')
    found[3] = Reading(found[3].start, found[3].end, "0.000001")
    (item,) = judged(Message([PointText(CODE, [("01", found)])]))
    assert values(item)[:5] == [None, "100", "12.5", "0.000001", "5"]
    day = item.days[0]
    assert (day.missing, day.doubtful, day.total) == (1, 1, Decimal("232.500001"))


def autumn(summer: str = ' summer="1"') -> list[Reading]:
    """26 October 2014 had 25 hours in Moscow: from 01:00 to 02:00 it was summer, and then again."""
    minutes = [*range(0, 120, 30), *range(60, 1440, 30)]
    return [
        Reading(clock(minute), clock(minute + 30), str(index), summer=summer if index < 4 else "")
        for index, minute in enumerate(minutes)
    ]


@pytest.mark.parametrize("summer", [' summer="1"', ""])
def test_the_long_autumn_day_keeps_its_order(summer: str) -> None:
    (item,) = judged(Message([PointText(CODE, [("01", autumn(summer))])], day="20141026"))
    assert values(item) == [str(index) for index in range(50)]


def test_of_the_repeated_hour_the_flag_counts_not_the_place() -> None:
    found = autumn()
    found[2], found[4] = found[4], found[2]
    (item,) = judged(Message([PointText(CODE, [("01", found)])], day="20141026"))
    assert values(item) == [str(index) for index in range(50)]


def test_the_short_spring_day_and_a_day_that_only_claims_to_be_one() -> None:
    minutes = [*range(0, 120, 30), *range(180, 1440, 30)]
    found = [Reading(clock(minute), clock(minute + 30), "1") for minute in minutes]
    (item,) = judged(Message([PointText(CODE, [("01", found)])], day="20110327"))
    assert len(values(item)) == 46
    (item,) = judged(Message([PointText(CODE, [("01", found)])], day="20130331"))
    assert codes(item) == ["period_absent"]
    (item,) = judged(Message([PointText(CODE, [("01", readings([1] * 48))])], day="20110327"))
    assert codes(item)[0] == "period_format"


# ---- one point is wrong
def changed(index: int, **about: str) -> Message:
    found = readings([1] * 48)
    for name, value in about.items():
        setattr(found[index], name, value)
    return Message([PointText(CODE, [("01", readings([1] * 48)), ("03", found)]), point("1" * 15)])


WRONG = {
    "value_number": [
        changed(3, value=value) for value in ("-1", "1e5", "NaN", "1_000", "1 000", "1.", ".5", "1" * 13, "0x1")
    ],
    "value_absent": [changed(3, value=""), changed(3, value="", about=' status="0"')],
    "value_status": [changed(3, about=' status="2"')],
    "period_format": [changed(3, start="0131"), changed(3, end="0300"), changed(3, start="2500"), changed(3, start="")],
    "period_repeated": [changed(3, start="0100", end="0130")],
    "channel_code": [Message([point(CODE, "01", "05"), point("1" * 15)])],
    "channel_repeated": [Message([point(CODE, "01", "1"), point("1" * 15)])],
    "no_channels": [Message([PointText(CODE, []), point("1" * 15)])],
    "period_absent": [
        Message([PointText(CODE, [("01", readings([1] * 47))]), point("1" * 15)]),
    ],
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_point_says_why_and_holds_up_no_other(code: str) -> None:
    for message in WRONG[code]:
        bad, good = judged(message, known=(CODE, "1" * 15))
        assert codes(bad)[0] == code, (message, bad.findings)
        assert len(values(good)) == 48


def test_a_value_is_never_cut_short() -> None:
    """Found by the fuzz suite: the text before a comment or an element is not the value."""
    bad, good = judged(changed(3, value="1<b/>2"), known=(CODE, "1" * 15))
    assert codes(bad) == ["value_number"]
    assert len(values(good)) == 48
    whole, _ = judged(changed(3, value="1<!-- one -->2"), known=(CODE, "1" * 15))
    assert values(whole, "R+")[3] == "12"


def test_a_finding_names_line_channel_and_period() -> None:
    bad, _ = judged(changed(3, value="много"), known=(CODE, "1" * 15))
    (finding,) = bad.findings
    assert (finding.channel, finding.params) == ("03", {"start": "0130", "value": "много"})
    assert "много" in changed(3, value="много").bytes().decode("windows-1251").splitlines()[finding.line - 1]


def test_foreign_repeated_and_nameless_points() -> None:
    message = Message([point(CODE), point("9" * 15), point(CODE), point("")])
    first, foreign, second, nameless = judged(message)
    assert first.days
    assert [codes(item) for item in (foreign, second, nameless)] == [
        ["point_unknown"],
        ["point_repeated"],
        ["point_code"],
    ]


@pytest.mark.parametrize(
    ("day", "code"),
    [("20260132", "day_format"), ("20.01.2026", "day_format"), ("", "day_format"), ("20260125", "day_future")],
)
def test_a_wrong_day_is_told_for_every_point(day: str, code: str) -> None:
    assert [codes(item) for item in judged(Message([point(CODE)], day=day))] == [[code]]


def test_an_unknown_time_zone_is_not_guessed() -> None:
    assert [codes(item) for item in judged(Message([point(CODE)], timezone="2"))] == [["timezone"]]


# ---- the file is wrong
BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10 if n else "a" * 10}">' for n in range(10))
STRUCTURE: dict[str, list[bytes]] = {
    "xml_malformed": [
        b"",
        b"PK\x03\x04 something",
        b"just a text",
        PLAIN.bytes()[:-20],
        PLAIN.bytes()[:3000],
        PLAIN.bytes() + b"<more/>",
        PLAIN.bytes().replace(b"</measuringchannel>", b"", 1),
        b"<message class='80020' number='1'>" + b"<a>" * 5000,
        b'<?xml version="1.0" encoding="utf-8"?>' + PLAIN.bytes().split(b"?>", 1)[1],
    ],
    "xml_forbidden": [
        b'<!DOCTYPE message [<!ENTITY x SYSTEM "file:///etc/passwd">]><message class="80020"><v>&x;</v></message>',
        b'<!DOCTYPE message SYSTEM "http://127.0.0.1:9/x.dtd"><message class="80020"/>',
        f'<!DOCTYPE message [{BOMB}]><message class="80020"><v>&k;</v></message>'.encode(),
    ],
    "wrong_layout": [
        b"<html/>",
        Message(PLAIN.points, layout="80040").bytes(),
        Message(PLAIN.points, layout="").bytes(),
    ],
    "no_message_number": [Message(PLAIN.points, number="").bytes(), Message(PLAIN.points, number="1a").bytes()],
    "no_sender": [Message(PLAIN.points, sender="").bytes()],
    "no_points": [Message().bytes()],
    "xml_element_too_large": [
        b"<message class='80020' number='1'><day a='" + b"9" * 11_000_000 + b"'/></message>",
        b"<message class='80020' number='1'>" + b"<z/>" * 2_000_000 + b"</message>",
        b"<message class='80020' number='1'>" + b"<sender/>" * 500_000 + b"</message>",
        Message([], raw_points="<measuringpoint code='1'>" + "<period/>" * 500_000 + "</measuringpoint>").bytes(),
    ],
}


@pytest.mark.parametrize("code", STRUCTURE)
def test_a_wrong_file_is_refused_as_a_whole(code: str) -> None:
    for content in STRUCTURE[code]:
        assert broken(content) == code, content[:300]


def test_another_layout_is_taken_where_it_is_asked_for() -> None:
    content = Message(PLAIN.points, layout="80040").bytes()
    assert parsed(content, ["80020", "80040"])[0].layout == "80040"


def test_a_longer_file_than_the_limit_is_refused() -> None:
    with pytest.raises(StructureError) as caught:
        list(read_message(io.BytesIO(PLAIN.bytes()), limit=5000))
    assert caught.value.finding.kind is errors.XML_TOO_LARGE


# ---- archives
def zipped(*files: tuple[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed


def test_an_archive_of_several_messages() -> None:
    packed = zipped(
        ("a/1.xml", PLAIN.bytes()), ("2.XML", PLAIN.bytes()), ("__MACOSX/1.xml", b"x"), ("readme.txt", b"x")
    )
    assert [(name, len(list(read_message(content)))) for name, content in members(packed, 10**9)] == [
        ("1.xml", 2),
        ("2.XML", 2),
    ]


@pytest.mark.parametrize(
    ("packed", "kind"),
    [
        (io.BytesIO(b"no archive"), errors.ARCHIVE_BROKEN),
        (zipped(("readme.txt", b"x")), errors.ARCHIVE_EMPTY),
        (zipped(*((f"{n}.xml", b"") for n in range(501))), errors.ARCHIVE_TOO_MANY),
        (zipped(("1.xml", b" " * 2_000_000)), errors.XML_TOO_LARGE),
    ],
)
def test_an_archive_that_cannot_be_taken(packed: io.BytesIO, kind: object) -> None:
    with pytest.raises(ArchiveError) as caught:
        list(members(packed, 1_000_000))
    assert caught.value.kind is kind


def test_a_bomb_of_300_megabytes_ends_soon_and_in_bounded_memory() -> None:
    junk = b"<message class='80020' number='1'>" + b"<area><z/>" * 30
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("1.xml", "w") as file:
        file.write(b"<message class='80020' number='1'>")
        for _ in range(300):
            file.write(b"<z/>" * 250_000)
    assert packed.tell() < 1_000_000, junk
    tracemalloc.start()
    started = time.process_time()
    for _, content in members(packed, 600_000_000):
        assert broken(content.read(2_000_000)) == "xml_element_too_large"
    assert tracemalloc.get_traced_memory()[1] < 64_000_000
    tracemalloc.stop()
    assert time.process_time() - started < 30


# ---- real files
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no folder of sample files (ABONENT_SAMPLES_80020)")
def test_real_files_are_read() -> None:
    for path in sorted(SAMPLES.glob("80020_*.xml")):
        header, points = parsed(path.read_bytes())
        assert header.day in path.name
        judge = Judge(header, Frame({item.code: [item.code] for item in points}, ZONES, TODAY))
        for item in map(judge.judge, points):
            kinds = {finding.kind for finding in item.findings}
            if "600004" in path.name:
                assert kinds == {errors.NOT_A_POINT}
            else:  # one of the files names a point in two areas
                assert kinds <= {errors.POINT_REPEATED}, (path, item.findings)


# ---- properties
EXACT = st.decimals(0, 10**12 - 1, places=6) | st.integers(0, 10**12 - 1).map(Decimal)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(EXACT, min_size=48, max_size=48),
    st.sampled_from([".", ","]),
    st.sampled_from(["utf-8", "windows-1251"]),
    st.sampled_from(["", "\n "]),
)
def test_whatever_is_written_is_read_exactly(found: list[Decimal], separator: str, encoding: str, indent: str) -> None:
    texts = [f"{value:f}".replace(".", separator) for value in found]
    (item,) = judged(Message([PointText(CODE, [("01", readings(texts))])], encoding=encoding, indent=indent))
    assert [Decimal(text or "") for text in values(item)] == found
    assert item.days[0].total == sum(found)
