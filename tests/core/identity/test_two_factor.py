"""Two-factor authentication: new devices are confirmed, known ones are not asked."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pyotp
import pytest

from core.adapters.sms_folder import FolderSms
from core.config import Config
from core.ports.sms import Sms
from core.testing.cabinet import PASSWORD, Cabinet, Caller
from core.testing.clock import MovableClock
from tests.core.identity.visitors import (
    CHROME,
    CHROME_UPDATED,
    EMAIL,
    FIREFOX,
    WRONG,
    another,
    codes,
    deeds,
    everything_stored,
    is_in,
    refusal,
    sign_in,
    try_password,
)

SWITCH = "/api/v1/profile/two-factor"
CONFIRM = "/api/v1/sessions/confirmations"


async def careful(cabinet: Cabinet, **more: Any) -> Caller:
    """A client who has two-factor authentication on."""
    caller = await cabinet.client()
    answer = await caller.put(SWITCH, json={"on": True, **more})
    assert answer.status_code == 200, answer.text
    return caller


async def challenge(cabinet: Cabinet, **more: Any) -> dict[str, Any]:
    """What a sign-in from an unknown device is answered."""
    answer = await try_password(cabinet, **more)
    assert answer.status_code == 202, answer.text
    asked: dict[str, Any] = answer.json()
    return asked


async def confirm(
    cabinet: Cabinet, asked: dict[str, Any], code: str, agent: str = CHROME, **more: Any
) -> httpx.Response:
    """Answers a challenge."""
    body = {"challenge": asked["challenge"], "code": code, **more}
    return await cabinet.anonymous().post(CONFIRM, json=body, headers={"User-Agent": agent})


async def confirmed_device(cabinet: Cabinet) -> str:
    """The token of a device that has been confirmed by letter."""
    asked = await challenge(cabinet)
    answer = await confirm(cabinet, asked, await cabinet.code_for(EMAIL))
    assert answer.status_code == 201, answer.text
    device: str = answer.json()["device"]
    return device


async def device_letters(cabinet: Cabinet) -> int:
    """How many codes for a device have gone to the mailbox."""
    return sum(letter.subject.startswith("Код для входа") for letter in await cabinet.letters(EMAIL))


async def messages(cabinet: Cabinet) -> list[tuple[str, str]]:
    """(number, text) of the messages sent, the newest first."""
    await cabinet.drain()
    sms = cabinet.runtime.ports[Sms]
    assert isinstance(sms, FolderSms)
    return [(message.to, message.text) for message in await sms.read_all()]


# ---- the switch
@pytest.mark.requirement("IDN-28")
async def test_it_is_off_until_it_is_switched_on(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    read = (await caller.get(SWITCH)).json()
    assert (read["on"], read["channel"], read["channels"]) == (False, "email", ["email", "phone"])
    assert (await try_password(cabinet, agent=FIREFOX)).status_code == 201
    assert (await caller.put(SWITCH, json={"on": True})).json()["on"] is True
    assert (await caller.get(SWITCH)).json()["on"] is True
    assert (await caller.get("/api/v1/profile")).json()["two_factor"] is True
    assert (await try_password(cabinet, agent=FIREFOX)).status_code == 202
    assert (await caller.put(SWITCH, json={"on": False})).json()["on"] is False
    assert (await caller.get(SWITCH)).json()["on"] is False
    assert (await try_password(cabinet, agent=FIREFOX)).status_code == 201
    assert (await cabinet.letters(EMAIL))[0].subject == "Подтверждение входа выключено"


# ---- a new device
@pytest.mark.requirement("IDN-29")
async def test_a_new_device_gets_no_session_until_it_is_confirmed(cabinet: Cabinet) -> None:
    await careful(cabinet)
    asked = await challenge(cabinet, device="abd_unknown")
    assert asked["status"] == "confirmation_needed"
    assert (asked["sent_to"], asked["methods"], asked["seconds_left"]) == ("i***@example.ru", ["code"], 60)
    assert "token" not in asked
    stranger = cabinet.anonymous().sign(asked["challenge"])
    assert not await is_in(stranger)
    assert (await stranger.get("/api/v1/contracts")).status_code == 401
    assert await device_letters(cabinet) == 1
    code = await cabinet.code_for(EMAIL)
    assert codes(await confirm(cabinet, asked, another(code))) == {("code", "code_wrong")}
    absent = await cabinet.anonymous().post(CONFIRM, json={"challenge": asked["challenge"]})
    assert codes(absent) == {("code", "required")}
    assert (await stranger.get("/api/v1/contracts")).status_code == 401
    opened = await confirm(cabinet, asked, code)
    assert (opened.status_code, opened.json()["status"]) == (201, "opened")
    caller = cabinet.anonymous().sign(opened.json()["token"])
    assert (await caller.get("/api/v1/contracts")).status_code == 200
    assert refusal(await confirm(cabinet, asked, code)) == (401, "challenge_gone")
    assert {"identity.confirmation_asked", "identity.device_confirmed"} <= set(await deeds(cabinet))


@pytest.mark.requirement("IDN-29", "IDN-08")
async def test_an_expired_or_exhausted_code_opens_nothing(cabinet: Cabinet, clock: MovableClock) -> None:
    await careful(cabinet)
    asked = await challenge(cabinet)
    code = await cabinet.code_for(EMAIL)
    for _ in range(5):
        assert codes(await confirm(cabinet, asked, another(code))) == {("code", "code_wrong")}
    assert codes(await confirm(cabinet, asked, code)) == {("code", "code_expired")}
    clock.move(timedelta(minutes=1))
    again = await cabinet.anonymous().post(f"{CONFIRM}/code", json={"challenge": asked["challenge"]})
    assert again.json() == {"sent_to": "i***@example.ru", "seconds_left": 60}
    fresh = await cabinet.code_for(EMAIL)
    assert not re.search(rf"\b{fresh}\b", await everything_stored(cabinet))
    clock.move(timedelta(minutes=10, seconds=1))
    assert codes(await confirm(cabinet, asked, fresh)) == {("code", "code_expired")}
    clock.move(timedelta(minutes=19))
    assert refusal(await confirm(cabinet, asked, fresh)) == (401, "challenge_gone")
    later = await challenge(cabinet)
    assert codes(await confirm(cabinet, later, fresh)) == {("code", "code_wrong")}
    clock.move(timedelta(minutes=1))
    assert (await confirm(cabinet, later, await cabinet.code_for(EMAIL))).status_code == 201


@pytest.mark.requirement("IDN-29")
async def test_the_code_is_sent_again_once_a_minute(cabinet: Cabinet, clock: MovableClock) -> None:
    await careful(cabinet)
    asked = await challenge(cabinet)
    clock.move(timedelta(seconds=20))
    body = {"challenge": asked["challenge"]}
    early = await cabinet.anonymous().post(f"{CONFIRM}/code", json=body)
    assert refusal(early) == (429, "too_many_requests")
    assert early.headers["retry-after"] == "40"
    assert (await challenge(cabinet))["seconds_left"] == 40  # another sign-in sends no second letter either
    assert await device_letters(cabinet) == 1
    old = await cabinet.code_for(EMAIL)
    clock.move(timedelta(seconds=40))
    assert (await cabinet.anonymous().post(f"{CONFIRM}/code", json=body)).status_code == 200
    assert await device_letters(cabinet) == 2
    new = await cabinet.code_for(EMAIL)
    assert old != new  # one in a hundred thousand
    assert codes(await confirm(cabinet, asked, old)) == {("code", "code_wrong")}
    assert (await confirm(cabinet, asked, new)).status_code == 201


@pytest.mark.requirement("IDN-29")
async def test_the_code_goes_to_the_phone_when_that_is_chosen(cabinet: Cabinet, clock: MovableClock) -> None:
    await careful(cabinet, channel="phone")
    asked = await challenge(cabinet)
    assert asked["sent_to"] == "+7***2294"
    assert await device_letters(cabinet) == 0
    ((number, text),) = await messages(cabinet)
    assert number == "+79218662294"
    found = re.search(r"\b\d{5}\b", text)
    assert found
    assert (await confirm(cabinet, asked, found[0])).status_code == 201
    clock.move(timedelta(minutes=1))
    later = await challenge(cabinet)
    clock.move(timedelta(minutes=1))
    body = {"challenge": later["challenge"], "channel": "email"}
    assert (await cabinet.anonymous().post(f"{CONFIRM}/code", json=body)).json()["sent_to"] == "i***@example.ru"
    assert (await confirm(cabinet, later, await cabinet.code_for(EMAIL))).status_code == 201


async def test_a_phone_that_is_not_there_cannot_be_chosen(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    refused = await caller.put(SWITCH, json={"on": True, "channel": "phone"})
    assert codes(refused) == {("channel", "channel_unavailable")}
    assert codes(await caller.put(SWITCH, json={"on": True, "channel": "totp"})) == {("channel", "channel_unavailable")}
    assert (await caller.get(SWITCH)).json()["on"] is False
    await caller.put(SWITCH, json={"on": True})
    asked = await challenge(cabinet)
    body = {"challenge": asked["challenge"], "channel": "phone"}
    nowhere = await cabinet.anonymous().post(f"{CONFIRM}/code", json=body)
    assert codes(nowhere) == {("channel", "channel_unavailable")}


async def test_a_challenge_does_not_outlive_the_password(cabinet: Cabinet) -> None:
    caller = await careful(cabinet)
    asked = await challenge(cabinet)
    code = await cabinet.code_for(EMAIL)
    change = {"old_password": PASSWORD, "new_password": "Novyi1parol", "new_password_again": "Novyi1parol"}
    await caller.put("/api/v1/profile/password", json=change)
    assert refusal(await confirm(cabinet, asked, code)) == (401, "challenge_gone")


async def test_a_wrong_password_sends_nothing(cabinet: Cabinet) -> None:
    await careful(cabinet)
    assert (await try_password(cabinet, password=WRONG)).status_code == 401
    assert await device_letters(cabinet) == 0


async def test_somebody_who_knows_the_password_does_not_guess_the_code(cabinet: Cabinet, clock: MovableClock) -> None:
    await careful(cabinet)
    tried = 0
    for _ in range(3):
        asked = await challenge(cabinet)
        code = await cabinet.code_for(EMAIL)
        for _ in range(5):
            answer = await confirm(cabinet, asked, another(code))
            tried += answer.status_code == 422
        clock.move(timedelta(minutes=1))
    assert tried == 10
    assert refusal(await confirm(cabinet, asked, code)) == (429, "too_many_requests")
    clock.move(timedelta(days=1))
    asked = await challenge(cabinet)
    assert (await confirm(cabinet, asked, await cabinet.code_for(EMAIL))).status_code == 201


async def test_confirmed_twice_at_once_it_opens_one_session(cabinet: Cabinet) -> None:
    await careful(cabinet)
    asked = await challenge(cabinet)
    code = await cabinet.code_for(EMAIL)
    answers = await asyncio.gather(*[confirm(cabinet, asked, code) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]


# ---- a known device
@pytest.mark.requirement("IDN-30")
async def test_a_confirmed_device_is_not_asked_again(cabinet: Cabinet, clock: MovableClock) -> None:
    await careful(cabinet)
    device = await confirmed_device(cabinet)
    sent = await device_letters(cabinet)
    for agent in (CHROME, CHROME_UPDATED):
        assert (await try_password(cabinet, agent=agent, device=device)).status_code == 201
    clock.move(timedelta(days=300))
    assert (await try_password(cabinet, device=device)).status_code == 201
    assert await device_letters(cabinet) == sent
    assert (await try_password(cabinet, agent=FIREFOX, device=device)).status_code == 202
    assert (await try_password(cabinet, agent=CHROME)).status_code == 202
    assert (await try_password(cabinet, device=device + "x")).status_code == 202
    assert device not in await everything_stored(cabinet)


@pytest.mark.requirement("IDN-30")
async def test_a_device_is_known_to_its_account_only(cabinet: Cabinet) -> None:
    await careful(cabinet)
    device = await confirmed_device(cabinet)
    other = await cabinet.client("petrov@example.ru")
    await other.put(SWITCH, json={"on": True})
    assert (await try_password(cabinet, "petrov@example.ru", device=device)).status_code == 202


async def test_a_browser_keeps_its_device_in_a_cookie(cabinet: Cabinet) -> None:
    await careful(cabinet)
    browser = cabinet.anonymous()
    browser.headers["User-Agent"] = CHROME
    form = {"email": EMAIL, "password": PASSWORD, "transport": "cookie"}
    asked = (await browser.post("/api/v1/sessions", json=form)).json()
    body = {"challenge": asked["challenge"], "code": await cabinet.code_for(EMAIL), "transport": "cookie"}
    opened = await browser.post(CONFIRM, json=body)
    assert (opened.json()["token"], opened.json()["device"]) == (None, None)
    cookies = {line.partition("=")[0]: line.lower() for line in opened.headers.get_list("set-cookie")}
    assert "httponly" in cookies["abonent_device"]
    again = await browser.post("/api/v1/sessions", json=form)
    assert again.status_code == 201


async def test_devices_are_forgotten_with_the_switch_and_with_a_recovery(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await careful(cabinet)
    device = await confirmed_device(cabinet)
    await caller.put(SWITCH, json={"on": False})
    await caller.put(SWITCH, json={"on": True})
    assert (await try_password(cabinet, device=device)).status_code == 202
    clock.move(timedelta(minutes=1))
    device = await confirmed_device(cabinet)
    await cabinet.anonymous().post("/api/v1/recovery", json={"email": EMAIL})
    new = {"token": await cabinet.link_token(EMAIL), "password": "Novyi1parol"}
    await cabinet.anonymous().post("/api/v1/recovery/password", json=new)
    assert (await try_password(cabinet, password="Novyi1parol", device=device)).status_code == 202


# ---- an authenticator application
async def enrolled(cabinet: Cabinet, caller: Caller, clock: MovableClock) -> tuple[pyotp.TOTP, list[str]]:
    """An application taken into use, and the recovery codes."""
    enrolment = (await caller.post(f"{SWITCH}/totp", json={"password": PASSWORD})).json()
    application = pyotp.parse_uri(enrolment["link"])
    assert isinstance(application, pyotp.TOTP)
    assert application.secret == enrolment["secret"]
    assert (application.issuer, application.name) == ("Тестэнерго", EMAIL)
    assert enrolment["secret"] not in await everything_stored(cabinet)
    answer = await caller.post(f"{SWITCH}/totp/confirmation", json={"code": application.at(clock.now())})
    assert answer.status_code == 200, answer.text
    made: list[str] = answer.json()["codes"]
    return application, made


async def test_an_application_confirms_instead_of_a_letter(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await careful(cabinet)
    application, recovery = await enrolled(cabinet, caller, clock)
    assert len(set(recovery)) == 10
    clock.move(timedelta(seconds=30))
    chosen = await caller.put(SWITCH, json={"on": True, "channel": "totp"})
    assert (chosen.json()["totp_confirmed"], chosen.json()["recovery_codes_left"]) == (True, 10)
    asked = await challenge(cabinet)
    assert (asked["sent_to"], asked["methods"]) == (None, ["code", "totp", "recovery_code"])
    assert await device_letters(cabinet) == 0
    code = application.at(clock.now())
    assert codes(await confirm(cabinet, asked, another(code), method="totp")) == {("code", "code_wrong")}
    assert codes(await confirm(cabinet, asked, code)) == {("code", "code_expired")}  # not a code that was sent
    assert (await confirm(cabinet, asked, code, method="totp")).status_code == 201
    replayed = await confirm(cabinet, await challenge(cabinet), code, method="totp")
    assert codes(replayed) == {("code", "code_wrong")}


async def test_a_clock_may_be_off_by_half_a_minute(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await careful(cabinet)
    application, _ = await enrolled(cabinet, caller, clock)
    clock.move(timedelta(minutes=5))
    asked = await challenge(cabinet)
    for off in (-60, 60):
        late = application.at(clock.now() + timedelta(seconds=off))
        assert codes(await confirm(cabinet, asked, late, method="totp")) == {("code", "code_wrong")}
    slow = application.at(clock.now() - timedelta(seconds=30))
    assert (await confirm(cabinet, asked, slow, method="totp")).status_code == 201


async def test_an_application_is_not_in_use_before_its_first_code(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await careful(cabinet)
    wrong = await caller.post(f"{SWITCH}/totp", json={"password": WRONG})
    assert codes(wrong) == {("password", "password_wrong")}
    none = await caller.post(f"{SWITCH}/totp/confirmation", json={"code": "123456"})
    assert refusal(none) == (409, "totp_not_started")
    enrolment = (await caller.post(f"{SWITCH}/totp", json={"password": PASSWORD})).json()
    application = pyotp.TOTP(enrolment["secret"])
    code = application.at(clock.now())
    refused = await caller.post(f"{SWITCH}/totp/confirmation", json={"code": another(code)})
    assert codes(refused) == {("code", "code_wrong")}
    assert (await challenge(cabinet))["methods"] == ["code"]
    clock.move(timedelta(minutes=31))
    late = await caller.post(f"{SWITCH}/totp/confirmation", json={"code": application.at(clock.now())})
    assert refusal(late) == (409, "totp_not_started")


async def test_another_application_replaces_the_first(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await careful(cabinet)
    first, _ = await enrolled(cabinet, caller, clock)
    second, _ = await enrolled(cabinet, caller, clock)
    clock.move(timedelta(minutes=1))
    asked = await challenge(cabinet)
    stale = await confirm(cabinet, asked, first.at(clock.now()), method="totp")
    assert codes(stale) == {("code", "code_wrong")}
    assert (await confirm(cabinet, asked, second.at(clock.now()), method="totp")).status_code == 201


async def test_an_application_given_up_leaves_the_letter(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await careful(cabinet)
    application, _ = await enrolled(cabinet, caller, clock)
    await caller.put(SWITCH, json={"on": True, "channel": "totp"})
    assert (await caller.delete(f"{SWITCH}/totp")).status_code == 204
    read = (await caller.get(SWITCH)).json()
    assert (read["on"], read["channel"], read["totp_confirmed"]) == (True, "email", False)
    clock.move(timedelta(minutes=1))
    asked = await challenge(cabinet)
    assert asked["sent_to"] == "i***@example.ru"
    assert codes(await confirm(cabinet, asked, application.at(clock.now()), method="totp")) == {("code", "code_wrong")}


async def test_a_recovery_code_works_once(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await careful(cabinet)
    made = (await caller.post(f"{SWITCH}/recovery-codes", json={"password": PASSWORD})).json()["codes"]
    stored = await everything_stored(cabinet)
    assert not [code for code in made if code in stored or code.replace("-", "") in stored]
    asked = await challenge(cabinet)
    assert asked["methods"] == ["code", "recovery_code"]
    assert codes(await confirm(cabinet, asked, "aaaa-bbbb-cccc-dddd", method="recovery_code")) == {
        ("code", "code_wrong")
    }
    typed = made[0].upper().replace("-", " ")
    assert (await confirm(cabinet, asked, typed, method="recovery_code")).status_code == 201
    asked = await challenge(cabinet)
    assert codes(await confirm(cabinet, asked, made[0], method="recovery_code")) == {("code", "code_wrong")}
    assert (await caller.get(SWITCH)).json()["recovery_codes_left"] == 9
    fresh = (await caller.post(f"{SWITCH}/recovery-codes", json={"password": PASSWORD})).json()["codes"]
    assert codes(await confirm(cabinet, asked, made[1], method="recovery_code")) == {("code", "code_wrong")}
    assert (await confirm(cabinet, asked, fresh[1], method="recovery_code")).status_code == 201
    refused = await caller.post(f"{SWITCH}/recovery-codes", json={"password": WRONG})
    assert codes(refused) == {("password", "password_wrong")}


class TestWithoutAGateway:
    """A supplier that has no contract with an SMS gateway."""

    @pytest.fixture
    def host_config(self, host_config: Config) -> Config:
        return msgspec.structs.replace(host_config, plugins={"identity": {"code_channels": ("email",)}})

    async def test_the_phone_is_not_offered(self, cabinet: Cabinet) -> None:
        caller = await cabinet.client()
        assert (await caller.get(SWITCH)).json()["channels"] == ["email"]
        refused = await caller.put(SWITCH, json={"on": True, "channel": "phone"})
        assert codes(refused) == {("channel", "channel_unavailable")}


async def test_staff_may_confirm_their_devices_too(cabinet: Cabinet) -> None:
    staff = await cabinet.staff("support@supplier.example")
    assert (await staff.put(SWITCH, json={"on": True})).status_code == 200
    asked = await challenge(cabinet, email="support@supplier.example")
    code = await cabinet.code_for("support@supplier.example")
    assert (await confirm(cabinet, asked, code)).json()["me"]["kind"] == "staff"


async def test_two_factor_changes_nothing_for_a_live_session(cabinet: Cabinet) -> None:
    caller = await careful(cabinet)
    assert await is_in(caller)
    other = await cabinet.client("petrov@example.ru")
    assert await is_in(other)
    assert await is_in(await sign_in(cabinet, "petrov@example.ru"))
