"""The ledger against the bank: every kopeck that the bank took, once, and nothing else."""

from decimal import Decimal

import sqlalchemy as sa

from core.testing.cabinet import Cabinet
from plugins.payments.models import Allocation, Bill, Entry, Payment
from tests.plugins.payments.bank import Bank


async def balances(cabinet: Cabinet) -> dict[str, str]:
    """Account -> its balance; a debit is above zero."""
    found: dict[str, Decimal] = {}
    async with cabinet.runtime.database.writer.connect() as connection:
        for account, amount in await connection.execute(sa.select(Entry.account, Entry.amount)):
            found[account] = found.get(account, Decimal(0)) + amount
    return {account: f"{amount:.2f}" for account, amount in sorted(found.items())}


async def check_ledger(cabinet: Cabinet, bank: Bank) -> None:
    """Every posting balances; each payment holds what its order holds at the bank; shares and advance agree."""
    postings: dict[tuple[str, str], Decimal] = {}
    held: dict[str, dict[str, Decimal]] = {}
    async with cabinet.runtime.database.writer.connect() as connection:
        entries = sa.select(Entry.payment_id, Entry.cause, Entry.account, Entry.amount)
        for payment_id, cause, account, amount in await connection.execute(entries):
            postings[payment_id, cause] = postings.get((payment_id, cause), Decimal(0)) + amount
            own = held.setdefault(payment_id, {})
            own[account] = own.get(account, Decimal(0)) + amount
        shares = dict.fromkeys(held, Decimal(0))
        for payment_id, credited in await connection.execute(sa.select(Allocation.payment_id, Allocation.credited)):
            shares[payment_id] = shares.get(payment_id, Decimal(0)) + credited
        advances = {row.id: row.advance for row in await connection.execute(sa.select(Payment.id, Payment.advance))}
        negative = sa.select(sa.func.count()).select_from(Bill).where(Bill.remaining < Decimal(0))
        assert await connection.scalar(negative) == 0
    assert set(postings.values()) <= {Decimal(0)}
    assert {number for number, kept in bank.kept.items() if kept.paid} <= held.keys()
    for number, kept in bank.kept.items():
        own = held.get(number, {})
        assert own.get("acquirer", Decimal(0)) * 100 == kept.paid - kept.refunded, number
        assert -own.get("bills", Decimal(0)) == shares.get(number, Decimal(0)), number
        assert -own.get("advances", Decimal(0)) == advances[number], number
    assert sum((own["acquirer"] for own in held.values()), Decimal(0)) * 100 == bank.taken
