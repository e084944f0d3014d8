"""The store of interval data: exact, idempotent, with history; and the formats that it is given out in."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from core.context import Context, Runtime
from core.contracts.models import Contract, EnergyObject, MeteringPoint
from core.intervals.adapters.delimited import delimited
from core.intervals.adapters.green_button import green_button
from core.intervals.adapters.sheets import sheets
from core.intervals.public import (
    DOUBTFUL,
    MISSING,
    SUBSTITUTED,
    Day,
    Profile,
    Stored,
    compare,
    consumption,
    coverage,
    day_of,
    profile,
    read,
    revisions,
    unpack,
    write,
)
from core.sdk import workbook
from core.testing.cabinet import Cabinet
from tests.plugins.readings.supplier import contract, energy_object, insert, point

MOSCOW = ZoneInfo("Europe/Moscow")
FIRST = date(2026, 1, 1)
START = datetime(2025, 12, 31, 21, tzinfo=UTC)
VALUES = st.none() | st.decimals(0, 10**12 - 1, places=6) | st.integers(0, 10**12 - 1).map(Decimal)


@pytest.fixture
async def runtime(cabinet: Cabinet) -> Runtime:
    """A cabinet with two metering points."""
    database = cabinet.runtime.database
    await insert(database, Contract, contract("c1", "1", "ООО"))
    await insert(database, EnergyObject, energy_object("o1", "c1", "1", "Тула"))
    await insert(database, MeteringPoint, point("p1", "o1", "Ввод 1"), point("p2", "o1", "Ввод 2"))
    return cabinet.runtime


def day(values: Sequence[Decimal | None], *, point_id: str = "p1", channel: str = "A+", offset: int = 0) -> Day:
    step = timedelta(days=offset)
    return day_of(point_id, channel, FIRST + step, START + step, 30, profile(values))


async def put(runtime: Runtime, *days: Day, source: str = "f1") -> list[tuple[str, str | None]]:
    async with Context(runtime).uow() as uow:
        compared = await compare(uow, "80020", days)
        await write(uow, "80020", [(item, source) for item in compared])
    return [(item.outcome, item.replaces) for item in compared]


@given(st.lists(VALUES, min_size=1, max_size=50), st.data())
def test_values_come_back_exactly_as_they_were_packed(values: list[Decimal | None], data: st.DataObject) -> None:
    marks = bytes(
        data.draw(st.lists(st.sampled_from([0, DOUBTFUL, SUBSTITUTED]), min_size=len(values), max_size=len(values)))
    )
    made = day_of("p", "A+", FIRST, START, 30, profile(values, marks))
    found = unpack(made.packed, made.periods)
    assert [None if text is None else Decimal(text) for text in found.texts()] == values
    assert found.marked(DOUBTFUL) == [index for index, mark in enumerate(marks) if mark & DOUBTFUL]
    counted = [value for value, mark in zip(values, marks, strict=True) if value is not None and not mark & DOUBTFUL]
    assert made.total == sum(counted, Decimal(0))
    assert made.missing == values.count(None)


@pytest.mark.parametrize("value", [Decimal("0.0000001"), Decimal(10**12), Decimal("NaN"), Decimal("Infinity")])
def test_what_cannot_be_kept_exactly_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError):
        profile([value])


async def test_days_are_added_once_corrected_with_history_and_summed_up(runtime: Runtime) -> None:
    one, two = [Decimal("1.5")] * 47 + [None], [Decimal(2)] * 48
    assert await put(runtime, day(one), day(two, offset=1), day(two, point_id="p2")) == [("added", None)] * 3
    assert await put(runtime, day(one), source="f2") == [("unchanged", None)]
    assert await put(runtime, day(two), source="f3") == [("corrected", "f1")]
    ctx = Context(runtime)
    states = await revisions(ctx, "p1", FIRST, series="80020")
    assert [(state.revision, state.source, state.total, state.replaced_at is None) for state in states] == [
        (2, "f3", Decimal(96), True),
        (1, "f1", Decimal("70.5"), False),
    ]
    assert unpack(states[1].packed, states[1].periods).texts() == ["1.5"] * 47 + [None]
    found = await read(ctx, "p1", ["A+"], FIRST, FIRST + timedelta(days=9), series="80020")
    assert [(item.day, item.profile().texts()) for item in found] == [
        (FIRST, ["2"] * 48),
        (FIRST + timedelta(days=1), ["2"] * 48),
    ]
    assert await read(ctx, "p1", ["A+"], FIRST, FIRST, series="80040") == []
    sums = await consumption(ctx, ["p1", "p2"], FIRST, FIRST + timedelta(days=1), series="80020")
    assert {(item.point_id, item.days, item.total, item.uncounted) for item in sums} == {
        ("p1", 2, Decimal(192), 0),
        ("p2", 1, Decimal(96), 0),
    }


async def test_coverage_says_what_a_day_lacks(runtime: Runtime) -> None:
    await put(runtime, day([Decimal(1)] * 46 + [None] * 2), day([Decimal(1)] * 48, offset=2))
    known = await coverage(Context(runtime), ["p1"], FIRST, date(2026, 1, 31), series="80020")
    assert [(item.day, item.periods, item.missing, item.revision) for item in known] == [
        (FIRST, 48, 2, 1),
        (FIRST + timedelta(days=2), 48, 0, 1),
    ]


def stored(found: Profile, channel: str = "A+", minutes: int = 30) -> Stored:
    made = day_of("p1", channel, FIRST, START, minutes, found)
    return Stored(channel, FIRST, START, minutes, made.periods, made.total, made.packed)


MARKED = Profile([15, 0, 30], 1, bytes([0, MISSING, DOUBTFUL]))


def test_csv_has_a_line_for_each_period() -> None:
    lines = list(csv.reader(io.StringIO(b"".join(delimited([stored(MARKED)], MOSCOW)).decode())))
    assert lines == [
        ["channel", "start", "end", "value", "mark"],
        ["A+", "2026-01-01T00:00:00+03:00", "2026-01-01T00:30:00+03:00", "1.5", ""],
        ["A+", "2026-01-01T00:30:00+03:00", "2026-01-01T01:00:00+03:00", "", "missing"],
        ["A+", "2026-01-01T01:00:00+03:00", "2026-01-01T01:30:00+03:00", "3", "not_for_settlement"],
    ]


async def test_the_workbook_has_a_column_for_each_channel() -> None:
    days = [stored(MARKED), stored(Profile([1, 2, 3]), "R+")]
    with await workbook(sheets(days, MOSCOW)) as file:
        rows = list(openpyxl.load_workbook(file, read_only=True).active.iter_rows(values_only=True))
    assert rows[0] == ("Дата", "Начало", "Конец", "A+, кВт·ч", "R+, квар·ч", "Отметки")
    assert rows[2][1:] == ("00:30", "01:00", None, 2, "A+: нет значения")
    assert rows[3][1:] == ("01:00", "01:30", 3, 3, "A+: не для расчётов")


ESPI = {"a": "http://www.w3.org/2005/Atom", "e": "http://naesb.org/espi"}


def test_green_button_ties_points_readings_types_and_blocks_by_links() -> None:
    days = [stored(MARKED), stored(Profile([5]), "R-", 60)]
    feed = etree.fromstring(b"".join(green_button(days, point_id="p1", title="Ввод & 1", now=START)))
    read_out: Callable[[str], list[str]] = lambda path: [str(item) for item in feed.xpath(path, namespaces=ESPI)]  # noqa: E731
    assert read_out("//e:ServiceCategory/e:kind/text()") == ["0"]
    selves = set(read_out("//a:link[@rel='self']/@href"))
    for kind in read_out("//a:entry[a:content/e:MeterReading]/a:link[@rel='related'][2]/@href"):
        assert kind in selves
    types = feed.xpath("//e:ReadingType", namespaces=ESPI)
    assert [[(etree.QName(item).localname, item.text) for item in kind] for kind in types] == [
        [
            ("accumulationBehaviour", "4"),
            ("commodity", "1"),
            ("flowDirection", "1"),
            ("intervalLength", "1800"),
            ("kind", "12"),
            ("powerOfTenMultiplier", "2"),
            ("uom", "72"),
        ],
        [
            ("accumulationBehaviour", "4"),
            ("commodity", "1"),
            ("flowDirection", "19"),
            ("intervalLength", "3600"),
            ("kind", "12"),
            ("powerOfTenMultiplier", "3"),
            ("uom", "73"),
        ],
    ]
    begin = int(START.timestamp())
    assert read_out("(//e:IntervalBlock)[1]//e:IntervalReading/e:timePeriod/e:start/text()") == [
        str(begin),
        str(begin + 3600),
    ]
    assert read_out("(//e:IntervalBlock)[1]//e:IntervalReading/e:value/text()") == ["15", "30"]
    assert read_out("(//e:IntervalBlock)[1]//e:quality/text()") == ["17", "10"]
