"""Payments while others are settled: what two transactions make of each other."""

import asyncio

import asyncpg
import msgspec
import pytest

from core.testing.cabinet import Cabinet
from tests.locks import on_postgres, waited_for
from tests.plugins.payments.bank import Bank
from tests.plugins.payments.supplier import bill, callback, client, start, unpaid


@on_postgres
@pytest.mark.requirement("PAY-10")
async def test_a_bill_that_is_settled_meanwhile_is_not_paid_again(
    supplier: Cabinet, bank: Bank, database_url: str
) -> None:
    await supplier.load("payments.bills", bill("b1", "100"))
    first, second = await client(supplier), await client(supplier, email="dir@raduga.example")
    paid = (await start(first)).json()["id"]
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            # what settling the first payment commits, at the moment when the second one looks for held bills
            await connection.execute("LOCK TABLE payments_hold IN ACCESS EXCLUSIVE MODE")
            again = asyncio.create_task(start(second, mode="bills", bills=["b1"]))
            await waited_for(connection)
            await connection.execute("UPDATE payments_bill SET remaining = 0 WHERE id = 'b1'")
            await connection.execute("DELETE FROM payments_hold WHERE payment_id = $1", paid)
        answer = await again
    finally:
        await connection.close()
    assert await unpaid(second) == {}
    assert answer.status_code == 422, answer.text
    assert [error["code"] for error in answer.json()["errors"]] == ["payments.already_paid"]
    assert bank.registrations == 1


@on_postgres
async def test_a_load_that_has_to_give_way_is_told_to_come_again(
    supplier: Cabinet, bank: Bank, database_url: str
) -> None:
    payer = await client(supplier)
    paid = (await start(payer, mode="prepayment", amount="100")).json()["id"]
    bank.pay(paid)
    await callback(supplier, paid)
    company = await supplier.service()
    row = msgspec.json.encode({"contract_id": "c1", "advance": "100", "overpayment": "0", "counted": [paid]})
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():  # money of the same payment is given back meanwhile
            await connection.execute("SELECT FROM payments_payment WHERE id = $1 FOR UPDATE", paid)
            load = asyncio.create_task(company.post("/api/v1/exchange/payments.balances", content=row))
            await waited_for(connection)
            await connection.execute("UPDATE payments_balance SET advance = advance WHERE contract_id = 'c1'")
        answer = await load
    finally:
        await connection.close()
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "1"), answer.text
    again = await company.post("/api/v1/exchange/payments.balances", content=row)
    assert again.status_code == 200
