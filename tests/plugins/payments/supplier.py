"""A supplier with three contracts, and what the tests ask of it."""

from typing import Any

from core.context import Context
from core.contracts.public import hold
from core.testing.cabinet import Cabinet, Caller

PAY = "/api/v1/payments"
C1 = f"{PAY}/contracts/c1"
CONTRACTS = (
    {"id": "c1", "number": "50050002775582", "name": "ООО «Радуга»", "inn": "7830002293"},
    {"id": "c2", "number": "50120002000032", "name": "ООО «ЭЛЕ-ГАЗ»", "inn": "7830002293"},
    {"id": "c3", "number": "50130002000033", "name": "ИП Ёлкин", "inn": "7830002293"},
)


async def found_supplier(cabinet: Cabinet) -> None:
    """The contracts, without anything owed."""
    await cabinet.load("contracts", *CONTRACTS)


async def client(
    cabinet: Cabinet,
    role: str = "Бухгалтер",
    *,
    contracts: tuple[str, ...] = ("c1",),
    email: str = "buh@raduga.example",
    confirmed: bool = True,
) -> Caller:
    """A client with a role on contracts."""
    caller = await cabinet.client(email, confirmed=confirmed)
    account_id = await account_of(caller)
    async with Context(cabinet.runtime).uow() as uow:
        for contract_id in contracts:
            await hold(uow, account_id, contract_id, role, None)
    return caller


async def account_of(caller: Caller) -> str:
    account_id: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    return account_id


def bill(key: str, amount: str, due_on: str | None = "2026-01-30", **more: Any) -> dict[str, Any]:
    """A bill of contract c1, unpaid."""
    common = {"id": key, "contract_id": "c1", "number": key, "kind": "Основная реализация"}
    return common | {"issued_on": "2026-01-10", "due_on": due_on, "amount": amount, "remaining": amount} | more


async def unpaid(caller: Caller, contract_id: str = "c1") -> dict[str, str]:
    """Bill -> what is left to pay."""
    answer = await caller.get(f"{PAY}/contracts/{contract_id}/bills")
    assert answer.status_code == 200, answer.text
    return {item["id"]: item["to_pay"] for item in answer.json()["items"]}


async def advance(caller: Caller, contract_id: str = "c1") -> str:
    """The advance on the contract's card."""
    cards = (await caller.get(f"{PAY}/contracts")).json()["items"]
    (card,) = [card for card in cards if card["contract_id"] == contract_id]
    figure: str = card["figures"]["advance"]
    return figure


async def start(caller: Caller, contract_id: str = "c1", **order: Any) -> Any:
    """Starts a payment."""
    return await caller.post(f"{PAY}/contracts/{contract_id}/payments", json=order)


async def callback(cabinet: Cabinet, number: str, sign: str = "genuine", **more: str) -> int:
    """What the bank sends, and the status that it is answered; the jobs have run then."""
    fields = {"orderNumber": number, "operation": "deposited", "sign": sign} | more
    answer = await cabinet.anonymous("203.0.113.7").get(f"{PAY}/callback", params=fields)
    await cabinet.drain()
    return answer.status_code


async def state(caller: Caller, payment_id: str) -> str:
    found: str = (await caller.get(f"{PAY}/orders/{payment_id}")).json()["state"]
    return found


async def feed(cabinet: Cabinet, kind: str = "payments.") -> list[dict[str, Any]]:
    """The facts that the company pulls."""
    company = await cabinet.service("puller", ["exchange.feed"])
    answer = await company.get("/api/v1/exchange/feed", params={"after": 0, "kind": kind})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
