"""Roles over HTTP: the catalogue, assigning, requests of «Администратор», what staff does."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.context import Context
from core.contracts.public import grant
from core.host import Host
from core.sdk import ADMINISTRATOR, ROLES, Permission
from core.testing.cabinet import PASSWORD, Cabinet, Caller, config_for_tests, running
from core.testing.clock import MovableClock

DIRECTOR, ENERGY, ACCOUNTANT = ROLES[1:]
SCOPES = ("roles.answer", "roles.grant")
USERS = "/api/v1/roles/contracts/C-1/users"
REQUESTS = "/api/v1/roles/contracts/C-1/requests"
NEWCOMER = "novikov@example.ru"


@pytest.fixture(autouse=True)
async def supplied(cabinet: Cabinet) -> None:
    """Two contracts, with two energy objects each."""
    for number in (1, 2):
        row = {"id": f"C-{number}", "number": f"7800000000000{number}", "name": "ООО «Ромашка»", "inn": "7830002293"}
        await cabinet.load("contracts", row)
        await cabinet.load(
            "energy_objects",
            *[
                {"id": f"O-{number}{place}", "contract_id": f"C-{number}", "number": str(place), "name": "Цех"}
                for place in (1, 2)
            ],
        )


async def holder(cabinet: Cabinet, role: str, email: str, contract: str = "C-1") -> Caller:
    """A client who has a contract in a role."""
    caller = await cabinet.client(email)
    await hold(cabinet, caller, role, contract)
    return caller


async def hold(cabinet: Cabinet, caller: Caller, role: str, contract: str = "C-1") -> str:
    """Gives a caller a role; returns the account's id."""
    account: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account, contract, role)
    return account


async def account_of(caller: Caller) -> str:
    """Who calls."""
    account: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    return account


def assignment(email: str = NEWCOMER, role: str = ENERGY, objects: tuple[str, ...] = ("O-11",)) -> dict[str, Any]:
    """The form «Добавить роль»."""
    return {"role": role, "email": email, "energy_objects": list(objects)}


def codes(answer: Any) -> set[tuple[str, str]]:
    """(field, code) of every field error."""
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


@pytest.mark.requirement("ROL-01", "ROL-24")
async def test_the_catalogue_names_four_roles_and_what_each_may_do(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    catalogue = (await caller.get("/api/v1/roles")).json()["items"]
    assert [role["name"] for role in catalogue] == ["Администратор", "Руководитель", "Энергетик", "Бухгалтер"]
    held = {role["name"]: {item["name"] for item in role["permissions"]} for role in catalogue}
    assert "roles.assign" in held["Администратор"]
    assert "roles.assign" not in held["Руководитель"]
    money = {role for role, names in held.items() if any(name.startswith("payments.") for name in names)}
    assert money == {"Администратор", "Руководитель", "Бухгалтер"}
    declared = cabinet.host.manifest.declared[Permission]
    assert held == {role: {item.name for item in declared if role in item.roles} for role in ROLES}
    assert "readings.submit" in held["Энергетик"] - held["Бухгалтер"]
    matrix = {row["title"]: row["roles"] for row in (await caller.get("/api/v1/roles/matrix")).json()["items"]}
    assert matrix["Удаление договора"] == dict.fromkeys(ROLES, True)
    assert matrix["Отображение информации по договору"] == dict.fromkeys(ROLES, True)
    assert matrix["Назначение ролей на договор"] == dict.fromkeys(ROLES, False) | {"Администратор": True}


OPEN_TO_ALL = ("appeals", "services", "help", "isu")
"""Owners whose capabilities all four roles have where Table 1 is silent."""
EXCLUDED = {"edo": {ACCOUNTANT, DIRECTOR, ADMINISTRATOR}, "household": {ENERGY, DIRECTOR, ADMINISTRATOR}}
"""Owner -> the roles left: documents are not for «Энергетик», readings not for «Бухгалтер»."""


@pytest.mark.requirement("ROL-25")
async def test_where_the_table_is_silent_the_catalogue_says_who_may(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    held: dict[str, set[frozenset[str]]] = {}
    for row in (await caller.get("/api/v1/roles/matrix")).json()["items"]:
        owner = row["permission"].partition(".")[0]
        held.setdefault(owner, set()).add(frozenset(role for role, may in row["roles"].items() if may))
    for owner in OPEN_TO_ALL:
        assert held.get(owner, {frozenset(ROLES)}) == {frozenset(ROLES)}, owner
    for owner, left in EXCLUDED.items():
        assert held.get(owner, {frozenset(left)}) == {frozenset(left)}, owner
    for role in ROLES:  # the help's contacts ask for nothing but the contract
        one = await holder(cabinet, role, f"{ROLES.index(role)}@example.ru")
        assert (await one.get("/api/v1/contracts/contacts", params={"contract_id": "C-1"})).status_code == 200


@pytest.mark.requirement("ROL-25")
async def test_a_supplier_may_choose_otherwise(
    database_url: str, tmp_path: Path, clock: MovableClock, enabled_plugins: list[str], available_plugins: Any
) -> None:
    roles = {"readings.history": [ENERGY], "payments.bills": [ENERGY, ACCOUNTANT]}
    config = config_for_tests(database_url, tmp_path, enabled=enabled_plugins, roles=roles)
    async with running(Host(config, clock=clock, available=available_plugins), clock) as cabinet:
        caller = await cabinet.client()
        rows = (await caller.get("/api/v1/roles/matrix")).json()["items"]
        held = {row["permission"]: [role for role, may in row["roles"].items() if may] for row in rows}
        assert {name: held[name] for name in roles} == roles
        for role, status in ((ENERGY, 200), (DIRECTOR, 403)):
            one = await holder(cabinet, role, f"{ROLES.index(role)}@example.ru")
            assert (await one.get("/api/v1/payments/contracts/C-1/bills")).status_code == status


@pytest.mark.requirement("ROL-06", "ROL-21", "ROL-29", "ROL-31", "ROL-32", "ROL-02", "ROL-05")
async def test_the_administrator_assigns_a_role_to_an_existing_account(cabinet: Cabinet) -> None:
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    newcomer = await cabinet.client(NEWCOMER)
    answer = await administrator.post(USERS, json=assignment(NEWCOMER.upper(), ACCOUNTANT, ("O-11", "O-12")))
    assert answer.status_code == 201, answer.text
    users = (await administrator.get(USERS)).json()["items"]
    assert [(user["email"], user["role"], user["energy_objects"]) for user in users] == [
        ("admin@example.ru", ADMINISTRATOR, None),
        (NEWCOMER, ACCOUNTANT, ["O-11", "O-12"]),
    ]
    assert users[0]["name"] == "Иванова Анна"
    listed = (await newcomer.get("/api/v1/contracts")).json()["items"]
    assert [(item["state"], item["role"]) for item in listed] == [("active", ACCOUNTANT)]
    assert (await newcomer.get("/api/v1/contracts/C-1")).json()["role"] == ACCOUNTANT
    letters = [letter for letter in await cabinet.letters(NEWCOMER) if "роль" in letter.subject]
    assert len(letters) == 1
    assert (
        "На договор ООО «Ромашка» № 78000000000001 Вам назначена роль Бухгалтер. "
        "Вы можете посмотреть изменения в личном кабинете http://127.0.0.1:8000" in letters[0].text
    )
    third = await holder(cabinet, ACCOUNTANT, "petrov@example.ru")
    assert (await third.get("/api/v1/contracts/C-1")).status_code == 200


@pytest.mark.requirement("ROL-03", "ROL-21", "ROL-31")
async def test_another_role_replaces_the_one_before(cabinet: Cabinet) -> None:
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    energetic = await holder(cabinet, ACCOUNTANT, NEWCOMER)
    account = await account_of(energetic)
    assert (await administrator.post(USERS, json=assignment())).status_code == 201
    change = {"role": DIRECTOR, "energy_objects": None}
    assert (await administrator.put(f"{USERS}/{account}", json=change)).status_code == 204
    users = (await administrator.get(USERS)).json()["items"]
    assert [(user["role"], user["energy_objects"]) for user in users if user["email"] == NEWCOMER] == [(DIRECTOR, None)]
    letters = [letter for letter in await cabinet.letters(NEWCOMER) if "роль" in letter.subject]
    assert len(letters) == 2
    answers = await asyncio.gather(
        *[administrator.post(USERS, json=assignment(role=role)) for role in (ENERGY, ACCOUNTANT, DIRECTOR)]
    )
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    users = (await administrator.get(USERS)).json()["items"]
    assert len([user for user in users if user["email"] == NEWCOMER]) == 1


@pytest.mark.requirement("ROL-29", "ROL-31", "ROL-08", "ROL-01")
@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"role": ""}, "role", "required"),
        ({"role": "Директор"}, "role", "role_unknown"),
        ({"role": ADMINISTRATOR}, "role", "role_unknown"),
        ({"email": "нет"}, "email", "role_email_format"),
        ({"energy_objects": []}, "energy_objects", "required"),
        ({"energy_objects": ["O-11", "O-21"]}, "energy_objects[1]", "energy_object_unknown"),
        ({"email": "admin@example.ru"}, "email", "role_own_email"),
    ],
)
async def test_a_wrong_assignment_changes_nothing(
    cabinet: Cabinet, change: dict[str, Any], field: str, code: str
) -> None:
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    answer = await administrator.post(USERS, json=assignment() | change)
    assert answer.status_code == 422
    assert (field, code) in codes(answer)
    assert len((await administrator.get(USERS)).json()["items"]) == 1
    assert all("роль" not in letter.subject for letter in await cabinet.letters())


@pytest.mark.requirement("ROL-06", "ROL-21", "ROL-22")
@pytest.mark.parametrize("role", [DIRECTOR, ENERGY, ACCOUNTANT])
async def test_others_manage_no_roles(cabinet: Cabinet, role: str) -> None:
    other = await holder(cabinet, role, "other@example.ru")
    victim = await account_of(await holder(cabinet, DIRECTOR, "victim@example.ru"))
    foreign = await holder(cabinet, ADMINISTRATOR, "foreign@example.ru", "C-2")
    for caller, status in ((other, 403), (foreign, 404)):
        assert (await caller.get(USERS)).status_code == status
        assert (await caller.post(USERS, json=assignment())).status_code == status
        assert (await caller.put(f"{USERS}/{victim}", json={"role": ENERGY})).status_code == status
        assert (await caller.delete(f"{USERS}/{victim}")).status_code == status
        assert (await caller.get("/api/v1/roles/contracts/C-1/audit")).status_code == status


@pytest.mark.requirement("ROL-22", "ROL-21")
async def test_a_revoked_role_ends_the_access_at_once(cabinet: Cabinet) -> None:
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    energetic = await holder(cabinet, ENERGY, NEWCOMER)
    account = await account_of(energetic)
    assert (await energetic.get("/api/v1/contracts/C-1")).status_code == 200
    assert (await administrator.delete(f"{USERS}/{account}")).status_code == 204
    assert (await energetic.get("/api/v1/contracts/C-1")).status_code == 404
    assert (await energetic.get("/api/v1/contracts")).json()["items"] == []
    assert (await administrator.delete(f"{USERS}/{account}")).status_code == 404
    own = await administrator.delete(f"{USERS}/{await account_of(administrator)}")
    assert (own.status_code, own.json()["code"]) == (409, "role_own")


async def test_the_objects_of_a_role_bound_what_it_sees(cabinet: Cabinet) -> None:
    await cabinet.load(
        "metering_points",
        *[{"id": f"P-{key}", "energy_object_id": f"O-{key}", "name": f"Ввод {key}"} for key in ("11", "12")],
    )
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    energetic = await cabinet.client(NEWCOMER)
    account = await account_of(energetic)
    await administrator.post(USERS, json=assignment())

    async def points() -> list[str]:
        sections = (await energetic.get("/api/v1/contracts/C-1")).json()["sections"]
        devices = next(section for section in sections if section["name"] == "contracts.devices")
        return [row[devices["columns"].index("Точка учёта")] for row in devices["rows"]]

    assert await points() == ["Ввод 11"]
    await administrator.put(f"{USERS}/{account}", json={"role": ENERGY, "energy_objects": ["O-12"]})
    assert await points() == ["Ввод 12"]
    await administrator.put(f"{USERS}/{account}", json={"role": ENERGY, "energy_objects": ["O-11", "O-12"]})
    assert await points() == ["Ввод 11", "Ввод 12"]


@pytest.mark.requirement("ROL-33", "HLP-07")
async def test_a_person_without_an_account_gets_one_by_letter(cabinet: Cabinet) -> None:
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    assert (await administrator.post(USERS, json=assignment())).status_code == 201
    letter = (await cabinet.letters(NEWCOMER))[0]
    assert "Вам назначена роль Энергетик" in letter.text
    login, password = re.findall(r"(?:Логин|Пароль): (\S+)", letter.text)
    assert login == NEWCOMER
    person = cabinet.anonymous()
    opened = await person.post("/api/v1/sessions", json={"email": login, "password": password})
    assert opened.status_code == 201, opened.text
    person.sign(opened.json()["token"])
    assert (opened.json()["me"]["step"], opened.json()["me"]["email_confirmed"]) == ("agreement", True)
    assert (await person.get("/api/v1/contracts")).json()["code"] == "onboarding_incomplete"
    assert (await person.post("/api/v1/registration/agreement", json={"agreement": False})).status_code == 422
    agreed = await person.post("/api/v1/registration/agreement", json={"agreement": True})
    assert agreed.json()["step"] == "personal_data"
    assert (await person.get("/api/v1/contracts")).status_code == 403
    await person.put("/api/v1/profile/personal-data", json={"surname": "Новиков", "given_name": "Илья"})
    await person.put("/api/v1/profile/phone", json={"phone": "+7 921 000-00-00"})
    listed = (await person.get("/api/v1/contracts")).json()["items"]
    assert [item["role"] for item in listed] == [ENERGY]
    await administrator.post(USERS, json=assignment(role=ACCOUNTANT))
    again = [item for item in await cabinet.letters(NEWCOMER) if "Пароль" in item.text]
    assert len(again) == 1
    assert (await person.get("/api/v1/contracts")).json()["items"][0]["role"] == ACCOUNTANT


async def test_two_invitations_at_once_open_one_account(cabinet: Cabinet) -> None:
    first = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    second = await holder(cabinet, ADMINISTRATOR, "second@example.ru", "C-2")
    answers = await asyncio.gather(
        first.post(USERS, json=assignment()),
        second.post("/api/v1/roles/contracts/C-2/users", json=assignment(objects=("O-21",))),
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["account_id"] for answer in answers}) == 1
    assert len([letter for letter in await cabinet.letters(NEWCOMER) if "Пароль" in letter.text]) == 1


@pytest.mark.repeats("assign_role")
async def test_a_retried_assignment_is_done_once(cabinet: Cabinet) -> None:
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    headers = {"Idempotency-Key": "assign-1"}
    answers = [await administrator.post(USERS, json=assignment(), headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await cabinet.letters(NEWCOMER)) == 1


@pytest.mark.repeats("request_administrator", "reply_to_role_request", "staff_answer_role_request")
async def test_a_dialogue_repeats_nothing_that_was_retried(cabinet: Cabinet) -> None:
    caller = await holder(cabinet, DIRECTOR, "other@example.ru")
    staff = await cabinet.staff(scopes=SCOPES)
    headers, text = {"Idempotency-Key": "dialogue-1"}, {"text": "Прошу"}
    asked = [await caller.post(REQUESTS, json=text, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in asked] == [201, 201]
    request = asked[0].json()["id"]
    for _ in range(2):
        mine = await caller.post(f"/api/v1/roles/requests/{request}/messages", json=text, headers=headers)
        theirs = await staff.post(f"/api/v1/staff/roles/requests/{request}/messages", json=text, headers=headers)
        assert (mine.status_code, theirs.status_code) == (201, 201)
    assert len((await caller.get(f"/api/v1/roles/requests/{request}")).json()["messages"]) == 3


async def test_an_erased_account_leaves_no_words_behind(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await holder(cabinet, DIRECTOR, "other@example.ru")
    request = (await caller.post(REQUESTS, json={"text": "Прошу, Иванова"})).json()["id"]
    await caller.post(f"/api/v1/roles/requests/{request}/files", params={"name": "Паспорт.pdf"}, content=b"passport")
    gone = await caller.post("/api/v1/profile/deletion", json={"confirmed": True, "password": PASSWORD})
    assert gone.status_code == 204, gone.text
    clock.move(timedelta(days=31))
    await cabinet.drain()
    staff = await cabinet.staff("later@supplier.example", SCOPES)  # the session before has expired
    left = (await staff.get(f"/api/v1/staff/roles/requests/{request}")).json()
    assert [message["text"] for message in left["messages"]] == [""]
    assert left["files"] == []


@pytest.mark.requirement("ROL-04", "ROL-08", "ROL-34")
async def test_a_contract_has_one_administrator_whom_staff_makes(cabinet: Cabinet) -> None:
    staff = await cabinet.staff(scopes=SCOPES)
    first = await holder(cabinet, DIRECTOR, "first@example.ru")
    second = await holder(cabinet, DIRECTOR, "second@example.ru")
    stranger = await cabinet.client("stranger@example.ru")
    place = "/api/v1/staff/roles/contracts/C-1/administrator"
    made = await staff.put(place, json={"account_id": await account_of(first)})
    assert made.status_code == 204
    taken = await staff.put(place, json={"account_id": await account_of(second)})
    assert (taken.status_code, taken.json()["code"]) == (409, "contract_administrator_exists")
    absent = await staff.put(place, json={"account_id": await account_of(stranger)})
    assert (absent.status_code, absent.json()["code"]) == (422, "contract_not_held")
    assert (await first.get("/api/v1/contracts")).json()["items"][0]["role"] == ADMINISTRATOR
    assert (await second.get("/api/v1/contracts")).json()["items"][0]["role"] == DIRECTOR
    assert (await first.put(place, json={"account_id": await account_of(second)})).status_code == 403
    assert (await staff.delete(place)).status_code == 204
    assert (await staff.delete(place)).status_code == 404
    assert (await first.get("/api/v1/contracts")).json()["items"][0]["role"] == DIRECTOR
    assert (await second.get("/api/v1/contracts")).json()["items"][0]["administrator_requestable"] is True
    await hold(cabinet, first, DIRECTOR, "C-2")
    for contract in ("C-1", "C-2"):  # one account may be administrator of several contracts
        answer = await staff.put(
            f"/api/v1/staff/roles/contracts/{contract}/administrator", json={"account_id": await account_of(first)}
        )
        assert answer.status_code == 204
    assert (await first.delete("/api/v1/contracts/C-1")).status_code == 204
    assert (await second.get("/api/v1/contracts")).json()["items"][0]["administrator_requestable"] is True
    assert (await second.get("/api/v1/contracts")).json()["items"][0]["role"] == DIRECTOR


@pytest.mark.requirement("ROL-04")
async def test_of_many_simultaneous_grants_one_succeeds(cabinet: Cabinet) -> None:
    staff = await cabinet.staff(scopes=SCOPES)
    accounts = [await account_of(await holder(cabinet, DIRECTOR, f"client{index}@example.ru")) for index in range(4)]
    place = "/api/v1/staff/roles/contracts/C-1/administrator"
    answers = await asyncio.gather(*[staff.put(place, json={"account_id": account}) for account in accounts])
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]


@pytest.mark.requirement("ROL-09", "ROL-26", "ROL-27")
@pytest.mark.parametrize("role", [DIRECTOR, ENERGY, ACCOUNTANT])
async def test_each_role_may_ask_for_the_administrator_role(cabinet: Cabinet, role: str) -> None:
    caller = await holder(cabinet, role, "other@example.ru")
    stranger = await cabinet.client("stranger@example.ru")
    staff = await cabinet.staff(scopes=SCOPES)
    assert (await caller.get("/api/v1/contracts")).json()["items"][0]["administrator_requestable"] is True
    assert (await stranger.post(REQUESTS, json={"text": "Прошу"})).status_code == 404
    assert (await caller.post(REQUESTS, json={"text": ""})).status_code == 422
    assert (await staff.get("/api/v1/staff/roles/requests")).json()["items"] == []
    asked = await caller.post(REQUESTS, json={"text": "Прошу назначить администратором, приказ № 5"})
    assert asked.status_code == 201, asked.text
    request = asked.json()
    assert (request["topic"], request["section"], request["contract_id"], request["state"]) == (
        "ЛКК ЮЛ",
        "Права доступа",
        "C-1",
        "open",
    )
    queue = (await staff.get("/api/v1/staff/roles/requests")).json()["items"]
    assert [item["id"] for item in queue] == [request["id"]]
    again = await caller.post(REQUESTS, json={"text": "Ещё раз"})
    assert (again.status_code, again.json()["code"]) == (409, "role_request_open")
    assert (await caller.get("/api/v1/contracts")).json()["items"][0]["role"] == role
    assert (await caller.get("/api/v1/staff/roles/requests")).status_code == 403


@pytest.mark.requirement("ROL-26", "ROL-09")
async def test_nobody_asks_where_the_role_is_taken(cabinet: Cabinet) -> None:
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    other = await holder(cabinet, DIRECTOR, "other@example.ru")
    for caller in (administrator, other):
        assert (await caller.get("/api/v1/contracts")).json()["items"][0]["administrator_requestable"] is False
        refused = await caller.post(REQUESTS, json={"text": "Прошу"})
        assert (refused.status_code, refused.json()["code"]) == (409, "contract_administrator_exists")
        assert (await caller.get("/api/v1/roles/requests")).json()["items"] == []


@pytest.mark.requirement("ROL-28")
async def test_staff_asks_for_documents_and_grants(cabinet: Cabinet) -> None:
    caller = await holder(cabinet, DIRECTOR, "other@example.ru")
    staff = await cabinet.staff(scopes=SCOPES)
    request = (await caller.post(REQUESTS, json={"text": "Прошу"})).json()["id"]
    mine, theirs = f"/api/v1/roles/requests/{request}", f"/api/v1/staff/roles/requests/{request}"
    assert (await staff.post(f"{theirs}/messages", json={"text": "Пришлите приказ"})).status_code == 201
    assert "Ответ на запрос" in (await cabinet.letters("other@example.ru"))[0].subject
    file = await caller.post(f"{mine}/files", params={"name": "Приказ.pdf"}, content=b"%PDF order")
    assert file.status_code == 201, file.text
    assert (await caller.post(f"{mine}/messages", json={"text": "Приказ приложен"})).status_code == 201
    seen = (await staff.get(theirs)).json()
    assert [message["text"] for message in seen["messages"]] == ["Прошу", "Пришлите приказ", "Приказ приложен"]
    assert seen["email"] == "other@example.ru"
    content = await staff.get(f"{theirs}/files/{seen['files'][0]['id']}")
    assert content.content == b"%PDF order"
    decided = await staff.put(f"{theirs}/decision", json={"decision": "grant", "text": "Роль назначена"})
    assert decided.status_code == 204
    shown = (await caller.get(mine)).json()
    assert (shown["state"], shown["messages"][-1]["text"], shown["messages"][-1]["by_staff"]) == (
        "granted",
        "Роль назначена",
        True,
    )
    assert (await caller.get("/api/v1/contracts")).json()["items"][0]["role"] == ADMINISTRATOR
    late = await staff.put(f"{theirs}/decision", json={"decision": "refuse", "text": "Поздно"})
    assert (late.status_code, late.json()["code"]) == (409, "role_request_closed")
    assert (await caller.post(f"{mine}/messages", json={"text": "Спасибо"})).status_code == 409


@pytest.mark.requirement("ROL-28")
async def test_staff_refuses_and_the_client_may_ask_again(cabinet: Cabinet) -> None:
    caller = await holder(cabinet, ENERGY, "other@example.ru")
    stranger = await cabinet.client("stranger@example.ru")
    staff = await cabinet.staff(scopes=SCOPES)
    request = (await caller.post(REQUESTS, json={"text": "Прошу"})).json()["id"]
    assert (await stranger.get(f"/api/v1/roles/requests/{request}")).status_code == 404
    assert (await stranger.post(f"/api/v1/roles/requests/{request}/messages", json={"text": "x"})).status_code == 404
    refusal = {"decision": "refuse", "text": "Нет полномочий"}
    await staff.put(f"/api/v1/staff/roles/requests/{request}/decision", json=refusal)
    shown = (await caller.get(f"/api/v1/roles/requests/{request}")).json()
    assert (shown["state"], shown["messages"][-1]["text"]) == ("refused", "Нет полномочий")
    assert (await caller.get("/api/v1/contracts")).json()["items"][0]["role"] == ENERGY
    assert (await caller.post(REQUESTS, json={"text": "Снова прошу"})).status_code == 201


async def test_the_audit_trail_tells_who_did_what(cabinet: Cabinet) -> None:
    staff = await cabinet.staff(scopes=SCOPES)
    administrator = await holder(cabinet, DIRECTOR, "admin@example.ru")
    account = await account_of(administrator)
    await staff.put("/api/v1/staff/roles/contracts/C-1/administrator", json={"account_id": account})
    await administrator.post(USERS, json=assignment())
    own = (await administrator.get("/api/v1/roles/contracts/C-1/audit")).json()["items"]
    told = [(deed["action"], deed["actor"]) for deed in own]
    assert ("roles.assigned", "admin@example.ru") in told
    assert ("roles.administrator_made", "support@supplier.example") in told
    theirs = (await staff.get("/api/v1/staff/roles/contracts/C-1/audit")).json()["items"]
    assert theirs == own


@pytest.mark.requirement("ROL-02")
async def test_several_contracts_are_each_seen_in_their_own_role(cabinet: Cabinet) -> None:
    await cabinet.load(
        "contracts", {"id": "C-3", "number": "78000000000003", "name": "ООО «Ромашка»", "inn": "7830002293"}
    )
    caller = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    await hold(cabinet, caller, ENERGY, "C-2")
    await hold(cabinet, caller, ACCOUNTANT, "C-3")
    listed = {item["id"]: item for item in (await caller.get("/api/v1/contracts")).json()["items"]}
    assert [listed[f"C-{number}"]["role"] for number in (1, 2, 3)] == [ADMINISTRATOR, ENERGY, ACCOUNTANT]
    assert ["roles.assign" in listed[f"C-{number}"]["actions"] for number in (1, 2, 3)] == [True, False, False]
    readings = (await caller.get("/api/v1/readings/contracts")).json()["items"]
    assert [item["id"] for item in readings] == ["C-1", "C-2"]
    for number, manages, reads in ((1, 200, 200), (2, 403, 200), (3, 403, 403)):
        assert (await caller.get(f"/api/v1/roles/contracts/C-{number}/users")).status_code == manages
        assert (await caller.get(f"/api/v1/readings/contracts/C-{number}")).status_code == reads
    other = await holder(cabinet, ACCOUNTANT, "other@example.ru", "C-2")  # another account inherits nothing
    assert (await other.get("/api/v1/readings/contracts/C-2")).status_code == 403
    assert (await other.get("/api/v1/contracts/C-1")).status_code == 404


@pytest.mark.requirement("ROL-24", "ROL-21")
async def test_what_a_client_may_do_changes_with_the_role_at_once(cabinet: Cabinet) -> None:
    administrator = await holder(cabinet, ADMINISTRATOR, "admin@example.ru")
    person = await holder(cabinet, ENERGY, NEWCOMER)
    account = await account_of(person)
    catalogue = (await person.get("/api/v1/roles")).json()["items"]
    may = {role["name"]: [item["name"] for item in role["permissions"]] for role in catalogue}
    for role in (ENERGY, ACCOUNTANT, DIRECTOR):
        change = {"role": role, "energy_objects": None}
        assert (await administrator.put(f"{USERS}/{account}", json=change)).status_code == 204
        (item,) = (await person.get("/api/v1/contracts")).json()["items"]
        details = (await person.get("/api/v1/contracts/C-1")).json()
        assert item["actions"] == details["actions"] == may[role]
        allowed = (await person.get("/api/v1/readings/contracts/C-1")).status_code
        assert allowed == (200 if "readings.submit" in may[role] else 403)


@pytest.mark.requirement("ROL-24")
async def test_a_plugin_that_is_not_enabled_has_no_permissions(
    database_url: str, tmp_path: Path, clock: MovableClock
) -> None:
    host = Host(config_for_tests(database_url, tmp_path), clock=clock, available={})
    async with running(host, clock) as cabinet:
        caller = await cabinet.client()
        catalogue = (await caller.get("/api/v1/roles")).json()["items"]
        owners = {item["name"].partition(".")[0] for role in catalogue for item in role["permissions"]}
        assert {"contracts", "roles"} <= owners <= {"contracts", "roles", "notifications", "help"}
        matrix = (await caller.get("/api/v1/roles/matrix")).json()["items"]
        assert owners == {row["permission"].partition(".")[0] for row in matrix}


async def test_the_invited_password_keeps_the_policy(cabinet: Cabinet) -> None:
    from core.identity.domain import broken_password_lines

    for index in range(300):
        assert not list(broken_password_lines(cabinet.runtime.secrets.password("identity.invitation", str(index))))
