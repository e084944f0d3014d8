"""Cards and bills: two round trips for a page of cards, whatever the number of bills."""

from datetime import date
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, ContractLink
from core.sdk import Query, any_of
from plugins.payments.models import Allocation, Balance, Bill, Payment
from plugins.payments.schemas.bills import PaymentsBill

_NOTHING = Decimal("0.00")


class CardRow(msgspec.Struct, frozen=True):
    """A contract of the caller with what was paid ahead."""

    contract_id: str
    number: str
    name: str
    role: str
    advance: Decimal | None
    overpayment: Decimal | None


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


CARDS = Query(
    sa.select(Contract.id, Contract.number, Contract.name, ContractLink.role, Balance.advance, Balance.overpayment)
    .join(ContractLink, ContractLink.contract_id == Contract.id)
    .outerjoin(Balance, Balance.contract_id == Contract.id)
    .where(
        ContractLink.account_id == _text("account_id"),
        ContractLink.state == "active",
        Contract.search.like(_text("pattern"), escape="\\"),
        sa.or_(
            sa.bindparam("everything", type_=sa.Boolean()),
            sa.and_(
                any_of(ContractLink.role, "debt_roles"),
                sa.exists().where(Bill.contract_id == Contract.id, Bill.remaining > _NOTHING),
            ),
        ),
        sa.tuple_(Contract.number, Contract.id) > sa.tuple_(_text("number"), _text("id")),
    )
    .order_by(Contract.number, Contract.id)
    .limit(sa.bindparam("limit", type_=sa.Integer())),
    CardRow,
)


def _owed(
    contract_id: str,
    id_: str,
    number: str,
    kind: str,
    penalty: bool,
    month: date | None,
    issued_on: date,
    due_on: date | None,
    amount: Decimal,
    remaining: Decimal,
) -> tuple[str, PaymentsBill]:
    """Made for each of thousands of rows, so nothing is called on the way."""
    title = f"{kind} № {number}" if number else kind
    return contract_id, PaymentsBill(id_, title, number, kind, penalty, month, issued_on, due_on, amount, remaining)


_UNPAID = sa.select(
    Bill.contract_id,
    Bill.id,
    Bill.number,
    Bill.kind,
    Bill.penalty,
    Bill.month,
    Bill.issued_on,
    Bill.due_on,
    Bill.amount,
    Bill.remaining,
).where(Bill.remaining > _NOTHING)
_EARLIEST_DUE = (Bill.due_on.is_(None), Bill.due_on, Bill.issued_on, Bill.id)

UNPAID_OF_MANY = Query(
    _UNPAID.where(any_of(Bill.contract_id, "contracts")).order_by(Bill.contract_id, *_EARLIEST_DUE), _owed
)
"""Contract and bill."""

UNPAID = Query(
    _UNPAID.where(Bill.contract_id == _text("contract_id")).order_by(*_EARLIEST_DUE),
    _owed,
)

# ---- the company's rows
LOCKED_BILLS = (
    sa.select(Bill.id, Bill.contract_id, Bill.remaining)
    .where(any_of(Bill.id, "ids"))
    .order_by(Bill.id)
    .with_for_update()
)
"""Whoever changes what is left of bills takes their rows first, in this order."""

UNCOUNTED = (
    sa.select(Allocation.bill_id, Allocation.payment_id, Allocation.credited, Payment.confirmed_at)
    .join(Payment, Payment.id == Allocation.payment_id)
    .where(any_of(Allocation.bill_id, "ids"), sa.not_(Allocation.counted), Allocation.credited > _NOTHING)
)
"""What was paid here and is not in billing's figures yet."""

UNCOUNTED_ADVANCES = sa.select(Payment.contract_id, Payment.id, Payment.advance, Payment.confirmed_at).where(
    any_of(Payment.contract_id, "ids"), sa.not_(Payment.advance_counted), Payment.advance > _NOTHING
)
LOCKED_ADVANCES = UNCOUNTED_ADVANCES.order_by(Payment.id).with_for_update()
LOCKED_BALANCES = (
    sa.select(Balance.contract_id).where(any_of(Balance.contract_id, "ids")).order_by(Balance.contract_id)
).with_for_update()
"""Taken after the payments that advances come from, as settling them does."""

HELD_CONTRACTS = sa.select(Contract.id, Contract.number).where(
    any_of(Contract.id, "ids"),
    sa.exists().where(ContractLink.contract_id == Contract.id, ContractLink.state == "active"),
)

KNOWN_OF_CONTRACT = Query(
    sa.select(Bill.id).where(Bill.contract_id == _text("contract_id"), any_of(Bill.id, "ids")), str
)

OWED_OF = Query(sa.select(Bill.id).where(any_of(Bill.id, "ids"), Bill.remaining > _NOTHING), str)
"""Those of some bills of which anything is left to pay."""
