"""«Почасовые» over HTTP: files of layout 80020 are sent, loaded in part or as a whole, answered, shown again."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from core.contracts.models import EnergyObject, MeteringPoint
from core.testing.cabinet import Cabinet, Caller
from plugins.readings.domain.intervals import KIND
from plugins.readings.importers import IMPORTERS
from plugins.readings.public import INTERVALS_SUBMITTED
from plugins.readings.services import intervals as service
from tests.plugins.readings.messages import Message, PointText, Reading, point, readings
from tests.plugins.readings.supplier import client, insert
from tests.plugins.readings.supplier import point as point_row

ONE, TWO, THEIRS = "500000000000001", "500000000000002", "500000000000009"
INTERVALS = next(importer for importer in IMPORTERS if importer.name == KIND)


@pytest.fixture
async def intervals(supplier: Cabinet) -> Cabinet:
    """The supplier; c1 has an energy object of price category III with two more points, c2 a point of its own."""
    database = supplier.runtime.database
    await insert(
        database,
        MeteringPoint,
        point_row("i1", "o2", "Ввод А") | {"complex_code": ONE},
        point_row("i2", "o2", "Ввод Б") | {"complex_code": TWO},
        point_row("i9", "x1", "Ввод") | {"complex_code": THEIRS},
    )
    async with database.writer.begin() as connection:
        await connection.execute(sa.update(EnergyObject).where(EnergyObject.id == "o2").values(price_category=3))
    return supplier


async def send(caller: Caller, content: bytes, name: str = "80020_1.xml", **more: str) -> Any:
    params = {"kind": KIND, "contract_id": "c1", "name": name, "send": "true", **more}
    return await caller.post("/api/v1/imports", params=params, content=content)


async def sent(cabinet: Cabinet, caller: Caller, message: Message | bytes, name: str = "80020_1.xml") -> dict[str, Any]:
    """A file after everything has run."""
    content = message if isinstance(message, bytes) else message.bytes()
    answer = await send(caller, content, name)
    assert answer.status_code == 201, answer.text
    await cabinet.drain()
    found: dict[str, Any] = (await caller.get(f"/api/v1/imports/{answer.json()['id']}")).json()
    return found


async def entries(caller: Caller, item: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.get(f"/api/v1/imports/{item['id']}/entries")).json()["items"]
    return found


async def facts(cabinet: Cabinet) -> list[dict[str, Any]]:
    company = await cabinet.service("feed", ["exchange.feed"])
    answer = await company.get("/api/v1/exchange/feed", params={"limit": 500})
    return [fact for fact in answer.json()["items"] if fact["kind"] == INTERVALS_SUBMITTED]


@pytest.mark.requirement("RDG-25", "RDG-26")
async def test_files_are_sent_with_the_message_and_listed_with_date_name_and_status(intervals: Cabinet) -> None:
    caller = await client(intervals)
    for name in ("Почасовой профиль.xml", "80020_2.xml"):
        answer = await send(caller, Message([point(ONE)]).bytes(), name)
        assert answer.status_code == 201, answer.text
        assert answer.json()["message"] == "Почасовые данные успешно переданы на обработку"
    listed = (await caller.get("/api/v1/imports", params={"contract_id": "c1", "kind": KIND})).json()["items"]
    assert [(item["name"], item["state_text"], item["uploaded_at"][:10]) for item in listed] == [
        ("80020_2", "Отправлен на загрузку", "2026-01-25"),
        ("Почасовой профиль", "Отправлен на загрузку", "2026-01-25"),
    ]
    for name, content, code in (
        ("1.xlsx", b"<x/>", "imports.wrong_suffix"),
        ("1.xml", b"", "imports.empty_file"),
        ("1.xml", b"MZ\x00\x00", "imports.wrong_content"),
    ):
        refused = await send(caller, content, name)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    staged = await send(caller, Message([point(TWO)]).bytes(), "3.xml", send="false")
    assert (await caller.delete(f"/api/v1/imports/{staged.json()['id']}")).status_code == 204
    await intervals.drain()
    assert {fact["body"]["complex_code"] for fact in await facts(intervals)} == {ONE}
    other = (await caller.get("/api/v1/imports", params={"contract_id": "c1", "kind": KIND})).json()["items"]
    assert len(other) == 2


@pytest.mark.requirement("RDG-27")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"hello", "readings.xml_malformed"),
        (Message([point(ONE)]).bytes()[:-30], "readings.xml_malformed"),
        (b"<html/>", "readings.wrong_layout"),
        (Message([point(ONE)], layout="80040").bytes(), "readings.wrong_layout"),
        (Message([]).bytes(), "readings.no_points"),
        (
            b'<!DOCTYPE message [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            b'<message class="80020"><day>&x;</day></message>',
            "readings.xml_forbidden",
        ),
    ],
)
async def test_a_wrong_structure_is_told_and_nothing_is_stored(intervals: Cabinet, content: bytes, code: str) -> None:
    caller = await client(intervals)
    item = await sent(intervals, caller, content)
    assert item["state_text"] == "Обнаружены ошибки структуры файла"
    assert [note["code"] for note in item["notes"]] == [code]
    assert await entries(caller, item) == []
    assert await stored(intervals) == []
    assert await facts(intervals) == []


async def stored(cabinet: Cabinet) -> list[Any]:
    from core.intervals.models import DayRow

    async with cabinet.runtime.database.writer.begin() as connection:
        return list(await connection.execute(sa.select(DayRow.point_id, DayRow.channel, DayRow.day, DayRow.total)))


def wrong(value: str = "много") -> list[Reading]:
    found = readings([1] * 48)
    found[5].value = value
    return found


@pytest.mark.requirement("RDG-28", "RDG-29", "RDG-30", "RDG-31")
async def test_a_file_is_loaded_in_part_and_every_device_has_its_result(intervals: Cabinet) -> None:
    caller = await client(intervals)
    message = Message(
        [
            point(ONE, "01", "03", value=2),
            PointText(TWO, [("01", readings([1] * 48)), ("03", wrong())]),
            point(THEIRS),
            point("123"),
        ]
    )
    item = await sent(intervals, caller, message)
    assert item["state_text"] == "Загружен частично"
    assert (item["counts"]["sent"], item["counts"]["refused"]) == (1, 3)
    good, bad, foreign, unknown = await entries(caller, item)
    assert (good["state"], [line["title"] for line in good["lines"]]) == (
        "sent",
        ["A+ за 20.01.2026", "R+ за 20.01.2026"],
    )
    assert [(line["given"], line["result"]) for line in good["lines"]] == [("48 из 48", "96")] * 2
    assert bad["state"] == "refused"
    assert [[note["code"] for note in line["notes"]] for line in bad["lines"]] == [
        ["readings.point_refused"],
        ["readings.value_number"],
    ]
    line = bad["lines"][1]["notes"][0]["row"]
    assert "много" in message.bytes().decode("windows-1251").splitlines()[line - 1]
    assert [note["code"] for entry in (foreign, unknown) for note in entry["notes"]] == ["readings.point_unknown"] * 2
    assert {(row[0], row[1], row[3]) for row in await stored(intervals)} == {
        ("i1", "A+", Decimal(96)),
        ("i1", "R+", Decimal(96)),
    }
    stranger = await client(intervals, contracts=("c2",), email="petrov@example.ru")
    assert (await stranger.get(f"/api/v1/imports/{item['id']}/entries")).status_code == 404


WRONG = {
    "absent half-hours": ([PointText(TWO, [("01", readings([1] * 47))])], {}, "readings.period_absent"),
    "overlapping periods": (
        [PointText(TWO, [("01", [*readings([1] * 47), Reading("0000", "0030", "1")])])],
        {},
        "readings.period_repeated",
    ),
    "wrong day": ([point(TWO)], {"day": "2026-01-20"}, "readings.day_format"),
    "a day to come": ([point(TWO)], {"day": "20260126"}, "readings.day_future"),
    "a channel twice": ([point(TWO, "01", "01")], {}, "readings.channel_repeated"),
    "a point twice": ([point(TWO), point(TWO)], {}, "readings.point_repeated"),
}


@pytest.mark.requirement("RDG-31")
@pytest.mark.parametrize("what", WRONG)
async def test_what_does_not_fit_the_contract_or_the_day_is_refused(intervals: Cabinet, what: str) -> None:
    points, about, code = WRONG[what]
    caller = await client(intervals)
    item = await sent(intervals, caller, Message(points, **about))  # type: ignore[arg-type]
    found = [entry for entry in await entries(caller, item) if entry["state"] == "refused"]
    notes = [*found[0]["notes"], *(note for line in found[0]["lines"] for note in line["notes"])]
    assert code in [note["code"] for note in notes]


async def test_hourly_files_are_loaded_too(intervals: Cabinet) -> None:
    item = await sent(intervals, await client(intervals), Message([point(ONE, periods=24, value=3)]))
    assert item["state_text"] == "Загружен"
    assert [row[3] for row in await stored(intervals)] == [Decimal(72)]


@pytest.mark.requirement("RDG-30")
async def test_a_file_sent_again_is_recognised_and_a_correction_names_what_it_replaces(intervals: Cabinet) -> None:
    caller = await client(intervals)
    await sent(intervals, caller, Message([point(ONE, value=1)]))
    again = await sent(intervals, caller, Message([point(ONE, value=1)]))
    assert (again["state_text"], again["counts"]["unchanged"]) == ("Загружен", 1)
    (entry,) = await entries(caller, again)
    assert [note["code"] for note in entry["notes"]] == ["readings.message_repeated"]
    assert len(await facts(intervals)) == 1
    await sent(intervals, caller, Message([point(ONE, value=2)], number="18"))
    first, second = await facts(intervals)
    assert second["body"]["channels"][0]["values"] == ["2"] * 48
    assert second["body"]["channels"][0]["replaces"] == first["id"]
    assert first["body"]["channels"][0]["replaces"] is None


@pytest.mark.requirement("RDG-30")
async def test_a_worker_that_dies_in_the_middle_doubles_nothing(
    intervals: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second batch fails after its days are written and its facts are emitted; the job is run again."""
    monkeypatch.setattr(INTERVALS, "batch", 1)
    remember, calls = service._remember, list[int]()

    async def failing(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the power is gone")
        await remember(*arguments)

    monkeypatch.setattr(service, "_remember", failing)
    caller = await client(intervals)
    item = (await send(caller, Message([point(ONE), point(TWO)]).bytes())).json()
    await intervals.drain(failing=True)
    assert (await caller.get(f"/api/v1/imports/{item['id']}")).json()["state_text"] == "Отправлен на загрузку"
    intervals.clock.move(timedelta(hours=1))
    await intervals.drain()
    assert (await caller.get(f"/api/v1/imports/{item['id']}")).json()["state_text"] == "Загружен"
    assert len(calls) == 3
    assert sorted(fact["body"]["complex_code"] for fact in await facts(intervals)) == [ONE, TWO]
    assert len(await stored(intervals)) == 2


async def test_an_archive_loads_what_is_right_in_it(intervals: Cabinet) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.xml", Message([point(ONE)]).bytes())
        archive.writestr("2.xml", Message([point(ONE)], day="20260121").bytes())
        archive.writestr("3.xml", Message([point(ONE)], day="20260122").bytes()[:-20])
    caller = await client(intervals)
    item = await sent(intervals, caller, packed.getvalue(), "январь.zip")
    assert item["state_text"] == "Загружен частично"
    first = (await entries(caller, item))[0]
    assert (first["state"], first["title"]) == ("refused", "3.xml")
    assert sorted(row[2] for row in await stored(intervals)) == [date(2026, 1, 20), date(2026, 1, 21)]


@pytest.mark.requirement("RDG-32")
async def test_interval_data_are_for_price_categories_three_to_six(intervals: Cabinet) -> None:
    caller = await client(intervals, contracts=("c1", "c2"))
    for contract_id, offered in (("c1", True), ("c2", False)):
        kinds = (await caller.get("/api/v1/import-kinds", params={"contract_id": contract_id})).json()
        assert (KIND in [kind["kind"] for kind in kinds.get("items", kinds)]) is offered
    refused = await send(caller, Message([point(THEIRS)]).bytes(), contract_id="c2")
    assert (refused.status_code, refused.json()["code"]) == (409, "imports.not_offered")


async def test_a_role_limited_to_objects_sends_for_these_only(intervals: Cabinet) -> None:
    caller = await client(intervals, objects=("o1",))
    item = await sent(intervals, caller, Message([point(ONE)]))
    (entry,) = await entries(caller, item)
    assert [note["code"] for note in entry["notes"]] == ["readings.point_unknown"]


async def register_of(caller: Caller) -> dict[str, Any]:
    form = (await caller.get("/api/v1/readings/contracts/c1")).json()
    points = [point for subject in form["objects"] for point in subject["points"] if point["id"] == "p1"]
    found: dict[str, Any] = points[0]["meters"][0]["registers"][0]
    return found


@pytest.mark.requirement("RDG-38")
async def test_the_form_shows_the_interval_consumption_of_the_period_and_the_difference(intervals: Cabinet) -> None:
    database = intervals.runtime.database
    async with database.writer.begin() as connection:
        await connection.execute(sa.update(EnergyObject).where(EnergyObject.id == "o1").values(price_category=4))
        await connection.execute(
            sa.update(MeteringPoint).where(MeteringPoint.id == "p1").values(complex_code="500000000000003")
        )
    caller = await client(intervals)
    submitted = {"devices": [{"meter_id": "m1", "values": [{"register": "A+.total", "value": "16500"}]}]}
    answer = await caller.post("/api/v1/readings/contracts/c1/submissions", json=submitted)
    assert answer.status_code == 201, answer.text
    before = await register_of(caller)
    assert (before["interval_consumption"], before["delta"], before["interval_complete"]) == ("0", None, None)
    found = readings([Decimal("1.25")] * 48)
    found[0] = Reading("0000", "0030", "1000", ' status="1"')
    found[1] = Reading("0030", "0100", "", ' status="1"')
    own = [PointText("500000000000003", [("01", found)])]
    await sent(intervals, caller, Message(own, day="20260120"))
    await sent(intervals, caller, Message([point("500000000000003", value=2)], day="20260121", number="18"))
    await sent(intervals, caller, Message([point("500000000000003", value=100)], day="20251231", number="19"))
    after = await register_of(caller)
    assert after["interval_consumption"] == "153.5"
    assert Decimal(after["delta"]) == Decimal(after["consumption"]) - Decimal("153.5")
    assert after["interval_complete"] is False
    for number, day in enumerate(range(1, 25), 100):
        message = Message([point("500000000000003", value=1)], day=f"202601{day:02d}", number=str(number))
        await sent(intervals, caller, message)
    assert (await register_of(caller))["interval_consumption"] == str(24 * 48)
