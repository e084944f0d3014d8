"""The catalogue, orders, and what the company makes of them."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sdk import Context, Forgetter
from core.testing.cabinet import Cabinet, Caller
from plugins.services import domain
from tests.plugins.services.conftest import AUDIT, CONNECTION, OURS, THEIRS, order, ordered, somebody

HISTORY = "/api/v1/service-orders"
OFFICE = "/api/v1/staff/service-orders"


# ---- the catalogue
@pytest.mark.requirement("SRV-01")
async def test_the_list_has_what_may_be_ordered(supplier: Cabinet, client: Caller) -> None:
    await supplier.load("services.services", {"id": "old", "name": "Старая", "price": "1", "active": False})
    items = (await client.get("/api/v1/services")).json()["items"]
    assert [item["name"] for item in items] == ["Технологическое присоединение", "Энергоаудит"]
    assert items[0]["price"] == {"amount": "2150.90", "at_least": True, "text": "от 2\u00a0150,90 ₽"}
    assert items[1]["price"]["text"] == "10\u00a0000,00 ₽"
    assert (await supplier.anonymous().get("/api/v1/services")).status_code == 401


@pytest.mark.requirement("SRV-02", "SRV-03")
async def test_the_card_has_the_form(supplier: Cabinet, client: Caller) -> None:
    card = (await client.get("/api/v1/services/connection")).json()
    assert [field["title"] for field in card["fields"]] == [
        "Договор",
        "ФИО",
        "Имейл",
        "Телефон",
        "Фазы",
        "Бюджет",
        "Опишите задачу",
    ]
    assert (card["description"], card["link"]) == ("Присоединим к сетям", None)
    assert "не является офертой" in card["note"]
    assert "менеджер" in card["note"]
    assert card["choices"]["contract"] == [
        {"value": OURS, "title": "78000000012340", "details": {"name": "ООО «Ромашка»"}}
    ]
    assert card["defaults"] == {
        "contract": OURS,
        "full_name": "Иванова Анна",
        "email": "ivanova@example.ru",
        "phone": "+79218662294",
    }
    assert card["form_schema"]["required"] == ["contract", "full_name", "email", "phone", "phases"]
    await supplier.load("services.services", {**AUDIT, "note": "Своя", "link": "https://supplier.example/docs"})
    own = (await client.get("/api/v1/services/audit")).json()
    assert own["note"] == "Своя"
    assert own["link"] == {"title": "Подать документы в электронном виде", "url": "https://supplier.example/docs"}
    await supplier.load("services.services", {**AUDIT, "active": False})
    for service_id in ("audit", "nonsense"):
        assert (await client.get(f"/api/v1/services/{service_id}")).status_code == 404


@pytest.mark.requirement("SRV-08")
@pytest.mark.repeats("staff_add_service")
async def test_staff_maintain_the_catalogue(supplier: Cabinet, client: Caller, staff: Caller) -> None:
    new = {"id": "meter", "name": "Замена счётчика", "price": "3500", "price_from": True, "sort": 1}
    answers = [await staff.post("/api/v1/staff/services", json=new, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (await staff.post("/api/v1/staff/services", json=new)).json()["code"] == "services.taken"
    assert (await client.get("/api/v1/services")).json()["items"][0]["name"] == "Замена счётчика"
    order_id = await ordered(client, "meter")
    changed = {"name": "Новый счётчик", "price": "4000"}
    assert (await staff.put("/api/v1/staff/services/meter", json=changed)).status_code == 200
    assert (await client.get("/api/v1/services/meter")).json()["price"]["text"] == "4\u00a0000,00 ₽"
    kept = (await client.get(f"{HISTORY}/{order_id}")).json()["order"]
    assert (kept["service_name"], kept["price"]["text"]) == ("Замена счётчика", "от 3\u00a0500,00 ₽")
    assert (await staff.put("/api/v1/staff/services/meter", json={**changed, "active": False})).status_code == 200
    assert (await order(client, "meter")).status_code == 404
    assert (await staff.get("/api/v1/staff/services/meter")).json()["active"] is False
    assert "meter" in [item["id"] for item in (await staff.get("/api/v1/staff/services")).json()["items"]]
    assert (await staff.put("/api/v1/staff/services/none", json=changed)).status_code == 404
    for caller in (client, await supplier.staff("other@supplier.example")):
        assert (await caller.put("/api/v1/staff/services/meter", json=changed)).status_code == 403
        assert (await caller.post("/api/v1/staff/services", json=new)).status_code == 403


@pytest.mark.parametrize(
    "field",
    [
        {"type": "text", "name": "email", "title": "Почта"},
        {"type": "file", "name": "scan", "title": "Скан"},
        {"type": "choice", "name": "device", "title": "Прибор", "source": "devices"},
        {"type": "choice", "name": "empty", "title": "Пусто"},
        {"type": "text", "name": "late", "title": "Позже", "when": {"nothing": [True]}},
    ],
)
async def test_a_form_that_cannot_be_filled_is_refused(supplier: Cabinet, staff: Caller, field: Any) -> None:
    good = {"type": "flag", "name": "urgent", "title": "Срочно", "required": False}
    answer = await staff.put("/api/v1/staff/services/audit", json={"name": "а", "price": "1", "fields": [good, field]})
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]) == (
        "fields[1]",
        "services.bad_form",
    )
    company = await supplier.service()
    row = {**AUDIT, "fields": [field]}
    refused = await company.post("/api/v1/exchange/services.services", json=row)
    assert '"services.bad_form"' in refused.text


# ---- orders
@pytest.mark.requirement("SRV-03", "SRV-04", "SRV-07")
@pytest.mark.repeats("order_service")
async def test_an_order_is_sent_once(supplier: Cabinet, client: Caller) -> None:
    answers = [await order(client, key="k", task="Дача") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    sent = answers[0].json()
    assert answers[1].json() == sent
    assert sent["number"] == "У-2026-000001"
    assert sent["number"] in sent["message"]
    items = (await client.get(HISTORY)).json()["items"]
    assert [(item["number"], item["status_title"], item["actions"]) for item in items] == [
        ("У-2026-000001", "Новый", ["cancel"])
    ]
    shown = (await client.get(f"{HISTORY}/{sent['id']}")).json()
    values = {field["title"]: field["value"] for field in shown["fields"]}
    assert values == {
        "Договор": OURS,
        "ФИО": "Иванова Анна",
        "Имейл": "ivanova@example.ru",
        "Телефон": "+79218662294",
        "Фазы": "3",
        "Опишите задачу": "Дача",
    }
    assert (await ordered(client)) != sent["id"]
    company = await supplier.service("crm", ["exchange.feed"])
    told = (await company.get("/api/v1/exchange/feed")).json()["items"]
    facts = [fact for fact in told if fact["kind"].startswith("services.")]
    assert [fact["kind"] for fact in facts] == ["services.ordered", "services.ordered"]
    assert facts[0]["body"]["values"]["task"] == "Дача"
    assert facts[0]["body"]["price"] == "2150.90"


@pytest.mark.requirement("SRV-03", "SRV-04")
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"contract": THEIRS}, "values.contract", "not_a_choice"),
        ({"contract": None}, "values.contract", "required"),
        ({"email": "nonsense"}, "values.email", "wrong_format"),
        ({"phone": "12"}, "values.phone", "wrong_format"),
        ({"full_name": " "}, "values.full_name", "required"),
        ({"phases": "7"}, "values.phases", "not_a_choice"),
        ({"power_cost": "1e3"}, "values.power_cost", "wrong_format"),
        ({"task": "я" * 4001}, "values.task", "too_long"),
        ({"nonsense": "x"}, "values.nonsense", "unknown_field"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_ordered(
    client: Caller, changes: Any, field: str, code: str
) -> None:
    answer = await order(client, **changes)
    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
    assert (await client.get(HISTORY)).json()["items"] == []


@pytest.mark.requirement("SRV-07")
async def test_the_history_is_ones_own(supplier: Cabinet, client: Caller) -> None:
    colleague = await somebody(supplier, "colleague@example.ru", OURS, THEIRS)
    first = await ordered(client)
    supplier.clock.move(timedelta(days=2))
    second = await ordered(client, "audit")
    foreign, other = await ordered(colleague, contract=THEIRS), await ordered(colleague)

    async def seen(caller: Caller, **params: str) -> Sequence[str]:
        return [item["id"] for item in (await caller.get(HISTORY, params=params)).json()["items"]]

    assert await seen(client) == [second, first]
    assert await seen(client, **{"from": "2026-01-26"}) == [second]
    backwards = await client.get("/api/v1/service-orders", params={"from": "2026-01-26", "to": "2026-01-25"})
    assert [(one["field"], one["code"]) for one in backwards.json()["errors"]] == [("to", "services.period_reversed")]
    assert await seen(client, to="2026-01-25") == [first]
    assert await seen(client, contract_id=THEIRS) == []
    assert await seen(colleague) == [other, foreign]
    assert await seen(colleague, contract_id=THEIRS) == [foreign]
    page = (await client.get(HISTORY, params={"limit": "1"})).json()
    assert await seen(client, cursor=page["next"]) == [first]
    for order_id in (foreign, "nonsense"):
        assert (await client.get(f"{HISTORY}/{order_id}")).status_code == 404
        assert (await client.post(f"{HISTORY}/{order_id}/cancellation")).status_code == 404


@pytest.mark.repeats("cancel_service_order")
async def test_an_order_is_cancelled_before_its_bill(supplier: Cabinet, client: Caller, staff: Caller) -> None:
    order_id = await ordered(client)
    headers = {"Idempotency-Key": "k"}
    answers = [await client.post(f"{HISTORY}/{order_id}/cancellation", headers=headers) for _ in range(2)]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "cancelled")] * 2
    again = await client.post(f"{HISTORY}/{order_id}/cancellation")
    assert (again.status_code, again.json()["code"]) == (409, "services.not_now")
    refused = await staff.post(f"{OFFICE}/{order_id}/bill", json={"number": "1", "amount": "1"})
    assert refused.json()["code"] == "services.not_now"


async def test_orders_are_counted_by_the_hour(client: Caller) -> None:
    for _ in range(20):
        assert (await order(client, "audit")).status_code == 201
    assert (await order(client, "audit")).status_code == 429


# ---- the company
@pytest.mark.requirement("SRV-05", "SRV-06")
@pytest.mark.repeats("staff_move_service_order", "staff_bill_service_order")
async def test_staff_process_an_order_and_issue_the_bill(supplier: Cabinet, client: Caller, staff: Caller) -> None:
    order_id = await ordered(client)
    fresh = (await client.get(f"{HISTORY}/{order_id}")).json()["order"]
    assert (fresh["actions"], fresh["bill"]) == (["cancel"], None)
    early = await staff.post(f"{OFFICE}/{order_id}/status", json={"status": "paid"})
    assert (early.status_code, early.json()["code"]) == (409, "services.not_now")
    assert [item["id"] for item in (await staff.get(OFFICE, params={"status": "new"})).json()["items"]] == [order_id]
    headers = {"Idempotency-Key": "k"}
    step = {"status": "in_progress", "text": "Выезжаем завтра"}
    for _ in range(2):
        moved = await staff.post(f"{OFFICE}/{order_id}/status", json=step, headers=headers)
        assert (moved.status_code, moved.json()["status"]) == (200, "in_progress")
    bill = {"number": "С-17", "amount": "2300.5", "due_on": "2026-02-20"}
    for _ in range(2):
        billed = await staff.post(f"{OFFICE}/{order_id}/bill", json=bill, headers=headers)
        assert (billed.status_code, billed.json()["status"]) == (200, "billed")
    letters = [letter.text for letter in await supplier.letters("ivanova@example.ru")]
    assert sum("в обработке" in text and "Выезжаем завтра" in text for text in letters) == 1
    assert sum("С-17" in text and "2\u00a0300,50 ₽" in text for text in letters) == 1
    shown = (await client.get(f"{HISTORY}/{order_id}")).json()
    assert shown["order"]["bill"] == {
        "id": f"services:{order_id}",
        "number": "С-17",
        "amount": "2300.50",
        "due_on": "2026-02-20",
    }
    assert [step["status"] for step in shown["history"]] == ["new", "in_progress", "billed"]
    assert (await client.post(f"{HISTORY}/{order_id}/cancellation")).status_code == 409
    for status in ("paid", "done"):
        assert (await staff.post(f"{OFFICE}/{order_id}/status", json={"status": status})).status_code == 200
    assert (await staff.get(f"{OFFICE}/{order_id}")).json()["order"]["status_title"] == "Выполнен"
    for path in (OFFICE, f"{OFFICE}/{order_id}"):
        assert (await client.get(path)).status_code == 403
    assert (await client.post(f"{OFFICE}/{order_id}/bill", json=bill)).status_code == 403
    assert (await staff.post(f"{OFFICE}/nonsense/bill", json=bill)).status_code == 404


@pytest.mark.requirement("SRV-06")
async def test_the_exchange_does_the_same(supplier: Cabinet, client: Caller) -> None:
    order_id = await ordered(client)
    await supplier.load("services.orders", {"id": order_id, "status": "in_progress"})
    bill = {"id": order_id, "status": "billed", "bill_number": "С-1", "bill_amount": "10"}
    await supplier.load("services.orders", bill)
    await supplier.load("services.orders", bill)
    assert (await client.get(f"{HISTORY}/{order_id}")).json()["order"]["bill"]["amount"] == "10.00"
    company = await supplier.service()
    for row, code in (
        ({"id": "nonsense", "status": "done"}, "services.unknown_order"),
        ({"id": order_id, "status": "in_progress"}, "services.not_now"),
        ({"id": await ordered(client), "status": "billed"}, "services.bill_needed"),
    ):
        answer = await company.post("/api/v1/exchange/services.orders", json=row)
        assert f'"{code}"' in answer.text
    assert len((await client.get(f"{HISTORY}/{order_id}")).json()["history"]) == 3


async def test_a_person_who_leaves_is_forgotten(supplier: Cabinet, client: Caller, staff: Caller) -> None:
    order_id = await ordered(client)
    account_id = (await client.get("/api/v1/sessions/current")).json()["account_id"]
    (forgetter,) = [one for one in supplier.host.manifest.declared[Forgetter] if one.name == "services.orders"]
    async with Context(supplier.runtime).uow() as uow:
        await forgetter.forget(uow, account_id)
    shown = (await staff.get(f"{OFFICE}/{order_id}")).json()
    assert (shown["fields"], shown["order"]["service_name"]) == ([], CONNECTION["name"])
    assert (await client.get(HISTORY)).json()["items"] == []
    assert (await staff.post(f"{OFFICE}/{order_id}/status", json={"status": "rejected"})).status_code == 200


# ---- rules
@given(st.lists(st.sampled_from(sorted(domain.WORDS)), max_size=12))
def test_nothing_is_paid_that_was_not_billed_and_ends_are_ends(wanted: list[domain.Status]) -> None:
    status: domain.Status = "new"
    passed: list[domain.Status] = ["new"]
    for step in wanted:
        if domain.may_become(status, step):
            assert status not in ("done", "rejected", "cancelled")
            status = step
            passed.append(step)
    assert len(passed) == len(set(passed)), "no status comes twice"
    if "paid" in passed:
        assert passed[passed.index("paid") - 1] == "billed"
    if "cancelled" in passed:
        assert "billed" not in passed


@given(st.decimals(0, 10**12, places=2), st.booleans())
def test_a_price_reads_as_its_amount(price: Decimal, at_least: bool) -> None:
    text = domain.price_text(price, at_least)
    assert text.startswith("от ") == at_least
    digits = text.removeprefix("от ").removesuffix(" ₽").replace("\u00a0", "").replace(",", ".")
    assert Decimal(digits) == price
