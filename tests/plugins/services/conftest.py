"""A supplier with services, and clients of two contracts."""

from typing import Any

import httpx
import pytest

from core.contracts.public import hold
from core.sdk import Context
from core.testing.cabinet import Cabinet, Caller

OURS, THEIRS = "C-1", "C-2"
CONNECTION: dict[str, Any] = {
    "id": "connection",
    "name": "Технологическое присоединение",
    "description": "Присоединим к сетям",
    "price": "2150.9",
    "price_from": True,
    "fields": [
        {"type": "choice", "name": "phases", "title": "Фазы", "options": [{"value": "3", "title": "Три"}]},
        {"type": "money", "name": "power_cost", "title": "Бюджет", "required": False},
    ],
}
AUDIT = {"id": "audit", "name": "Энергоаудит", "price": "10000"}
VALUES = {
    "contract": OURS,
    "full_name": "Иванова Анна",
    "email": "Ivanova@Example.ru",
    "phone": "8 921 866 22 94",
    "phases": "3",
}


@pytest.fixture
async def supplier(cabinet: Cabinet) -> Cabinet:
    """Two contracts, two services."""
    for number, key in enumerate((OURS, THEIRS)):
        row = {"id": key, "number": f"7800000001234{number}", "name": "ООО «Ромашка»", "inn": "7830002293"}
        await cabinet.load("contracts", row)
    await cabinet.load("services.services", CONNECTION, AUDIT)
    return cabinet


@pytest.fixture
async def client(supplier: Cabinet) -> Caller:
    """Who holds our contract."""
    return await somebody(supplier)


@pytest.fixture
async def staff(supplier: Cabinet) -> Caller:
    """Who maintains and processes."""
    return await supplier.staff(scopes=["services.edit", "services.process"])


async def somebody(cabinet: Cabinet, email: str = "ivanova@example.ru", *contracts: str) -> Caller:
    """A client with these contracts, or with ours."""
    caller = await cabinet.client(email)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    async with Context(cabinet.runtime).uow() as uow:
        for contract_id in contracts or (OURS,):
            await hold(uow, account_id, contract_id, "Энергетик" if not contracts else "Бухгалтер", None)
    return caller


async def order(caller: Caller, service_id: str = "connection", key: str = "", **changes: Any) -> httpx.Response:
    """Orders a service."""
    values = {name: value for name, value in {**VALUES, **changes}.items() if value is not None}
    if service_id != "connection":
        values.pop("phases", None)
    headers = {"Idempotency-Key": key} if key else {}
    return await caller.post(f"/api/v1/services/{service_id}/orders", json={"values": values}, headers=headers)


async def ordered(caller: Caller, service_id: str = "connection", **changes: Any) -> str:
    """The identifier of an order just sent."""
    answer = await order(caller, service_id, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
