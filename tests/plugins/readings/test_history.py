"""History of readings and the closing of periods, over HTTP."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.readings.supplier import client
from tests.plugins.readings.test_http import FORM, M1, M2, device, feed, meters, submit
from tests.plugins.readings.test_points import answer, report

HISTORY = f"{FORM}/history"
WINDOW = {"contract_id": "c1", "month": "2026-01-01", "opens_on": "2026-01-22", "closes_on": "2026-02-06"}
FEBRUARY = {"contract_id": "c1", "month": "2026-02-01", "opens_on": "2026-01-25", "closes_on": "2026-03-06"}


async def load_year(cabinet: Cabinet) -> None:
    """m1 has readings of October to December 2025, m2 of December, p4 a consumption of November."""
    common = {"meter_id": "m1", "register": "A+.total"}
    await cabinet.load(
        "readings.history",
        {**common, "month": "2025-10-01", "value": "16000", "consumption": "100.5"},
        {**common, "month": "2025-11-01", "value": "16100", "consumption": "100"},
        {**common, "month": "2025-12-01", "value": "16249.16", "consumption": "149.16"},
        {"meter_id": "m2", "register": "A+.T1", "month": "2025-12-01", "value": "100"},
        {"meter_id": "m2", "register": "A+.T2", "month": "2025-12-01", "value": "200.5"},
    )
    await cabinet.load("readings.point_history", {"metering_point_id": "p4", "month": "2025-11-01", "value": "900"})


async def items(caller: Caller, path: str = "", **params: Any) -> list[dict[str, Any]]:
    answered = await caller.get(f"{HISTORY}{path}", params=params)
    assert answered.status_code == 200, answered.text
    found: list[dict[str, Any]] = answered.json()["items"]
    return found


async def readings(caller: Caller, path: str, **params: Any) -> list[tuple[Any, ...]]:
    return [
        (item["month"][:7], item["name"], item["value"], item["consumption"], item["state"])
        for item in await items(caller, path, **params)
    ]


async def sheet(caller: Caller, **params: Any) -> list[tuple[Any, ...]]:
    """Rows of the workbook without its head."""
    answered = await caller.get(f"{HISTORY}/workbook", params=params)
    assert answered.status_code == 200, answered.text
    assert "attachment" in answered.headers["content-disposition"]
    book = openpyxl.load_workbook(BytesIO(answered.content))
    return list(book.worksheets[0].iter_rows(min_row=2, values_only=True))


@pytest.mark.requirement("RDG-33")
async def test_three_levels_from_the_objects_to_the_readings(supplier: Cabinet) -> None:
    await load_year(supplier)
    caller = await client(supplier)
    await report(caller, ("p4", "1250,5"), devices=(M1,))
    assert [(item["id"], item["devices"]) for item in await items(caller)] == [
        ("o1", 1),
        ("o2", 1),
        ("o3", 0),
        ("o4", 1),
    ]
    assert [(item["meter_id"], item["meter_number"]) for item in await items(caller, "/objects/o1")] == [
        ("m1", "05601313")
    ]
    lighting = (await items(caller, "/objects/o4"))[0]
    assert (lighting["point_id"], lighting["meter_id"], lighting["complex_code"]) == ("p4", None, "ИК-p4")
    assert await readings(caller, "/meters/m1") == [
        ("2026-01", "Круглосуточный", "333399", "317149.84", "transmitted"),
        ("2025-12", "Круглосуточный", "16249.16", "149.16", "accepted"),
        ("2025-11", "Круглосуточный", "16100", "100", "accepted"),
        ("2025-10", "Круглосуточный", "16000", "100.5", "accepted"),
    ]
    assert await readings(caller, "/meters/m2") == [
        ("2025-12", "День", "100", None, "accepted"),
        ("2025-12", "Ночь", "200.5", None, "accepted"),
    ]
    assert await readings(caller, "/points/p4") == [
        ("2026-01", "Расход", None, "1250.5", "transmitted"),
        ("2025-11", "Расход", None, "900", "accepted"),
    ]


@pytest.mark.requirement("RDG-33")
async def test_filters_narrow_and_both_months_are_included(supplier: Cabinet) -> None:
    await load_year(supplier)
    caller = await client(supplier, contracts=("c1", "c2"))
    chosen = (await caller.get("/api/v1/readings/history/contracts", params={"search": "радуга"})).json()["items"]
    assert [item["id"] for item in chosen] == ["c1"]
    assert len((await caller.get("/api/v1/readings/history/contracts")).json()["items"]) == 2

    async def objects(**params: str) -> list[str]:
        return [item["id"] for item in await items(caller, **params)]

    assert await objects(month_from="2025-11", month_to="2025-11") == ["o1", "o4"]
    assert await objects(month_from="2025-12") == ["o1", "o2"]
    assert await objects(month_to="2025-10") == await objects(month_to="2025-10-17") == ["o1"]
    assert await objects(month_from="2026-01") == []
    assert await objects(address="вольная") == ["o2", "o3", "o4"]
    assert await objects(address="вольная ул., 4", to="2025-11") == ["o4"]
    assert await objects(address="%") == []
    assert [row[0] for row in await readings(caller, "/meters/m1", month_from="2025-10", month_to="2025-11")] == [
        "2025-11",
        "2025-10",
    ]
    assert await items(caller, "/objects/o2", month_from="2025-10", month_to="2025-11") == []
    for path in ("", "/objects/o1", "/meters/m1", "/points/p4", "/workbook"):
        refused = await caller.get(f"{HISTORY}{path}", params={"month_from": "2025-12", "month_to": "2025-11"})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "readings.period_order"), path
        for month in ("2025", "2025-13", "12.2025", "2025-1", "2025-12-32"):
            assert (await caller.get(f"{HISTORY}{path}", params={"month_from": month})).status_code == 422, (
                path,
                month,
            )


async def test_pages_follow_each_other(supplier: Cabinet) -> None:
    await load_year(supplier)
    caller = await client(supplier, contracts=("c1", "c2"))

    async def walked(url: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await caller.get(url, params={"limit": "1", **cursor})).json()
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}

    for path in ("", "/objects/o1", "/meters/m1", "/meters/m2", "/points/p4"):
        assert await walked(f"{HISTORY}{path}") == await items(caller, path), path
    assert [item["id"] for item in await walked("/api/v1/readings/history/contracts")] == ["c1", "c2"]


@pytest.mark.requirement("RDG-34")
async def test_the_workbook_holds_what_is_listed(supplier: Cabinet) -> None:
    await load_year(supplier)
    caller = await client(supplier)
    await report(caller, ("p4", "1250,5"), devices=(M1,))
    for params in (
        {},
        {"month_from": "2025-11", "month_to": "2025-12"},
        {"address": "вольная ул., 4"},
        {"month_to": "2020-01"},
    ):
        listed = []
        for item in await items(caller, **params):
            period = {key: value for key, value in params.items() if key != "address"}
            for one in await items(caller, f"/objects/{item['id']}", **period):
                path = f"/meters/{one['meter_id']}" if one["meter_id"] else f"/points/{one['point_id']}"
                listed += [
                    (item["number"], one["meter_number"], value["name"], value["value"], value["consumption"])
                    for value in await items(caller, path, **period)
                ]
        rows = await sheet(caller, **params)
        shown = [
            (row[0], row[5] or "", row[7], *[None if one is None else f"{Decimal(str(one)):f}" for one in row[8:10]])
            for row in rows
        ]
        assert shown == listed, params
    first = (await sheet(caller))[0]
    assert (first[6], first[10]) == ("январь 2026", "передано")
    stranger = await client(supplier, contracts=("c2",), email="petrov@example.ru")
    assert (await stranger.get(f"{HISTORY}/workbook")).status_code == 404
    accountant = await client(supplier, "Бухгалтер", email="sidorov@example.ru")
    assert (await accountant.get(f"{HISTORY}/workbook")).status_code == 403


@pytest.mark.parametrize("path", ["", "/objects/o1", "/meters/m1", "/points/p4", "/workbook"])
async def test_the_history_is_for_those_who_may_see_it(supplier: Cabinet, path: str) -> None:
    await load_year(supplier)
    stranger = await client(supplier, contracts=("c2",))
    assert (await stranger.get(f"{HISTORY}{path}")).status_code == 404
    limited = await client(supplier, objects=("o2",), email="petrov@example.ru")
    expected = 404 if path in ("/objects/o1", "/meters/m1", "/points/p4") else 200
    assert (await limited.get(f"{HISTORY}{path}")).status_code == expected
    assert [item["id"] for item in await items(limited)] == ["o2"]
    for missing in ("/objects/x1", "/meters/mx", "/points/px", "/meters/nothing"):
        assert (await limited.get(f"{HISTORY}{missing}")).status_code == 404
    accountant = await client(supplier, "Бухгалтер", email="sidorov@example.ru")
    assert (await accountant.get(f"{HISTORY}{path}")).status_code == 403
    assert (await accountant.get("/api/v1/readings/history/contracts")).json()["items"] == []


@pytest.mark.requirement("RDG-15")
async def test_closing_a_period_advances_everything_once(supplier: Cabinet) -> None:
    caller = await client(supplier)
    await report(caller, ("p4", "1250,5"), devices=(M1, M2))
    facts = {item["body"].get("meter_id", "p4"): item["id"] for item in await feed(supplier)}
    await answer(
        supplier,
        {"fact_id": facts["m1"], "outcome": "accepted"},
        {"fact_id": facts["m2"], "outcome": "refused", "code": "B7", "text": "Скачок", "item": "m2/A+.T2"},
    )
    assert (await caller.post("/api/v1/exchange/readings.windows", json={**WINDOW, "closed": True})).status_code == 403
    assert [row[4] for row in await readings(caller, "/meters/m2")] == ["transmitted", "refused"]
    await supplier.load("readings.windows", {**WINDOW, "closed": True})
    late = await report(caller, ("p4", "5"), devices=(device("m1", total="400000"),))
    assert (late.status_code, late.json()["code"]) == (409, "readings.window_closed")
    assert (await report(caller, ("p4", "5"))).status_code == 409
    await supplier.load("readings.windows", FEBRUARY)
    shown = (await caller.get(FORM)).json()
    assert (shown["window"]["month"], shown["consumption"]) == ("2026-02-01", None)
    assert shown["objects"][3]["points"][0]["entry"]["current"] is None
    devices = await meters(caller)
    first = devices["m1"]["registers"][0]
    assert (first["current"], first["previous"]["text"]) == (None, "333 399 за январь 2026")
    assert [register["previous"]["value"] for register in devices["m2"]["registers"]] == ["110", "200.5"]
    accepted = [("2026-01", "Круглосуточный", "333399", "317149.84", "accepted")]
    assert await readings(caller, "/meters/m1") == accepted
    assert await readings(caller, "/meters/m2") == [("2026-01", "День", "110", "200", "accepted")]
    assert await readings(caller, "/points/p4") == [("2026-01", "Расход", None, "1250.5", "accepted")]
    await supplier.load(
        "readings.previous", {"meter_id": "m1", "register": "A+.total", "value": "333400", "month": "2026-01-01"}
    )
    await supplier.load("readings.windows", {**WINDOW, "closed": True})  # once more
    assert (await meters(caller))["m1"]["registers"][0]["previous"]["value"] == "333400"
    assert await readings(caller, "/meters/m1") == accepted
    assert (await submit(caller, device("m1", total="333500"))).json()["month"] == "2026-02-01"
    assert [row[0] for row in await readings(caller, "/meters/m1")] == ["2026-02", "2026-01"]


async def test_the_companys_own_history_stands_against_a_closing(supplier: Cabinet) -> None:
    caller = await client(supplier)
    await submit(caller, M1)
    own = {"meter_id": "m1", "register": "A+.total", "month": "2026-01-01", "value": "20000", "consumption": "3750.84"}
    await supplier.load("readings.history", own)
    assert await readings(caller, "/meters/m1") == [("2026-01", "Круглосуточный", "20000", "3750.84", "accepted")]
    await supplier.load("readings.windows", {**WINDOW, "closed": True})
    assert await readings(caller, "/meters/m1") == [("2026-01", "Круглосуточный", "20000", "3750.84", "accepted")]
    await supplier.load("readings.history", {**own, "value": "20001"})
    assert (await readings(caller, "/meters/m1"))[0][2] == "20001"
    company = await supplier.service("loader", ["exchange.load", "exchange.load:*"])
    for row, field in (
        ({**own, "month": "2026-01-02"}, "month"),
        ({**own, "value": "-1"}, "value"),
        ({**own, "meter_id": "nothing"}, "meter_id"),
    ):
        answered = await company.post("/api/v1/exchange/readings.history", json=row)
        assert f'"field":"{field}"' in answered.text, answered.text


async def test_a_closing_can_be_undone_and_done_again(supplier: Cabinet) -> None:
    caller = await client(supplier)
    await report(caller, ("p4", "5"), devices=(M1,))
    await supplier.load("readings.point_history", {"metering_point_id": "p4", "month": "2025-12-01", "value": "4"})
    await supplier.load("readings.windows", {**WINDOW, "closed": True})
    await supplier.load("readings.windows", WINDOW)
    assert [row[4] for row in await readings(caller, "/meters/m1")] == ["transmitted"]
    assert [(row[3], row[4]) for row in await readings(caller, "/points/p4")] == [
        ("5", "transmitted"),
        ("4", "accepted"),
    ]
    await report(caller, ("p4", "6"), devices=(device("m1", total="333500"),))
    await supplier.load("readings.windows", {**WINDOW, "closed": True})
    assert [(row[2], row[4]) for row in await readings(caller, "/meters/m1")] == [("333500", "accepted")]
    assert [(row[3], row[4]) for row in await readings(caller, "/points/p4")] == [("6", "accepted"), ("4", "accepted")]


async def test_a_device_of_the_past_keeps_its_history(supplier: Cabinet) -> None:
    await load_year(supplier)
    caller = await client(supplier)
    meter = {"id": "m1", "metering_point_id": "p1", "number": "05601313", "model": "Меркурий 230"}
    await supplier.load("meters", {**meter, "closed_on": "2026-01-10"})
    assert "m1" not in await meters(caller)
    assert [(item["meter_id"], item["closed_on"]) for item in await items(caller, "/objects/o1")] == [
        ("m1", "2026-01-10")
    ]
    assert len(await items(caller, "/meters/m1")) == 3
