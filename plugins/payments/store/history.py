"""The history of payments."""

from datetime import date
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, visible_contract
from core.sdk import Query, any_of
from plugins.payments.models import Executed, Payment


class ExecutedRead(msgspec.Struct, frozen=True):
    """A line of the history."""

    id: str
    contract_id: str
    contract_number: str
    bank: str | None
    number: str
    paid_on: date
    amount: Decimal
    status: str
    purpose: str
    payment_id: str | None


def _day(name: str) -> sa.BindParameter[date]:
    return sa.bindparam(name, type_=sa.Date())


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


HISTORY = Query(
    sa.select(
        Executed.id,
        Executed.contract_id,
        Contract.number,
        Executed.bank,
        Executed.number,
        Executed.paid_on,
        Executed.amount,
        Executed.status,
        Executed.purpose,
        Executed.payment_id,
    )
    .join(Contract, Contract.id == Executed.contract_id)
    .where(
        visible_contract(Executed.contract_id),
        sa.or_(sa.bindparam("every_contract", type_=sa.Boolean()), Executed.contract_id == _text("contract_id")),
        Executed.paid_on.between(_day("first"), _day("last")),
        sa.tuple_(Executed.paid_on, Executed.id) < sa.tuple_(_day("before"), _text("before_id")),
    )
    .order_by(Executed.paid_on.desc(), Executed.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer())),
    ExecutedRead,
)

KNOWN_EXECUTED = sa.select(Executed.id, Executed.payment_id).where(any_of(Executed.id, "ids"))
PAYMENTS_NAMED = (
    sa.select(Payment.id, Payment.contract_id, Payment.state, Payment.confirmed_at)
    .where(any_of(Payment.id, "ids"))
    .order_by(Payment.id)
    .with_for_update()
)
