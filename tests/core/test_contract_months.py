"""The picture of what a contract consumes and costs: figures of several plugins, by the role, as data and as SVG."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from core.contracts.models import MeterRegister
from core.host import Host
from core.testing.cabinet import Cabinet, Caller, config_for_tests, running
from core.testing.clock import MovableClock
from tests.plugins.payments.supplier import bill
from tests.plugins.payments.test_documents import executed
from tests.plugins.readings.supplier import client, insert, register
from tests.plugins.readings.supplier import found_supplier as found_readings
from tests.plugins.readings.test_history import load_year
from tests.plugins.readings.test_http import M1, submit

MONTHS = "/api/v1/contracts/c1/months"
CHART = f"{MONTHS}/chart"
AUTUMN = {"month_from": "2025-10", "month_to": "2026-01"}


@pytest.fixture
async def supplier(cabinet: Cabinet) -> Cabinet:
    """Four months with bills, payments and readings."""
    await found_readings(cabinet)
    await load_year(cabinet)
    await cabinet.load(
        "readings.history",
        {"meter_id": "m2", "register": "A+.T1", "month": "2025-12-01", "value": "100", "consumption": "20.25"},
        {"meter_id": "m2", "register": "A+.T2", "month": "2025-12-01", "value": "200.5", "consumption": "30"},
    )
    await cabinet.load(
        "payments.bills",
        bill("b1", "100.10", issued_on="2025-11-05", due_on=None) | {"month": "2025-10-01"},
        bill("b2", "50.05", issued_on="2025-10-20", due_on=None),
        bill("b3", "7", issued_on="2025-12-31", due_on=None) | {"penalty": True},
        bill("old", "999", issued_on="2024-12-31", due_on=None),
        bill("x", "5", issued_on="2025-10-20", due_on=None) | {"contract_id": "c2"},
    )
    await cabinet.load(
        "payments.executed",
        executed("1", "2025-11-01", amount="10.01"),
        executed("2", "2025-11-30", amount="20.02"),
        executed("3", "2026-01-31", amount="1"),
    )
    return cabinet


async def shown(caller: Caller, **params: str) -> dict[str, list[Any]]:
    answer = await caller.get(MONTHS, params=params)
    assert answer.status_code == 200, answer.text
    return {one["title"]: one["values"] for one in answer.json()["series"]}


MONEY = {
    "Начислено": ["150.15", None, None, None],
    "Пени": [None, None, "7.00", None],
    "Оплачено": [None, "30.03", None, "1.00"],
}
ENERGY = {"Активная энергия": ["100.5", "1000", "199.41", None]}


async def test_the_figures_of_each_plugin_are_shown_by_the_role(supplier: Cabinet) -> None:
    for number, (role, expected) in enumerate(
        (("Администратор", MONEY | ENERGY), ("Бухгалтер", MONEY), ("Энергетик", ENERGY))
    ):
        caller = await client(supplier, role, email=f"client{number}@example.ru")
        assert await shown(caller, **AUTUMN) == expected, role
    answer = (await caller.get(MONTHS, params=AUTUMN)).json()
    assert answer["months"] == ["2025-10-01", "2025-11-01", "2025-12-01", "2026-01-01"]
    assert answer["series"][0]["unit"] == "кВт·ч"
    whole = (await caller.get(MONTHS)).json()["months"]
    assert (len(whole), whole[0], whole[-1]) == (12, "2025-02-01", "2026-01-01")


async def test_readings_of_the_open_month_and_of_the_own_objects_count(supplier: Cabinet) -> None:
    await insert(supplier.runtime.database, MeterRegister, register("m2", "R+.total", "Реактивная", 3))
    await supplier.load(
        "readings.history",
        {"meter_id": "m2", "register": "R+.total", "month": "2025-12-01", "value": "9", "consumption": "9000"},
    )
    caller = await client(supplier)
    assert (await submit(caller, M1)).status_code == 201
    assert (await shown(caller, **AUTUMN))["Активная энергия"] == ["100.5", "1000", "199.41", "317149.84"]
    limited = await client(supplier, objects=("o2",), email="petrov@example.ru")
    assert (await shown(limited, **AUTUMN))["Активная энергия"] == [None, None, "50.25", None]


async def test_a_device_with_zones_and_a_total_is_counted_once(supplier: Cabinet) -> None:
    await insert(supplier.runtime.database, MeterRegister, register("m2", "A+.total", "Всего", 0))
    await supplier.load(
        "readings.history",
        {"meter_id": "m2", "register": "A+.total", "month": "2025-12-01", "value": "9", "consumption": "50.25"},
    )
    assert (await shown(await client(supplier), **AUTUMN))["Активная энергия"][2] == "199.41"


async def test_the_same_as_a_picture(supplier: Cabinet) -> None:
    caller = await client(supplier, "Руководитель")
    for unit, titles in (("money", list(MONEY)), ("energy", ["Активная энергия"])):
        got = await caller.get(CHART, params={"unit": unit, **AUTUMN})
        assert got.headers["content-type"].startswith("image/svg+xml")
        assert "sandbox" in got.headers["content-security-policy"]
        root = etree.fromstring(got.content)
        words = "".join(root.itertext())
        assert root.tag.endswith("svg")
        assert "10.2025" in words
        assert all(title in words for title in titles) or unit == "energy"
    accountant = await client(supplier, "Бухгалтер", email="petrov@example.ru")
    refused = await accountant.get(CHART, params={"unit": "energy"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_forbids")
    engineer = await client(supplier, "Энергетик", email="sidorov@example.ru")
    assert "кВт·ч" in (await engineer.get(CHART)).text
    assert "руб." in (await accountant.get(CHART)).text


@pytest.mark.parametrize("path", [MONTHS, CHART])
async def test_periods_that_cannot_be(supplier: Cabinet, path: str) -> None:
    caller = await client(supplier)
    for params, field, code in (
        ({"month_from": "2026-01", "month_to": "2025-12"}, "month_to", "contract_months_order"),
        ({"month_from": "2020-01", "month_to": "2025-01"}, "month_from", "contract_months_too_many"),
    ):
        answer = await caller.get(path, params=params)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["field"], error["code"]) == (422, field, code)
    assert (await caller.get(path, params={"month_from": "2020-02", "month_to": "2025-01"})).status_code == 200
    assert (await caller.get(path, params={"month_from": "2030-02"})).status_code == 200
    assert (await caller.get(path.replace("c1", "c2"))).status_code == 404


async def test_a_cabinet_without_such_plugins_draws_an_empty_picture(
    database_url: str, tmp_path: Path, clock: MovableClock
) -> None:
    async with running(Host(config_for_tests(database_url, tmp_path), clock=clock, available={}), clock) as cabinet:
        await found_bare(cabinet)
        caller = await cabinet.client()
        await cabinet.link(caller, "78000000012345", "dogovor@romashka.example")
        assert (await caller.get("/api/v1/contracts/C-1/months")).json()["series"] == []
        assert "Нет данных" in (await caller.get("/api/v1/contracts/C-1/months/chart")).text


async def found_bare(cabinet: Cabinet) -> None:
    """One contract."""
    row = {"id": "C-1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": "7830002293", "branch": "Север"}
    await cabinet.load("contracts", row)
    await cabinet.load("contract_emails", {"contract_id": "C-1", "email": "dogovor@romashka.example"})
