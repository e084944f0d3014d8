"""Signing in and out: what is told, what is counted, what a browser keeps."""

import asyncio
from datetime import timedelta

import pytest

from core.testing.cabinet import PASSWORD, Cabinet
from core.testing.clock import MovableClock
from tests.core.identity.visitors import EMAIL, WRONG, is_in, refusal, sign_in, try_password

REGISTRATION = "/api/v1/registration"
FORM = {"email": EMAIL, "password": PASSWORD, "agreement": True}


@pytest.mark.requirement("IDN-14")
async def test_sign_in_tells_nothing_about_what_was_wrong(cabinet: Cabinet) -> None:
    await cabinet.register(EMAIL)
    gone = await cabinet.register("gone@example.ru")
    deleted = await gone.post("/api/v1/profile/deletion", json={"password": PASSWORD, "confirmed": True})
    assert deleted.status_code == 204
    assert (await try_password(cabinet, "IVANOVA@example.ru")).status_code == 201
    attempts = (
        (EMAIL, WRONG),
        (EMAIL, PASSWORD.upper()),
        ("nobody@example.ru", PASSWORD),
        ("gone@example.ru", PASSWORD),
    )
    answers = [await try_password(cabinet, email, password) for email, password in attempts]
    told = [{**answer.json(), "request_id": ""} for answer in answers]
    headers = [{name: value for name, value in answer.headers.items() if name != "x-request-id"} for answer in answers]
    assert refusal(answers[0]) == (401, "sign_in_refused")
    assert all(one == told[0] for one in told)
    assert all(one == headers[0] for one in headers)


@pytest.mark.requirement("IDN-15")
async def test_guessing_is_slowed_down(cabinet: Cabinet, clock: MovableClock) -> None:
    await cabinet.register(EMAIL)
    await cabinet.register("petrov@example.ru")
    for _ in range(10):
        assert (await try_password(cabinet, password=WRONG)).status_code == 401
    blocked = await try_password(cabinet)
    assert refusal(blocked) == (429, "too_many_requests")
    assert blocked.headers["retry-after"] == "901"
    assert (await try_password(cabinet, "petrov@example.ru")).status_code == 201
    clock.move(timedelta(minutes=14))
    assert (await try_password(cabinet)).headers["retry-after"] == "61"
    clock.move(timedelta(minutes=1))
    assert (await try_password(cabinet)).status_code == 201


async def test_attempts_at_once_get_no_further(cabinet: Cabinet) -> None:
    await cabinet.register(EMAIL)
    answers = await asyncio.gather(*[try_password(cabinet, password=WRONG) for _ in range(14)])
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 4


async def test_the_right_password_starts_the_count_anew(cabinet: Cabinet) -> None:
    await cabinet.register(EMAIL)
    for _ in range(3):
        for _ in range(9):
            assert (await try_password(cabinet, password=WRONG)).status_code == 401
        assert (await try_password(cabinet)).status_code == 201


@pytest.mark.requirement("IDN-18")
async def test_sign_out_ends_this_session_only(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    second = await sign_in(cabinet)
    assert (await caller.delete("/api/v1/sessions/current")).status_code == 204
    assert not await is_in(caller)
    assert await is_in(second)
    listed = (await second.get("/api/v1/sessions")).json()["items"]
    assert [(item["current"], item["live"]) for item in listed] == [(True, True), (False, False)]


async def test_a_session_expires(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.register()
    for days in (10, 10):  # in use, or it would be over sooner
        clock.move(timedelta(days=days))
        assert await is_in(caller)
    clock.move(timedelta(days=10) - timedelta(seconds=1))
    assert await is_in(caller)
    clock.move(timedelta(seconds=1))
    assert not await is_in(caller)


@pytest.mark.requirement("IDN-20")
async def test_the_cookie_needs_the_csrf_header_and_hides_the_token(cabinet: Cabinet) -> None:
    browser = cabinet.anonymous()
    opened = await browser.post(REGISTRATION, json=FORM | {"transport": "cookie"})
    assert opened.json()["token"] is None
    cookies = {line.partition("=")[0]: line.lower() for line in opened.headers.get_list("set-cookie")}
    assert "httponly" in cookies["abonent_session"]
    assert "httponly" not in cookies["abonent_csrf"]
    assert all("samesite=lax" in line for line in cookies.values())
    assert await is_in(browser)
    bare = await browser.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"})
    assert refusal(bare) == (403, "csrf_missing")
    headers = {"X-CSRF-Token": opened.json()["csrf"]}
    sent = await browser.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"}, headers=headers)
    assert sent.status_code == 204
    mobile = await sign_in(cabinet)  # no cookie, no header: a bearer token is enough
    assert (await mobile.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-95"})).status_code == 204


async def test_a_tool_without_a_user_agent_may_sign_in(cabinet: Cabinet) -> None:
    await cabinet.register()
    for agent in ("", "Браузер\x85", "a/" + "9" * 1000, "Mozilla/5.0 (" * 30):
        assert (await try_password(cabinet, agent=agent)).status_code == 201
