"""Staff finds a client, over HTTP: by which words, whom the answer names, what stays on record."""

import re
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from core.context import Context
from core.contracts.public import grant
from core.db.tables import Audit
from core.roles import store
from core.sdk import ADMINISTRATOR, ROLES, Query
from core.testing.cabinet import PASSWORD, Cabinet, Caller
from tests.core.crowd import gather
from tests.plans import indexes, plan, scanned

CLIENTS = "/api/v1/staff/roles/clients"
DIRECTOR = ROLES[1]


async def person(cabinet: Cabinet, email: str, surname: str, given_name: str, phone: str) -> str:
    """A client with a name and a phone; returns the account's id."""
    caller = await cabinet.client(email)
    names = {"surname": surname, "given_name": given_name, "patronymic": "Петровна"}
    assert (await caller.put("/api/v1/profile/personal-data", json=names)).status_code == 204
    assert (await caller.put("/api/v1/profile/phone", json={"phone": phone})).status_code == 204
    account: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    return account


@pytest.fixture
async def people(cabinet: Cabinet) -> dict[str, str]:
    """Three clients, two of one contract, and one who has only asked for it."""
    people = {
        "semyonova": await person(cabinet, "semyonova@example.ru", "Семёнова", "Анна", "+7 921 000-00-01"),
        "semyonov": await person(cabinet, "semyonov@example.ru", "СЕМЕНОВ", "Пётр", "+7 921 000-00-02"),
        "ivanov": await person(cabinet, "ivanov@example.ru", "Иванов", "Илья", "+7 921 000-00-02"),
    }
    for number in (1, 2):
        row = {"id": f"C-{number}", "number": f"7800000000000{number}", "name": "ООО «Ромашка»", "inn": "7830002293"}
        await cabinet.load("contracts", row)
    await cabinet.load("contract_emails", {"contract_id": "C-1", "email": "dogovor@romashka.example"})
    ctx = Context(cabinet.runtime)
    await grant(ctx, people["semyonova"], "C-1", DIRECTOR)
    await grant(ctx, people["semyonova"], "C-2", DIRECTOR)
    await grant(ctx, people["ivanov"], "C-1", ADMINISTRATOR)
    return people


async def staff(cabinet: Cabinet) -> Caller:
    """Staff who may find clients."""
    return await cabinet.staff(scopes=["roles.clients"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"email": " Ivanov@Example.ru "}, ["ivanov"]),
        ({"email": "nobody@example.ru"}, []),
        ({"phone": "8 (921) 000-00-02"}, ["ivanov", "semyonov"]),
        ({"phone": "+79210000009"}, []),
        ({"name": "семенов"}, ["semyonov", "semyonova"]),
        ({"name": "СЕМЁНОВА  а"}, ["semyonova"]),
        ({"name": "семенова пётр"}, []),
        ({"name": "Анна"}, []),
        ({"name": "%ванов"}, []),
        ({"contract": "78000000000001"}, ["ivanov", "semyonova"]),
        ({"contract": "78000000000002"}, ["semyonova"]),
        ({"contract": "7800000000000"}, []),
    ],
)
async def test_a_client_is_found_by_what_staff_knows(
    cabinet: Cabinet, people: dict[str, str], query: dict[str, str], found: list[str]
) -> None:
    answer = await (await staff(cabinet)).get(CLIENTS, params=query)
    assert answer.status_code == 200, answer.text
    assert [item["account_id"] for item in answer.json()["items"]] == [people[name] for name in found]


async def test_the_answer_tells_clients_apart_and_no_more(cabinet: Cabinet, people: dict[str, str]) -> None:
    answer = (await (await staff(cabinet)).get(CLIENTS, params={"name": "семенова"})).json()
    assert answer["items"] == [
        {
            "account_id": people["semyonova"],
            "email": "semyonova@example.ru",
            "name": "Семёнова Анна Петровна",
            "contracts": 2,
        }
    ]


async def test_the_contracts_of_a_client_say_where_an_administrator_is_missing(
    cabinet: Cabinet, people: dict[str, str]
) -> None:
    caller = await staff(cabinet)
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        path = f"{CLIENTS}/{people['semyonova']}/contracts"
        page = (await caller.get(path, params={"limit": 1, **cursor})).json()
        seen += [(item["contract_id"], item["role"], item["has_administrator"]) for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == [("C-1", DIRECTOR, True), ("C-2", DIRECTOR, False)]
    for unknown in ("nobody", (await caller.get("/api/v1/sessions/current")).json()["account_id"]):
        assert (await caller.get(f"{CLIENTS}/{unknown}/contracts")).status_code == 404


async def test_what_was_found_is_made_administrator(cabinet: Cabinet, people: dict[str, str]) -> None:
    caller = await cabinet.staff(scopes=["roles.clients", "roles.grant"])
    (client,) = (await caller.get(CLIENTS, params={"email": "semyonova@example.ru"})).json()["items"]
    held = (await caller.get(f"{CLIENTS}/{client['account_id']}/contracts")).json()["items"]
    (free,) = [item["contract_id"] for item in held if not item["has_administrator"]]
    place = f"/api/v1/staff/roles/contracts/{free}/administrator"
    assert (await caller.put(place, json={"account_id": client["account_id"]})).status_code == 204
    again = (await caller.get(f"{CLIENTS}/{client['account_id']}/contracts")).json()["items"]
    assert [(item["role"], item["has_administrator"]) for item in again] == [(DIRECTOR, True), (ADMINISTRATOR, True)]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({}, {"email", "phone", "name", "contract"}),
        ({"email": "a@example.ru", "name": "Иванов"}, {"email", "name"}),
        ({"email": "нет"}, {"email"}),
        ({"phone": "12"}, {"phone"}),
        ({"name": "И"}, {"name"}),
        ({"name": " и "}, {"name"}),
        ({"contract": ""}, {"contract"}),
        ({"name": "Иванов", "cursor": "!!"}, {"cursor"}),
    ],
)
async def test_a_search_by_nothing_or_by_nonsense_is_refused(
    cabinet: Cabinet, query: dict[str, str], fields: set[str]
) -> None:
    answer = await (await staff(cabinet)).get(CLIENTS, params=query)
    assert answer.status_code == 422, answer.text
    assert {error["field"] for error in answer.json()["errors"]} == fields


async def test_nobody_else_finds_clients(cabinet: Cabinet, people: dict[str, str]) -> None:
    other = await cabinet.staff("other@supplier.example", ["roles.answer", "roles.grant"])
    for caller in (await cabinet.client(), other, await cabinet.service()):
        for path in (CLIENTS, f"{CLIENTS}/{people['ivanov']}/contracts"):
            assert (await caller.get(path, params={"name": "Иванов"})).status_code == 403


async def test_staff_and_closed_accounts_are_not_found(cabinet: Cabinet, people: dict[str, str]) -> None:
    caller = await staff(cabinet)
    assert (await caller.get(CLIENTS, params={"email": "support@supplier.example"})).json()["items"] == []
    gone = cabinet.anonymous()
    opened = await gone.post("/api/v1/sessions", json={"email": "ivanov@example.ru", "password": PASSWORD})
    gone.sign(opened.json()["token"])
    closing = {"confirmed": True, "password": PASSWORD}
    assert (await gone.post("/api/v1/profile/deletion", json=closing)).status_code == 204
    for query in ({"email": "ivanov@example.ru"}, {"name": "Иванов"}, {"contract": "78000000000001"}):
        items = (await caller.get(CLIENTS, params=query)).json()["items"]
        assert people["ivanov"] not in [item["account_id"] for item in items]


async def test_pages_of_clients_join_without_gap_or_repeat(cabinet: Cabinet) -> None:
    made = [await person(cabinet, f"p{n}@example.ru", "Иванов", "Иван", f"+7 921 000-01-{n:02d}") for n in range(5)]
    caller = await staff(cabinet)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await caller.get(CLIENTS, params={"name": "Иванов", "limit": 2, **cursor})).json()
        seen += [item["account_id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == sorted(made)


async def test_who_searched_and_whom_the_answer_named_is_on_record(cabinet: Cabinet, people: dict[str, str]) -> None:
    caller = await staff(cabinet)
    me = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await caller.get(CLIENTS, params={"phone": "89210000002"})
    await caller.get(f"{CLIENTS}/{people['ivanov']}/contracts")
    async with cabinet.runtime.database.writer.connect() as connection:
        rows = await connection.execute(
            sa.select(Audit.action, Audit.actor, Audit.subject, Audit.details)
            .where(Audit.action.like("roles.client%"))
            .order_by(Audit.id)
        )
        kept = [(row.action, row.actor, row.subject, msgspec.json.decode(row.details)) for row in rows]
    assert kept == [
        ("roles.clients_searched", f"staff:{me}", me, {"by": "phone", "found": 2}),
        ("roles.client_found", f"staff:{me}", people["ivanov"], {"by": "phone"}),
        ("roles.client_found", f"staff:{me}", people["semyonov"], {"by": "phone"}),
        ("roles.client_contracts_read", f"staff:{me}", people["ivanov"], {}),
    ]


PAGE = {"after_name": "", "after_id": "", "limit": 21}
PLANNED: dict[str, tuple[Query[Any], dict[str, Any], str]] = {
    "email": (store.CLIENT_BY_EMAIL, {**PAGE, "email": "17@example.ru"}, "uq_identity_account_email"),
    "phone": (store.CLIENTS_BY_PHONE, {**PAGE, "phone": "+70000000017"}, "ix_identity_account_phone"),
    "name": (
        store.CLIENTS_BY_NAME,
        {**PAGE, "after_name": "иванов 17", "prefix": "иванов 17"},
        "ix_identity_account_folded_name",
    ),
    "contract": (store.CLIENTS_OF_CONTRACT, {**PAGE, "number": "17"}, "ix_contracts_contract_number"),
    "contracts": (
        store.CLIENT_CONTRACTS,
        {"account_id": "a17", "number": "", "contract_id": "", "limit": 51},
        "ix_contracts_link_list",
    ),
}


@pytest.mark.parametrize("name", PLANNED)
async def test_finding_goes_by_indexes(cabinet: Cabinet, name: str) -> None:
    query, params, index = PLANNED[name]
    await gather(cabinet)
    steps = await plan(cabinet.runtime, query, **params)
    assert not scanned(steps), steps
    assert [found for found in indexes(steps) if re.match(index, found)], steps
