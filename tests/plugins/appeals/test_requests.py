"""The role «Администратор» is requested by an appeal (ROL-27, ROL-28)."""

from typing import Any

import pytest

from core.sdk import ROLES
from core.testing.cabinet import Cabinet, Caller
from tests.plugins.appeals.supplier import (
    APPEALS,
    LKK,
    STAFF,
    begin,
    card,
    client,
    good,
    send,
    step,
    tab,
    upload,
    wrong,
)

REQUESTS = "/api/v1/roles/contracts/C-1/requests"


async def ask(caller: Caller) -> str:
    appeal_id: str = good(await caller.post(REQUESTS, json={"text": "Прошу роль"}))["id"]
    return appeal_id


async def role_of(caller: Caller) -> str:
    items = good(await caller.get("/api/v1/contracts"))["items"]
    role: str = next(item["role"] for item in items if item["id"] == "C-1")
    return role


@pytest.mark.requirement("ROL-09", "ROL-27")
@pytest.mark.parametrize("role", ROLES[1:])
async def test_each_role_asks_by_an_appeal(supplier: Cabinet, support: Caller, role: str) -> None:
    caller = await client(supplier, "petrov@example.ru", role=role)
    assert wrong(await caller.post(REQUESTS, json={"text": ""})) == {"text": "required"}
    key = {"Idempotency-Key": f"ask-{len(role)}"}
    item = good(await caller.post(REQUESTS, json={"text": "Прошу роль"}, headers=key))
    assert good(await caller.post(REQUESTS, json={"text": "Прошу роль"}, headers=key)) == item
    assert wrong(await caller.post(REQUESTS, json={"text": "Ещё"}), 409) == {"": "role_request_open"}
    await supplier.drain()
    (listed,) = await tab(caller)
    shown = await card(caller, item["id"])
    assert listed["id"] == item["id"]
    assert (shown["topic"], shown["section"], shown["contract_id"]) == (LKK, "Права доступа", "C-1")
    assert shown["messages"][-1]["text"] == "Прошу роль"
    assert [one["id"] for one in good(await support.get(STAFF))["items"]] == [item["id"]]
    assert good(await support.get(f"{STAFF}/{item['id']}"))["requests_administrator"] is True
    assert await role_of(caller) == role
    stranger = await supplier.client("stranger@example.ru")
    assert (await stranger.post(REQUESTS, json={"text": "Прошу"})).status_code == 404


@pytest.mark.requirement("ROL-27")
async def test_the_wizard_leads_to_the_same(supplier: Cabinet, anna: Caller) -> None:
    foreign = {"contract": "C-2", "topic": LKK, "section": "Права доступа"}
    assert wrong(await anna.post(APPEALS, json={"values": foreign})) == {"contract": "not_a_choice"}
    form = await begin(anna, LKK, "Права доступа")
    good(await step(anna, form["id"], "information", text="Прошу роль"))
    await ask(anna)
    assert wrong(await send(anna, form["id"]), 409) == {"": "role_request_open"}


@pytest.mark.requirement("ROL-28")
async def test_staff_ask_for_documents_and_grant(supplier: Cabinet, anna: Caller, support: Caller) -> None:
    appeal_id = await ask(anna)
    await supplier.drain()
    good(await support.post(f"{STAFF}/{appeal_id}/messages", json={"text": "Пришлите доверенность"}))
    assert (await card(anna, appeal_id))["messages"][-1]["text"] == "Пришлите доверенность"
    file_id = await upload(anna, b"%PDF-1.7 d", "доверенность.pdf")
    good(await anna.post(f"{APPEALS}/{appeal_id}/messages", json={"text": "Вот", "files": [file_id]}))
    decision = {"decision": "grant", "text": "Роль назначена"}
    good(await support.put(f"{STAFF}/{appeal_id}/decision", json=decision))
    assert await role_of(anna) == "Администратор"
    shown = await card(anna, appeal_id)
    assert (shown["messages"][-1]["text"], shown["state"]) == ("Роль назначена", "closed")
    assert wrong(await anna.post(REQUESTS, json={"text": "Ещё"}), 409) == {"": "contract_administrator_exists"}
    assert wrong(await support.put(f"{STAFF}/{appeal_id}/decision", json=decision), 409) == {"": "appeals.not_open"}


@pytest.mark.requirement("ROL-28")
async def test_staff_refuse_and_the_client_may_ask_again(supplier: Cabinet, anna: Caller, support: Caller) -> None:
    before = await role_of(anna)
    appeal_id = await ask(anna)
    await supplier.drain()
    refusal: Any = {"decision": "refuse", "text": "Нет доверенности"}
    good(await support.put(f"{STAFF}/{appeal_id}/decision", json=refusal))
    assert (await card(anna, appeal_id))["messages"][-1]["text"] == "Нет доверенности"
    assert await role_of(anna) == before
    assert await ask(anna) != appeal_id
    await supplier.drain()
    (other,) = await tab(anna)
    question = await begin(anna, "Техническая поддержка", "Оплата через ЛКК")
    good(await step(anna, question["id"], "information", text="?"))
    good(await send(anna, question["id"]))
    await supplier.drain()
    refused = await support.put(f"{STAFF}/{question['id']}/decision", json=refusal)
    assert wrong(refused, 409) == {"": "appeals.not_a_request"}
    assert other["title"] == "ЛКК"


async def test_two_who_ask_at_once_cannot_both_be_granted(supplier: Cabinet, anna: Caller, support: Caller) -> None:
    boris = await client(supplier, "boris@example.ru")
    first, second = await ask(anna), await ask(boris)
    await supplier.drain()
    grant = {"decision": "grant", "text": "Да"}
    good(await support.put(f"{STAFF}/{first}/decision", json=grant))
    assert wrong(await support.put(f"{STAFF}/{second}/decision", json=grant), 409) == {
        "": "contract_administrator_exists"
    }
    assert (await card(boris, second))["state"] == "open"
