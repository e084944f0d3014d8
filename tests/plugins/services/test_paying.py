"""With payments enabled the bill of an order is paid like any other; without them services work all the same."""

from pathlib import Path

import pytest

from core.config import Config
from core.ports.acquirer import Acquirer
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from tests.plugins.payments.bank import Bank
from tests.plugins.services.conftest import OURS, ordered, somebody

HISTORY = "/api/v1/service-orders"
OFFICE = "/api/v1/staff/service-orders"


@pytest.fixture(scope="session")
def enabled_plugins() -> list[str]:
    """What a small supplier runs."""
    return ["payments", "services"]


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins)


@pytest.fixture
async def payer(supplier: Cabinet) -> Caller:
    """An accountant of our contract, and a bank."""
    supplier.runtime.ports[Acquirer] = Bank()  # type: ignore[index]
    return await somebody(supplier, "buh@example.ru", OURS)


async def bills(caller: Caller) -> dict[str, str]:
    answer = await caller.get(f"/api/v1/payments/contracts/{OURS}/bills")
    assert answer.status_code == 200, answer.text
    return {bill["id"]: bill["to_pay"] for bill in answer.json()["items"]}


@pytest.mark.requirement("SRV-05", "SRV-06")
async def test_a_bill_can_be_paid_once_it_is_issued(supplier: Cabinet, payer: Caller, staff: Caller) -> None:
    order_id = await ordered(payer)
    bill_id = f"services:{order_id}"
    assert await bills(payer) == {}
    attempt = {"mode": "bills", "bills": [bill_id]}
    refused = await payer.post(f"/api/v1/payments/contracts/{OURS}/payments", json=attempt)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "bills[0]")
    issued = await staff.post(f"{OFFICE}/{order_id}/bill", json={"number": "С-17", "amount": "2300.5"})
    assert issued.status_code == 200
    await supplier.drain()
    assert await bills(payer) == {bill_id: "2300.50"}
    assert (await payer.get(f"{HISTORY}/{order_id}")).json()["order"]["actions"] == ["pay"]
    started = await payer.post(f"/api/v1/payments/contracts/{OURS}/payments", json=attempt)
    assert (started.status_code, started.json()["amount"]) == (201, "2300.50")


async def test_a_bill_that_is_withdrawn_is_paid_no_more(supplier: Cabinet, payer: Caller, staff: Caller) -> None:
    order_id = await ordered(payer)
    await staff.post(f"{OFFICE}/{order_id}/bill", json={"number": "С-17", "amount": "2300.5"})
    await supplier.drain()
    assert (await staff.post(f"{OFFICE}/{order_id}/status", json={"status": "rejected"})).status_code == 200
    await supplier.drain()
    assert await bills(payer) == {}
    assert (await payer.get(f"{HISTORY}/{order_id}")).json()["order"]["actions"] == []
