"""The deadline board and the reminders built on it, over HTTP; the arithmetic of days by properties."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from core.clock import business_day
from core.contracts.models import Contract
from core.testing.cabinet import PASSWORD, Cabinet, Caller
from core.values import month_start, next_month
from plugins.readings.domain import Window
from plugins.readings.domain.deadlines import MOST_DAYS, days_until, reminder_days
from plugins.readings.models import Reminder
from plugins.readings.models import Window as WindowTable
from plugins.readings.schemas.deadlines import ReadingsRemindBatch
from plugins.readings.services import reminders
from plugins.readings.settings import ReadingsSettings
from tests.plugins.readings.supplier import JANUARY, client, contract, hold, insert, window
from tests.plugins.readings.test_http import M1, M2, feed, submit
from tests.plugins.readings.test_points import answer, report

BOARD = "/api/v1/readings/deadlines"
PREFERENCES = "/api/v1/notifications/preferences"
ME = "ivanova@example.ru"
TOPICS = {"start": "Скоро начнётся приём показаний", "end": "Скоро закончится приём показаний"}
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


async def board(caller: Caller, **params: Any) -> list[dict[str, Any]]:
    answered = await caller.get(BOARD, params=params)
    assert answered.status_code == 200, answered.text
    found: list[dict[str, Any]] = answered.json()["items"]
    return found


def todo(transmitted: int, missing: int, refused: int = 0, blocked: int = 0) -> dict[str, int]:
    return {"transmitted": transmitted, "missing": missing, "refused": refused, "blocked": blocked}


# ---- the board
async def test_the_board_tells_what_is_missing(supplier: Cabinet) -> None:
    caller = await client(supplier, contracts=("c1", "c2"))
    first, second = await board(caller)
    assert (first["contract"]["id"], first["todo"], first["complete"]) == ("c1", todo(0, 3), False)
    assert (first["days_to_open"], first["days_to_close"], first["window"]["open"]) == (0, 12, True)
    assert "по 6 февраля 2026 года" in first["window_text"]
    assert [(item["id"], item["todo"]["missing"]) for item in first["objects"]] == [("o1", 1), ("o2", 1), ("o4", 1)]
    assert (second["contract"]["id"], second["todo"]) == ("c2", todo(0, 1))
    await report(caller, ("p4", "10"), devices=(M1, M2))
    facts = {item["body"].get("meter_id", "p4"): item["id"] for item in await feed(supplier)}
    await answer(
        supplier,
        {"fact_id": facts["m1"], "outcome": "accepted"},
        {"fact_id": facts["m2"], "outcome": "refused", "code": "B7", "text": "Скачок", "item": "m2/A+.T2"},
    )
    first = (await board(caller))[0]
    assert (first["todo"], [item["id"] for item in first["objects"]]) == (todo(2, 1, 1), ["o2"])
    await supplier.load("readings.states", {"kind": "meter", "id": "m2", "status": "Принято"})
    first = (await board(caller))[0]
    assert (first["todo"], first["complete"], first["objects"]) == (todo(2, 0, 0, 1), True, [])


async def test_the_board_is_ordered_by_urgency_and_paged(supplier: Cabinet) -> None:
    database = supplier.runtime.database
    more = [contract(f"k{number}", f"6005000200{number:04d}", f"ООО {number}") for number in range(5)]
    await insert(database, Contract, *more)
    await insert(
        database,
        WindowTable,
        *[
            window(row["id"], JANUARY, date(2026, 1, 20), date(2026, 1, 30) + timedelta(days=number))
            for number, row in enumerate(more)
        ],
        window("c1", date(2026, 2, 1), date(2026, 2, 22), date(2026, 3, 6)),  # opens in 28 days
        window("c1", date(2025, 12, 1), date(2025, 12, 22), date(2026, 1, 6)),  # over
        window("c2", date(2026, 3, 1), date(2026, 3, 22), date(2026, 4, 6)),  # too far ahead
    )
    caller = await client(supplier, contracts=("c1", "c2", *[row["id"] for row in more]))
    whole = await board(caller)
    assert [(item["contract"]["id"], item["window"]["month"][:7]) for item in whole] == [
        *[(f"k{number}", "2026-01") for number in range(5)],
        ("c1", "2026-01"),
        ("c2", "2026-01"),
        ("c1", "2026-02"),
    ]
    assert (whole[-1]["window"]["open"], whole[-1]["days_to_open"], whole[-1]["todo"]["missing"]) == (False, 28, 3)
    assert len(await board(caller, days=27)) == 7
    assert len(await board(caller, days=366)) == 9
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await caller.get(BOARD, params={"limit": 3, **cursor})).json()
        assert len(page["items"]) <= 3
        found += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == whole
    for wrong in ({"days": "-1"}, {"days": "много"}, {"days": "367"}, {"cursor": "?"}):
        assert (await caller.get(BOARD, params=wrong)).status_code == 422
    await supplier.load(
        "readings.windows", {**window("c1", JANUARY, date(2026, 1, 22), date(2026, 2, 6)), "closed": True}
    )
    assert ("c1", "2026-01") not in [
        (item["contract"]["id"], item["window"]["month"][:7]) for item in await board(caller)
    ]


async def test_the_board_shows_what_a_role_covers(supplier: Cabinet) -> None:
    limited = await client(supplier, objects=("o2",))
    assert [(item["contract"]["id"], item["todo"]) for item in await board(limited)] == [("c1", todo(0, 1))]
    accountant = await client(supplier, "Бухгалтер", email="petrov@example.ru")
    assert await board(accountant) == []
    assert (await supplier.anonymous().get(BOARD)).status_code == 401


async def test_the_board_is_one_query_however_many_contracts(supplier: Cabinet) -> None:
    database = supplier.runtime.database
    caller = await client(supplier)
    counted = []
    for round_number in range(2):
        rows = [contract(f"n{round_number}{number}", f"7{round_number}{number:012d}", "ООО") for number in range(40)]
        await insert(database, Contract, *rows)
        await insert(
            database, WindowTable, *[window(row["id"], JANUARY, date(2026, 1, 22), date(2026, 2, 6)) for row in rows]
        )
        account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
        for row in rows:
            await hold(supplier, account, row["id"], "Энергетик")
        reader = supplier.runtime.database.reader
        asked: list[Any] = []
        original = reader.all

        async def noted(query: Any, /, _original: Any = original, _asked: Any = asked, **params: Any) -> Any:
            _asked.append(query)
            return await _original(query, **params)

        reader.all = noted  # type: ignore[method-assign]
        assert len(await board(caller, limit=500)) == 1 + 40 * (round_number + 1)
        reader.all = original  # type: ignore[method-assign]
        counted.append(len(asked))
    assert counted == [1, 1]


# ---- reminders
async def wanting(supplier: Cabinet, role: str = "Энергетик", email: str = ME, **more: Any) -> Caller:
    """A client who wants to be reminded: 4 days before the start and 2 before the end."""
    preferences = more.pop(
        "preferences", {"readings_start": {"on": True, "days": 4}, "readings_end": {"on": True, "days": 2}}
    )
    caller = await client(supplier, role, email=email, **more)
    assert (await caller.patch(PREFERENCES, json=preferences)).status_code == 200
    return caller


async def told(cabinet: Cabinet, edge: str, to: str = ME) -> list[str]:
    """The texts of the reminders that an address has got, the newest first."""
    return [letter.text for letter in await cabinet.letters(to) if letter.subject == TOPICS[edge]]


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment given in Moscow time."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)


@pytest.mark.requirement("NTF-18")
async def test_reminders_leave_on_the_chosen_day_and_once(supplier: Cabinet) -> None:
    caller = await wanting(supplier)
    seen = {}
    for month, day in ((1, 17), (1, 18), (1, 19), (2, 3), (2, 4), (2, 5)):
        for hour in (9, 10, 23):
            supplier.clock.set(at(month, day, hour))
            seen[month, day] = [len(await told(supplier, edge)) for edge in TOPICS]
    assert seen == {(1, 17): [0, 0], (1, 18): [1, 0], (1, 19): [1, 0], (2, 3): [1, 0], (2, 4): [1, 1], (2, 5): [1, 1]}
    start, end = (await told(supplier, "start"))[0], (await told(supplier, "end"))[0]
    assert "Договор 50050002005584" in start
    assert "с 22 января 2026 года по 6 февраля 2026 года" in start
    assert "Осталось передать: приборов и точек учёта — 3" in end
    supplier.clock.set(at(2, 5, 12))
    bell = (await (await signed(supplier, caller)).get("/api/v1/notifications")).json()["items"]
    assert [item["kind"] for item in bell] == ["readings.window_closes", "readings.window_opens"]


async def signed(cabinet: Cabinet, caller: Caller) -> Caller:
    """The same person, signed in again if the session has ended meanwhile."""
    if (await caller.get("/api/v1/sessions/current")).status_code == 200:
        return caller
    again = cabinet.anonymous()
    answered = await again.post("/api/v1/sessions", json={"email": ME, "password": PASSWORD})
    return again.sign(answered.json()["token"])


@pytest.mark.requirement("NTF-18")
@pytest.mark.parametrize(
    ("role", "preferences"),
    [
        ("Энергетик", {}),
        ("Энергетик", {"readings_end": {"on": True, "days": 4}}),
        ("Энергетик", {"readings_start": {"on": True, "days": 3}}),
        ("Энергетик", {"readings_start": {"on": False, "days": 4}}),
        ("Энергетик", {"readings_start": {"on": True, "days": 4}, "email": False}),
        ("Бухгалтер", {"readings_start": {"on": True, "days": 4}}),
    ],
)
async def test_nobody_else_is_reminded(supplier: Cabinet, role: str, preferences: dict[str, Any]) -> None:
    caller = await wanting(supplier, role, preferences=preferences)
    supplier.clock.set(at(1, 18))
    await supplier.drain()
    assert await told(supplier, "start") == []
    assert (await (await signed(supplier, caller)).get("/api/v1/notifications")).json()["items"] == []


async def test_a_moved_window_or_a_changed_number_of_days_reminds_no_second_time(supplier: Cabinet) -> None:
    caller = await wanting(supplier)
    supplier.clock.set(at(1, 18))
    assert len(await told(supplier, "start")) == 1
    await supplier.load("readings.windows", window("c1", JANUARY, date(2026, 1, 24), date(2026, 2, 8)))
    supplier.clock.set(at(1, 20))  # four days before the new start
    assert len(await told(supplier, "start")) == 1
    await (await signed(supplier, caller)).patch(PREFERENCES, json={"readings_start": {"days": 2}})
    supplier.clock.set(at(1, 22))
    assert len(await told(supplier, "start")) == 1
    supplier.clock.set(at(2, 6))  # two days before the new end
    assert len(await told(supplier, "end")) == 1
    await supplier.load("readings.windows", window("c1", date(2026, 2, 1), date(2026, 2, 22), date(2026, 3, 6)))
    supplier.clock.set(at(2, 20))
    assert len(await told(supplier, "start")) == 2  # another period


async def test_each_contract_is_reminded_of_and_each_role_of_what_it_covers(supplier: Cabinet) -> None:
    caller = await wanting(supplier, contracts=("c1", "c2"))
    await submit(caller, M1)
    await wanting(supplier, objects=("o1",), email="petrov@example.ru")
    await wanting(supplier, objects=("o2", "o4"), email="sidorov@example.ru")
    supplier.clock.set(at(2, 4))
    texts = await told(supplier, "end")
    assert sorted(re.findall(r"Договор (\d+)", "\n".join(texts))) == ["50050002005584", "50120002000032"]
    assert sum("учёта — 2." in text for text in texts) == 1
    assert "Все показания переданы" in (await told(supplier, "end", "petrov@example.ru"))[0]
    assert "учёта — 2." in (await told(supplier, "end", "sidorov@example.ru"))[0]


async def test_the_day_is_that_of_moscow(supplier: Cabinet) -> None:
    await wanting(supplier)
    supplier.clock.set(datetime(2026, 1, 17, 20, 59, tzinfo=UTC))
    assert await told(supplier, "start") == []
    supplier.clock.set(datetime(2026, 1, 17, 21, 1, tzinfo=UTC))  # the 18th in Moscow, but the night
    assert await told(supplier, "start") == []
    supplier.clock.set(at(1, 18, 9))
    assert len(await told(supplier, "start")) == 1


async def test_a_window_or_a_wish_of_the_same_morning_is_met(supplier: Cabinet) -> None:
    caller = await client(supplier)
    supplier.clock.set(at(1, 18, 9))
    assert await told(supplier, "start") == []
    caller = await signed(supplier, caller)
    await caller.patch(PREFERENCES, json={"readings_start": {"on": True, "days": 4}})
    supplier.clock.set(at(1, 18, 11))
    assert len(await told(supplier, "start")) == 1
    await supplier.load("readings.windows", window("c1", date(2026, 2, 1), date(2026, 1, 22), date(2026, 3, 6)))
    supplier.clock.set(at(1, 18, 23))
    assert len(await told(supplier, "start")) == 1  # not at night
    supplier.clock.set(at(1, 19, 1))
    assert len(await told(supplier, "start")) == 1  # nor afterwards


async def many(supplier: Cabinet, number: int) -> Caller:
    """A client with so many contracts whose windows open on 22 January, and batches of 3."""
    rows = [contract(f"k{index:03d}", f"6005000200{index:04d}", f"ООО {index}") for index in range(number)]
    await insert(supplier.runtime.database, Contract, *rows)
    await insert(
        supplier.runtime.database,
        WindowTable,
        *[window(row["id"], JANUARY, date(2026, 1, 22), date(2026, 2, 6)) for row in rows],
    )
    return await wanting(supplier, contracts=tuple(row["id"] for row in rows))


async def reminded(cabinet: Cabinet) -> int:
    async with cabinet.runtime.database.writer.connect() as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(Reminder)) or 0)


async def test_batches_cover_every_contract_once(supplier: Cabinet) -> None:
    shrink(supplier, 3)
    await many(supplier, 10)
    supplier.clock.set(at(1, 18))
    assert len(await told(supplier, "start")) == 10
    assert await reminded(supplier) == 10


def shrink(supplier: Cabinet, batch: int) -> None:
    """Makes the batches small."""
    settings: dict[Any, Any] = dict(supplier.runtime.settings)
    settings[ReadingsSettings] = ReadingsSettings(reminder_batch=batch)
    supplier.runtime.settings = settings


async def test_two_workers_and_a_repeated_run_remind_once(supplier: Cabinet) -> None:
    shrink(supplier, 3)
    await many(supplier, 8)
    supplier.clock.set(at(1, 18))
    await asyncio.gather(supplier.drain(), supplier.drain())
    async with supplier.runtime.transaction("test") as uow:
        uow.enqueue(reminders.Remind())  # somebody starts the job by hand
    await supplier.drain()
    assert len(await told(supplier, "start")) == 8


async def test_a_batch_that_dies_halfway_is_done_again_whole(
    supplier: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    shrink(supplier, 3)
    await many(supplier, 5)
    supplier.clock.set(at(1, 18))
    original = reminders._notify
    deaths: list[int] = []

    async def dying(*args: Any) -> None:
        await original(*args)
        if len(deaths) < 2:
            deaths.append(1)
            raise RuntimeError("the machine stops here")

    monkeypatch.setattr(reminders, "_notify", dying)
    await supplier.drain(failing=True)
    assert await reminded(supplier) == 0
    for _ in range(3):
        supplier.clock.move(timedelta(minutes=5))
        await supplier.drain(failing=True)
    assert len(await told(supplier, "start")) == 5


async def test_a_batch_that_comes_a_day_late_reminds_of_nothing(supplier: Cabinet) -> None:
    await wanting(supplier)
    supplier.clock.set(at(1, 19))
    async with supplier.runtime.transaction("test") as uow:
        uow.enqueue(ReadingsRemindBatch(date(2026, 1, 18), "start"))
    await supplier.drain()
    assert await told(supplier, "start") == []


# ---- days
@given(days, st.integers(0, 60), st.integers(-80, 80))
def test_a_window_is_open_from_its_first_to_its_last_day(opens: date, length: int, offset: int) -> None:
    closes = opens + timedelta(days=length)
    today = opens + timedelta(days=offset)
    made = Window(month_start(opens), opens, closes, closed=False)
    assert made.is_open(today) == (0 <= offset <= length)
    assert not Window(month_start(opens), opens, closes, closed=True).is_open(today)
    assert days_until(closes, today) == max(0, length - offset)
    assert f"с {opens.day} " in made.text
    assert f"по {closes.day} " in made.text
    assert str(closes.year) in made.text


@given(days)
def test_a_reminder_is_due_on_exactly_one_day(edge: date) -> None:
    for chosen in range(1, MOST_DAYS + 1):
        due = [
            offset
            for offset in range(-3, MOST_DAYS + 4)
            if reminder_days(edge - timedelta(days=offset))[chosen] == edge
        ]
        assert due == [chosen]


@given(days)
def test_months_follow_each_other_without_gaps(day: date) -> None:
    month = month_start(day)
    following = next_month(month)
    assert month <= day < following
    assert following.day == 1
    assert month_start(following - timedelta(days=1)) == month
    assert (following.year * 12 + following.month) - (month.year * 12 + month.month) == 1


@given(st.timedeltas(timedelta(0), timedelta(days=30_000)))
def test_the_business_day_of_moscow_is_three_hours_ahead(passed: timedelta) -> None:
    """No summer time since 2014: the day turns at 21:00 UTC all the year round."""
    moment = datetime(2015, 1, 1, tzinfo=UTC) + passed
    assert business_day(moment, ZoneInfo("Europe/Moscow")) == (moment + timedelta(hours=3)).date()
