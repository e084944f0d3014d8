"""Periods that lists are filtered by."""

from datetime import date, timedelta

from core.sdk import INVALID, Context, FieldProblem, Problem, month_start, next_month
from plugins.payments.errors import PERIOD_REVERSED
from plugins.payments.schemas.documents import PaymentsPeriod

LAST_DAY = date(9999, 12, 31)
"""Before this, nothing is on a first page."""


def period(ctx: Context, month_from: date | None, month_to: date | None) -> PaymentsPeriod:
    """The months asked for; without any, the current one. One alone is the whole period. Raises Problem."""
    this = month_start(ctx.today())
    first = month_start(month_from or month_to or this)
    last = month_start(month_to or month_from or this)
    if last < first:
        raise Problem(INVALID, errors=[FieldProblem("month_to", PERIOD_REVERSED)])
    return PaymentsPeriod(first, last)


def last_day(month: date) -> date:
    """Of the month that begins so."""
    return LAST_DAY if (month.year, month.month) == (9999, 12) else next_month(month) - timedelta(days=1)
