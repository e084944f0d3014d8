"""Registration, sign-in, sessions and the profile, over HTTP."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from core.testing.cabinet import PASSWORD, Cabinet
from core.testing.clock import MovableClock

REGISTRATION = "/api/v1/registration"
FORM = {"email": "ivanova@example.ru", "password": PASSWORD, "agreement": True}


def codes(answer: httpx.Response) -> set[tuple[str, str]]:
    """(field, code) of every field error."""
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


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
        ({"email": ""}, "email", "required"),
        ({"email": None}, "email", "required"),
        ({"password": None}, "password", "required"),
        ({"agreement": False}, "agreement", "agreement_required"),
        ({"nickname": "anna"}, "nickname", "unknown_field"),
    ],
)
async def test_a_wrong_registration_creates_nothing(
    cabinet: Cabinet, change: dict[str, object], field: str, code: str
) -> None:
    answer = await cabinet.anonymous().post(REGISTRATION, json=FORM | change)
    assert answer.status_code == 422
    assert (field, code) in codes(answer)
    assert await cabinet.letters() == []
    again = await cabinet.anonymous().post("/api/v1/sessions", json={"email": FORM["email"], "password": PASSWORD})
    assert again.status_code == 401


@pytest.mark.requirement("IDN-01")
async def test_an_address_is_taken_whatever_its_case(cabinet: Cabinet) -> None:
    await cabinet.register("ivanova@example.ru")
    answer = await cabinet.anonymous().post(REGISTRATION, json=FORM | {"email": "IVANOVA@example.ru"})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert len(await cabinet.letters()) == 1


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Пароль12ab", {"password_latin", "password_upper"}),
        ("Abcde12", {"password_length"}),
        ("abcdef12", {"password_upper"}),
        ("ABCDEF12", {"password_lower"}),
        ("Abcdefgh", {"password_digit"}),
        ("Abc def12", {"password_space"}),
        (" Abcdef12", {"password_space"}),
        ("Abcdef1!", set()),
        ("Abcdef12", set()),
    ],
)
async def test_every_broken_line_of_the_password_policy_is_named(
    cabinet: Cabinet, password: str, broken: set[str]
) -> None:
    answer = await cabinet.anonymous().post(REGISTRATION, json=FORM | {"password": password})
    if broken:
        assert {code for _, code in codes(answer)} == broken
    else:
        assert answer.status_code == 201


@pytest.mark.requirement("IDN-05", "IDN-06")
async def test_the_code_of_the_letter_confirms_the_address(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    letters = await cabinet.letters("ivanova@example.ru")
    assert len(letters) == 1
    code = await cabinet.code_for("ivanova@example.ru")
    wrong = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": f"{(int(code) + 1) % 100000:05d}"})
    assert codes(wrong) == {("code", "code_wrong")}
    right = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": code})
    assert right.json()["email_confirmed"] is True
    assert code not in right.text
    twice = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": code})
    assert twice.status_code == 409


@pytest.mark.requirement("IDN-06")
async def test_another_accounts_code_does_not_confirm(cabinet: Cabinet) -> None:
    await cabinet.register("first@example.ru")
    second = await cabinet.register("second@example.ru")
    code = await cabinet.code_for("first@example.ru")
    if code != await cabinet.code_for("second@example.ru"):
        answer = await second.post(f"{REGISTRATION}/email-confirmation", json={"code": code})
        assert answer.status_code == 422


@pytest.mark.requirement("IDN-07")
async def test_a_code_is_resent_once_a_minute_and_only_the_newest_counts(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.register()
    old = await cabinet.code_for("ivanova@example.ru")
    clock.move(timedelta(seconds=20))
    early = await caller.post(f"{REGISTRATION}/email-code")
    assert early.status_code == 429
    assert early.json()["params"] == {"seconds": 40}
    assert early.headers["retry-after"] == "40"
    assert (await caller.get("/api/v1/sessions/current")).json()["code_seconds_left"] == 40
    clock.move(timedelta(seconds=40))
    assert (await caller.post(f"{REGISTRATION}/email-code")).status_code == 200
    assert len(await cabinet.letters()) == 2
    new = await cabinet.code_for("ivanova@example.ru")
    if old != new:
        assert (await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": old})).status_code == 422
    assert (await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": new})).status_code == 200


@pytest.mark.requirement("IDN-08")
async def test_a_code_expires_and_bears_five_wrong_attempts(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.register()
    code = await cabinet.code_for("ivanova@example.ru")
    for _ in range(5):
        wrong = f"{(int(code) + 1) % 100000:05d}"
        assert (await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": wrong})).status_code == 422
    answer = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": code})
    assert codes(answer) == {("code", "code_expired")}
    clock.move(timedelta(minutes=1))
    await caller.post(f"{REGISTRATION}/email-code")
    fresh = await cabinet.code_for("ivanova@example.ru")
    clock.move(timedelta(minutes=31))
    expired = await caller.post(f"{REGISTRATION}/email-confirmation", json={"code": fresh})
    assert codes(expired) == {("code", "code_expired")}
    stored = await database_text(cabinet)
    assert fresh not in stored.split('"')


async def database_text(cabinet: Cabinet) -> str:
    """Everything that the table of codes holds, as text."""
    import sqlalchemy as sa

    from core.identity.models import EmailCode

    async with cabinet.runtime.database.writer.connect() as connection:
        rows = (await connection.execute(sa.select(EmailCode))).all()
    return repr(rows)


@pytest.mark.requirement("IDN-09", "IDN-10", "IDN-11", "CTR-14")
async def test_the_hard_gates_open_one_after_the_other(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    assert (await caller.get("/api/v1/contracts")).json()["code"] == "onboarding_incomplete"
    blank = await caller.put("/api/v1/profile/personal-data", json={"surname": " ", "given_name": ""})
    assert codes(blank) == {("given_name", "required")}
    blank = await caller.put("/api/v1/profile/personal-data", json={"surname": " ", "given_name": "Анна"})
    assert codes(blank) == {("surname", "required")}
    assert blank.json()["errors"][0]["message"] == "Заполните поле"
    names = {"surname": "Иванова", "given_name": "Анна", "patronymic": "Петровна", "organisation": "ООО «Ромашка»"}
    names |= {"position": "Энергетик", "address": "СПб"}
    assert (await caller.put("/api/v1/profile/personal-data", json=names)).status_code == 204
    assert (await caller.get("/api/v1/sessions/current")).json()["step"] == "phone"
    assert (await caller.get("/api/v1/contracts")).status_code == 403
    for wrong in ("", "телефон", "+7 921 866", "+7 921 866-22-9444", "+1 921 866-22-94"):
        refused = await caller.put("/api/v1/profile/phone", json={"phone": wrong})
        assert refused.status_code == 422, wrong
    assert (await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"})).status_code == 204
    profile = (await caller.get("/api/v1/profile")).json()
    assert profile["phone"] == "+79218662294"
    assert {name: profile[name] for name in names} == names
    assert (await caller.get("/api/v1/contracts")).json() == {"items": [], "next": None}


@pytest.mark.requirement("IDN-14")
async def test_sign_in_tells_nothing_about_what_was_wrong(cabinet: Cabinet) -> None:
    await cabinet.register("ivanova@example.ru")
    right = await cabinet.anonymous().post(
        "/api/v1/sessions", json={"email": "IVANOVA@example.ru", "password": PASSWORD}
    )
    assert right.status_code == 201
    answers = [
        await cabinet.anonymous().post("/api/v1/sessions", json={"email": email, "password": password})
        for email, password in (("ivanova@example.ru", PASSWORD.upper()), ("nobody@example.ru", PASSWORD))
    ]
    told = [{**answer.json(), "request_id": ""} for answer in answers]
    assert told[0] == told[1]
    assert [answer.status_code for answer in answers] == [401, 401]


@pytest.mark.requirement("IDN-15")
async def test_guessing_is_slowed_down(cabinet: Cabinet, clock: MovableClock) -> None:
    await cabinet.register("ivanova@example.ru")
    await cabinet.register("petrov@example.ru")
    for _ in range(10):
        await cabinet.anonymous().post("/api/v1/sessions", json={"email": "ivanova@example.ru", "password": "Wrong123"})
    right = {"email": "ivanova@example.ru", "password": PASSWORD}
    blocked = await cabinet.anonymous().post("/api/v1/sessions", json=right)
    assert (blocked.status_code, blocked.json()["code"]) == (429, "too_many_requests")
    other = {"email": "petrov@example.ru", "password": PASSWORD}
    assert (await cabinet.anonymous().post("/api/v1/sessions", json=other)).status_code == 201
    clock.move(timedelta(minutes=16))
    assert (await cabinet.anonymous().post("/api/v1/sessions", json=right)).status_code == 201


@pytest.mark.requirement("IDN-18")
async def test_sign_out_ends_this_session_only(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    second = cabinet.anonymous()
    opened = await second.post("/api/v1/sessions", json={"email": "ivanova@example.ru", "password": PASSWORD})
    second.sign(opened.json()["token"])
    assert (await caller.delete("/api/v1/sessions/current")).status_code == 204
    assert (await caller.get("/api/v1/sessions/current")).status_code == 401
    assert (await second.get("/api/v1/sessions/current")).status_code == 200


async def test_a_session_expires(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.register()
    clock.move(timedelta(days=31))
    assert (await caller.get("/api/v1/sessions/current")).status_code == 401


async def test_the_cookie_needs_the_csrf_header_and_hides_the_token(cabinet: Cabinet) -> None:
    browser = cabinet.anonymous()
    opened = await browser.post(REGISTRATION, json=FORM | {"transport": "cookie"})
    assert opened.json()["token"] is None
    assert "httponly" in opened.headers["set-cookie"].lower()
    assert (await browser.get("/api/v1/sessions/current")).status_code == 200
    bare = await browser.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"})
    assert (bare.status_code, bare.json()["code"]) == (403, "csrf_missing")
    headers = {"X-CSRF-Token": opened.json()["csrf"]}
    sent = await browser.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"}, headers=headers)
    assert sent.status_code == 204


@pytest.mark.requirement("IDN-22")
async def test_two_editors_of_a_profile_do_not_overwrite_each_other(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    read = await caller.get("/api/v1/profile")
    headers = {"If-Match": read.headers["etag"]}
    changed = {"surname": "Петрова", "given_name": "Анна"}
    assert (await caller.put("/api/v1/profile/personal-data", json=changed, headers=headers)).status_code == 204
    stale = await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 000-00-00"}, headers=headers)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    after = (await caller.get("/api/v1/profile")).json()
    assert (after["surname"], after["phone"], after["organisation"]) == ("Петрова", "+79218662294", "")


async def test_simultaneous_registrations_make_one_account(cabinet: Cabinet) -> None:
    answers = await asyncio.gather(*[cabinet.anonymous().post(REGISTRATION, json=FORM) for _ in range(5)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len(await cabinet.letters()) == 1


async def test_no_token_and_no_password_is_stored_in_clear(cabinet: Cabinet) -> None:
    caller = await cabinet.register()
    token = caller.headers["Authorization"].removeprefix("Bearer ")
    if cabinet.runtime.database.is_sqlite:
        assert cabinet.host.config.host.database.startswith("sqlite:///")
        path = Path(cabinet.host.config.host.database.removeprefix("sqlite:///"))
        content = b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))
        assert token.encode() not in content
        assert PASSWORD.encode() not in content
