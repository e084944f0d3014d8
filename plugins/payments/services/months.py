"""What was charged and paid by month, for the picture of a contract."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.sdk import Context, Query, month_start
from plugins.payments import domain
from plugins.payments.services.periods import last_day
from plugins.payments.store import months as store


async def charges(ctx: Context, first: date, last: date) -> Mapping[date, Decimal]:
    """Bills without penalties."""
    return await _sums(ctx, store.CHARGES, first, last)


async def penalties(ctx: Context, first: date, last: date) -> Mapping[date, Decimal]:
    """Penalties."""
    return await _sums(ctx, store.PENALTIES, first, last)


async def paid(ctx: Context, first: date, last: date) -> Mapping[date, Decimal]:
    """Payments, by the day of payment."""
    return await _sums(ctx, store.PAID, first, last)


async def _sums(ctx: Context, query: Query[store.Sum], first: date, last: date) -> Mapping[date, Decimal]:
    rows = await ctx.reader.all(query, contract_id=ctx.granted.contract_id, first=first, last=last_day(last))
    sums: dict[date, Decimal] = {}
    for row in rows:
        month = month_start(row.day)
        sums[month] = sums.get(month, domain.NOTHING) + domain.kopecks(row.amount)
    return sums
