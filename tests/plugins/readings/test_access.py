"""Who may do what with readings, and when: roles and windows, over HTTP."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.contracts.models import MeteringPoint
from core.testing.cabinet import Cabinet, Caller
from tests.plugins.readings.messages import Message, PointText, readings
from tests.plugins.readings.supplier import client, insert, point
from tests.plugins.readings.test_history import HISTORY, load_year
from tests.plugins.readings.test_http import FORM, M1, SUBMIT, device, feed, meters, transmissions
from tests.plugins.readings.test_peaks import PEAKS, load_hours, set_category
from tests.plugins.readings.test_points import report, stored
from tests.plugins.readings.workbooks import (
    CONSUMPTION,
    INTEGRAL,
    checked,
    entries,
    filled,
    remarks,
    sent,
    template_rows,
    upload,
    xlsx,
)

CODE, HOURLY = "500000000000001", "readings.intervals"
OTHERS = ("Энергетик", "Руководитель", "Администратор")


async def hourly(supplier: Cabinet) -> bytes:
    """A file of layout 80020 for a point of contract c1, which is of price category III from now on."""
    await insert(supplier.runtime.database, MeteringPoint, point("i1", "o2", "Ввод А") | {"complex_code": CODE})
    await set_category(supplier, 3, "o2")
    return Message([PointText(CODE, [("01", readings(["1"] * 48))])]).bytes()


@pytest.mark.requirement("ROL-13")
async def test_the_accountant_submits_nothing_on_the_screen(supplier: Cabinet) -> None:
    sent = (await report(await client(supplier, email="first@example.ru"), ("p4", "1"), devices=(M1,))).json()["id"]
    facts = len(await feed(supplier))
    accountant = await client(supplier, "Бухгалтер")
    for answered in (
        await report(accountant, devices=(M1,)),
        await report(accountant, ("p4", "5")),
        await accountant.delete(f"{SUBMIT}/{sent}"),
        await accountant.get(FORM),
        await accountant.get(f"{SUBMIT}/{sent}"),
    ):
        assert (answered.status_code, answered.json()["code"]) == (403, "role_forbids")
    assert (await accountant.get("/api/v1/readings/deadlines")).json()["items"] == []
    assert (await transmissions(supplier), await stored(supplier)) == (1, ["1"])
    assert len(await feed(supplier)) == facts
    for index, role in enumerate(OTHERS):
        caller = await client(supplier, role, email=f"client{index}@example.ru")
        saved = await report(caller, ("p4", str(10 + index)), devices=(device("m1", total=str(333400 + index)),))
        assert saved.status_code == 201
        assert (await caller.delete(f"{SUBMIT}/{saved.json()['id']}")).status_code == 200


@pytest.mark.requirement("ROL-13")
async def test_the_accountant_sends_no_file(supplier: Cabinet) -> None:
    first = await client(supplier, email="first@example.ru")
    values = {("05601313", "Круглосуточный"): "333399"}
    integral = xlsx(filled(await template_rows(first), values))
    points = await template_rows(first, "consumption")
    points[1][-1] = "15"
    files = {
        INTEGRAL: ("показания.xlsx", integral),
        CONSUMPTION: ("расход.xlsx", xlsx(points)),
        HOURLY: ("80020_1.xml", await hourly(supplier)),
    }
    accountant = await client(supplier, "Бухгалтер")
    for kind, (name, content) in files.items():
        refused = await upload(accountant, content, name, kind=kind)
        assert (refused.status_code, refused.json()["code"]) == (403, "role_forbids"), refused.text
    for template in ("integral", "consumption"):
        answered = await accountant.get(f"{FORM}/templates/{template}")
        assert (answered.status_code, answered.json()["code"]) == (403, "role_forbids")
    assert (await first.get("/api/v1/imports", params={"contract_id": "c1"})).json()["items"] == []
    assert await feed(supplier) == []
    for index, role in enumerate(OTHERS):
        caller = await client(supplier, role, email=f"client{index}@example.ru")
        for kind, (name, content) in files.items():
            assert (await checked(supplier, caller, content, name, kind=kind))["state"] == "ready", (role, kind)


@pytest.mark.requirement("ROL-14")
async def test_the_history_is_not_for_the_accountant(supplier: Cabinet) -> None:
    await load_year(supplier)
    await load_hours(supplier)
    await set_category(supplier, 4, "o1")
    places = [HISTORY, f"{HISTORY}/objects/o1", f"{HISTORY}/meters/m1", f"{HISTORY}/points/p4", f"{HISTORY}/workbook"]
    peaks = f"{PEAKS}/hours?show=year&year=2026"

    async def tabs(caller: Caller) -> list[str]:
        sections = (await caller.get("/api/v1/menu")).json()["items"]
        return [tab["name"] for section in sections if section["name"] == "history" for tab in section["tabs"]]

    accountant = await client(supplier, "Бухгалтер")
    for place in (*places, peaks):
        assert (await accountant.get(place)).status_code == 403, place
    assert (await accountant.get(PEAKS)).json() == {"available": False, "regions": [], "months": []}
    assert (await accountant.get("/api/v1/readings/history/contracts")).json()["items"] == []
    assert "readings.history" not in await tabs(accountant)
    for index, role in enumerate(OTHERS):
        caller = await client(supplier, role, email=f"client{index}@example.ru")
        for place in (*places, peaks):
            assert (await caller.get(place)).status_code == 200, place
        assert (await caller.get(PEAKS)).json()["available"] is True
        assert "readings.history" in await tabs(caller)


@pytest.mark.requirement("RDG-13")
async def test_all_zones_and_kinds_of_energy_go_together_on_the_screen_and_in_a_file(supplier: Cabinet) -> None:
    await supplier.load("registers", {"meter_id": "m1", "code": "R+.total", "name": "Реактивная энергия", "sort": 5})
    caller = await client(supplier)
    refused = await report(caller, devices=(device("m2", T1="110"), M1))
    assert refused.status_code == 422
    assert [(item["field"], item["message"]) for item in refused.json()["errors"]] == [
        ("devices[0].values[A+.T2]", "Заполните поле"),
        ("devices[1].values[R+.total]", "Заполните поле"),
    ]
    rows = await template_rows(caller)
    partly = {("05601313", "Круглосуточный"): "333399", ("05601314", "День"): "110"}
    done = await checked(supplier, caller, xlsx(filled(rows, partly)))
    assert (done["counts"]["new"], done["counts"]["refused"]) == (0, 2)
    missing = {row[3] + row[6]: number for number, row in enumerate(rows, 1)}
    assert [remarks(entry) for entry in await entries(caller, done["id"], state="refused")] == [
        [("required", missing["05601313Реактивная энергия"], "I")],
        [("required", missing["05601314Ночь"], "I")],
    ]
    assert (await caller.post(f"/api/v1/imports/{done['id']}/commit")).json()["code"] == "imports.nothing_new"
    assert await transmissions(supplier) == 0
    assert [register["current"] for meter in (await meters(caller)).values() for register in meter["registers"]] == [
        None
    ] * 4
    both = {"meter_id": "m1", "values": [*M1["values"], {"register": "R+.total", "value": "5"}]}
    saved = (await report(caller, devices=(both,))).json()
    assert [item["outcome"] for item in saved["devices"]] == ["saved"]
    whole = {("05601314", "День"): "110", ("05601314", "Ночь"): "220,5"}
    await sent(supplier, caller, (await checked(supplier, caller, xlsx(filled(rows, whole))))["id"])
    assert [register["current"] for meter in (await meters(caller)).values() for register in meter["registers"]] == [
        "333399",
        "5",
        "110",
        "220.5",
    ]


# ---- windows
@pytest.mark.requirement("RDG-16")
async def test_the_window_is_stated(supplier: Cabinet) -> None:
    caller = await client(supplier, contracts=("c1", "c2"))
    shown = (await caller.get(FORM)).json()
    assert shown["window"] == {
        "month": "2026-01-01",
        "opens_on": "2026-01-22",
        "closes_on": "2026-02-06",
        "open": True,
    }
    assert shown["window_text"] == (
        "Передача показаний за январь 2026 года доступна с 22 января 2026 года по 6 февраля 2026 года"
    )
    supplier.clock.set(datetime(2023, 1, 25, 9, tzinfo=UTC))
    caller = await client(supplier, contracts=("c1", "c2"), email="petrov@example.ru")
    manual = {"contract_id": "c1", "month": "2023-01-01", "opens_on": "2023-01-22", "closes_on": "2023-02-06"}
    await supplier.load("readings.windows", manual)
    assert (await caller.get(FORM)).json()["window_text"] == (
        "Передача показаний за январь 2023 года доступна с 22 января 2023 года по 6 февраля 2023 года"
    )
    within = {"month": "2023-01-01", "opens_on": "2023-01-10", "closes_on": "2023-01-31"}
    await supplier.load("readings.windows", {"contract_id": "c1", **within})
    text = (await caller.get(FORM)).json()["window_text"]
    assert text == "Передача показаний за январь 2023 года доступна с 10 января 2023 года по 31 января 2023 года"


@pytest.mark.requirement("RDG-16")
async def test_a_contract_without_a_window_says_so(supplier: Cabinet) -> None:
    await supplier.load("contracts", {"id": "c3", "number": "3", "name": "ООО «Без срока»", "inn": "7830002293"})
    caller = await client(supplier, contracts=("c3",))
    shown = (await caller.get("/api/v1/readings/contracts/c3")).json()
    assert (shown["window"], shown["window_text"]) == (None, "Срок передачи показаний по договору не установлен")
    refused = await caller.post("/api/v1/readings/contracts/c3/submissions", json={"devices": [M1]})
    assert (refused.status_code, refused.json()["code"]) == (409, "readings.no_window")
    assert (await caller.get(FORM)).status_code == 404


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (datetime(2026, 1, 21, 20, 59, 59, tzinfo=UTC), 409),  # the 21st in Moscow
        (datetime(2026, 1, 21, 21, 0, tzinfo=UTC), 201),
        (datetime(2026, 2, 6, 20, 59, 59, tzinfo=UTC), 201),
        (datetime(2026, 2, 6, 21, 0, tzinfo=UTC), 409),
    ],
)
@pytest.mark.requirement("RDG-17")
async def test_outside_of_the_window_neither_screen_nor_file_is_taken(
    supplier: Cabinet, moment: datetime, status: int
) -> None:
    first = await client(supplier, email="first@example.ru")
    integral = xlsx(filled(await template_rows(first), {("05601314", "День"): "110", ("05601314", "Ночь"): "210"}))
    consumption = await template_rows(first, "consumption")
    consumption[1][-1] = "5"
    interval = await hourly(supplier)
    supplier.clock.set(moment)
    caller = await client(supplier)
    for content, kind in ((integral, INTEGRAL), (xlsx(consumption), CONSUMPTION)):
        answered = await upload(caller, content, kind=kind)
        assert answered.status_code == status, answered.text
        if status == 409:
            assert answered.json()["params"]["reason_code"] == "readings.window_closed"
            assert "с 22 января 2026 года по 6 февраля 2026 года" in answered.json()["detail"]
    assert (await checked(supplier, caller, interval, "80020_1.xml", kind=HOURLY, send="true"))["state"] == "committed"
    for answered in (await report(caller, devices=(M1,)), await report(caller, ("p4", "5"))):
        assert answered.status_code == status
        if status == 409:
            assert answered.json()["code"] == "readings.window_closed"
            assert "с 22 января 2026 года по 6 февраля 2026 года" in answered.json()["detail"]
    form = (await caller.get(FORM)).json()
    assert form["window"]["open"] is (status == 201)
    assert (await meters(caller))["m2"]["accepts"] is (status == 201)
    assert form["objects"][3]["points"][0]["entry"]["accepts"] is (status == 201)
    assert (await transmissions(supplier), len(await stored(supplier))) == ((1, 1) if status == 201 else (0, 0))


async def test_every_month_has_its_window_and_the_last_days_count(supplier: Cabinet) -> None:
    """Windows from the 22nd to the last day of each month of a leap year, tried on the days around."""
    await supplier.load("readings.windows", {**_row("2026-01-01", date(2026, 1, 22), date(2026, 2, 6)), "closed": True})
    for month in range(1, 13):
        first = date(2028, month, 1)
        last = date(2028 + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        await supplier.load("readings.windows", _row(str(first), date(2028, month, 22), last))
    for index, (day, status) in enumerate(
        ((date(2028, 2, 21), 409), (date(2028, 2, 22), 201), (date(2028, 2, 29), 201), (date(2028, 3, 1), 409))
    ):
        supplier.clock.set(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        caller = await client(supplier, email=f"client{index}@example.ru")
        assert (await report(caller, ("p4", str(index)))).status_code == status, day


def _row(month: str, opens_on: date, closes_on: date) -> dict[str, Any]:
    return {"contract_id": "c1", "month": month, "opens_on": opens_on, "closes_on": closes_on}
