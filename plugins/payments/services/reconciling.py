"""A day's payments as the cabinet, the acquirer and billing have them."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from core.ports.acquirer import Acquirer, AcquirerError, OrderStatus
from core.sdk import Context, Later, Problem
from plugins.payments import domain
from plugins.payments.errors import BANK_UNAVAILABLE
from plugins.payments.schemas.paying import PaymentsDifference, PaymentsReconciliation
from plugins.payments.services.paying import Check
from plugins.payments.store import paying as store
from plugins.payments.store.paying import DayRow

_LOG = logging.getLogger("abonent.payments")
_BANK_RESTS = timedelta(minutes=10)
_BILLING_HAS_TIME = timedelta(hours=24)
_FIRST, _LAST = date(1, 1, 2), date(9999, 12, 30)
"""The days of the calendar that have a midnight in every zone, and a day after them."""
Ledger = dict[str, dict[str, Decimal]]


async def reconcile(ctx: Context, day: date) -> PaymentsReconciliation:
    """Compares the payments begun on a business day. What the acquirer took unnoticed is looked at again at once."""
    since, until = _bounds(ctx, day)
    rows = {row.id: row for row in await ctx.reader.all(store.DAY, since=since, until=until)}
    orders = await _orders(ctx, since, until)
    ledger = await _ledger(ctx, sorted(rows))
    found = [*_against_acquirer(rows, orders), *_against_ledger(rows, ledger), *_against_billing(ctx, rows)]
    missed = [one.payment_id for one in found if one.code in ("not_taken_here", "returned")]
    if missed:
        async with ctx.uow() as uow:
            for payment_id in missed:
                uow.enqueue(Check(payment_id, once=True))
    taken = [row for row in rows.values() if row.state not in domain.UNTAKEN]
    return PaymentsReconciliation(
        len(rows),
        domain.total(domain.kopecks(row.total) for row in taken),
        domain.total(domain.kopecks(row.returned) for row in taken),
        found,
    )


async def report(ctx: Context, day: date) -> None:
    """The same into the log, for a job; the rows themselves are for staff to read."""
    if not ctx.port(Acquirer).takes_cards:
        return
    try:
        told = await reconcile(ctx, day)
    except Problem as error:
        raise Later(_BANK_RESTS) from error
    for found in told.differences:
        _LOG.error(
            "payment %s of %s: %s, here %r, there %r", found.payment_id, day, found.code, found.cabinet, found.other
        )


def _bounds(ctx: Context, day: date) -> tuple[datetime, datetime]:
    day = min(max(day, _FIRST), _LAST)
    since, until = (datetime.combine(one, time(), ctx.runtime.zone) for one in (day, day + timedelta(days=1)))
    return since.astimezone(ctx.now().tzinfo), until.astimezone(ctx.now().tzinfo)


async def _orders(ctx: Context, since: datetime, until: datetime) -> dict[str, OrderStatus]:
    """The acquirer's orders, by our number. It counts them from the moment it got them, which is a little later."""
    try:
        found = ctx.port(Acquirer).orders(since, until + timedelta(hours=1))
        return {order.number: order async for order in found}
    except AcquirerError as error:
        raise Problem(BANK_UNAVAILABLE) from error


async def _ledger(ctx: Context, payment_ids: list[str]) -> Ledger:
    balances: Ledger = {}
    for row in await ctx.reader.all(store.LEDGER, ids=payment_ids):
        balances.setdefault(row.payment_id, {})[row.account] = domain.kopecks(row.amount)
    return balances


def _against_acquirer(rows: dict[str, DayRow], orders: dict[str, OrderStatus]) -> Iterator[PaymentsDifference]:
    for number, order in orders.items():
        row, paid, back = rows.get(number), domain.roubles_of(order.paid), domain.roubles_of(order.refunded)
        if row is None:
            if paid:
                yield PaymentsDifference("not_here", number, "", str(paid))
        elif paid and row.state in domain.UNTAKEN:
            yield PaymentsDifference("not_taken_here", number, row.state, str(paid))
        elif paid and paid != domain.kopecks(row.total):
            yield PaymentsDifference("amount", number, str(domain.kopecks(row.total)), str(paid))
        elif paid and back != domain.kopecks(row.returned):
            yield PaymentsDifference("returned", number, str(domain.kopecks(row.returned)), str(back))
    for row in rows.values():
        own = orders.get(row.id)
        undone = row.state == "refunded" and own is not None and own.state == "reversed"
        if row.state not in domain.UNTAKEN and not undone and (own is None or not own.paid):
            yield PaymentsDifference("not_at_acquirer", row.id, str(domain.kopecks(row.total)), "0.00")


def _against_ledger(rows: dict[str, DayRow], ledger: Ledger) -> Iterator[PaymentsDifference]:
    for row in rows.values():
        accounts = ledger.get(row.id, {})
        untaken = row.state in domain.UNTAKEN
        due = domain.NOTHING if untaken else domain.kopecks(row.total) - domain.kopecks(row.returned)
        held = accounts.get("acquirer", domain.NOTHING)
        if held != due or domain.total(accounts.values()) != 0:
            yield PaymentsDifference("ledger", row.id, str(due), str(held))


def _against_billing(ctx: Context, rows: dict[str, DayRow]) -> Iterator[PaymentsDifference]:
    for row in rows.values():
        if row.state in domain.UNTAKEN:
            continue
        amount = str(domain.kopecks(row.amount))
        late = row.settled_at is not None and ctx.now() - row.settled_at > _BILLING_HAS_TIME
        if row.billing == "refused":
            yield PaymentsDifference("billing_refused", row.id, amount, "")
        elif row.confirmed_at is None and late:
            yield PaymentsDifference("billing_silent", row.id, amount, "")
        elif row.booked and row.executed is not None and domain.kopecks(row.executed) != domain.kopecks(row.amount):
            yield PaymentsDifference("billing_amount", row.id, amount, str(domain.kopecks(row.executed)))
