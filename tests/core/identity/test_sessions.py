"""«Сессии»: listed, ended, removed."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.identity.models import Session
from core.testing.cabinet import Cabinet, Caller
from core.testing.clock import MovableClock
from tests.core.identity.visitors import CHROME, EMAIL, FIREFOX, deeds, is_in, refusal, sign_in, try_password

SESSIONS = "/api/v1/sessions"


async def listed(caller: Caller) -> list[dict[str, Any]]:
    """The list of sessions."""
    answer = await caller.get(SESSIONS)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.requirement("IDN-31")
async def test_every_session_is_listed_with_its_browser_and_one_is_current(
    cabinet: Cabinet, clock: MovableClock
) -> None:
    await cabinet.register("petrov@example.ru")
    registered = await cabinet.register()
    clock.move(timedelta(seconds=61, microseconds=5))
    chrome = cabinet.anonymous().sign(
        (await try_password(cabinet, agent=CHROME, address="10.197.16.73")).json()["token"]
    )
    firefox = await sign_in(cabinet, agent=FIREFOX)
    lines = await listed(chrome)
    assert len(lines) == 3
    mine = next(line for line in lines if line["address"] == "10.197.16.73")
    assert (mine["browser"], mine["browser_version"]) == ("Chrome", "108.0.0.0")
    assert (mine["system"], mine["system_code"]) == ("Windows", "windows-10")
    assert mine["opened_at"] == "2026-01-25T09:01:01Z"
    assert {line["browser"] for line in lines} == {"Chrome", "Firefox", "python-httpx"}
    for caller in (registered, chrome, firefox):
        assert [line["current"] for line in await listed(caller)].count(True) == 1
    assert next(line for line in lines if line["current"]) == mine
    await firefox.delete(f"{SESSIONS}/current")
    ended = next(line for line in await listed(chrome) if line["browser"] == "Firefox")
    assert (ended["live"], ended["current"], ended["opened_at"]) == (False, False, "2026-01-25T09:01:01Z")


@pytest.mark.requirement("IDN-32")
async def test_the_session_in_use_is_ended_by_its_id(cabinet: Cabinet) -> None:
    caller, other = await cabinet.register(), await sign_in(cabinet)
    (mine,) = [line["id"] for line in await listed(caller) if line["current"]]
    assert (await caller.delete(f"{SESSIONS}/{mine}")).status_code == 204
    assert not await is_in(caller)
    assert mine in [line["id"] for line in await listed(other)]


@pytest.mark.requirement("IDN-32")
async def test_another_session_leaves_the_list_and_its_token_dies(cabinet: Cabinet) -> None:
    caller, other = await cabinet.register(), await sign_in(cabinet)
    (theirs,) = [line["id"] for line in await listed(caller) if not line["current"]]
    assert (await caller.delete(f"{SESSIONS}/{theirs}")).status_code == 204
    assert not await is_in(other)
    assert [line["id"] for line in await listed(caller)] != [theirs]
    assert len(await listed(caller)) == 1
    assert refusal(await caller.delete(f"{SESSIONS}/{theirs}")) == (404, "not_found")
    past = await sign_in(cabinet)
    await past.delete(f"{SESSIONS}/current")
    (ended,) = [line["id"] for line in await listed(caller) if not line["live"]]
    assert (await caller.delete(f"{SESSIONS}/{ended}")).status_code == 204
    assert len(await listed(caller)) == 1


@pytest.mark.requirement("IDN-32")
async def test_a_foreign_session_looks_like_a_missing_one(cabinet: Cabinet) -> None:
    caller, stranger = await cabinet.register(), await cabinet.register("petrov@example.ru")
    (theirs,) = [line["id"] for line in await listed(stranger)]
    answers = [await caller.delete(f"{SESSIONS}/{session_id}") for session_id in (theirs, "no-such-session")]
    told = [{**answer.json(), "request_id": ""} for answer in answers]
    assert refusal(answers[0]) == (404, "not_found")
    assert told[0] == told[1]
    assert await is_in(stranger)
    assert len(await listed(stranger)) == 1


async def test_all_others_are_ended_at_once(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    others = [await sign_in(cabinet) for _ in range(3)]
    stranger = await cabinet.register("petrov@example.ru")
    assert (await caller.post(f"{SESSIONS}/others/ending")).json() == {"count": 3}
    assert await is_in(caller)
    assert await is_in(stranger)
    assert [await is_in(other) for other in others] == [False] * 3
    assert [line["live"] for line in await listed(caller)].count(False) == 3
    assert (await caller.post(f"{SESSIONS}/others/ending")).json() == {"count": 0}
    assert "identity.other_sessions_ended" in await deeds(cabinet)


async def test_a_long_list_is_paged(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    for _ in range(4):
        await sign_in(cabinet)
    first = (await caller.get(SESSIONS, params={"limit": 3})).json()
    second = (await caller.get(SESSIONS, params={"limit": 3, "cursor": first["next"]})).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (3, 2, None)
    assert first["items"] + second["items"] == await listed(caller)


async def test_last_seen_is_not_written_on_every_call(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.register()
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE"):
            written.append(statement)

    sa.event.listen(cabinet.runtime.database.writer.sync_engine, "before_cursor_execute", note)
    for _ in range(10):
        clock.move(timedelta(minutes=1))
        assert await is_in(caller)
    assert len(written) == 2
    (line,) = await listed(caller)
    assert (line["opened_at"], line["last_seen_at"]) == ("2026-01-25T09:00:00Z", "2026-01-25T09:10:00Z")


async def test_the_list_holds_no_token(cabinet: Cabinet) -> None:
    caller = await cabinet.register(EMAIL)
    token = caller.headers["Authorization"].removeprefix("Bearer ")
    async with cabinet.runtime.database.writer.connect() as connection:
        stored = (await connection.execute(sa.select(Session))).one()
    assert token not in repr(stored)
    text = (await caller.get(SESSIONS)).text
    assert token not in text
    assert stored.token_hash not in text
