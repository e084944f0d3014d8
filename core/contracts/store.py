"""Queries of contracts."""

from datetime import date, datetime

import msgspec
import sqlalchemy as sa

from core.contracts.models import Contract, ContractEmail, ContractLink
from core.sdk import Moment, Query

ADMINISTRATOR = "Администратор"
"""The one role that a contract gives to one account at most."""


class LinkRow(msgspec.Struct, frozen=True):
    """A line of the contract list."""

    id: str
    number: str
    name: str
    state: str
    role: str


LINKS = Query(
    sa.select(Contract.id, Contract.number, Contract.name, ContractLink.state, ContractLink.role)
    .join(ContractLink, ContractLink.contract_id == Contract.id)
    .where(
        ContractLink.account_id == sa.bindparam("account_id"),
        sa.or_(ContractLink.state == "active", ContractLink.created_at > sa.bindparam("pending_since", type_=Moment())),
        sa.tuple_(Contract.number, Contract.id)
        > sa.tuple_(sa.bindparam("number", type_=sa.Text()), sa.bindparam("id", type_=sa.Text())),
    )
    .order_by(Contract.number, Contract.id)
    .limit(sa.bindparam("limit", type_=sa.Integer())),
    LinkRow,
)


class ContractRow(msgspec.Struct, frozen=True):
    """A contract's own data."""

    id: str
    number: str
    name: str
    inn: str
    kpp: str | None
    branch: str
    address: str
    signed_on: date | None
    closed_on: date | None


CONTRACT = Query(
    sa.select(*[getattr(Contract, name) for name in ContractRow.__struct_fields__]).where(
        Contract.id == sa.bindparam("contract_id")
    ),
    ContractRow,
)


def recorded(number: str, email: str) -> sa.Select[str]:
    """The open contract with this number that has this address recorded."""
    return (
        sa.select(Contract.id)
        .join(ContractEmail, ContractEmail.contract_id == Contract.id)
        .where(Contract.number == number, ContractEmail.email == email, Contract.closed_on.is_(None))
        .order_by(Contract.id)
        .limit(1)
    )


def pending(request_id: str, since: datetime) -> sa.Select[str, str, str]:
    """The addition that a letter's link confirms, if it is still waiting."""
    return (
        sa.select(ContractLink.account_id, ContractLink.contract_id, Contract.number)
        .join(Contract, Contract.id == ContractLink.contract_id)
        .where(ContractLink.request_id == request_id, ContractLink.state == "pending", ContractLink.created_at > since)
        .with_for_update(of=ContractLink)
    )


def known(contract_id: str) -> sa.Select[str]:
    """The contract itself, if billing has loaded it."""
    return sa.select(Contract.id).where(Contract.id == contract_id)


def administrator(contract_id: str) -> sa.Select[str]:
    """The account of the contract's administrator."""
    return sa.select(ContractLink.account_id).where(
        ContractLink.contract_id == contract_id, ContractLink.role == ADMINISTRATOR, ContractLink.state == "active"
    )


def active(account_id: str, contract_id: str) -> sa.Select[str, bool]:
    """The role of an account on a contract, and whether it covers all energy objects."""
    return sa.select(ContractLink.role, ContractLink.all_objects).where(
        ContractLink.account_id == account_id, ContractLink.contract_id == contract_id, ContractLink.state == "active"
    )
