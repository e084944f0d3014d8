"""What contracts owe, over HTTP."""

import msgspec
import pytest

from core.testing.cabinet import Cabinet
from tests.plugins.payments.supplier import C1, PAY, bill, client, unpaid


@pytest.mark.requirement("PAY-01", "ROL-16", "ROL-17")
async def test_a_card_shows_what_the_role_may_see(supplier: Cabinet) -> None:
    await supplier.load("payments.bills", bill("67309", "3269237.58"), bill("x", "10", contract_id="c2"))
    accountant = await client(supplier, contracts=("c1", "c3"))
    cards = (await accountant.get(f"{PAY}/contracts")).json()["items"]
    assert [(card["contract_id"], card["name"], card["role"]) for card in cards] == [
        ("c1", "ООО «Радуга»", "Бухгалтер"),
        ("c3", "ИП Ёлкин", "Бухгалтер"),
    ]
    assert cards[0]["figures"] == {
        "to_pay": "3269237.58",
        "penalties": "0.00",
        "advance": "0.00",
        "overpayment": "0.00",
    }
    assert [item["id"] for item in cards[0]["bills"]] == ["67309"]
    assert (cards[0]["readings"], cards[0]["can_pay"]) == (False, True)
    engineer = await client(supplier, "Энергетик", email="energetik@raduga.example")
    (card,) = (await engineer.get(f"{PAY}/contracts")).json()["items"]
    assert card == {
        "contract_id": "c1",
        "number": "50050002775582",
        "name": "ООО «Радуга»",
        "role": "Энергетик",
        "readings": True,
        "can_pay": False,
        "figures": None,
        "bills": None,
    }
    assert (await engineer.get(f"{C1}/bills")).status_code == 403
    assert (await engineer.post(f"{C1}/quote", json={})).status_code == 403
    assert "3269237" not in (await engineer.get(f"{PAY}/contracts", params={"indebted": True})).text
    assert (await accountant.get(f"{PAY}/contracts/c2/bills")).status_code == 404
    for number, role in enumerate(("Руководитель", "Администратор")):
        other = await client(supplier, role, email=f"{number}@raduga.example")
        assert (await other.get(f"{PAY}/contracts")).json()["items"][0]["figures"]["to_pay"] == "3269237.58"
        assert list(await unpaid(other)) == ["67309"]


async def test_a_pending_contract_has_no_card(supplier: Cabinet) -> None:
    await supplier.load("contract_emails", {"contract_id": "c1", "email": "dogovor@raduga.example"})
    caller = await supplier.client()
    body = {"number": "50050002775582", "email": "dogovor@raduga.example"}
    assert (await caller.post("/api/v1/contracts", json=body)).status_code == 202
    assert (await caller.get(f"{PAY}/contracts")).json()["items"] == []


async def test_cards_are_searched_and_paged(supplier: Cabinet) -> None:
    await supplier.load("payments.bills", bill("x", "10", contract_id="c2"))
    caller = await client(supplier, contracts=("c1", "c2", "c3"))

    async def found(**params: str | int | bool) -> list[str]:
        answer = await caller.get(f"{PAY}/contracts", params=params)
        return [card["contract_id"] for card in answer.json()["items"]]

    assert await found(search="радуг") == ["c1"]
    assert await found(search="2000032") == ["c2"]
    assert await found(indebted=True) == ["c2"]
    page = (await caller.get(f"{PAY}/contracts", params={"limit": 2})).json()
    assert await found(limit=2, cursor=page["next"]) == ["c3"]


@pytest.mark.requirement("PAY-02", "PAY-03")
async def test_unpaid_bills_add_up_to_the_kopeck(supplier: Cabinet) -> None:
    await supplier.load(
        "payments.bills",
        bill("P-1", "106483.39", None, number="Э-61-49814", kind="Пени", penalty=True),
        bill("67309", "3269237.58", "2023-01-20"),
        bill("paid", "500", remaining="0"),
    )
    caller = await client(supplier)
    shown = (await caller.get(f"{C1}/bills")).json()
    assert [
        (item["title"], item["kind"], item["number"], item["due_on"], item["to_pay"]) for item in shown["items"]
    ] == [
        ("Основная реализация № 67309", "Основная реализация", "67309", "2023-01-20", "3269237.58"),
        ("Пени № Э-61-49814", "Пени", "Э-61-49814", None, "106483.39"),
    ]
    assert shown["to_pay"] == "3375720.97"
    (card,) = (await caller.get(f"{PAY}/contracts")).json()["items"]
    assert (card["figures"]["to_pay"], card["figures"]["penalties"]) == ("3375720.97", "106483.39")
    assert card["bills"] == shown["items"]


@pytest.mark.requirement("PAY-04")
async def test_advance_and_overpayment_stand_beside_the_debt(supplier: Cabinet) -> None:
    await supplier.load("payments.bills", bill("1", "100"))
    await supplier.load("payments.balances", {"contract_id": "c1", "advance": "70.5", "overpayment": "12.34"})
    caller = await client(supplier)
    (card,) = (await caller.get(f"{PAY}/contracts")).json()["items"]
    assert card["figures"] == {"to_pay": "100.00", "penalties": "0.00", "advance": "70.50", "overpayment": "12.34"}


async def test_the_company_is_told_of_wrong_rows(supplier: Cabinet) -> None:
    await supplier.load("payments.bills", bill("1", "100"))
    company = await supplier.service()

    async def refused(dataset: str, **row: object) -> str:
        answer = await company.post(f"/api/v1/exchange/{dataset}", content=msgspec.json.encode(row))
        first = msgspec.json.decode(answer.content.splitlines()[0])
        assert first["status"] == "refused", first
        code: str = first["code"]
        return code

    assert await refused("payments.bills", **bill("1", "100", contract_id="c2")) == "payments.another_contract"
    assert await refused("payments.bills", **bill("2", "100", remaining="100.01")) == "payments.more_than_amount"
    assert await refused("payments.bills", **bill("2", "100", month="2026-01-02")) == "payments.not_a_month"
    assert await refused("payments.bills", **bill("2", "1.001")) == "wrong_format"
    assert await refused("payments.bills", **bill("2", "1", contract_id="c9")) == "unknown_reference"
    document = {"id": "d", "contract_id": "c1", "number": "1", "issued_on": "2026-01-10", "file_name": "d.pdf"}
    assert await refused("payments.documents", **document, kind="акт сверки") == "payments.period_needed"
    assert (
        await refused("payments.documents", **document, kind="счет на оплату", bill_id="9") == "payments.unknown_bill"
    )
    act = {"kind": "акт сверки", "period_from": "2025-01-01", "period_to": "2025-12-31", "order_id": "9"}
    assert await refused("payments.documents", **document, **act) == "payments.unknown_order"
    paid = {"id": "p", "contract_id": "c1", "paid_on": "2026-01-10", "number": "1", "amount": "1", "status": "Проведён"}
    assert await refused("payments.executed", **paid, payment_id="9") == "payments.unknown_payment"
