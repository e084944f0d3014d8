"""What one person may make the supplier's bank and mail server do in an hour."""

from datetime import timedelta
from typing import Any

import pytest

from core.config import Config
from core.testing.cabinet import Cabinet, config_for_tests
from core.testing.clock import MovableClock
from tests.plugins.payments.bank import Bank
from tests.plugins.payments.supplier import C1, client, start


@pytest.fixture
def host_config(database_url: str, tmp_path: Any, enabled_plugins: list[str]) -> Config:
    """Small numbers."""
    payments = {"orders_per_hour": 3, "letters_per_hour": 2}
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"payments": payments})


async def test_the_bank_is_not_flooded_with_orders(supplier: Cabinet, bank: Bank, clock: MovableClock) -> None:
    caller = await client(supplier)
    answers = [await start(caller, mode="prepayment", amount=f"{number}.00") for number in range(1, 6)]
    assert [answer.status_code for answer in answers] == [201] * 3 + [429] * 2, answers[0].text
    assert bank.registrations == 3
    colleague = await client(supplier, email="colleague@raduga.example")
    assert (await start(colleague, mode="prepayment", amount="9.00")).status_code == 201
    clock.move(timedelta(hours=1, seconds=1))
    assert (await start(caller, mode="prepayment", amount="10.00")).status_code == 201


async def test_strangers_are_not_flooded_with_documents(supplier: Cabinet) -> None:
    document = {"id": "1", "contract_id": "c1", "kind": "счет на оплату", "number": "1", "file_name": "1.pdf"}
    await supplier.load("payments.documents", document | {"issued_on": "2026-01-10"})
    company = await supplier.service()
    await company.put("/api/v1/exchange/payments/documents/1/content", content=b"%PDF-")
    caller = await client(supplier)
    place, body = f"{C1}/documents/1/letters", {"email": "stranger@elsewhere.example"}
    answers = [await caller.post(place, json=body) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202] * 2 + [429] * 2
    assert len(await supplier.letters("stranger@elsewhere.example")) == 2
