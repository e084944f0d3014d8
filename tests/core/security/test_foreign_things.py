"""Identifiers of others, tried one by one: what is foreign answers as what does not exist."""

from typing import Any

import httpx

from core.context import Context
from core.contracts.public import grant
from core.sdk import ADMINISTRATOR, ROLES
from core.testing.cabinet import PASSWORD, Cabinet, Caller

OTHER = {"id": "C-2", "number": "78000000054321", "name": "ООО «Чужое»", "inn": "7830002293"}
NOWHERE = "01978f2e-6f3a-7c41-9d55-0f5a4c1e2b77"
MISSING = (404, "not_found")


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and code."""
    return answer.status_code, answer.json()["code"]


async def holder(cabinet: Cabinet, email: str, contract: str, role: str) -> tuple[Caller, str]:
    """A client who has a contract, and the account's id."""
    caller = await cabinet.client(email)
    account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account, contract, role)
    return caller, account


async def test_a_request_is_its_authors_only(cabinet: Cabinet, contract: str) -> None:
    owner, _ = await holder(cabinet, "owner@example.ru", contract, ROLES[1])
    colleague, _ = await holder(cabinet, "colleague@example.ru", contract, ROLES[1])
    asked = await owner.post(f"/api/v1/roles/contracts/{contract}/requests", json={"text": "Прошу"})
    place = f"/api/v1/roles/requests/{asked.json()['id']}"
    file = await owner.post(f"{place}/files", params={"name": "doverennost.pdf"}, content=b"%PDF-")
    for stranger in (colleague, await cabinet.client("stranger@example.ru")):
        assert told(await stranger.get(place)) == MISSING
        assert told(await stranger.post(f"{place}/messages", json={"text": "Я"})) == MISSING
        assert told(await stranger.post(f"{place}/files", params={"name": "a"}, content=b"a")) == MISSING
        assert told(await stranger.get(f"{place}/files/{file.json()['id']}")) == MISSING
        assert (await stranger.get("/api/v1/roles/requests")).json()["items"] == []
    own = await colleague.post(f"/api/v1/roles/contracts/{contract}/requests", json={"text": "И я"})
    through = f"/api/v1/roles/requests/{own.json()['id']}/files/{file.json()['id']}"
    assert told(await colleague.get(through)) == MISSING, "a file is of its request, not of any own one"
    details = (await owner.get(place)).json()
    assert len(details["messages"]) == len(details["files"]) == 1


async def test_one_contract_is_no_way_to_another(cabinet: Cabinet, contract: str) -> None:
    await cabinet.load("contracts", OTHER)
    await cabinet.load("energy_objects", {"id": "O-2", "contract_id": "C-2", "number": "2", "name": "Чужой цех"})
    await cabinet.load("annexes", {"id": "A-2", "contract_id": "C-2", "name": "Чужое", "file_name": "a.pdf"})
    company = await cabinet.service()
    assert (await company.put("/api/v1/exchange/contract-annexes/A-2/content", content=b"%PDF-")).status_code == 200
    giver, _ = await holder(cabinet, "admin@example.ru", contract, ADMINISTRATOR)
    _, victim = await holder(cabinet, "victim@example.ru", "C-2", ROLES[1])
    assert told(await giver.get(f"/api/v1/contracts/{contract}/annexes/A-2/content")) == MISSING
    users = f"/api/v1/roles/contracts/{contract}/users"
    change = {"role": ROLES[2], "energy_objects": None}
    assert told(await giver.put(f"{users}/{victim}", json=change)) == MISSING
    assert told(await giver.delete(f"{users}/{victim}")) == MISSING
    body: dict[str, Any] = {"role": ROLES[2], "email": "victim@example.ru", "energy_objects": ["O-2"]}
    refused = await giver.post(users, json=body)
    assert refused.json()["errors"][0]["code"] == "energy_object_unknown"
    contacts = await giver.get("/api/v1/contracts/contacts", params={"contract_id": "C-2"})
    assert "Чужое" not in contacts.text


async def test_nobody_makes_himself_staff_or_somebody_else(cabinet: Cabinet) -> None:
    form = {"email": "climber@example.ru", "password": PASSWORD, "agreement": True}
    for extra in ({"kind": "staff"}, {"scopes": ["roles.grant"]}, {"email_confirmed_at": "2026-01-01T00:00:00Z"}):
        answer = await cabinet.anonymous().post("/api/v1/registration", json=form | extra)
        assert answer.json()["errors"][0]["code"] == "unknown_field"
    climber = await cabinet.client("climber@example.ru")
    names = {"surname": "Иванова", "given_name": "Анна", "account_id": NOWHERE}
    assert (await climber.put("/api/v1/profile/personal-data", json=names)).status_code == 422
    assert (await climber.get("/api/v1/staff/roles/requests")).status_code == 403


async def test_a_key_of_one_account_repeats_nothing_to_another(cabinet: Cabinet, contract: str) -> None:
    first, _ = await holder(cabinet, "first@example.ru", contract, ROLES[1])
    second, _ = await holder(cabinet, "second@example.ru", contract, ROLES[1])
    key = {"Idempotency-Key": "one"}
    path = f"/api/v1/roles/contracts/{contract}/requests"
    secret = await first.post(path, json={"text": "Тайна"}, headers=key)
    answer = await second.post(path, json={"text": "Тайна"}, headers=key)
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers
    assert answer.json()["id"] != secret.json()["id"]


async def test_a_key_repeats_nothing_to_who_has_lost_the_contract(cabinet: Cabinet, contract: str) -> None:
    giver, _ = await holder(cabinet, "admin@example.ru", contract, ADMINISTRATOR)
    key = {"Idempotency-Key": "one"}
    body = {"role": ROLES[3], "email": "novikov@example.ru", "energy_objects": ["O-1"]}
    path = f"/api/v1/roles/contracts/{contract}/users"
    assert (await giver.post(path, json=body, headers=key)).status_code == 201
    assert (await giver.delete(f"/api/v1/contracts/{contract}")).status_code == 204
    assert told(await giver.post(path, json=body, headers=key)) == MISSING
