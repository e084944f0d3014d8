"""Adding, listing and removing contracts, over HTTP."""

import asyncio
import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from core.context import Context
from core.contracts.errors import ADMINISTRATOR_EXISTS
from core.contracts.public import grant
from core.sdk import ROLES, Problem
from core.testing.cabinet import Cabinet, Caller
from core.testing.clock import MovableClock

NUMBER = "78000000012345"
CONTRACT = {
    "id": "C-1",
    "number": NUMBER,
    "name": "ООО «Ромашка»",
    "inn": "7830002293",
    "kpp": "783001001",
    "branch": "Невский филиал",
    "address": "Санкт-Петербург, Невский пр., 1",
    "signed_on": "2020-02-01",
}
EMAIL = "dogovor@romashka.example"


async def with_contract(cabinet: Cabinet, *emails: str, **changes: Any) -> None:
    """Loads a contract as billing does."""
    row = CONTRACT | changes
    await cabinet.load("contracts", row)
    if emails:
        await cabinet.load("contract_emails", *[{"contract_id": row["id"], "email": email} for email in emails])


async def add(caller: Caller, number: str = NUMBER, email: str = EMAIL) -> Any:
    """The form «Новый договор»."""
    return await caller.post("/api/v1/contracts", json={"number": number, "email": email})


@pytest.mark.requirement("CTR-01", "CTR-02", "CTR-03", "CTR-08", "ROL-07")
async def test_the_letters_link_adds_the_contract_to_whoever_asked(cabinet: Cabinet) -> None:
    await with_contract(cabinet, "other@romashka.example", EMAIL)
    caller = await cabinet.client()
    added = await add(caller, email=EMAIL.upper())
    assert (added.status_code, added.json()["state"]) == (202, "pending")
    assert len(await cabinet.letters(EMAIL)) == 1
    assert all("договор" not in letter.subject for letter in await cabinet.letters("ivanova@example.ru"))
    token = await cabinet.link_token(EMAIL)
    opened = await cabinet.anonymous().post("/api/v1/contracts/confirmations", json={"token": token})
    assert opened.json() == {"number": NUMBER}
    listed = (await caller.get("/api/v1/contracts")).json()["items"]
    assert [(item["state"], item["role"], item["name"]) for item in listed] == [
        ("active", "Руководитель", "ООО «Ромашка»")
    ]
    assert {"id": "C-1", "number": NUMBER, "administrator_requestable": True}.items() <= listed[0].items()
    roles = (await caller.get("/api/v1/roles/matrix")).json()["items"]
    full = {row["permission"] for row in roles} - {"roles.assign", "roles.revoke"}
    assert set(listed[0]["actions"]) == full  # «Руководитель»: everything but managing roles
    details = (await caller.get("/api/v1/contracts/C-1")).json()
    assert (details["inn"], details["kpp"], details["branch"]) == ("7830002293", "783001001", "Невский филиал")


@pytest.mark.requirement("CTR-03")
async def test_a_link_works_once_and_only_unaltered(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    caller = await cabinet.client()
    await add(caller)
    token = await cabinet.link_token(EMAIL)
    stranger = await cabinet.client("petrov@example.ru")
    altered = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for wrong in (altered, "nonsense", token.partition(".")[0]):
        answer = await stranger.post("/api/v1/contracts/confirmations", json={"token": wrong})
        assert answer.status_code == 404
    assert (await stranger.post("/api/v1/contracts/confirmations", json={"token": token})).status_code == 200
    assert (await stranger.post("/api/v1/contracts/confirmations", json={"token": token})).status_code == 404
    assert (await stranger.get("/api/v1/contracts")).json()["items"] == []
    assert len((await caller.get("/api/v1/contracts")).json()["items"]) == 1


@pytest.mark.requirement("CTR-01")
@pytest.mark.parametrize(
    "number", ["7800000001234", "780000000123456", "7800000001234a", "78 000000012345", "٧٨٠٠٠٠٠٠٠١٢٣٤٥"]
)
async def test_a_malformed_number_is_refused(cabinet: Cabinet, number: str) -> None:
    await with_contract(cabinet, EMAIL)
    answer = await add(await cabinet.client(), number=number, email="нет")
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"number", "email"}
    assert await cabinet.letters(EMAIL) == []


@pytest.mark.requirement("CTR-02", "CTR-07")
async def test_an_unknown_number_and_an_unrecorded_address_look_alike(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    await with_contract(cabinet, id="C-2", number="78000000000002")
    caller = await cabinet.client()
    answers = [
        await add(caller, email="foreign@example.ru"),
        await add(caller, number="78000000099999"),
        await add(caller, number="78000000000002"),
    ]
    told = [{**answer.json(), "request_id": ""} for answer in answers]
    assert told[0] == told[1] == told[2]
    assert told[0]["code"] == "contract_not_confirmable"
    assert await cabinet.letters("foreign@example.ru") == []
    await cabinet.load("contract_emails", {"contract_id": "C-2", "email": EMAIL})
    assert (await add(caller, number="78000000000002")).status_code == 202


@pytest.mark.requirement("CTR-07")
async def test_the_supplier_tells_what_to_do_about_a_contract_without_an_address(cabinet: Cabinet) -> None:
    guidance = "Обратитесь в клиентский зал или районное отделение: адрес укажут в договоре."
    question = {"question": "Не получается добавить договор, в нём нет адреса почты", "answer": guidance}
    await cabinet.load("help_groups", {"id": "G-1", "title": "Договоры"})
    await cabinet.load("help_questions", {"id": "Q-1", "group_id": "G-1", **question})
    found = await (await cabinet.client()).get("/api/v1/help/questions", params={"search": "добавить договор"})
    assert guidance in found.text


@pytest.mark.requirement("CTR-04")
async def test_an_addition_lives_24_hours(cabinet: Cabinet, clock: MovableClock) -> None:
    await with_contract(cabinet, EMAIL)
    caller = await cabinet.client()
    await add(caller)
    token = await cabinet.link_token(EMAIL)
    clock.move(timedelta(hours=24))
    await cabinet.drain()
    assert (await caller.get("/api/v1/contracts")).json()["items"] == []
    late = await cabinet.anonymous().post("/api/v1/contracts/confirmations", json={"token": token})
    assert late.status_code == 404
    assert (await add(caller)).status_code == 202
    clock.move(timedelta(hours=23, minutes=59))
    fresh = await cabinet.link_token(EMAIL)
    assert (await caller.post("/api/v1/contracts/confirmations", json={"token": fresh})).status_code == 200


@pytest.mark.requirement("CTR-05")
async def test_a_pending_contract_shows_nothing_and_can_be_removed(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    caller = await cabinet.client()
    await add(caller)
    listed = (await caller.get("/api/v1/contracts")).json()["items"]
    assert listed == [
        {
            "id": "C-1",
            "number": NUMBER,
            "name": None,
            "state": "pending",
            "role": None,
            "administrator_requestable": False,
            "actions": [],
        }
    ]
    assert (await caller.get("/api/v1/contracts/C-1")).status_code == 404
    assert (await caller.delete("/api/v1/contracts/C-1")).status_code == 204
    assert (await caller.get("/api/v1/contracts")).json()["items"] == []


@pytest.mark.requirement("CTR-06", "CTR-11")
async def test_accounts_and_contracts_are_many_to_many(cabinet: Cabinet) -> None:
    for index in range(3):
        await with_contract(cabinet, EMAIL, id=f"C-{index}", number=f"7800000000000{3 - index}")
    first, second = await cabinet.client(), await cabinet.client("petrov@example.ru")
    assert (await add(first)).status_code == 422  # of another number
    assert (await add(first, number="78000000000001")).status_code == 202
    waiting = await add(first, number="78000000000001")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "contract_linked_already")
    assert len(await cabinet.letters(EMAIL)) == 1
    token = await cabinet.link_token(EMAIL)
    assert (await first.post("/api/v1/contracts/confirmations", json={"token": token})).status_code == 200
    assert (await first.delete("/api/v1/contracts/C-2")).status_code == 204
    for index in range(3):
        await cabinet.link(first, f"7800000000000{3 - index}", EMAIL)
    await cabinet.link(second, "78000000000001", EMAIL)
    numbers = [item["number"] for item in (await first.get("/api/v1/contracts")).json()["items"]]
    assert numbers == ["78000000000001", "78000000000002", "78000000000003"]
    again = await add(first, number="78000000000001")
    assert (again.status_code, again.json()["code"]) == (409, "contract_linked_already")
    assert (await first.delete("/api/v1/contracts/C-2")).status_code == 204
    assert (await first.delete("/api/v1/contracts/C-2")).status_code == 404
    assert (await first.get("/api/v1/contracts/C-2")).status_code == 404
    assert (await second.get("/api/v1/contracts/C-2")).status_code == 200
    assert (await add(first, number="78000000000001")).status_code == 202


async def test_the_list_follows_a_number_that_billing_changes(cabinet: Cabinet) -> None:
    caller, other = await cabinet.client(), await cabinet.client("petrov@example.ru")
    for index in range(3):
        await with_contract(cabinet, EMAIL, id=f"C-{index}", number=f"7800000000000{index}")
        for one in (caller, other):
            await cabinet.link(one, f"7800000000000{index}", EMAIL)
    await with_contract(cabinet, id="C-0", number="78000000000009")
    for one in (caller, other):
        items = (await one.get("/api/v1/contracts")).json()["items"]
        assert [(item["id"], item["number"][-1]) for item in items] == [("C-1", "1"), ("C-2", "2"), ("C-0", "9")]
    await granted(cabinet, other, "Бухгалтер", "C-0")  # a link that is there already
    pages = [(await other.get("/api/v1/contracts", params={"limit": 2})).json()]
    pages.append((await other.get("/api/v1/contracts", params={"limit": 2, "cursor": pages[0]["next"]})).json())
    assert [item["number"][-1] for page in pages for item in page["items"]] == ["1", "2", "9"]


async def test_pages_of_contracts_join_without_gap_or_repeat(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    for index in range(5):
        await with_contract(cabinet, EMAIL, id=f"C-{index}", number=f"7800000000000{index}")
        await cabinet.link(caller, f"7800000000000{index}", EMAIL)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await caller.get("/api/v1/contracts", params=params)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == [f"C-{index}" for index in range(5)]
    forged = await caller.get("/api/v1/contracts", params={"cursor": "!!"})
    assert forged.status_code == 422


@pytest.mark.requirement("CTR-15")
async def test_billing_feeds_contracts_and_clients_cannot(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    caller = await cabinet.client()
    await cabinet.link(caller, NUMBER, EMAIL)
    await with_contract(cabinet, name="АО «Ромашка»")
    assert (await caller.get("/api/v1/contracts/C-1")).json()["name"] == "АО «Ромашка»"
    refused = await caller.post("/api/v1/exchange/contracts", content=b"{}")
    assert refused.status_code == 403
    for method in ("PUT", "PATCH", "POST"):
        assert (await caller.request(method, "/api/v1/contracts/C-1", json={"name": "Чужое"})).status_code == 405
    assert (await caller.get("/api/v1/contracts/C-1")).json()["name"] == "АО «Ромашка»"


PARTIES: dict[str, dict[str, Any]] = {
    "company": {"name": "ООО «Ромашка»", "inn": "7830002293", "kpp": "783001001"},
    "sole trader": {"name": "ИП Новикова Ольга Александровна", "inn": "500100732259", "kpp": None},
    "citizen": {"name": "Петров Пётр Петрович", "inn": "500100732259", "kpp": None},
}


@pytest.mark.requirement("CTR-16")
@pytest.mark.parametrize("party", PARTIES)
async def test_companies_sole_traders_and_citizens_are_served_alike(cabinet: Cabinet, party: str) -> None:
    row = PARTIES[party]
    await with_contract(cabinet, EMAIL, **row)
    caller = await cabinet.client()
    await cabinet.link(caller, NUMBER, EMAIL)
    (item,) = (await caller.get("/api/v1/contracts")).json()["items"]
    assert item["name"] == row["name"]
    details = (await caller.get("/api/v1/contracts/C-1")).json()
    assert {name: details[name] for name in row} == row
    shown = {field["title"]: field["value"] for field in details["sections"][0]["fields"]}
    assert (shown["Наименование"], shown["ИНН"], shown["КПП"]) == (row["name"], row["inn"], row["kpp"])
    card = await caller.get("/api/v1/contracts/C-1/card")
    sheet = openpyxl.load_workbook(io.BytesIO(card.content))["Информация по договору"]
    exported = dict(sheet.iter_rows(values_only=True))
    assert (exported["Наименование"], exported["ИНН"], exported["КПП"]) == (row["name"], row["inn"], row["kpp"])
    for path in ("/annexes", "", "/card"):
        assert (await caller.get(f"/api/v1/contracts/C-1{path}")).status_code == 200
    assert (await caller.get("/api/v1/contracts/contacts")).json()["items"][0]["name"] == row["name"]
    assert (await caller.get("/api/v1/readings/contracts/C-1")).status_code == 200
    assert (await caller.put("/api/v1/contracts/C-1", json=row)).status_code == 405


@pytest.mark.repeats("add_contract")
async def test_a_retried_addition_is_done_once(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    caller = await cabinet.client()
    headers = {"Idempotency-Key": "add-1"}
    body = {"number": NUMBER, "email": EMAIL}
    answers = await asyncio.gather(*[caller.post("/api/v1/contracts", json=body, headers=headers) for _ in range(4)])
    assert [answer.status_code for answer in answers] == [202] * 4
    assert len({answer.text for answer in answers}) == 1
    assert len(await cabinet.letters(EMAIL)) == 1
    other = await caller.post("/api/v1/contracts", json=body | {"email": "x@example.ru"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")


# ---- roles given by the company
async def granted(cabinet: Cabinet, caller: Caller, role: str, contract_id: str = "C-1") -> None:
    """Gives the caller a role, as the company's own tools do."""
    me = (await caller.get("/api/v1/sessions/current")).json()
    await grant(Context(cabinet.runtime), me["account_id"], contract_id, role)


@pytest.mark.requirement("ROL-03")
@pytest.mark.parametrize("role", ROLES)
async def test_a_granted_role_adds_the_contract_or_replaces_the_role(cabinet: Cabinet, role: str) -> None:
    await with_contract(cabinet, EMAIL)
    caller, linked = await cabinet.client(), await cabinet.client("petrov@example.ru")
    await cabinet.link(linked, NUMBER, EMAIL)
    await granted(cabinet, caller, "Бухгалтер")
    await granted(cabinet, caller, role)
    assert (await caller.get("/api/v1/contracts/C-1")).json()["role"] == role
    assert len((await caller.get("/api/v1/contracts")).json()["items"]) == 1
    assert (await linked.get("/api/v1/contracts/C-1")).json()["role"] == "Руководитель"


async def test_a_grant_confirms_an_addition_that_waits(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    caller = await cabinet.client()
    await add(caller)
    await granted(cabinet, caller, "Энергетик")
    assert (await caller.get("/api/v1/contracts/C-1")).json()["role"] == "Энергетик"


@pytest.mark.requirement("ROL-04", "ROL-05")
async def test_a_contract_has_one_administrator_and_any_number_of_others(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    await with_contract(cabinet, EMAIL, id="C-2", number="78000000000002")
    first, second = await cabinet.client(), await cabinet.client("petrov@example.ru")
    await granted(cabinet, first, "Администратор")
    with pytest.raises(Problem) as refused:
        await granted(cabinet, second, "Администратор")
    assert refused.value.kind == ADMINISTRATOR_EXISTS
    assert (await second.get("/api/v1/contracts/C-1")).status_code == 404
    await granted(cabinet, second, "Администратор", "C-2")
    for role in ROLES[1:]:
        for caller in (first, second):
            await granted(cabinet, caller, role)
    await granted(cabinet, second, "Администратор")
    assert (await second.get("/api/v1/contracts/C-1")).json()["role"] == "Администратор"


async def test_only_one_of_two_administrators_at_once_is_made(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    callers = [await cabinet.client(f"client{index}@example.ru") for index in range(4)]
    work = [granted(cabinet, caller, "Администратор") for caller in callers]
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert {outcome.kind for outcome in outcomes if isinstance(outcome, Problem)} == {ADMINISTRATOR_EXISTS}


async def test_the_company_hears_of_a_grant_once(cabinet: Cabinet) -> None:
    await with_contract(cabinet, EMAIL)
    caller = await cabinet.client()
    for _ in range(2):
        await granted(cabinet, caller, "Энергетик")
    company = await cabinet.service("reader", ["exchange.feed"])
    facts = (await company.get("/api/v1/exchange/feed")).json()["items"]
    assert [(fact["kind"], fact["body"]["role"]) for fact in facts] == [("contracts.linked", "Энергетик")]


async def test_a_grant_of_nothing_is_refused(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    with pytest.raises(Problem):
        await granted(cabinet, caller, "Энергетик")
    with pytest.raises(ValueError, match="no such role"):
        await granted(cabinet, caller, "Директор")
