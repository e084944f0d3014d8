"""«Профиль»: personal data, phone, address, password, consent."""

import asyncio
from typing import Any

import pytest

from core.context import Context
from core.contracts.public import grant
from core.identity.public import contact, set_advertising
from core.testing.cabinet import PASSWORD, Cabinet, Caller
from core.testing.clock import MovableClock
from tests.core.identity.visitors import EMAIL, WRONG, another, codes, deeds, is_in, refusal, sign_in, try_password

PROFILE = "/api/v1/profile"
CONTRACT = {"id": "C-1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": "7830002293", "kpp": "783001001"}
NAMES = {
    "surname": "Иванова",
    "given_name": "Анна",
    "patronymic": "Петровна",
    "organisation": "ООО «Ромашка»",
    "position": "Энергетик",
    "address": "СПб, Невский пр., 1",
}


async def profile(caller: Caller) -> dict[str, Any]:
    """What the profile shows."""
    answer = await caller.get(PROFILE)
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.json()
    return shown


@pytest.mark.requirement("IDN-21")
async def test_the_profile_shows_everything_of_the_caller_and_of_nobody_else(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    other = await cabinet.client("petrov@example.ru")
    await caller.put(f"{PROFILE}/personal-data", json=NAMES)
    shown = await profile(caller)
    assert {name: shown[name] for name in NAMES} == NAMES
    assert (shown["phone"], shown["email"], shown["email_confirmed"]) == ("+79218662294", EMAIL, True)
    assert (shown["advertising"], shown["two_factor"]) == (False, False)
    assert (await caller.get("/api/v1/profile/two-factor")).json()["on"] is False
    assert len((await caller.get("/api/v1/sessions")).json()["items"]) == 1
    assert (await caller.get("/api/v1/contracts")).json()["items"] == []
    switches = (await caller.get("/api/v1/notifications/preferences")).json()
    assert (switches["email"], switches["advertising"], switches["magazine"]["on"]) == (True, False, False)
    assert len((await caller.get("/api/v1/roles")).json()["items"]) == 4
    assert (await profile(other))["email"] == "petrov@example.ru"
    stranger_id = (await other.get("/api/v1/sessions/current")).json()["account_id"]
    assert (await caller.get(f"{PROFILE}/{stranger_id}")).status_code == 404
    assert (await caller.get(PROFILE, params={"account_id": stranger_id})).json()["email"] == EMAIL
    meddling = await caller.put(f"{PROFILE}/personal-data", json={**NAMES, "account_id": stranger_id})
    assert codes(meddling) == {("account_id", "unknown_field")}


@pytest.mark.requirement("IDN-22")
async def test_every_field_is_changed_and_an_optional_one_cleared(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    for name in NAMES:
        changed = {**NAMES, name: "Другое значение"}
        assert (await caller.put(f"{PROFILE}/personal-data", json=changed)).status_code == 204
        shown = await profile(caller)
        assert {key: shown[key] for key in NAMES} == changed
    for name in ("patronymic", "organisation", "position", "address"):
        assert (await caller.put(f"{PROFILE}/personal-data", json={**NAMES, name: ""})).status_code == 204
        assert (await profile(caller))[name] == ""
    before = await profile(caller)
    assert (await caller.put(f"{PROFILE}/phone", json={"phone": "8 (921) 000-11-22"})).status_code == 204
    assert await profile(caller) == {**before, "phone": "+79210001122"}


@pytest.mark.requirement("IDN-22")
@pytest.mark.parametrize(
    ("place", "body", "field"),
    [
        ("personal-data", {**NAMES, "surname": "  "}, "surname"),
        ("personal-data", {**NAMES, "given_name": ""}, "given_name"),
        ("personal-data", {"given_name": "Анна", "position": "Бухгалтер"}, "surname"),
        ("phone", {"phone": ""}, "phone"),
        ("phone", {"phone": "+7 921 866"}, "phone"),
        ("phone", {"phone": "позвоните мне"}, "phone"),
    ],
)
async def test_a_wrong_field_stores_nothing_of_the_request(
    cabinet: Cabinet, place: str, body: dict[str, str], field: str
) -> None:
    caller = await cabinet.client()
    before = await profile(caller)
    answer = await caller.put(f"{PROFILE}/{place}", json=body)
    assert {name for name, _ in codes(answer)} == {field}
    assert await profile(caller) == before


@pytest.mark.requirement("IDN-22")
async def test_two_editors_of_a_profile_do_not_overwrite_each_other(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    read = await caller.get(PROFILE)
    headers = {"If-Match": read.headers["etag"]}
    changed = {"surname": "Петрова", "given_name": "Анна"}
    assert (await caller.put(f"{PROFILE}/personal-data", json=changed, headers=headers)).status_code == 204
    for place, body in (("phone", {"phone": "+7 921 000-00-00"}), ("email", {"email": "new@example.ru"})):
        stale = await caller.put(f"{PROFILE}/{place}", json=body, headers=headers)
        assert refusal(stale) == (412, "precondition_failed")
    after = await profile(caller)
    assert (after["surname"], after["phone"], after["email"]) == ("Петрова", "+79218662294", EMAIL)


# ---- the address
@pytest.mark.requirement("IDN-23")
async def test_a_new_address_is_the_login_at_once_and_unconfirmed(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    await cabinet.load("contracts", CONTRACT)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account_id, "C-1", "Энергетик")
    submissions = "/api/v1/readings/contracts/C-1/submissions"
    assert refusal(await caller.post(submissions, json={})) == (422, "invalid")  # would be taken, if there were any
    sent = len(await cabinet.letters(EMAIL))
    assert (await caller.put(f"{PROFILE}/email", json={"email": "New@Example.ru"})).status_code == 204
    shown = await profile(caller)
    assert (shown["email"], shown["email_confirmed"]) == ("new@example.ru", False)
    assert (await try_password(cabinet, "new@example.ru")).status_code == 201
    assert (await try_password(cabinet, EMAIL)).status_code == 401
    notices = await cabinet.letters(EMAIL)
    assert len(notices) == sent + 1
    assert notices[0].subject == "Изменён адрес электронной почты"
    assert "new@example.ru" not in notices[0].text.lower()
    assert refusal(await caller.post(submissions, json={})) == (403, "email_not_confirmed")
    code = await cabinet.code_for("new@example.ru")
    wrong = await caller.post("/api/v1/registration/email-confirmation", json={"code": another(code)})
    assert codes(wrong) == {("code", "code_wrong")}
    await caller.post("/api/v1/registration/email-confirmation", json={"code": code})
    assert (await profile(caller))["email_confirmed"] is True
    assert refusal(await caller.post(submissions, json={})) == (422, "invalid")


@pytest.mark.requirement("IDN-23")
async def test_a_taken_or_malformed_address_changes_nothing(cabinet: Cabinet) -> None:
    await cabinet.register("petrov@example.ru")
    caller = await cabinet.client()
    before, sent = await profile(caller), len(await cabinet.letters())
    taken = await caller.put(f"{PROFILE}/email", json={"email": "Petrov@example.ru"})
    assert refusal(taken) == (409, "email_taken")
    for wrong in ("petrov", "a@b", ""):
        answer = await caller.put(f"{PROFILE}/email", json={"email": wrong})
        assert {field for field, _ in codes(answer)} == {"email"}
    assert (await caller.put(f"{PROFILE}/email", json={"email": EMAIL.upper()})).status_code == 204  # its own
    assert await profile(caller) == before
    assert len(await cabinet.letters()) == sent


async def test_two_who_want_one_address_do_not_both_get_it(cabinet: Cabinet) -> None:
    callers = [await cabinet.client(f"visitor{number}@example.ru") for number in range(3)]
    answers = await asyncio.gather(
        *[caller.put(f"{PROFILE}/email", json={"email": "wanted@example.ru"}) for caller in callers]
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409]


async def test_the_address_of_a_closed_account_is_free(cabinet: Cabinet) -> None:
    gone = await cabinet.register("petrov@example.ru")
    await gone.post(f"{PROFILE}/deletion", json={"password": PASSWORD, "confirmed": True})
    caller = await cabinet.client()
    assert (await caller.put(f"{PROFILE}/email", json={"email": "petrov@example.ru"})).status_code == 204


async def test_strangers_are_not_flooded_through_the_address(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    for number in range(10):
        answer = await caller.put(f"{PROFILE}/email", json={"email": f"stranger{number}@example.ru"})
        assert answer.status_code == 204
    flooded = await caller.put(f"{PROFILE}/email", json={"email": "stranger@example.ru"})
    assert refusal(flooded) == (429, "too_many_requests")
    assert (await profile(caller))["email"] == "stranger9@example.ru"


# ---- the password
NEW = "Novyi1parol"
CHANGE = {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW}


@pytest.mark.requirement("IDN-24")
async def test_the_password_is_changed_and_the_other_sessions_end(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    other = await sign_in(cabinet)
    assert (await caller.put(f"{PROFILE}/password", json=CHANGE)).status_code == 204
    assert await is_in(caller)
    assert not await is_in(other)
    assert (await try_password(cabinet, password=PASSWORD)).status_code == 401
    assert (await try_password(cabinet, password=NEW)).status_code == 201
    assert (await cabinet.letters(EMAIL))[0].subject == "Изменён пароль"
    assert "identity.password_changed" in await deeds(cabinet)


@pytest.mark.requirement("IDN-24")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"old_password": WRONG}, {("old_password", "password_wrong")}),
        ({"new_password_again": "Novyi2parol"}, {("new_password_again", "passwords_differ")}),
        ({"new_password": "novyi1parol", "new_password_again": "novyi1parol"}, {("new_password", "password_upper")}),
        ({"old_password": ""}, {("old_password", "required")}),
        ({"new_password": ""}, {("new_password", "required")}),
        ({"new_password_again": ""}, {("new_password_again", "required")}),
        ({"new_password_again": None}, {("new_password_again", "required")}),
    ],
)
async def test_a_wrong_change_leaves_the_password(
    cabinet: Cabinet, change: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    caller = await cabinet.client()
    other = await sign_in(cabinet)
    answer = await caller.put(f"{PROFILE}/password", json=CHANGE | change)
    assert codes(answer) == expected
    assert (await try_password(cabinet)).status_code == 201
    assert await is_in(other)
    assert (await cabinet.letters(EMAIL))[0].subject != "Изменён пароль"


async def test_a_session_left_open_does_not_find_the_password(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    for _ in range(10):
        await caller.put(f"{PROFILE}/password", json=CHANGE | {"old_password": WRONG})
    assert refusal(await caller.put(f"{PROFILE}/password", json=CHANGE)) == (429, "too_many_requests")


@pytest.mark.requirement("IDN-04")
@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Пароль12ab", {"password_latin", "password_upper"}),
        ("Abcdef1ж", {"password_latin"}),
        ("Abcde12", {"password_length"}),
        ("abcdef12", {"password_upper"}),
        ("ABCDEF12", {"password_lower"}),
        ("Abcdefgh", {"password_digit"}),
        ("Abc def12", {"password_space"}),
        (" Abcdef12", {"password_space"}),
        ("Abcdef12 ", {"password_space"}),
        ("Abc\u00a0def12", {"password_space"}),
        ("Abcdef1!", set()),
        ("Abcdef12", set()),
    ],
)
async def test_the_policy_is_the_same_on_all_three_entries(cabinet: Cabinet, password: str, broken: set[str]) -> None:
    form = {"email": "petrov@example.ru", "password": password, "agreement": True}
    registered = await cabinet.anonymous().post("/api/v1/registration", json=form)
    caller = await cabinet.client()
    await cabinet.anonymous().post("/api/v1/recovery", json={"email": EMAIL})
    reset = {"token": await cabinet.link_token(EMAIL), "password": password}
    changed = await caller.put(f"{PROFILE}/password", json=CHANGE | dict.fromkeys(NEW_FIELDS, password))
    if not broken:  # the change has voided the link: ask for another one
        await cabinet.anonymous().post("/api/v1/recovery", json={"email": EMAIL})
        reset["token"] = await cabinet.link_token(EMAIL)
    recovered = await cabinet.anonymous().post("/api/v1/recovery/password", json=reset)
    if not broken:
        assert [answer.status_code for answer in (registered, changed, recovered)] == [201, 204, 204]
        assert (await try_password(cabinet, password=password)).status_code == 201
        return
    assert codes(registered) == {("password", line) for line in broken}
    assert codes(changed) == {("new_password", line) for line in broken}
    assert codes(recovered) == {("password", line) for line in broken}


NEW_FIELDS = ("new_password", "new_password_again")


# ---- consent
async def test_the_consent_is_one_value_for_the_form_and_for_the_settings(
    cabinet: Cabinet, clock: MovableClock
) -> None:
    silent, willing = await cabinet.register(), await cabinet.register("petrov@example.ru", advertising=True)
    assert (await profile(silent))["advertising"] is False
    assert (await profile(willing))["advertising"] is True
    account_id = (await silent.get("/api/v1/sessions/current")).json()["account_id"]
    ctx = Context(cabinet.runtime)
    async with ctx.uow() as uow:
        await set_advertising(uow, account_id, True)
    assert (await profile(silent))["advertising"] is True
    found = await contact(ctx, account_id)
    assert found is not None
    assert (found.email, found.advertising) == (EMAIL, True)
