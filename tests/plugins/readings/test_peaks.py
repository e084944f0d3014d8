"""Peak hours: what the company loads and what clients of price categories III to VI see, over HTTP."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from core.contracts.models import Contract, EnergyObject
from core.sdk import Problem
from core.testing.cabinet import Cabinet, Caller
from plugins.readings.domain.peaks import local_hour, parse_peak_hours
from plugins.readings.settings import ReadingsSettings
from tests.plugins.readings.supplier import client
from tests.plugins.readings.test_http import FORM, M1, submit

PEAKS = "/api/v1/readings/peaks"
FILE = "/api/v1/exchange/readings/peak-hours"
DAYS = [(date(2026, 1, 12), 18), (date(2026, 1, 13), 9), (date(2026, 1, 14), 24)]


async def set_category(cabinet: Cabinet, category: int, *object_ids: str) -> None:
    async with cabinet.runtime.database.writer.begin() as connection:
        changed = sa.update(EnergyObject).where(EnergyObject.id.in_(object_ids)).values(price_category=category)
        await connection.execute(changed)


async def load_hours(cabinet: Cabinet, region: str = "46") -> None:
    await cabinet.load("readings.peak_hours", *[{"region": region, "day": day, "hour": hour} for day, hour in DAYS])
    await cabinet.load("readings.peak_hours", {"region": region, "day": "2025-12-30", "hour": 17})
    await cabinet.load(
        "readings.peak_ranges",
        {
            "zone": 1,
            "month": "2026-01-01",
            "ranges": [{"first_hour": 8, "last_hour": 11}, {"first_hour": 16, "last_hour": 21}],
        },
    )


async def shown(caller: Caller, **params: str) -> list[tuple[str, int]]:
    answered = await caller.get(f"{PEAKS}/hours", params=params)
    assert answered.status_code == 200, answered.text
    return [(item["day"], item["hour"]) for item in answered.json()["hours"]]


def workbook(rows: list[tuple[Any, ...]]) -> bytes:
    """An .xls as the market operator publishes it."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Лист1")
    style = xlwt.easyxf(num_format_str="DD.MM.YYYY")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write(number, column, value, style)
            else:
                sheet.write(number, column, value)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


TITLE: list[tuple[Any, ...]] = [("Часы максимального совокупного потребления",), ("Субъект: Московская область",), ()]
HEAD = ("Дата", "Час")


# ---- clients
@pytest.mark.requirement("RDG-35")
async def test_peak_hours_are_shown_by_month_and_by_year(supplier: Cabinet) -> None:
    await load_hours(supplier)
    await set_category(supplier, 4, "o2")
    caller = await client(supplier)
    offered = (await caller.get(PEAKS)).json()
    assert (offered["available"], offered["months"]) == (True, ["2026-01-01", "2025-12-01"])
    january = [("2026-01-12", 18), ("2026-01-13", 9), ("2026-01-14", 24)]
    assert await shown(caller, show="month", month="2026-01") == january
    assert await shown(caller, show="month", month="2025-12") == [("2025-12-30", 17)]
    assert await shown(caller, show="year", year="2026") == january
    assert await shown(caller, show="year", year="2025") == [("2025-12-30", 17)]
    assert await shown(caller, show="month", month="2024-02") == await shown(caller, show="year", year="2024") == []
    answered = (await caller.get(f"{PEAKS}/hours", params={"show": "month", "month": "2026-01"})).json()
    assert answered["hours"][0]["text"] == "17:00–18:00"
    assert [(item["zone"], item["first_hour"], item["last_hour"]) for item in answered["planned"]] == [
        (1, 8, 11),
        (1, 16, 21),
    ]
    for wrong in (
        {},
        {"show": "month"},
        {"show": "year"},
        {"show": "month", "year": "2026"},
        {"show": "week", "month": "2026-01"},
        {"show": "year", "year": "26"},
        {"show": "year", "year": "две тысячи"},
        {"show": "month", "month": "2026-13"},
        {"show": "month", "month": "01.2026"},
        {"show": "month", "month": "2026-01\n"},
        {"show": "year", "year": "2026\n"},
        {"show": "year", "year": "20٢٦"},
    ):
        assert (await caller.get(f"{PEAKS}/hours", params=wrong)).status_code == 422, wrong


@pytest.mark.requirement("RDG-35")
async def test_without_categories_three_to_six_there_is_nothing_to_see(supplier: Cabinet) -> None:
    await load_hours(supplier)
    await set_category(supplier, 2, "o1", "o2")
    await set_category(supplier, 3, "o3")
    asked = {"show": "month", "month": "2026-01"}

    async def seen(caller: Caller) -> tuple[bool, int, Any]:
        refused = await caller.get(f"{PEAKS}/hours", params=asked)
        return (await caller.get(PEAKS)).json()["available"], refused.status_code, refused.json().get("code")

    allowed, refused = (True, 200, None), (False, 403, "readings.no_peak_hours")
    caller = await client(supplier)
    assert await seen(caller) == allowed
    assert await seen(await client(supplier, objects=("o1", "o2"), email="limited@example.ru")) == refused
    assert await seen(await client(supplier, contracts=("c2",), email="other@example.ru")) == refused
    assert await seen(await client(supplier, contracts=(), email="nobody@example.ru")) == refused
    assert await seen(await client(supplier, "Бухгалтер", email="petrov@example.ru")) == refused
    await supplier.load(
        "energy_objects",
        {
            "id": "o3",
            "contract_id": "c1",
            "number": "10186912_3",
            "name": "Объект",
            "price_category": 3,
            "closed_on": "2026-01-20",
        },
    )
    assert await seen(caller) == refused
    assert (await supplier.anonymous().get(PEAKS)).status_code == 401


async def test_a_branch_may_belong_to_a_region(supplier: Cabinet) -> None:
    await load_hours(supplier)
    await supplier.load("readings.peak_hours", {"region": "45", "day": "2026-01-12", "hour": 10})
    await set_category(supplier, 6, "o1")
    caller = await client(supplier)
    assert len(await shown(caller, show="year", year="2026")) == 4
    settings: dict[Any, Any] = dict(supplier.runtime.settings)
    settings[ReadingsSettings] = ReadingsSettings(branch_regions={"Москва": "45"}, regions={"45": "Москва"})
    supplier.runtime.settings = settings
    assert len(await shown(caller, show="year", year="2026")) == 4  # the branch of this contract is not assigned
    async with supplier.runtime.database.writer.begin() as connection:
        await connection.execute(sa.update(Contract).where(Contract.id == "c1").values(branch="Москва"))
    assert await shown(caller, show="year", year="2026") == [("2026-01-12", 10)]
    assert (await caller.get(PEAKS)).json()["regions"] == [{"code": "45", "title": "Москва"}]


# ---- the company
@pytest.mark.requirement("RDG-36")
async def test_what_the_company_changes_takes_effect_at_once(supplier: Cabinet) -> None:
    caller = await client(supplier)
    window = {"contract_id": "c1", "month": "2026-01-01", "opens_on": "2026-02-01", "closes_on": "2026-02-06"}
    await supplier.load("readings.windows", window)
    assert (await submit(caller, M1)).status_code == 409
    await supplier.load("readings.windows", {**window, "opens_on": "2026-01-25"})
    await supplier.load("readings.states", {"kind": "object", "id": "o1", "status": "Расчёт"})
    assert (await submit(caller, M1)).status_code == 409
    await supplier.load("readings.states", {"kind": "object", "id": "o1", "status": "Ожидание"})
    await supplier.load(
        "readings.previous", {"meter_id": "m1", "register": "A+.total", "value": "333000", "month": "2025-12-01"}
    )
    assert (await submit(caller, M1)).json()["devices"][0]["values"][0]["consumption"] == "399"
    await supplier.load(
        "energy_objects",
        {"id": "o9", "contract_id": "c1", "number": "10186912_9", "name": "Новый", "price_category": 3},
    )
    await supplier.load("metering_points", {"id": "p9", "energy_object_id": "o9", "name": "Ввод 9"})
    await supplier.load("meters", {"id": "m9", "metering_point_id": "p9", "number": "9", "model": "Нева"})
    await supplier.load(
        "registers",
        {"meter_id": "m9", "code": "A+.T1", "name": "День"},
        {"meter_id": "m9", "code": "A+.T2", "name": "Ночь"},
    )
    added = (await caller.get(FORM)).json()["objects"][-1]
    assert [item["name"] for item in added["points"][0]["meters"][0]["registers"]] == ["День", "Ночь"]
    await load_hours(supplier)
    await supplier.load("readings.peak_hours", {"region": "46", "day": "2026-01-12", "hour": 19})  # again: replaced
    await supplier.load(
        "readings.peak_ranges", {"zone": 1, "month": "2026-01-01", "ranges": [{"first_hour": 7, "last_hour": 9}]}
    )
    answered = (await caller.get(f"{PEAKS}/hours", params={"show": "month", "month": "2026-01"})).json()
    assert next((item["day"], item["hour"]) for item in answered["hours"]) == ("2026-01-12", 19)
    assert [item["first_hour"] for item in answered["planned"]] == [7]
    for dataset in ("windows", "previous", "states", "history", "point_history", "peak_hours", "peak_ranges"):
        assert (await caller.post(f"/api/v1/exchange/readings.{dataset}", content=b"{}")).status_code == 403
    assert (await caller.put(FILE, params={"region": "46"}, content=b"")).status_code == 403


async def test_the_operators_file_replaces_its_months(supplier: Cabinet) -> None:
    await load_hours(supplier)
    await set_category(supplier, 3, "o1")
    caller = await client(supplier)
    company = await supplier.service("market", ["exchange.load", "exchange.load:readings.peak_hours"])
    rows = [*TITLE, HEAD, ("19.01.2026", 9), (date(2026, 1, 20), "18"), (), ("Всего", 2)]
    for _ in range(2):
        loaded = await company.put(FILE, params={"region": "46"}, content=workbook(rows))
        assert loaded.json() == {"region": "46", "months": ["2026-01-01"], "days": 2}
    assert await shown(caller, show="year", year="2026") == [("2026-01-19", 9), ("2026-01-20", 18)]
    assert await shown(caller, show="year", year="2025") == [("2025-12-30", 17)]
    other = await supplier.service("billing", ["exchange.load", "exchange.load:contracts"])
    assert (await other.put(FILE, params={"region": "46"}, content=workbook(rows))).status_code == 403


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "readings.peak_file_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "readings.peak_file_format"),
        (b"PK\x03\x04 no workbook", "readings.peak_file_format"),
        (workbook([*TITLE, ("19.01.2026", 9)]), "readings.peak_file_empty"),
        (workbook([*TITLE, HEAD]), "readings.peak_file_empty"),
        (workbook([*TITLE, HEAD, ("19.01.2026", 25)]), "readings.peak_file_row"),
        (workbook([*TITLE, HEAD, ("19.01.2026", 9.5)]), "readings.peak_file_row"),
        (workbook([*TITLE, HEAD, ("31.02.2026", 9)]), "readings.peak_file_row"),
        (workbook([*TITLE, HEAD, ("19.01.2026", 9), ("19.01.2026", 10)]), "readings.peak_file_row"),
        (workbook([*TITLE, HEAD, ("19.01.2026",)]), "readings.peak_file_row"),
    ],
)
async def test_a_file_that_is_none_changes_nothing(supplier: Cabinet, content: bytes, code: str) -> None:
    await load_hours(supplier)
    await set_category(supplier, 3, "o1")
    company = await supplier.service("market", ["exchange.load", "exchange.load:*"])
    refused = await company.put(FILE, params={"region": "46"}, content=content)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert "{" not in refused.json()["detail"]
    assert len(await shown(await client(supplier), show="year", year="2026")) == 3


async def test_wrong_rows_are_answered(supplier: Cabinet) -> None:
    company = await supplier.service("market", ["exchange.load", "exchange.load:*"])
    for dataset, row, field in (
        ("peak_hours", {"region": "46", "day": "2026-01-12", "hour": 25}, "hour"),
        ("peak_hours", {"region": "4 6", "day": "2026-01-12", "hour": 5}, "region"),
        ("peak_ranges", {"zone": 3, "month": "2026-01-01", "ranges": []}, "zone"),
        ("peak_ranges", {"zone": 1, "month": "2026-01-02", "ranges": []}, "month"),
        ("peak_ranges", {"zone": 1, "month": "2026-01-01", "ranges": [{"first_hour": 9, "last_hour": 8}]}, "ranges"),
        (
            "peak_ranges",
            {
                "zone": 1,
                "month": "2026-01-01",
                "ranges": [{"first_hour": 8, "last_hour": 9}, {"first_hour": 9, "last_hour": 9}],
            },
            "ranges",
        ),
    ):
        answered = await company.post(f"/api/v1/exchange/readings.{dataset}", json=row)
        assert f'"field":"{field}"' in answered.text, answered.text


# ---- pure rules
cells = st.none() | st.text(max_size=12) | st.floats() | st.integers() | st.just("Дата") | st.datetimes()


@given(st.lists(st.lists(cells, max_size=4), max_size=12))
def test_no_sheet_breaks_the_parser(rows: list[list[Any]]) -> None:
    with suppress(Problem):
        found = parse_peak_hours(rows)
        assert found
        assert all(1 <= hour <= 24 for hour in found.values())


@given(st.dates(date(2015, 1, 1), date(2099, 1, 1)), st.integers(1, 24), st.integers(-1, 9))
def test_an_hour_of_moscow_is_the_same_moment_elsewhere(day: date, hour: int, ahead: int) -> None:
    zone = ZoneInfo(f"Etc/GMT{-(3 + ahead):+d}")
    local_day, local = local_hour(day, hour, zone)
    passed = datetime(local_day.year, local_day.month, local_day.day) - datetime(day.year, day.month, day.day)  # noqa: DTZ001
    assert passed + timedelta(hours=local - hour) == timedelta(hours=ahead)
    assert local_hour(day, hour, ZoneInfo("Europe/Moscow")) == (day, hour)
