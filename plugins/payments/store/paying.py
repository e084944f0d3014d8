"""Payments and all that belongs to them."""

from datetime import datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.contracts.public import Contract
from core.sdk import Moment, Money, Query, any_of
from plugins.payments.domain import RefundState, State
from plugins.payments.models import Allocation, Bill, Card, Entry, Executed, Hold, Payment, Refund


class PaymentRow(msgspec.Struct, frozen=True):
    """A payment."""

    id: str
    contract_id: str
    account_id: str | None
    mode: str
    method: str
    card_id: str
    save_card: bool
    amount: Decimal
    commission: Decimal
    total: Decimal
    purpose: str
    receipt_email: str
    state: State
    reason: str
    order_id: str | None
    pay_url: str
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    advance: Decimal
    advance_counted: bool
    returned: Decimal
    fact_id: str | None
    billing: str
    confirmed_at: datetime | None


_PAYMENT = sa.select(*[getattr(Payment, name) for name in PaymentRow.__struct_fields__])


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


PAYMENT = Query(_PAYMENT.where(Payment.id == _text("payment_id")), PaymentRow)
OWN_PAYMENT = Query(
    _PAYMENT.where(Payment.id == _text("payment_id"), Payment.account_id == _text("account_id")), PaymentRow
)
LOCKED_PAYMENT = _PAYMENT.where(Payment.id == _text("payment_id")).with_for_update()
BY_REQUEST = sa.select(Payment.id).where(Payment.request_key == _text("request_key"))
BY_ORDER = Query(
    sa.select(Payment.id).where(sa.or_(Payment.id == _text("number"), Payment.order_id == _text("order_id"))), str
)
CONTRACT_NUMBER = Query(sa.select(Contract.number).where(Contract.id == _text("contract_id")), str)


class ShareRow(msgspec.Struct, frozen=True):
    """What of a payment goes to a bill."""

    bill_id: str
    kind: str
    number: str
    planned: Decimal


SHARES = Query(
    sa.select(Allocation.bill_id, Bill.kind, Bill.number, Allocation.planned)
    .join(Bill, Bill.id == Allocation.bill_id)
    .where(Allocation.payment_id == _text("payment_id"))
    .order_by(Allocation.bill_id),
    ShareRow,
)
HELD = (
    sa.select(Hold.bill_id, Hold.payment_id, Payment.account_id, Payment.expires_at)
    .join(Payment, Payment.id == Hold.payment_id)
    .where(Payment.contract_id == _text("contract_id"))
    .order_by(Payment.expires_at.desc())
)
"""The bills of a contract that payments in progress are about to pay."""
PLANNED = sa.select(Allocation.bill_id, Allocation.planned).where(Allocation.payment_id == _text("payment_id"))
LOCKED_SHARES = (
    sa.select(Bill.id, Bill.billed, Bill.remaining, Allocation.planned, Allocation.credited, Allocation.counted)
    .join(Allocation, Allocation.bill_id == Bill.id)
    .where(Allocation.payment_id == _text("payment_id"))
    .order_by(Bill.id)
    .with_for_update(of=Bill)
)
DUE_ORDER = (
    sa.select(Allocation.bill_id)
    .join(Bill, Bill.id == Allocation.bill_id)
    .where(Allocation.payment_id == _text("payment_id"))
    .order_by(Bill.due_on.is_(None), Bill.due_on, Bill.issued_on, Bill.id)
)

OPEN_SINCE = Query(
    sa.select(Payment.id)
    .where(
        sa.or_(Payment.state == "new", Payment.state == "waiting"),
        Payment.created_at < sa.bindparam("before", type_=Moment()),
        Payment.id > _text("after"),
    )
    .order_by(Payment.id)
    .limit(500),
    str,
)

# ---- cards


class CardRow(msgspec.Struct, frozen=True):
    """A linked card."""

    card_id: str
    mask: str
    expires: str
    system: str


CARDS = Query(
    sa.select(Card.card_id, Card.mask, Card.expires, Card.system)
    .where(Card.account_id == _text("account_id"))
    .order_by(Card.linked_at.desc(), Card.card_id),
    CardRow,
)


# ---- returns
class RefundRow(msgspec.Struct, frozen=True):
    """Money to give back."""

    id: str
    payment_id: str
    order_id: str | None
    amount: Decimal
    reversal: bool
    state: RefundState
    reason: str
    done: Decimal
    """What other refunds of the payment have given back."""


_OTHER = aliased(Refund)
_DONE = sa.select(
    sa.func.coalesce(sa.func.sum(_OTHER.amount, type_=Money()), sa.literal(Decimal("0.00"), Money()))
).where(_OTHER.payment_id == Refund.payment_id, _OTHER.state == "done")

REFUND = Query(
    sa.select(
        Refund.id,
        Refund.payment_id,
        Payment.order_id,
        Refund.amount,
        Refund.reversal,
        Refund.state,
        Refund.reason,
        _DONE.correlate(Refund).scalar_subquery(),
    )
    .join(Payment, Payment.id == Refund.payment_id)
    .where(Refund.id == _text("refund_id")),
    RefundRow,
)
ASKED_BACK = sa.select(sa.func.sum(Refund.amount, type_=Money())).where(
    Refund.payment_id == _text("payment_id"), Refund.state == "asked"
)


# ---- reconciliation
class DayRow(msgspec.Struct, frozen=True):
    """A payment begun on the day."""

    id: str
    order_id: str | None
    state: State
    total: Decimal
    amount: Decimal
    returned: Decimal
    billing: str
    confirmed_at: datetime | None
    settled_at: datetime | None
    executed: Decimal | None
    """What billing booked for it."""
    booked: bool | None
    """The line of the history is billing's own."""


DAY = Query(
    sa.select(
        Payment.id,
        Payment.order_id,
        Payment.state,
        Payment.total,
        Payment.amount,
        Payment.returned,
        Payment.billing,
        Payment.confirmed_at,
        Payment.settled_at,
        Executed.amount,
        Executed.id != Payment.id,
    )
    .outerjoin(Executed, Executed.payment_id == Payment.id)
    .where(
        Payment.created_at >= sa.bindparam("since", type_=Moment()),
        Payment.created_at < sa.bindparam("until", type_=Moment()),
    )
    .order_by(Payment.id),
    DayRow,
)


class LedgerRow(msgspec.Struct, frozen=True):
    """What the ledger holds of a payment on an account."""

    payment_id: str
    account: str
    amount: Decimal


LEDGER = Query(
    sa.select(Entry.payment_id, Entry.account, sa.func.sum(Entry.amount, type_=Money()))
    .where(any_of(Entry.payment_id, "ids"))
    .group_by(Entry.payment_id, Entry.account),
    LedgerRow,
)
