"""Whose money it is: the payer's requisites, and the contracts that a statement may mean."""

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract
from core.sdk import Query, any_of


class PayerRow(msgspec.Struct, frozen=True):
    """The party of a contract with its bank account."""

    number: str
    name: str
    inn: str
    kpp: str | None
    bank_account: str
    bank: str
    bic: str
    correspondent_account: str


PAYER = Query(
    sa.select(*[getattr(Contract, name) for name in PayerRow.__struct_fields__]).where(
        Contract.id == sa.bindparam("contract_id", type_=sa.Text())
    ),
    PayerRow,
)


class CandidateRow(msgspec.Struct, frozen=True):
    """A contract that a payment may be for."""

    id: str
    number: str
    inn: str


CANDIDATES = Query(
    sa.select(Contract.id, Contract.number, Contract.inn)
    .where(sa.or_(any_of(Contract.number, "numbers"), any_of(Contract.inn, "inns")))
    .order_by(Contract.id),
    CandidateRow,
)
