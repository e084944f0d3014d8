"""Archives of a device: at once, and to order."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from core.config import Config
from core.context import Context
from core.ports.files import Files, Stored
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from core.testing.clock import MovableClock
from plugins.isu.services import archives
from plugins.isu.services.archive_files import Wanted
from plugins.isu.store.archives import ORDERED
from tests.outages import files_silent, lying
from tests.plugins.isu.supplier import holder

D1 = "/api/v1/isu/contracts/C-1/devices/D-1"
KEY = {"Idempotency-Key": "0194a3c2-0000-7000-8000-000000000001"}
ESPI = "{http://naesb.org/espi}"


@pytest.fixture
def host_config(database_url: str, tmp_path: Any, enabled_plugins: list[str]) -> Config:
    """Archives of more than five days are large, three orders an hour are enough."""
    isu = {"at_once_days": 5, "archives_per_hour": 3}
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"isu": isu})


async def sheet(caller: Caller, **query: str) -> list[tuple[Any, ...]]:
    """The rows of a workbook under its head."""
    answer = await caller.get(f"{D1}/archive", params=query)
    assert answer.status_code == 200, answer.text
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0] == ("Период", "Вид энергии", "T1", "T2", "T3", "СУММ")
    return rows[1:]


@pytest.mark.requirement("ISU-11")
async def test_an_archive_has_a_row_for_each_day_and_both_ends(client: Caller) -> None:
    rows = await sheet(client, type="day_end", channel="A+", **{"from": "2026-01-16", "to": "2026-01-24"})
    assert [row[0] for row in rows] == [f"{day}.01.2026" for day in range(16, 25)]
    assert {row[1] for row in rows} == {"A+, кВт*ч"}
    assert rows[0][2:] == rows[1][2:] == (None, None, None, None)
    assert all(float(row[5]) == pytest.approx(sum(map(float, row[2:5]))) for row in rows[2:])
    shown = (await client.get(f"{D1}/readings")).json()["blocks"][0]["rows"][3]
    assert [float(shown[zone]) for zone in ("t1", "t2", "t3")] == pytest.approx([float(v) for v in rows[-1][2:5]])
    used = await sheet(client, type="consumption", **{"from": "2026-01-20", "to": "2026-01-21"})
    assert len(used) == 8
    assert [row[1] for row in used[::2]] == ["A+, кВт*ч", "A-, кВт*ч", "R+, кВар*ч", "R-, кВар*ч"]


@pytest.mark.requirement("ISU-11", "ISU-12")
async def test_months_and_single_readings(supplier: Cabinet, client: Caller) -> None:
    about = {"device_id": "D-1", "channel": "A+"}
    await supplier.load("isu.readings", {**about, "kind": "month_end", "day": "2025-11-30", "t1": "1.5", "t2": "2"})
    rows = await sheet(client, type="month_end", channel="A+", **{"from": "2025-10", "to": "2025-12"})
    assert [(row[0], row[5]) for row in rows] == [("10.2025", None), ("11.2025", 3.5), ("12.2025", None)]
    for at in ("2026-01-10T06:00:00Z", "2026-01-10T18:30:00Z"):
        await supplier.load("isu.readings", {**about, "kind": "current", "at": at, "total": "7"})
    rows = await sheet(client, type="current", channel="A+", **{"from": "2026-01-10", "to": "2026-01-10"})
    assert [row[0] for row in rows] == ["10.01.2026 09:00:00", "10.01.2026 21:30:00"]


@pytest.mark.requirement("ISU-11")
async def test_the_day_of_a_reading_is_that_of_its_instant(supplier: Cabinet, client: Caller) -> None:
    about = {"device_id": "D-1", "channel": "A+", "kind": "current"}
    for at, value in (
        ("2026-01-09T20:59:59Z", "1"),
        ("2026-01-09T21:00:00Z", "2"),  # midnight in Moscow
        ("2026-01-10T01:30:00+03:00", "3"),
        ("2026-01-09T22:30:00Z", "4"),  # the same instant, corrected
        ("2026-01-10T13:30:00+15:00", "5"),  # the same instant once more
        ("2026-01-10T23:59:59+03:00", "6"),
        ("2026-01-11T00:00:00+03:00", "7"),
    ):
        await supplier.load("isu.readings", {**about, "at": at, "total": value})
    rows = await sheet(client, type="current", channel="A+", **{"from": "2026-01-10", "to": "2026-01-10"})
    assert [(row[0], row[5]) for row in rows] == [
        ("10.01.2026 00:00:00", 2),
        ("10.01.2026 01:30:00", 5),
        ("10.01.2026 23:59:59", 6),
    ]
    await supplier.load("isu.readings", {**about, "at": "2026-01-24T21:30:00Z", "total": "8"})
    block = (await client.get(f"{D1}/readings")).json()["blocks"][3]
    assert (block["day"], block["actual"]) == ("2026-01-25", "Данные актуальны на 25.01.2026 00:30:00")


@pytest.mark.requirement("ISU-11", "ISU-12")
@pytest.mark.parametrize("ordering", [False, True])
async def test_a_period_that_cannot_be_is_refused(client: Caller, ordering: bool) -> None:
    types = (await client.get("/api/v1/isu/archive-types")).json()["items"]
    assert {item["title"]: item["period"] for item in types} == {
        "На конец суток": "dates",
        "На конец месяца": "months",
        "Расход за интервал": "dates",
        "Текущие показания": "dates",
        "Профиль нагрузки": "dates",
    }
    ends = {"from": "2026-01-20", "to": "2026-01-21"}
    for wrong, told in (
        ({"type": "month_end", **ends}, {("from", "isu.period_of_months"), ("to", "isu.period_of_months")}),
        ({"type": "current", **ends, "from": "2026-01"}, {("from", "isu.period_of_dates")}),
        ({"type": "current", **ends, "to": "2026-01-19"}, {("to", "isu.period_reversed")}),
        ({"type": "month_end", "from": "2026-02", "to": "2026-01"}, {("to", "isu.period_reversed")}),
        ({"type": "profile", **ends, "from": "2015-01-20"}, {("to", "isu.period_too_long")}),
        ({"type": "day_end", **ends, "to": "2026-02-30"}, {("to", "wrong_format")}),
        ({"type": "day_end", **ends, "from": "20.01.2026"}, {("from", "wrong_format")}),
        ({"type": "day_end", **ends, "form": "green_button"}, {("form", "isu.form_of_profiles")}),
        ({"type": "weather", **ends}, None),
        ({**ends}, None),
        ({"type": "day_end", "from": "2026-01-20"}, None),
        ({"type": "day_end", **ends, "channel": "Q"}, None),
    ):
        if ordering:
            answer = await client.post(f"{D1}/archives", json=wrong)
        else:
            answer = await client.get(f"{D1}/archive", params=wrong)
        assert answer.status_code == 422, answer.text
        if told is not None:
            assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == told
    for foreign in ("D-3", "CP-1", "nothing"):
        answer = await client.get(
            f"/api/v1/isu/contracts/C-1/devices/{foreign}/archive", params={"type": "day_end", **ends}
        )
        assert answer.status_code == 404


async def test_csv_and_green_button(client: Caller) -> None:
    ends = {"from": "2026-01-20", "to": "2026-01-21"}
    answer = await client.get(f"{D1}/archive", params={"type": "day_end", "channel": "R+", "form": "csv", **ends})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:]] == [["20.01.2026", "R+, кВар*ч"], ["21.01.2026", "R+, кВар*ч"]]
    answer = await client.get(f"{D1}/archive", params={"type": "profile", "form": "green_button", **ends})
    root = ElementTree.fromstring(answer.content)
    assert len(list(root.iter(f"{ESPI}ReadingType"))) == 4
    assert len(list(root.iter(f"{ESPI}IntervalBlock"))) == 8
    answer = await client.get(f"{D1}/archive", params={"type": "profile", "channel": "A+", "form": "csv", **ends})
    assert len(answer.text.splitlines()) == 1 + 96
    answer = await client.get(f"{D1}/archive", params={"type": "profile", **ends})
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).active.max_row == 97


ORDER = {"type": "profile", "from": "2026-01-18", "to": "2026-01-24", "channel": "A+", "form": "csv"}


@pytest.mark.repeats("order_isu_archive")
@pytest.mark.requirement("ISU-11")
async def test_a_large_archive_is_ordered(supplier: Cabinet, client: Caller, clock: MovableClock) -> None:
    refused = await client.get(f"{D1}/archive", params=ORDER)
    assert (refused.status_code, refused.json()["code"]) == (409, "isu.archive_too_large")
    made = await client.post(f"{D1}/archives", json=ORDER, headers=KEY)
    assert made.status_code == 201, made.text
    assert (await client.post(f"{D1}/archives", json=ORDER, headers=KEY)).json() == made.json()
    assert made.json()["state"] == "waiting"
    path = f"{D1}/archives/{made.json()['id']}"
    assert (await client.get(f"{path}/content")).json()["code"] == "isu.archive_not_ready"
    await supplier.drain()
    ready = (await client.get(path)).json()
    assert (ready["state"], ready["from"], ready["to"]) == ("ready", "2026-01-18", "2026-01-24")
    assert [item["id"] for item in (await client.get(f"{D1}/archives")).json()["items"]] == [ready["id"]]
    answer = await client.get(f"{path}/content")
    assert int(answer.headers["content-length"]) == len(answer.content) == ready["size"]
    assert len(answer.text.splitlines()) == 1 + 7 * 48
    bell = (await client.get("/api/v1/notifications")).json()["items"]
    assert bell[0]["topic"] == "Архив готов"

    other = await holder(supplier, "boris@romashka.example", "Руководитель", "C-1")
    for tail in ("", "/content"):
        assert (await other.get(path + tail)).status_code == 404
    assert (await other.get(f"{D1}/archives")).json()["items"] == []

    clock.move(timedelta(days=8))
    await archives.expire(Context(supplier.runtime))
    await supplier.drain()
    assert (await client.get(path)).status_code == 404


async def test_orders_are_limited(client: Caller) -> None:
    answers = [await client.post(f"{D1}/archives", json=ORDER) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]


async def test_building_twice_leaves_one_file_and_one_notice(supplier: Cabinet, client: Caller) -> None:
    made = (await client.post(f"{D1}/archives", json={**ORDER, "form": "xlsx"})).json()
    await supplier.drain()
    before = await supplier.runtime.database.reader.first(ORDERED, archive_id=made["id"])
    async with Context(supplier.runtime).uow() as uow:
        uow.enqueue(archives.BuildArchive(made["id"]))
        uow.enqueue(archives.BuildArchive("gone"))
    await supplier.drain()
    assert await supplier.runtime.database.reader.first(ORDERED, archive_id=made["id"]) == before
    assert len((await client.get("/api/v1/notifications")).json()["items"]) == 1


async def test_archives_of_whoever_has_gone_are_erased(supplier: Cabinet, client: Caller) -> None:
    made = (await client.post(f"{D1}/archives", json=ORDER)).json()
    await supplier.drain()
    account_id = (await client.get("/api/v1/sessions/current")).json()["account_id"]
    async with Context(supplier.runtime).uow() as uow:
        await archives.forget(uow, account_id)
    assert (await supplier.drain()).done
    assert (await client.get(f"{D1}/archives/{made['id']}")).status_code == 404


async def test_while_the_store_is_silent_an_archive_waits_and_a_download_is_a_503(
    supplier: Cabinet, client: Caller, clock: MovableClock
) -> None:
    first = (await client.post(f"{D1}/archives", json=ORDER)).json()
    await supplier.drain()
    before = lying(supplier, "isu/archives")
    second = (await client.post(f"{D1}/archives", json=ORDER)).json()
    with files_silent(supplier):
        answer = await client.get(f"{D1}/archives/{first['id']}/content")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "5"
        assert (await supplier.drain(failing=True)).failed
    assert (await client.get(f"{D1}/archives/{second['id']}")).json()["state"] == "waiting"
    assert lying(supplier, "isu/archives") == before
    clock.move(timedelta(minutes=10))
    await supplier.drain()
    assert (await client.get(f"{D1}/archives/{second['id']}/content")).status_code == 200
    assert len(lying(supplier, "isu/archives") - before) == 1


async def test_an_archive_of_whoever_goes_while_it_is_made_leaves_no_file(
    supplier: Cabinet, client: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.post(f"{D1}/archives", json=ORDER)
    account_id = (await client.get("/api/v1/sessions/current")).json()["account_id"]
    files: Files = supplier.runtime.ports[Files]
    put = files.put

    async def gone_meanwhile(key: str, content: AsyncIterator[bytes]) -> Stored:
        stored = await put(key, content)
        async with Context(supplier.runtime).uow() as uow:
            await archives.forget(uow, account_id)
        return stored

    monkeypatch.setattr(files, "put", gone_meanwhile)
    assert not (await supplier.drain()).failed
    assert lying(supplier, "isu/archives") == set()


def test_a_file_is_called_so_that_every_system_takes_it() -> None:
    wanted = Wanted("D", 'a/b\\"c"\x00\n', None, "day_end", "A+", "xlsx", date(2026, 1, 1), date(2026, 1, 2))
    assert wanted.file_name == "На конец суток A+ abc 01.01.2026-02.01.2026.xlsx"
