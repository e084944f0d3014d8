"""The tabs of a device: readings, journal, profile."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from core.testing.cabinet import Cabinet, Caller
from core.testing.clock import MovableClock
from tests.cursors import assert_refused

D1 = "/api/v1/isu/contracts/C-1/devices/D-1"
D2 = "/api/v1/isu/contracts/C-1/devices/D-2"


def reading(kind: str, channel: str = "R-", device: str = "D-2", **more: Any) -> dict[str, Any]:
    return {"device_id": device, "kind": kind, "channel": channel, **more}


async def refusal(cabinet: Cabinet, dataset: str, row: dict[str, Any]) -> tuple[str, str]:
    """Code and field of the refusal of a row."""
    company = await cabinet.service()
    answer = await company.post(f"/api/v1/exchange/{dataset}", json=row)
    first = answer.text.splitlines()[0]
    assert '"refused"' in first, answer.text
    found = json.loads(first)
    return found["code"], found["field"]


# ---- readings
@pytest.mark.requirement("ISU-10", "ISU-08")
async def test_readings_come_in_four_blocks(supplier: Cabinet, client: Caller) -> None:
    await supplier.load(
        "isu.readings",
        reading("month_end", day="2025-11-30", t1="1.384", t2="0.027", t3="0"),
        reading("month_end", "A+", day="2025-11-01", t1="8.05", t2="0.066", t3="0", total="8.12"),
        reading("month_end", "A-", day="2025-10-30", t1="2"),
        reading("day_end", "A+", day="2026-01-24", total="12.50"),
        reading("current", "A+", at="2026-01-25T12:00:07+03:00", t1="9", t2="1"),
    )
    found = (await client.get(f"{D2}/readings")).json()
    assert [(block["title"], block["actual"]) for block in found["blocks"]] == [
        ("Показания на конец суток", "Данные актуальны на 24.01.2026"),
        ("Показания на конец расчетного периода", "Данные актуальны на 01.12.2025"),
        ("Расход э/энергии суммарный за интервал", None),
        ("Текущие значение показаний ПУ", "Данные актуальны на 25.01.2026 12:00:07"),
    ]
    rows = found["blocks"][1]["rows"]
    assert [row["title"] for row in rows] == ["R-, [кВар*ч]", "R+, [кВар*ч]", "A-, [кВт*ч]", "A+, [кВт*ч]"]
    assert rows[0]["explanation"] == "реактивная отпущенная, [кВар*ч]"
    zones = ("t1", "t2", "t3", "total")
    assert [rows[0][zone] for zone in zones] == ["1.384", "0.027", "0", "1.411"]
    assert [rows[3][zone] for zone in zones] == ["8.05", "0.066", "0", "8.116"]
    assert [rows[2][zone] for zone in zones] == [None] * 4  # of an older month, so unknown
    assert [found["blocks"][0]["rows"][3][zone] for zone in zones] == [None, None, None, "12.5"]
    assert all(row[zone] is None for row in found["blocks"][2]["rows"] for zone in zones)
    assert [found["blocks"][3]["rows"][3][zone] for zone in zones] == ["9", "1", None, "10"]


async def test_a_corrected_reading_takes_the_place_of_the_former(supplier: Cabinet, client: Caller) -> None:
    for value in ("5", "6"):
        await supplier.load("isu.readings", reading("day_end", "A+", day="2026-01-24", total=value))
    block = (await client.get(f"{D2}/readings")).json()["blocks"][0]
    assert block["rows"][3]["total"] == "6"


WRONG_READINGS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    (reading("day_end", day="2026-02-24", t1="1"), ("isu.future", "at")),
    (reading("current", at="2026-01-27T12:00:00Z", t1="1"), ("isu.future", "at")),
    (reading("current", day="2026-01-24", t1="1"), ("isu.moment_needed", "at")),
    (reading("day_end", at="2026-01-24T00:00:00Z", t1="1"), ("isu.day_needed", "day")),
    (reading("day_end", day="2026-01-24"), ("isu.no_values", "t1")),
    (reading("day_end", day="2026-01-24", t1="1e3"), ("wrong_format", "t1")),
    (reading("day_end", device="D-9", day="2026-01-24", t1="1"), ("isu.unknown_object", "device_id")),
    (reading("day_end", device="CP-1", day="2026-01-24", t1="1"), ("isu.unknown_object", "device_id")),
]


async def test_a_reading_that_cannot_be_is_refused(supplier: Cabinet) -> None:
    for row, told in WRONG_READINGS:
        assert await refusal(supplier, "isu.readings", row) == told, row


# ---- the journal
def event(key: str, at: str, journal: int, code: int, **more: Any) -> dict[str, Any]:
    return {"id": key, "device_id": "D-2", "at": at, "journal": f"0.0.99.98.{journal}.255", "code": code, **more}


EVENTS = (
    event("e1", "2025-12-31T20:59:59Z", 0, 1),
    event("e5", "2026-01-01T00:01:21+03:00", 4, 2),
    event("e2", "2026-01-01T00:00:30+03:00", 0, 7),
    event("e4", "2026-01-01T00:00:30+03:00", 4, 3),
    event("e3", "2026-01-01T00:00:30+03:00", 0, 9),
    event("e6", "2026-01-20T10:00:00Z", 7, 77, critical=True),
    {**event("e7", "2026-01-31T20:59:59Z", 0, 0), "journal": "other", "text": "Осмотр прибора"},
)


async def journal(client: Caller, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"{D2}/events", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def told(supplier: Cabinet, clock: MovableClock) -> Cabinet:
    clock.move(timedelta(days=6))
    await supplier.load("isu.events", *EVENTS)
    clock.move(timedelta(days=-6))
    return supplier


@pytest.mark.requirement("ISU-13", "ISU-15", "ISU-08")
async def test_the_journal_of_a_month_in_the_order_of_time(told: Cabinet, client: Caller) -> None:
    found = await journal(client)
    assert found["month"] == "2026-01"
    assert [(item["shown_at"], item["description"]) for item in found["items"]] == [
        (
            "01.01.26 00:00:30",
            "События питания: Превышение напряжения любой фазы, Низкое напряжение любой фазы - начало",
        ),
        ("01.01.26 00:00:30", "Внешние воздействия: Срабатывание электронной пломбы крышки клеммников"),
        ("01.01.26 00:01:21", "Внешние воздействия: Магнитное поле - окончание"),
        ("20.01.26 13:00:00", "Самодиагностика: Событие с кодом 77"),
        ("31.01.26 23:59:59", "Прочие события: Осмотр прибора"),
    ]
    december = await journal(client, month="2025-12")
    assert [item["shown_at"] for item in december["items"]] == ["31.12.25 23:59:59"]
    assert (await journal(client, month="2026-02"))["items"] == []
    for wrong in ("2026-01-05", "2026-01:2026-02", "2026-13", "январь", "2026"):
        assert (await client.get(f"{D2}/events", params={"month": wrong})).status_code == 422


@pytest.mark.requirement("ISU-14")
async def test_kind_and_criticality_must_both_hold(told: Cabinet, client: Caller) -> None:
    kinds = (await client.get("/api/v1/isu/event-kinds")).json()["items"]
    assert {"События питания", "Внешние воздействия"} <= {item["title"] for item in kinds}
    power = await journal(client, kind="power")
    assert [item["kind"] for item in power["items"]] == ["power"]
    critical = await journal(client, criticality="critical")
    assert [item["kind"] for item in critical["items"]] == ["power", "influences", "diagnostics"]
    assert critical["items"][0]["events"] == ["Превышение напряжения любой фазы"]
    both = await journal(client, kind="influences", criticality="not_critical")
    assert [item["shown_at"] for item in both["items"]] == ["01.01.26 00:01:21"]
    assert [item["kind"] for item in (await journal(client, kind="other"))["items"]] == ["other"]
    for wrong in ({"kind": "weather"}, {"criticality": "maybe"}):
        assert (await client.get(f"{D2}/events", params=wrong)).status_code == 422


@pytest.mark.requirement("ISU-15")
async def test_pages_of_the_journal_hold_every_event_once(told: Cabinet, client: Caller) -> None:
    events: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        found = await journal(client, limit=2, **cursor)
        events += [text for item in found["items"] for text in item["events"]]
        if found["next"] is None:
            break
        cursor = {"cursor": found["next"]}
    assert len(events) == len(set(events)) == 6
    assert (await client.get(f"{D2}/events", params={"cursor": "nonsense"})).status_code == 422
    await assert_refused(client, f"{D2}/events", "0.0.99.98.0.255", 1, "E-1")


WRONG_EVENTS: list[tuple[dict[str, Any], str]] = [
    ({"journal": "0.0.99.98.9.255"}, "isu.unknown_journal"),
    ({"journal": "other"}, "isu.text_needed"),
    ({"at": "2027-01-01T00:00:00Z"}, "isu.future"),
    ({"at": "2026-01-01T00:00:00"}, "wrong_format"),
    ({"device_id": "D-9"}, "isu.unknown_object"),
]


async def test_an_event_that_cannot_be_is_refused(supplier: Cabinet) -> None:
    for change, code in WRONG_EVENTS:
        assert (await refusal(supplier, "isu.events", {**EVENTS[1], **change}))[0] == code, change


# ---- profiles
def day(values: list[str | None], **more: Any) -> dict[str, Any]:
    row = {"device_id": "D-2", "channel": "A+", "day": "2026-01-20", "starts_at": "2026-01-20T00:00:00+03:00"}
    return {**row, "values": values, **more}


async def test_a_profile_is_ready_to_be_plotted(supplier: Cabinet, client: Caller) -> None:
    values: list[str | None] = [f"{number}.5" for number in range(48)]
    values[3] = None
    await supplier.load("isu.profiles", day(values))
    path, asked = f"{D2}/profile", {"from": "2026-01-20", "to": "2026-01-20"}
    found = (await client.get(path, params=asked)).json()
    assert found["labels"][:3] == ["00:00", "00:30", "01:00"]
    assert datetime.fromisoformat(found["starts_at"][0]) == datetime(2026, 1, 19, 21, tzinfo=UTC)
    active = found["series"][0]
    assert (active["channel"], active["missing"], active["values"][2:5]) == ("A+", 1, ["2.5", None, "4.5"])
    assert found["series"][1]["values"] == [None] * 48
    hours = (await client.get(path, params={**asked, "step": "hour"})).json()["series"][0]["values"]
    assert hours[:3] == ["2", None, "10"]
    assert len(hours) == 24
    days = (await client.get(path, params={**asked, "step": "day"})).json()
    assert (days["labels"], days["series"][0]["values"]) == (["20.01"], [active["total"]])
    assert (await client.get(path, params={"from": "2026-01-21"})).json()["labels"] == []
    for wrong in ({"from": "2026-01-21", "to": "2026-01-20"}, {"from": "2025-01-01", "to": "2026-01-20"}):
        assert (await client.get(path, params=wrong)).status_code == 422


async def test_a_chart_is_drawn(client: Caller) -> None:
    for asked, shape in (({}, "circle"), ({"step": "day", "from": "2026-01-18", "to": "2026-01-24"}, "rect")):
        answer = await client.get(f"{D1}/profile.svg", params={**asked, "channel": "A+"})
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert "sandbox" in answer.headers["content-security-policy"]
        root = ElementTree.fromstring(answer.text)
        assert len(list(root.iter(f"{{http://www.w3.org/2000/svg}}{shape}"))) >= 7
        assert "кВт*ч" in answer.text
    empty = await client.get(f"{D2}/profile.svg")
    assert "За этот период данных нет" in empty.text


WRONG_PROFILES: list[tuple[dict[str, Any], str]] = [
    ({"values": ["1"] * 47}, "isu.wrong_length"),
    ({"minutes": 60}, "isu.wrong_length"),
    ({"doubtful": [48]}, "isu.wrong_index"),
    ({"day": "2026-01-18"}, "isu.another_day"),
    ({"starts_at": "2026-03-20T00:00:00+03:00", "day": "2026-03-20"}, "isu.future"),
    ({"device_id": "D-9"}, "isu.unknown_object"),
    ({"values": ["NaN"] * 48}, "wrong_format"),
]


async def test_a_profile_that_cannot_be_is_refused(supplier: Cabinet) -> None:
    for change, code in WRONG_PROFILES:
        assert (await refusal(supplier, "isu.profiles", {**day(["1"] * 48), **change}))[0] == code, change


# ---- trees that cannot be
NODE = {"id": "N", "level": "device", "energy_object_id": "O-1", "parent_id": "P-1-isu", "name": "Прибор"}


WRONG_NODES: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"energy_object_id": "O-9"}, ("isu.unknown_object", "energy_object_id")),
    ({"parent_id": "nothing"}, ("isu.unknown_object", "parent_id")),
    ({"parent_id": "CP-1"}, ("isu.wrong_parent", "parent_id")),
    ({"parent_id": "P-2-isu"}, ("isu.wrong_parent", "parent_id")),
    ({"level": "connection_point"}, ("isu.wrong_parent", "parent_id")),
    ({"metering_point_id": "P-2"}, ("isu.another_object", "metering_point_id")),
    ({"metering_point_id": "P-9"}, ("isu.unknown_object", "metering_point_id")),
    ({"id": "D-2"}, ("isu.moved", "parent_id")),
    ({"level": "energy_object"}, ("not_a_choice", "level")),
]


async def test_a_node_that_cannot_be_is_refused(supplier: Cabinet) -> None:
    for change, told in WRONG_NODES:
        assert await refusal(supplier, "isu.nodes", {**NODE, **change}) == told, change


async def test_a_device_without_a_point_has_no_profile(supplier: Cabinet, client: Caller) -> None:
    await supplier.load("isu.nodes", NODE)
    row = day(["1"] * 48, device_id="N")
    assert await refusal(supplier, "isu.profiles", row) == ("isu.no_point", "device_id")
    await supplier.load("isu.nodes", {**NODE, "metering_point_id": "P-1"})
    await supplier.load("isu.profiles", row)
    path = "/api/v1/isu/contracts/C-1/devices/N/profile"
    assert (await client.get(path, params={"from": "2026-01-20"})).json()["series"][0]["total"] == "48"
    await supplier.load("isu.nodes", {**NODE, "metering_point_id": "P-1", "closed_on": "2026-01-25"})
    assert (await client.get(path)).status_code == 404
    for block, code in (("weather", "isu.unknown_block"), ("identification", "isu.another_level")):
        told = {"level": "device", "object_id": "CP-1", "block": block, "as_of": "2026-01-20T00:00:00Z", "fields": []}
        assert (await refusal(supplier, "isu.blocks", told))[0] == code
