"""What reconciliation acts are made of."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from core.sdk import Moment, Money, Query
from plugins.payments.models import ActOrder, Balance, Bill, Document, Entry, Executed, Payment
from plugins.payments.store.documents import ACT


class OrderedAct(msgspec.Struct, frozen=True):
    """An order and whether it was answered."""

    contract_id: str
    period_from: date
    period_to: date
    document_id: str | None


_ID: sa.BindParameter[str] = sa.bindparam("order_id", type_=sa.Text())
ORDER = Query(
    sa.select(ActOrder.contract_id, ActOrder.period_from, ActOrder.period_to, ActOrder.document_id).where(
        ActOrder.id == _ID
    ),
    OrderedAct,
)


class MovementRow(msgspec.Struct, frozen=True):
    """A line, or what is owed now."""

    what: Literal["bill", "payment", "return", "owed", "held"]
    day: date | None
    moment: datetime | None
    """Of a return."""
    title: str | None
    """A bill's kind, a payer's bank."""
    number: str | None
    amount: Decimal | None


_CONTRACT: sa.BindParameter[str] = sa.bindparam("contract_id", type_=sa.Text())
_FIRST: sa.BindParameter[date] = sa.bindparam("first", type_=sa.Date())
_SINCE: sa.BindParameter[datetime] = sa.bindparam("since", type_=Moment())
_NO_DAY: Any = sa.cast(sa.null(), sa.Date())
_NO_MOMENT: Any = sa.cast(sa.null(), Moment())
_NO_TEXT: Any = sa.cast(sa.null(), sa.Text())


def _what(word: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{word}'", sa.Text())


MOVEMENTS = Query(
    sa.union_all(
        sa.select(
            _what("bill"), Bill.issued_on, _NO_MOMENT, Bill.kind, Bill.number, sa.type_coerce(Bill.amount, Money())
        ).where(Bill.contract_id == _CONTRACT, Bill.issued_on >= _FIRST),
        sa.select(
            _what("payment"), Executed.paid_on, _NO_MOMENT, Executed.bank, Executed.number, Executed.amount
        ).where(Executed.contract_id == _CONTRACT, Executed.paid_on >= _FIRST),
        sa.select(_what("return"), _NO_DAY, Entry.at, _NO_TEXT, Payment.id, sa.func.sum(Entry.amount))
        .join(Payment, Payment.id == Entry.payment_id)
        .where(
            Payment.contract_id == _CONTRACT,
            Payment.returned > Decimal("0.00"),
            sa.or_(Entry.account == "bills", Entry.account == "advances"),
            Entry.cause != "paid",
            Entry.at >= _SINCE,
        )
        .group_by(Payment.id, Entry.cause, Entry.at),
        sa.select(_what("owed"), _NO_DAY, _NO_MOMENT, _NO_TEXT, _NO_TEXT, sa.func.sum(Bill.remaining)).where(
            Bill.contract_id == _CONTRACT, Bill.remaining > Decimal("0.00")
        ),
        sa.select(_what("held"), _NO_DAY, _NO_MOMENT, _NO_TEXT, _NO_TEXT, Balance.advance + Balance.overpayment).where(
            Balance.contract_id == _CONTRACT
        ),
    ),
    MovementRow,
)
"""All in one statement, hence of one moment: the balance and what has moved since the first day of an act."""

PREFIX = "act-"
"""Acts that the cabinet has printed are called so."""
PRINTED = Query(
    sa.select(Document.id).where(Document.contract_id == _CONTRACT, Document.kind == ACT, Document.id.like("act-%")),
    str,
)
"""Those of a contract: the next one's number is one more."""
