"""Paying by card, over HTTP."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from core.context import Context
from core.identity.public import Account
from core.ports.billing import Billing
from core.sdk import Forgetter
from core.testing.billing import BillingSimulator
from core.testing.cabinet import Cabinet, Caller
from plugins.payments.models import Payment
from tests.plugins.payments.bank import MASK, Bank
from tests.plugins.payments.ledger import balances, check_ledger
from tests.plugins.payments.supplier import (
    C1,
    PAY,
    account_of,
    advance,
    bill,
    callback,
    client,
    feed,
    start,
    state,
    unpaid,
)

TWO = (bill("b2", "106483.39", None, kind="Пени"), bill("b1", "3418.20", "2026-01-20"))


async def rows(cabinet: Cabinet, table: Any) -> int:
    async with cabinet.runtime.database.writer.connect() as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def wrong(answer: Any) -> list[tuple[str, str]]:
    """Field and code of each fault of a 422."""
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.requirement("PAY-06", "PAY-07")
async def test_the_window_shows_purpose_receipt_and_commission(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", *TWO)
    caller = await client(supplier)
    quote = (await caller.post(f"{C1}/quote", json={"mode": "bills", "bills": ["b1"]})).json()
    assert quote == {
        "purpose": "Оплата по договору №50050002775582",
        "receipt_email": "buh@raduga.example",
        "amount": "3418.20",
        "commission": "34.18",
        "total": "3452.38",
        "editable": False,
        "shares": [{"bill_id": "b1", "title": "Основная реализация № b1", "amount": "3418.20"}],
        "advance": "0.00",
    }
    assert wrong(await caller.post(f"{C1}/quote", json={"commission": "0"})) == [("commission", "unknown_field")]
    assert wrong(await start(caller, receipt_email="not an address")) == [("receipt_email", "payments.email_format")]
    started = await start(caller, mode="bills", bills=["b1"], receipt_email="Chek@Raduga.example")
    assert (started.status_code, started.json()["receipt_email"]) == (201, "chek@raduga.example")
    order = bank.kept[bank.only()].order
    assert (order.amount, order.email) == (345238, "chek@raduga.example")
    assert [(item.amount, item.vat) for item in order.items] == [(341820, "22"), (3418, "none")]


@pytest.mark.requirement("PAY-05")
async def test_the_debt_is_paid_whole_unless_another_amount_is_given(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", *TWO)
    caller = await client(supplier)
    quote = (await caller.post(f"{C1}/quote", json={})).json()
    assert (quote["amount"], quote["editable"]) == ("109901.59", True)
    assert [share["bill_id"] for share in quote["shares"]] == ["b1", "b2"]
    for text in ("0", "-1", "1.001", "сто", "1e3", " 5", ""):
        assert wrong(await start(caller, amount=text)) == [("amount", "payments.amount_format")], text
    assert (await start(caller, amount=5)).status_code == 422
    assert bank.registrations == 0
    started = (await start(caller, amount="3500,5")).json()
    assert (started["amount"], started["state"]) == ("3500.50", "waiting")
    bank.pay(started["id"])
    assert await callback(supplier, started["id"]) == 200
    assert await unpaid(caller) == {"b2": "106401.09"}  # the earliest due first, those without a date last


@pytest.mark.requirement("PAY-09")
async def test_starting_answers_with_the_page_of_the_bank(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", *TWO)
    caller = await client(supplier)
    bank.trouble = "away"
    refused = await start(caller)
    assert (refused.status_code, refused.json()["code"]) == (503, "payments.bank_unavailable")
    async with supplier.runtime.database.writer.connect() as connection:
        assert (await connection.execute(sa.select(Payment.state))).scalars().all() == ["failed"]
    assert await unpaid(caller) == {"b1": "3418.20", "b2": "106483.39"}
    bank.trouble = ""
    started = await start(caller)
    assert started.status_code == 201
    payment = started.json()
    assert payment["pay_url"] == f"https://bank.example/pay/bank-{payment['id']}"
    assert payment["state"] == "waiting"
    assert await unpaid(caller) == {"b1": "3418.20", "b2": "106483.39"}


@pytest.mark.requirement("PAY-10")
async def test_chosen_bills_are_paid_exactly(supplier: Cabinet, bank: Bank) -> None:
    foreign = bill("x", "5", contract_id="c2")
    await supplier.load("payments.bills", *TWO, bill("b3", "7"), bill("paid", "5", remaining="0"), foreign)
    caller = await client(supplier)

    async def refused(**order: Any) -> list[tuple[str, str]]:
        return wrong(await start(caller, mode="bills", **order))

    assert await refused(bills=["b1"], amount="3418.19") == [("amount", "payments.amount_fixed")]
    assert await refused(bills=["paid"]) == [("bills[0]", "payments.already_paid")]
    assert await refused(bills=["b1", "x", "nothing"]) == [
        ("bills[1]", "payments.unknown_bill"),
        ("bills[2]", "payments.unknown_bill"),
    ]
    assert await refused(bills=["b1", "b1"]) == [("bills[1]", "payments.bill_twice")]
    assert await refused(bills=[]) == [("bills", "required")]
    assert await rows(supplier, Payment) == 0
    started = (await start(caller, mode="bills", bills=["b1", "b3"])).json()
    assert started["amount"] == "3425.20"
    bank.pay(started["id"])
    await callback(supplier, started["id"])
    assert await unpaid(caller) == {"b2": "106483.39"}
    assert await advance(caller) == "0.00"


@pytest.mark.requirement("PAY-11")
async def test_what_is_not_owed_becomes_an_advance(supplier: Cabinet, bank: Bank) -> None:
    caller = await client(supplier)
    assert wrong(await start(caller)) == [("amount", "required")]
    first = (await start(caller, amount="100")).json()
    bank.pay(first["id"])
    await callback(supplier, first["id"])
    assert await advance(caller) == "100.00"
    await supplier.load("payments.bills", bill("b1", "50"))
    second = (await start(caller, mode="prepayment", amount="30")).json()
    bank.pay(second["id"])
    await callback(supplier, second["id"])
    assert (await unpaid(caller), await advance(caller)) == ({"b1": "50.00"}, "130.00")
    third = (await start(caller, amount="60")).json()  # more than the debt
    bank.pay(third["id"])
    await callback(supplier, third["id"])
    assert (await unpaid(caller), await advance(caller)) == ({}, "140.00")
    await check_ledger(supplier, bank)
    assert await balances(supplier) == {
        "acquirer": "191.90",
        "advances": "-140.00",
        "bills": "-50.00",
        "commission": "-1.90",
    }


@pytest.mark.requirement("PAY-12")
async def test_an_overpayment_is_never_set_off(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", *TWO)
    await supplier.load("payments.balances", {"contract_id": "c1", "overpayment": "5000"})
    caller = await client(supplier)

    async def figures() -> Any:
        return (await caller.get(f"{PAY}/contracts")).json()["items"][0]["figures"]

    before = await figures()
    assert (before["to_pay"], before["overpayment"]) == ("109901.59", "5000.00")
    assert (await caller.post(f"{C1}/quote", json={})).json()["amount"] == "109901.59"
    started = (await start(caller)).json()
    bank.decline(started["id"])
    await callback(supplier, started["id"], operation="declinedByTimeout")
    assert await state(caller, started["id"]) == "failed"
    assert await figures() == before
    described = (await supplier.anonymous().get("/schema/openapi.json")).json()
    assert not [path for path in described["paths"] if "offset" in path]
    await supplier.load("payments.bills", bill("b2", "106483.39", None, kind="Пени", remaining="101483.39"))
    await supplier.load("payments.balances", {"contract_id": "c1", "overpayment": "0"})
    after = await figures()
    assert (after["to_pay"], after["overpayment"]) == ("104901.59", "0.00")


@pytest.mark.requirement("PAY-13", "ROL-19")
async def test_without_a_confirmed_address_or_the_role_nothing_is_paid(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", *TWO)
    unconfirmed = await client(supplier, confirmed=False)
    orders: tuple[dict[str, Any], ...] = (
        {},
        {"mode": "bills", "bills": ["b1"]},
        {"mode": "prepayment", "amount": "1"},
    )
    for order in orders:
        refused = await start(unconfirmed, **order)
        assert (refused.status_code, refused.json()["code"]) == (403, "email_not_confirmed")
    assert list(await unpaid(unconfirmed)) == ["b1", "b2"]
    engineer = await client(supplier, "Энергетик", email="energetik@raduga.example")
    for order in orders:
        assert (await start(engineer, **order)).status_code == 403
    assert (await rows(supplier, Payment), bank.registrations) == (0, 0)
    for number, role in enumerate(("Администратор", "Руководитель", "Бухгалтер")):
        caller = await client(supplier, role, email=f"{number}@raduga.example")
        started = await start(caller, mode="prepayment", amount="1")
        assert started.json()["pay_url"].startswith("https://bank.example/pay/")


@pytest.mark.requirement("PAY-14")
async def test_a_callback_is_a_hint_that_is_checked(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", *TWO)
    caller = await client(supplier)
    number = (await start(caller)).json()["id"]
    debt = await unpaid(caller)
    assert await callback(supplier, number) == 200  # genuine, but nothing was paid
    assert (await state(caller, number), await unpaid(caller)) == ("waiting", debt)
    bank.pay(number)
    assert await callback(supplier, number, sign="forged") == 400
    assert await callback(supplier, "0194a3c2-unknown") == 404
    assert (await state(caller, number), await unpaid(caller)) == ("waiting", debt)
    bank.wrong_amount = 1
    await callback(supplier, number)
    assert (await state(caller, number), await unpaid(caller)) == ("waiting", debt)
    bank.wrong_amount = 0
    for _ in range(3):
        assert await callback(supplier, number) == 200
    assert (await state(caller, number), await unpaid(caller)) == ("succeeded", {})
    assert len(await feed(supplier, "payments.paid")) == 1
    body = f"orderNumber={number}&operation=deposited&sign=genuine"
    assert (await supplier.anonymous().post(f"{PAY}/callback", content=body)).status_code == 200
    await supplier.drain()
    await check_ledger(supplier, bank)


@pytest.mark.requirement("PAY-15")
async def test_only_the_payer_is_told_how_it_ended(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", bill("b1", "10"), bill("b2", "20"), bill("b3", "30"))
    caller = await client(supplier)
    colleague = await client(supplier, email="director@raduga.example")
    first, second, third = [(await start(caller, mode="bills", bills=[key])).json()["id"] for key in ("b1", "b2", "b3")]
    assert (await colleague.get(f"{PAY}/orders/{first}")).status_code == 404
    bank.pay(first)
    back = bank.kept[first].order.return_url
    assert back == f"{supplier.runtime.base_url}/payments/{first}"  # a page of the client; it tells us nothing
    assert await state(caller, first) == "waiting"
    bank.decline(second)
    await callback(supplier, first)
    await callback(supplier, second)
    assert [await state(caller, one) for one in (first, second, third)] == ["succeeded", "failed", "waiting"]
    supplier.clock.move(timedelta(minutes=21))
    bank.decline(third)
    await supplier.drain()  # nobody called back: the order was looked at
    assert await state(caller, third) == "expired"
    assert await unpaid(caller) == {"b2": "20.00", "b3": "30.00"}


@pytest.mark.requirement("PAY-16")
async def test_a_bill_is_not_paid_twice_at_once(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", *TWO)
    caller = await client(supplier)
    answers = await asyncio.gather(*[start(caller, mode="bills", bills=["b1"]) for _ in range(8)])
    assert {answer.status_code for answer in answers} == {201}
    (number,) = {answer.json()["id"] for answer in answers}
    assert list(bank.kept) == [number]
    colleague = await client(supplier, email="director@raduga.example")
    orders: tuple[dict[str, Any], ...] = ({"mode": "bills", "bills": ["b1"]}, {})
    for order in orders:
        refused = await start(colleague, **order)
        assert (refused.status_code, refused.json()["code"]) == (409, "payments.being_paid")
    other = await start(caller, amount="5000")
    assert other.status_code == 409
    bank.pay(number)
    await callback(supplier, number)
    assert await unpaid(caller) == {"b2": "106483.39"}
    assert (await start(colleague)).status_code == 201


async def test_a_bill_that_was_paid_elsewhere_meanwhile_leaves_an_advance(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", bill("b1", "100"))
    caller = await client(supplier)
    number = (await start(caller)).json()["id"]
    await supplier.load("payments.bills", bill("b1", "100", remaining="30"))  # 70 came by bank transfer
    bank.pay(number)
    await callback(supplier, number)
    assert (await unpaid(caller), await advance(caller)) == ({}, "70.00")
    await check_ledger(supplier, bank)


@pytest.mark.repeats("start_payment")
async def test_a_repeated_start_finds_its_payment(supplier: Cabinet, bank: Bank) -> None:
    caller = await client(supplier)
    order = {"mode": "prepayment", "amount": "10"}
    key = {"Idempotency-Key": "0194a3c2-1111"}
    answers = [await caller.post(f"{C1}/payments", json=order, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == len(bank.kept) == 1
    other = await caller.post(f"{C1}/payments", json=order | {"amount": "11"}, headers=key)
    assert other.status_code == 409
    assert len(bank.kept) == 1
    many = {"Idempotency-Key": "0194a3c2-2222"}
    together = await asyncio.gather(*[caller.post(f"{C1}/payments", json=order, headers=many) for _ in range(5)])
    assert len({answer.json()["id"] for answer in together}) == 1
    assert len(bank.kept) == 2


async def test_an_unknown_outcome_is_resolved_under_the_same_number(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", *TWO)
    caller = await client(supplier)
    for trouble in ("lost", "lost_after"):
        bank.trouble = trouble
        started = await start(caller, mode="prepayment", amount="10")
        assert (started.status_code, started.json()["pay_url"]) == (201, None)
        number = started.json()["id"]
        bank.trouble = "away"
        supplier.clock.move(timedelta(seconds=30))
        await supplier.drain()
        assert await state(caller, number) == "waiting"  # an absent bank says nothing of the call before
        bank.trouble = ""
        supplier.clock.move(timedelta(minutes=1))
        await supplier.drain()
        shown = (await caller.get(f"{PAY}/orders/{number}")).json()
        assert shown["pay_url"] == f"https://bank.example/pay/bank-{number}"
        bank.pay(number)
        supplier.clock.move(timedelta(minutes=1))
        await supplier.drain()
        assert await state(caller, number) == "succeeded"
    assert len(bank.kept) == 2
    await check_ledger(supplier, bank)


@pytest.mark.requirement("PAY-08")
async def test_a_linked_card_is_offered_to_its_owner_only(supplier: Cabinet, bank: Bank) -> None:
    caller = await client(supplier)
    other = await client(supplier, email="director@raduga.example")
    new_card = {"method": "new_card", "card_id": None, "title": "Новая карта", "system": "", "expires": ""}
    assert (await caller.get(f"{PAY}/methods")).json()["items"] == [new_card]
    number = (await start(caller, mode="prepayment", amount="10", save_card=True)).json()["id"]
    assert bank.kept[number].order.payer_id == await account_of(caller)
    bank.pay(number)
    await callback(supplier, number)
    first, linked = (await caller.get(f"{PAY}/methods")).json()["items"]
    assert first == new_card
    assert (linked["method"], linked["title"], linked["system"], linked["expires"]) == (
        "linked_card",
        MASK,
        "MIR",
        "202912",
    )
    assert (await other.get(f"{PAY}/methods")).json()["items"] == [new_card]
    order = {"mode": "prepayment", "amount": "10", "card_id": linked["card_id"]}
    assert wrong(await start(other, **order)) == [("card_id", "payments.unknown_card")]
    paid = (await start(caller, **order)).json()
    assert (paid["commission"], paid["pay_url"]) == ("0.00", None)
    await supplier.drain()
    assert await state(caller, paid["id"]) == "succeeded"
    assert (await other.delete(f"{PAY}/cards/{linked['card_id']}")).status_code == 404
    assert (await caller.delete(f"{PAY}/cards/{linked['card_id']}")).status_code == 204
    assert (await caller.get(f"{PAY}/methods")).json()["items"] == [new_card]
    fields = (await supplier.anonymous().get("/schema/openapi.json")).text.lower()
    assert not [word for word in ("cvc", "cvv", "card_number", '"pan"') if word in fields]


@pytest.mark.requirement("PAY-28")
async def test_billing_is_told_once_and_recognises_the_payment(supplier: Cabinet, bank: Bank) -> None:
    billing = BillingSimulator()
    ports: Any = supplier.runtime.ports
    ports[Billing] = billing
    billing.book.trouble = "before"
    await supplier.load("payments.bills", *TWO)
    caller = await client(supplier)
    failed = (await start(caller, mode="prepayment", amount="5")).json()["id"]
    bank.decline(failed)
    number = (await start(caller, mode="bills", bills=["b1"], receipt_email="chek@raduga.example")).json()["id"]
    bank.pay(number)
    for one in (failed, number):
        await supplier.anonymous().get(
            f"{PAY}/callback", params={"orderNumber": one, "operation": "x", "sign": "genuine"}
        )
    await supplier.drain(failing=True)
    assert billing.book.facts == {}
    assert await unpaid(caller) == {"b2": "106483.39"}
    billing.book.trouble = ""
    supplier.clock.move(timedelta(hours=1))
    await supplier.drain()
    (fact,) = [fact for fact in billing.book.facts.values() if fact.kind.startswith("payments.")]
    (told,) = await feed(supplier)
    assert told["id"] == fact.id
    body = told["body"]
    assert (body["payment_id"], body["contract_id"], body["amount"], body["commission"], body["receipt_email"]) == (
        number,
        "c1",
        "3418.20",
        "34.18",
        "chek@raduga.example",
    )
    assert (body["bills"], body["advance"]) == ([{"bill_id": "b1", "amount": "3418.20"}], "0.00")
    executed = {"id": "E-1", "contract_id": "c1", "paid_on": "2026-01-25", "number": "", "amount": "3418.20"}
    await supplier.load("payments.executed", executed | {"status": "Проведён", "payment_id": number})
    await supplier.load("payments.bills", bill("b1", "3418.20", "2026-01-20", remaining="0"))
    shown = (await caller.get(f"{C1}/history")).json()["items"]
    assert [(item["id"], item["bank"], item["amount"], item["status"], item["payment_id"]) for item in shown] == [
        ("E-1", None, "3418.20", "Проведён", number)
    ]
    assert await unpaid(caller) == {"b2": "106483.39"}
    assert (await caller.get("/api/v1/exchange/feed")).status_code == 403


@pytest.mark.parametrize("order", ["bills first", "answer first", "named"])
async def test_a_payment_is_taken_off_once_whatever_billing_sends_first(
    supplier: Cabinet, bank: Bank, order: str
) -> None:
    await supplier.load("payments.bills", bill("b1", "100"))
    await supplier.load("payments.balances", {"contract_id": "c1", "advance": "7"})
    caller = await client(supplier)
    number = (await start(caller, amount="63")).json()["id"]
    ahead = (await start(caller, mode="prepayment", amount="5")).json()["id"]
    for one in (number, ahead):
        bank.pay(one)
        await callback(supplier, one)
    assert (await unpaid(caller), await advance(caller)) == ({"b1": "37.00"}, "12.00")
    if order == "bills first":  # billing does not know of the payment yet
        await supplier.load("payments.bills", bill("b1", "100"))
        await supplier.load("payments.balances", {"contract_id": "c1", "advance": "7"})
        assert (await unpaid(caller), await advance(caller)) == ({"b1": "37.00"}, "12.00")
    named: dict[str, Any] = {"counted": [number, ahead]} if order == "named" else {}
    if order != "named":
        company = await supplier.service("answers", ["exchange.answers"])
        for fact in await feed(supplier, "payments.paid"):
            answered = msgspec.json.encode({"fact_id": fact["id"], "outcome": "accepted"})
            answer = await company.post("/api/v1/exchange/answers", content=answered)
            assert "accepted" in answer.text, answer.text
        await supplier.drain()
    for _ in range(2):
        await supplier.load("payments.bills", bill("b1", "100", remaining="37", **named))
        await supplier.load("payments.balances", {"contract_id": "c1", "advance": "12", **named})
        assert (await unpaid(caller), await advance(caller)) == ({"b1": "37.00"}, "12.00")
    await supplier.load("payments.bills", bill("b1", "100", remaining="20"))
    assert await unpaid(caller) == {"b1": "20.00"}


async def test_a_host_without_acquiring_offers_nothing(supplier: Cabinet) -> None:
    caller = await client(supplier)
    assert (await caller.get(f"{PAY}/methods")).json()["items"] == []
    refused = await start(caller, mode="prepayment", amount="1")
    assert (refused.status_code, refused.json()["code"]) == (409, "payments.no_cards")
    assert await rows(supplier, Payment) == 0


# ---- staff
async def paid(caller: Caller, bank: Bank, cabinet: Cabinet, **order: Any) -> str:
    number: str = (await start(caller, **order)).json()["id"]
    bank.pay(number)
    await callback(cabinet, number)
    return number


@pytest.mark.repeats("return_payment")
async def test_money_goes_back_in_parts_and_whole(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", bill("b1", "100", "2026-01-20"), bill("b2", "50"))
    caller = await client(supplier)
    number = await paid(caller, bank, supplier, amount="160")  # 10 become an advance; 1.60 commission
    assert (await unpaid(caller), await advance(caller)) == ({}, "10.00")
    clerk = await supplier.staff(scopes=["payments.return", "payments.reconcile"])
    place = f"/api/v1/staff/payments/orders/{number}/returns"
    key = {"Idempotency-Key": "0194a3c2-3333"}
    first = [await clerk.post(place, json={"note": "ошибка", "amount": "30"}, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in first] == [201, 201]
    assert first[0].json() == first[1].json()
    bank.trouble = "lost_after"
    await supplier.drain()
    bank.trouble = ""
    supplier.clock.move(timedelta(minutes=1))
    await supplier.drain()
    assert (await clerk.get(f"{place}/{first[0].json()['id']}")).json()["state"] == "done"
    assert bank.kept[number].refunded == 3000
    assert (await unpaid(caller), await advance(caller)) == ({"b2": "20.00"}, "0.00")
    await check_ledger(supplier, bank)
    assert wrong(await clerk.post(place, json={"note": "ещё", "amount": "131.61"})) == [
        ("amount", "payments.return_too_large")
    ]
    assert (await clerk.post(place, json={"note": "всё"})).status_code == 201
    await supplier.drain()
    assert await state(caller, number) == "refunded"
    assert (await unpaid(caller), bank.taken) == ({"b1": "100.00", "b2": "50.00"}, 0)
    assert set((await balances(supplier)).values()) == {"0.00"}
    await check_ledger(supplier, bank)
    returned = [fact["body"]["total"] for fact in await feed(supplier, "payments.returned")]
    assert returned == ["30.00", "131.60"]
    assert (await clerk.post(place, json={"note": "снова"})).status_code == 409
    assert (await caller.post(place, json={"note": "мне"})).status_code == 403


async def test_a_payment_is_undone_as_a_whole(supplier: Cabinet, bank: Bank) -> None:
    caller = await client(supplier)
    number = await paid(caller, bank, supplier, mode="prepayment", amount="100")
    clerk = await supplier.staff(scopes=["payments.return", "payments.reconcile"])
    place = f"/api/v1/staff/payments/orders/{number}/returns"
    part = await clerk.post(place, json={"note": "n", "amount": "1", "reversal": True})
    assert part.status_code == 422
    assert (await clerk.post(place, json={"note": "n", "reversal": True})).status_code == 201
    await supplier.drain()
    assert (await state(caller, number), await advance(caller)) == ("refunded", "0.00")
    await check_ledger(supplier, bank)
    told = await clerk.get("/api/v1/staff/payments/reconciliation", params={"day": "2026-01-25"})
    assert told.json()["differences"] == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_reconciliation_of_a_day_at_the_end_of_the_calendar(supplier: Cabinet, bank: Bank, day: str) -> None:
    clerk = await supplier.staff(scopes=["payments.reconcile"])
    told = await clerk.get("/api/v1/staff/payments/reconciliation", params={"day": day})
    assert (told.status_code, told.json().get("payments")) == (200, 0), told.text


async def test_reconciliation_lists_what_does_not_agree(supplier: Cabinet, bank: Bank) -> None:
    caller = await client(supplier)
    good = await paid(caller, bank, supplier, mode="prepayment", amount="100")
    missed = (await start(caller, mode="prepayment", amount="50")).json()["id"]
    bank.pay(missed)
    stranger = bank.kept[good].order
    bank.kept["stranger"] = type(bank.kept[good])(stranger, "bank-x", "paid", 500)
    clerk = await supplier.staff(scopes=["payments.reconcile"])

    async def told() -> list[tuple[str, str, str, str]]:
        answer = await clerk.get("/api/v1/staff/payments/reconciliation", params={"day": "2026-01-25"})
        assert answer.status_code == 200, answer.text
        found = answer.json()["differences"]
        return [(one["code"], one["payment_id"], one["cabinet"], one["other"]) for one in found]

    del bank.kept["stranger"]
    assert await told() == [("not_taken_here", missed, "waiting", "50.50")]
    await supplier.drain()
    assert await state(caller, missed) == "succeeded"
    assert await told() == []
    gone = bank.kept.pop(good)
    assert await told() == [("not_at_acquirer", good, "101.00", "0.00")]
    bank.kept[good] = gone
    gone.refunds["by hand"] = 4000
    gone.state = "partly_refunded"
    assert await told() == [("returned", good, "0.00", "40.00")]
    await supplier.drain()
    assert await told() == []
    supplier.clock.move(timedelta(days=2))
    assert [code for code, *_ in await told()] == ["billing_silent", "billing_silent"]
    await check_ledger(supplier, bank)


async def test_a_forgotten_person_leaves_the_money_and_takes_the_name(supplier: Cabinet, bank: Bank) -> None:
    caller = await client(supplier)
    number = await paid(caller, bank, supplier, mode="prepayment", amount="100", save_card=True)
    account_id = await account_of(caller)
    (forgetter,) = [one for one in supplier.host.manifest.declared[Forgetter] if one.name == "payments.payer"]
    async with Context(supplier.runtime).uow() as uow:
        await forgetter.forget(uow, account_id)
    async with supplier.runtime.database.writer.connect() as connection:
        found = sa.select(Payment.account_id, Payment.receipt_email, Payment.total).where(Payment.id == number)
        row = (await connection.execute(found)).one()
        assert (row.account_id, row.receipt_email, row.total) == (None, "", Decimal(101))
        assert await connection.scalar(sa.select(sa.func.count()).where(Account.id == account_id)) == 1
