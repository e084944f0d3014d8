"""Somebody has got a session that is not his: a token, or a browser left open."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.config import Config
from core.testing.cabinet import PASSWORD, Cabinet, config_for_tests
from core.testing.clock import MovableClock

TAKING_OVER: list[tuple[str, str, Any]] = [
    ("PUT", "/api/v1/profile/email", {"email": "thief@example.ru"}),
    ("PUT", "/api/v1/profile/phone", {"phone": "+7 900 000-00-00"}),
    ("PUT", "/api/v1/profile/two-factor", {"on": False}),
    ("PUT", "/api/v1/profile/two-factor", {"on": True, "channel": "phone"}),
    ("DELETE", "/api/v1/profile/two-factor/totp", None),
]
VERIFY = "/api/v1/sessions/current/verification"
FORM = {"email": "ivanova@example.ru", "password": PASSWORD, "transport": "cookie"}


@pytest.mark.parametrize(("method", "path", "body"), TAKING_OVER)
async def test_an_old_session_does_not_change_how_the_account_is_entered(
    cabinet: Cabinet, clock: MovableClock, method: str, path: str, body: Any
) -> None:
    victim = await cabinet.client()
    profile = (await victim.get("/api/v1/profile")).json()
    clock.move(timedelta(minutes=15))
    answer = await victim.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "password_needed")
    wrong = await victim.post(VERIFY, json={"password": "Wrong123"})
    assert wrong.json()["errors"][0]["code"] == "password_wrong"
    assert (await victim.request(method, path, json=body)).status_code == 403
    assert (await victim.get("/api/v1/profile")).json() == profile
    assert (await victim.post(VERIFY, json={"password": PASSWORD})).status_code == 204
    assert (await victim.request(method, path, json=body)).status_code in (200, 204)


async def test_the_password_given_in_one_session_does_not_verify_another(cabinet: Cabinet, clock: MovableClock) -> None:
    stolen = await cabinet.client()
    clock.move(timedelta(minutes=15))
    owner = cabinet.anonymous()
    answer = await owner.post("/api/v1/sessions", json={"email": FORM["email"], "password": PASSWORD})
    owner.sign(answer.json()["token"])
    assert (await owner.post(VERIFY, json={"password": PASSWORD})).status_code == 204
    assert (await stolen.put("/api/v1/profile/two-factor", json={"on": False})).status_code == 403


async def test_guessing_the_password_in_a_session_is_bounded(cabinet: Cabinet) -> None:
    stolen = await cabinet.client()
    answers = [await stolen.post(VERIFY, json={"password": f"Wrong{number}A"}) for number in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert (await stolen.post(VERIFY, json={"password": PASSWORD})).status_code == 429


async def test_a_session_that_nobody_uses_is_over(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.client()
    clock.move(timedelta(days=14) - timedelta(minutes=6))
    assert (await caller.get("/api/v1/sessions/current")).status_code == 200
    clock.move(timedelta(days=14))
    assert (await caller.get("/api/v1/sessions/current")).status_code == 401
    answer = await cabinet.anonymous().post("/api/v1/sessions", json={"email": FORM["email"], "password": PASSWORD})
    caller.sign(answer.json()["token"])
    listed = (await caller.get("/api/v1/sessions")).json()["items"]
    assert [item["live"] for item in listed] == [True, False]


async def test_a_sign_in_ends_the_session_whose_cookie_it_replaces(cabinet: Cabinet) -> None:
    await cabinet.client()
    browser = cabinet.anonymous()
    assert (await browser.post("/api/v1/sessions", json=FORM)).status_code == 201
    before = browser.cookies["abonent_session"]
    assert (await browser.post("/api/v1/sessions", json=FORM)).status_code == 201
    assert browser.cookies["abonent_session"] != before
    assert (await cabinet.anonymous().sign(before).get("/api/v1/sessions/current")).status_code == 401
    assert (await browser.get("/api/v1/sessions/current")).status_code == 200


async def test_a_planted_cookie_does_not_become_the_session(cabinet: Cabinet) -> None:
    attacker = await cabinet.register("attacker@example.ru")
    planted = attacker.headers["Authorization"].removeprefix("Bearer ")
    await cabinet.client()
    browser = cabinet.anonymous()
    browser.cookies.set("abonent_session", planted, domain="cabinet.test")
    assert (await browser.post("/api/v1/sessions", json=FORM)).status_code == 201
    assert (await attacker.get("/api/v1/sessions/current")).status_code == 401


async def test_signing_out_removes_the_cookies(cabinet: Cabinet) -> None:
    await cabinet.client()
    browser = cabinet.anonymous()
    opened = await browser.post("/api/v1/sessions", json=FORM)
    answer = await browser.delete("/api/v1/sessions/current", headers={"X-CSRF-Token": opened.json()["csrf"]})
    assert answer.status_code == 204
    assert "abonent_session" not in browser.cookies
    assert "abonent_csrf" not in browser.cookies


class TestOverTls:
    """Where the cabinet is served as it must be."""

    @pytest.fixture
    def host_config(self, database_url: str, tmp_path: Path) -> Config:
        """With secure cookies, as by default."""
        config = config_for_tests(database_url, tmp_path)
        host = msgspec.structs.replace(config.host, secure_cookies=True)
        return msgspec.structs.replace(config, host=host)

    async def test_cookies_are_taken_from_this_host_only(self, cabinet: Cabinet) -> None:
        await cabinet.client()
        browser = cabinet.anonymous()
        opened = await browser.post("/api/v1/sessions", json=FORM)
        for line in opened.headers.get_list("set-cookie"):
            assert line.startswith("__Host-abonent_")
            assert "; Secure" in line
            assert "; Path=/" in line
            assert "domain" not in line.lower()
        session = next(line for line in opened.headers.get_list("set-cookie") if "_session=" in line)
        token = session.partition("=")[2].partition(";")[0]
        shadow = cabinet.anonymous()
        plain = await shadow.get("/api/v1/sessions/current", headers={"Cookie": f"abonent_session={token}"})
        assert plain.status_code == 401, "a neighbour on the domain can set a cookie of that name"
        taken = await shadow.get("/api/v1/sessions/current", headers={"Cookie": f"__Host-abonent_session={token}"})
        assert taken.status_code == 200
