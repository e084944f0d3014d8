"""Payments while others are settled: what two transactions make of each other."""

import asyncio
from typing import Any

import asyncpg
import msgspec
import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.locks import on_postgres, waited_for
from tests.plugins.payments.bank import Bank
from tests.plugins.payments.supplier import advance, bill, callback, client, start, unpaid


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
@pytest.mark.requirement("PAY-10")
async def test_a_load_of_balances_and_a_return_of_the_same_money_wait_for_one_another(
    supplier: Cabinet, bank: Bank, database_url: str
) -> None:
    payer = await client(supplier)
    paid = await prepaid(supplier, bank, payer)
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():  # what a return does: its payment first, the advance after it
            await connection.execute("SELECT FROM payments_payment WHERE id = $1 FOR UPDATE", paid)
            load = asyncio.create_task(supplier.load("payments.balances", balance("500")))
            await waited_for(connection)
            await connection.execute("UPDATE payments_balance SET advance = advance - 40 WHERE contract_id = 'c1'")
            await connection.execute("UPDATE payments_payment SET advance = 60 WHERE id = $1", paid)
        await load
    finally:
        await connection.close()
    assert await advance(payer) == "560.00"


@on_postgres
@pytest.mark.requirement("PAY-10")
async def test_money_taken_while_balances_are_loaded_is_added_to_them(
    supplier: Cabinet, bank: Bank, database_url: str
) -> None:
    payer = await client(supplier)
    await supplier.load("payments.balances", balance("0"))
    paid = (await start(payer, mode="prepayment", amount="100")).json()["id"]
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():  # what settling the payment does, its row being nobody else's yet
            await connection.execute("UPDATE payments_balance SET advance = advance + 100 WHERE contract_id = 'c1'")
            load = asyncio.create_task(supplier.load("payments.balances", balance("500", counted=[paid])))
            await waited_for(connection)
            await connection.execute("UPDATE payments_payment SET state = 'succeeded', advance = 100")
        await load
    finally:
        await connection.close()
    assert await advance(payer) == "600.00"  # the figure is older than the payment, whatever it claims


@on_postgres
async def test_a_load_that_has_to_give_way_is_told_to_come_again(
    supplier: Cabinet, bank: Bank, database_url: str
) -> None:
    paid = await prepaid(supplier, bank, await client(supplier))
    company = await supplier.service()
    row = msgspec.json.encode(balance("100", counted=[paid]))
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():  # somebody at the database by hand, in an order that is not the cabinet's
            await connection.execute("SELECT FROM payments_balance WHERE contract_id = 'c1' FOR UPDATE")
            load = asyncio.create_task(company.post("/api/v1/exchange/payments.balances", content=row))
            await waited_for(connection)
            await connection.execute("SELECT FROM payments_payment WHERE id = $1 FOR UPDATE", paid)
        answer = await load
    finally:
        await connection.close()
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "1"), answer.text
    again = await company.post("/api/v1/exchange/payments.balances", content=row)
    assert again.status_code == 200


@on_postgres
@pytest.mark.requirement("PAY-10")
async def test_a_load_of_bills_and_a_payment_of_them_wait_for_one_another(
    supplier: Cabinet, bank: Bank, database_url: str
) -> None:
    await supplier.load("payments.bills", bill("b1", "100", "2026-01-30"), bill("b2", "100", "2026-01-20"))
    payer = await client(supplier)
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():  # what a load does: the bills in the order of their keys
            await connection.execute("SELECT FROM payments_bill WHERE id = 'b1' FOR UPDATE")
            started = asyncio.create_task(start(payer, mode="debt"))
            await waited_for(connection)
            await connection.execute("SELECT FROM payments_bill WHERE id = 'b2' FOR UPDATE")
        answer = await started
    finally:
        await connection.close()
    assert answer.status_code == 201, answer.text


async def prepaid(supplier: Cabinet, bank: Bank, payer: Caller) -> str:
    """A payment of 100 roubles in advance, settled."""
    paid: str = (await start(payer, mode="prepayment", amount="100")).json()["id"]
    bank.pay(paid)
    await callback(supplier, paid)
    return paid


def balance(paid_ahead: str, counted: list[str] | None = None) -> dict[str, Any]:
    """What billing says of contract c1."""
    return {"contract_id": "c1", "advance": paid_ahead, "overpayment": "0", "counted": counted or []}
