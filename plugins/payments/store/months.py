"""Charges and payments by month."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa

from core.sdk import Query
from plugins.payments.models import Bill, Executed


class Sum(NamedTuple):
    """Of a day, or of a month by its first day."""

    day: date
    amount: Decimal


_CONTRACT: sa.BindParameter[str] = sa.bindparam("contract_id", type_=sa.Text())
_FIRST: sa.BindParameter[date] = sa.bindparam("first", type_=sa.Date())
_LAST: sa.BindParameter[date] = sa.bindparam("last", type_=sa.Date())
_MONTH = sa.func.coalesce(Bill.month, Bill.issued_on)


def _charged(penalty: bool) -> Query[Sum]:
    which = Bill.penalty if penalty else sa.not_(Bill.penalty)
    return Query(
        sa.select(sa.type_coerce(_MONTH, sa.Date()), sa.func.sum(Bill.amount))
        .where(Bill.contract_id == _CONTRACT, which, _MONTH.between(_FIRST, _LAST))
        .group_by(_MONTH),
        Sum,
    )


CHARGES, PENALTIES = _charged(False), _charged(True)
"""By the billing period; bills without one by the day of issue."""
PAID = Query(
    sa.select(Executed.paid_on, sa.func.sum(Executed.amount))
    .where(Executed.contract_id == _CONTRACT, Executed.paid_on.between(_FIRST, _LAST))
    .group_by(Executed.paid_on),
    Sum,
)
