"""Registration: the form, the code, the gates that open one after the other."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.identity.models import Account
from core.testing.cabinet import PASSWORD, Cabinet
from core.testing.clock import MovableClock
from tests.core.identity.visitors import EMAIL, another, codes, everything_stored, refusal, sign_in

REGISTRATION = "/api/v1/registration"
FORM: dict[str, Any] = {"email": EMAIL, "password": PASSWORD, "agreement": True}


async def accounts(cabinet: Cabinet) -> int:
    """How many accounts there are."""
    async with cabinet.runtime.database.writer.connect() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(Account)) or 0


@pytest.mark.requirement("IDN-01", "IDN-02")
async def test_registration_opens_a_session_and_names_the_next_step(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.register("Ivanova@Example.ru")
    me = (await caller.get("/api/v1/sessions/current")).json()
    assert (me["email"], me["email_confirmed"], me["step"]) == ("ivanova@example.ru", False, "personal_data")
    profile = (await caller.get("/api/v1/profile")).json()
    assert profile["agreement_version"] == "1"
    assert profile["agreement_accepted_at"] == clock.now().isoformat().replace("+00:00", "Z")


@pytest.mark.requirement("IDN-01", "IDN-02")
@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"email": "ivanova"}, "email", "email_format"),
        ({"email": "ivanova@example.ru\n"}, "email", "email_format"),
        ({"email": ""}, "email", "required"),
        ({"email": None}, "email", "required"),
        ({"password": None}, "password", "required"),
        ({"password": ""}, "password", "required"),
        ({"agreement": False}, "agreement", "agreement_required"),
        ({"nickname": "anna"}, "nickname", "unknown_field"),
    ],
)
async def test_a_wrong_registration_creates_nothing(
    cabinet: Cabinet, change: dict[str, object], field: str, code: str
) -> None:
    answer = await cabinet.anonymous().post(REGISTRATION, json=FORM | change)
    assert codes(answer) == {(field, code)}
    assert await cabinet.letters() == []
    assert await accounts(cabinet) == 0


@pytest.mark.requirement("IDN-01", "IDN-02")
@pytest.mark.parametrize(
    ("field", "code"), [("email", "required"), ("password", "required"), ("agreement", "agreement_required")]
)
async def test_an_absent_field_creates_nothing(cabinet: Cabinet, field: str, code: str) -> None:
    answer = await cabinet.anonymous().post(REGISTRATION, json={key: FORM[key] for key in FORM if key != field})
    assert codes(answer) == {(field, code)}
    assert await cabinet.letters() == []
    assert await accounts(cabinet) == 0


@pytest.mark.requirement("IDN-03")
async def test_the_advertising_consent_is_off_unless_given_and_one_with_the_switch(cabinet: Cabinet) -> None:
    preferences = "/api/v1/notifications/preferences"
    for given, email in (({}, "first@example.ru"), ({"advertising": False}, "second@example.ru")):
        caller = await cabinet.register(email, **given)
        assert (await caller.get("/api/v1/profile")).json()["advertising"] is False
    refused = await cabinet.anonymous().post(REGISTRATION, json=FORM | {"advertising": "да"})
    assert codes(refused) == {("advertising", "wrong_type")}
    caller = await cabinet.register("third@example.ru", advertising=True)
    await caller.put("/api/v1/profile/personal-data", json={"surname": "Иванова", "given_name": "Анна"})
    await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"})
    silent = await cabinet.client("fourth@example.ru")
    for on in (True, False, True):
        await caller.patch(preferences, json={"advertising": on})
        assert (await caller.get(preferences)).json()["advertising"] is on
        assert (await caller.get("/api/v1/profile")).json()["advertising"] is on
        assert (await silent.get(preferences)).json()["advertising"] is False


@pytest.mark.requirement("IDN-01")
async def test_an_address_is_taken_whatever_its_case(cabinet: Cabinet) -> None:
    await cabinet.register("ivanova@example.ru")
    answer = await cabinet.anonymous().post(REGISTRATION, json=FORM | {"email": "IVANOVA@example.ru"})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert len(await cabinet.letters()) == 1


@pytest.mark.requirement("IDN-05", "IDN-06")
async def test_the_code_of_the_letter_confirms_the_address(cabinet: Cabinet) -> None:
    caller = cabinet.anonymous()
    registered = await caller.post(REGISTRATION, json=FORM)
    caller.sign(registered.json()["token"])
    letters = await cabinet.letters()
    assert [letter.to for letter in letters] == [EMAIL]
    code = await cabinet.code_for(EMAIL)
    assert re.search(rf"\b{code}\b", letters[0].text)
    wrong = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": another(code)})
    assert codes(wrong) == {("code", "code_wrong")}
    me = await caller.get("/api/v1/sessions/current")
    assert me.json()["email_confirmed"] is False
    right = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": code})
    assert right.json()["email_confirmed"] is True
    twice = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": code})
    assert refusal(twice) == (409, "email_confirmed_already")
    for answer in (registered, wrong, me, right, twice, await caller.get("/api/v1/profile")):
        assert not re.search(rf"\b{code}\b", answer.text)


@pytest.mark.requirement("IDN-06")
async def test_another_accounts_code_does_not_confirm(cabinet: Cabinet) -> None:
    await cabinet.register("first@example.ru")
    second = await cabinet.register("second@example.ru")
    code = await cabinet.code_for("first@example.ru")
    assert code != await cabinet.code_for("second@example.ru")  # one in a hundred thousand
    answer = await second.post(f"{REGISTRATION}/email-confirmation", json={"code": code})
    assert codes(answer) == {("code", "code_wrong")}
    assert (await second.get("/api/v1/sessions/current")).json()["email_confirmed"] is False


@pytest.mark.requirement("IDN-07")
async def test_a_code_is_resent_once_a_minute_and_only_the_newest_counts(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.register()
    old = await cabinet.code_for("ivanova@example.ru")
    clock.move(timedelta(seconds=20))
    early = await caller.post(f"{REGISTRATION}/email-code")
    assert early.status_code == 429
    assert len(await cabinet.letters()) == 1
    assert early.json()["params"] == {"seconds": 40}
    assert early.headers["retry-after"] == "40"
    assert (await caller.get("/api/v1/sessions/current")).json()["code_seconds_left"] == 40
    clock.move(timedelta(seconds=40))
    assert (await caller.post(f"{REGISTRATION}/email-code")).status_code == 200
    assert len(await cabinet.letters()) == 2
    new = await cabinet.code_for("ivanova@example.ru")
    assert old != new  # one in a hundred thousand
    assert (await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": old})).status_code == 422
    assert (await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": new})).status_code == 200


@pytest.mark.requirement("IDN-08")
async def test_a_code_expires_and_bears_five_wrong_attempts(
    cabinet: Cabinet, clock: MovableClock, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caller = await cabinet.register()
    code = await cabinet.code_for(EMAIL)
    for _ in range(5):
        wrong = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": another(code)})
        assert codes(wrong) == {("code", "code_wrong")}
    answer = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": code})
    assert codes(answer) == {("code", "code_expired")}
    clock.move(timedelta(minutes=1))
    await caller.post(f"{REGISTRATION}/email-code")
    fresh = await cabinet.code_for(EMAIL)
    stored = await everything_stored(cabinet)
    logged = capsys.readouterr()
    for one in (code, fresh):
        assert not re.search(rf"\b{one}\b", stored + caplog.text + logged.out + logged.err)
    clock.move(timedelta(minutes=31))
    expired = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": fresh})
    assert codes(expired) == {("code", "code_expired")}
    assert (await caller.get("/api/v1/sessions/current")).json()["email_confirmed"] is False


async def test_five_attempts_at_once_are_five(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    code = await cabinet.code_for(EMAIL)
    body = {"code": another(code)}
    answers = await asyncio.gather(*[caller.post(f"{REGISTRATION}/email-confirmation", json=body) for _ in range(8)])
    told = sorted(code for answer in answers for _, code in codes(answer))
    assert told == ["code_expired"] * 3 + ["code_wrong"] * 5


@pytest.mark.requirement("IDN-13")
async def test_the_profile_asks_for_a_code_until_the_address_is_confirmed(
    cabinet: Cabinet, clock: MovableClock
) -> None:
    caller = await cabinet.client(confirmed=False)
    assert (await caller.get("/api/v1/sessions/current")).json()["email_confirmed"] is False
    clock.move(timedelta(minutes=2))
    asked = await caller.post(f"{REGISTRATION}/email-code")
    assert asked.json() == {"email": EMAIL, "seconds_left": 60}
    assert len(await cabinet.letters(EMAIL)) == 2
    confirmed = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": await cabinet.code_for(EMAIL)})
    assert confirmed.status_code == 200
    assert (await caller.get("/api/v1/sessions/current")).json()["email_confirmed"] is True
    clock.move(timedelta(minutes=2))
    assert refusal(await caller.post(f"{REGISTRATION}/email-code")) == (409, "email_confirmed_already")
    assert len(await cabinet.letters(EMAIL)) == 2


@pytest.mark.requirement("IDN-09", "IDN-10", "IDN-11", "CTR-14")
async def test_the_hard_gates_open_one_after_the_other(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    for closed in ("/api/v1/contracts", "/api/v1/readings/contracts", "/api/v1/roles/requests"):
        assert refusal(await caller.get(closed)) == (403, "onboarding_incomplete"), closed
    assert (await caller.get("/api/v1/sessions/current")).json()["step"] == "personal_data"
    for opened in ("/api/v1/profile", "/api/v1/documents", "/api/v1/help/company"):
        assert (await caller.get(opened)).status_code == 200, opened
    leaving = await sign_in(cabinet)
    assert (await leaving.delete("/api/v1/sessions/current")).status_code == 204
    blank = await caller.put("/api/v1/profile/personal-data", json={"surname": " ", "given_name": ""})
    assert codes(blank) == {("given_name", "required")}
    blank = await caller.put("/api/v1/profile/personal-data", json={"surname": " ", "given_name": "Анна"})
    assert codes(blank) == {("surname", "required")}
    assert blank.json()["errors"][0]["message"] == "Заполните поле"
    names = {"surname": "Иванова", "given_name": "Анна", "patronymic": "Петровна", "organisation": "ООО «Ромашка»"}
    names |= {"position": "Энергетик", "address": "СПб"}
    assert (await caller.put("/api/v1/profile/personal-data", json=names)).status_code == 204
    assert (await caller.get("/api/v1/sessions/current")).json()["step"] == "phone"
    for closed in ("/api/v1/contracts", "/api/v1/readings/contracts", "/api/v1/roles/requests"):
        assert refusal(await caller.get(closed)) == (403, "onboarding_incomplete"), closed
    for wrong in ("", "телефон", "+7 921 866", "+7 921 866-22-9444", "+1 921 866-22-94"):
        refused = await caller.put("/api/v1/profile/phone", json={"phone": wrong})
        assert refused.status_code == 422, wrong
    assert (await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"})).status_code == 204
    profile = (await caller.get("/api/v1/profile")).json()
    assert profile["phone"] == "+79218662294"
    assert {name: profile[name] for name in names} == names
    assert (await caller.get("/api/v1/sessions/current")).json()["step"] == "done"
    for opened in ("/api/v1/contracts", "/api/v1/readings/contracts", "/api/v1/roles/requests"):
        assert (await caller.get(opened)).status_code == 200, opened
    assert (await caller.get("/api/v1/contracts")).json() == {"items": [], "next": None}


async def test_simultaneous_registrations_make_one_account(cabinet: Cabinet) -> None:
    answers = await asyncio.gather(*[cabinet.anonymous().post(REGISTRATION, json=FORM) for _ in range(5)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len(await cabinet.letters()) == 1


async def test_no_token_and_no_password_is_stored_in_clear(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    token = caller.headers["Authorization"].removeprefix("Bearer ")
    stored = await everything_stored(cabinet)
    assert EMAIL in stored
    if cabinet.runtime.database.is_sqlite:
        path = Path(cabinet.host.config.host.database.removeprefix("sqlite:///"))
        stored += "".join(part.read_bytes().decode("latin-1") for part in path.parent.glob(f"{path.name}*"))
    assert token not in stored
    assert PASSWORD not in stored


async def test_somebody_invited_accepts_the_agreement_first(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    again = await caller.post(f"{REGISTRATION}/agreement", json={"agreement": True})
    assert refusal(again) == (409, "agreed_already")
    async with cabinet.runtime.database.writer.begin() as connection:  # as an invitation makes an account
        await connection.execute(sa.update(Account).values(agreement_accepted_at=None, agreement_version=None))
    assert (await caller.get("/api/v1/sessions/current")).json()["step"] == "agreement"
    assert refusal(await caller.get("/api/v1/contracts")) == (403, "onboarding_incomplete")
    refused = await caller.post(f"{REGISTRATION}/agreement", json={"agreement": False})
    assert codes(refused) == {("agreement", "agreement_required")}
    accepted = await caller.post(f"{REGISTRATION}/agreement", json={"agreement": True})
    assert accepted.json()["step"] == "done"
    assert (await caller.get("/api/v1/contracts")).status_code == 200
    assert (await caller.get("/api/v1/profile")).json()["agreement_version"] == "1"
