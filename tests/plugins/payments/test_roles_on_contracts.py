"""One account with another role on each of its contracts: readings and money are seen where the role allows."""

from typing import Any

import pytest

from core.context import Context
from core.contracts.public import hold
from core.testing.cabinet import Cabinet, Caller
from tests.plugins.payments.bank import Bank
from tests.plugins.payments.supplier import PAY, account_of, bill, start, unpaid

ROLES = {"c1": "Администратор", "c2": "Энергетик", "c3": "Бухгалтер"}


@pytest.fixture
async def caller(supplier: Cabinet) -> Caller:
    """The account, with a bill and a document on each contract."""
    bills = [bill(f"b-{contract}", "100.00", contract_id=contract) for contract in ROLES]
    await supplier.load("payments.bills", *bills)
    await supplier.load("payments.documents", *[_document(contract) for contract in ROLES])
    caller = await supplier.client("many@raduga.example")
    account_id = await account_of(caller)
    async with Context(supplier.runtime).uow() as uow:
        for contract, role in ROLES.items():
            await hold(uow, account_id, contract, role, None)
    return caller


def _document(contract: str) -> dict[str, Any]:
    return {
        "id": f"d-{contract}",
        "contract_id": contract,
        "kind": "счет-фактура",
        "number": "1",
        "issued_on": "2026-01-10",
        "file_name": "1.pdf",
    }


async def found(caller: Caller, path: str, field: str = "id") -> list[str]:
    answer = await caller.get(path)
    assert answer.status_code == 200, answer.text
    return sorted(item[field] for item in answer.json()["items"])


@pytest.mark.requirement("ROL-23")
async def test_each_contract_is_seen_in_its_own_role_only(supplier: Cabinet, caller: Caller, bank: Bank) -> None:
    assert await found(caller, "/api/v1/readings/contracts") == ["c1", "c2"]
    cards = {card["contract_id"]: card for card in (await caller.get(f"{PAY}/contracts")).json()["items"]}
    for contract, money in (("c1", True), ("c2", False), ("c3", True)):
        card = cards[contract]
        assert (card["can_pay"], card["figures"] is not None, card["bills"] is not None) == (money, money, money)
        assert ("100.00" in str(card)) is money
    assert await found(caller, f"{PAY}/documents") == ["d-c1", "d-c3"]
    for contract, manages, reads, pays in (("c1", 200, 200, 201), ("c2", 403, 200, 403), ("c3", 403, 403, 201)):
        assert (await caller.get(f"/api/v1/roles/contracts/{contract}/users")).status_code == manages
        assert (await caller.get(f"/api/v1/readings/contracts/{contract}")).status_code == reads
        assert (await caller.get(f"{PAY}/contracts/{contract}/bills")).status_code == (200 if pays == 201 else 403)
        assert (await start(caller, contract, mode="bills", bills=[f"b-{contract}"])).status_code == pays
    assert bank.registrations == 2


@pytest.mark.requirement("ROL-23")
async def test_what_names_a_forbidden_contract_is_refused_as_a_whole(
    supplier: Cabinet, caller: Caller, bank: Bank
) -> None:
    refused = await start(caller, "c1", mode="bills", bills=["b-c1", "b-c2"])
    assert refused.status_code == 422
    assert {error["code"] for error in refused.json()["errors"]} == {"payments.unknown_bill"}
    assert bank.registrations == 0
    assert list(await unpaid(caller, "c1")) == ["b-c1"], "it is not held"
