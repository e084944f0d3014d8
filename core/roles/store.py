"""Queries of roles."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, ContractLink, ContractLinkObject, EnergyObject, has_administrator
from core.identity.public import Account
from core.roles.models import Request, RequestFile, RequestMessage
from core.roles.schemas import (
    RequestState,
    RoleClientContract,
    RoleRequestFile,
    RoleRequestItem,
    RoleRequestMessage,
)
from core.sdk import Audit, Query, any_of

_AFTER = sa.bindparam("after", type_=sa.Text())
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_CONTRACT = sa.bindparam("contract_id", type_=sa.Text())


class UserRow(msgspec.Struct, frozen=True):
    """Somebody who has the contract."""

    account_id: str
    email: str
    surname: str
    given_name: str
    patronymic: str
    role: str
    all_objects: bool


_USER = (
    sa.select(
        Account.id,
        Account.email,
        Account.surname,
        Account.given_name,
        Account.patronymic,
        ContractLink.role,
        ContractLink.all_objects,
    )
    .join(ContractLink, ContractLink.account_id == Account.id)
    .where(ContractLink.contract_id == _CONTRACT, ContractLink.state == "active", Account.deleted_at.is_(None))
)
USERS = Query(_USER.where(Account.email > _AFTER).order_by(Account.email).limit(_LIMIT), UserRow)
USER = Query(_USER.where(Account.id == sa.bindparam("account_id")), UserRow)
USER_OBJECTS = Query(
    sa.select(ContractLinkObject.account_id, ContractLinkObject.energy_object_id)
    .where(ContractLinkObject.contract_id == _CONTRACT, any_of(ContractLinkObject.account_id, "accounts"))
    .order_by(ContractLinkObject.energy_object_id),
    lambda *row: row,
)


OBJECTS = Query(
    sa.select(EnergyObject.id).where(EnergyObject.contract_id == _CONTRACT, any_of(EnergyObject.id, "ids")), str
)
"""Those of the energy objects `ids` that the contract has."""


def contract_name(contract_id: str) -> sa.Select[str]:
    """How letters name a contract."""
    return sa.select(Contract.name + " № " + Contract.number).where(Contract.id == contract_id)


def contract_number(contract_id: str) -> sa.Select[str]:
    """A contract's number."""
    return sa.select(Contract.number).where(Contract.id == contract_id)


def holds(account_id: str, contract_id: str) -> sa.Select[str]:
    """The account, if it has the contract."""
    return sa.select(ContractLink.account_id).where(
        ContractLink.account_id == account_id, ContractLink.contract_id == contract_id, ContractLink.state == "active"
    )


class DeedRow(msgspec.Struct, frozen=True):
    """An entry of the audit trail."""

    id: int
    at: datetime
    actor: str
    action: str
    details: bytes
    email: str | None


# what the label of an actor names; not the label made of each account, which no index has
_ACTING: Any = sa.func.replace(sa.func.replace(Audit.actor, "client:", ""), "staff:", "")
DEEDS = Query(
    sa.select(Audit.id, Audit.at, Audit.actor, Audit.action, Audit.details, Account.email)
    .outerjoin(Account, Account.id == _ACTING)
    .where(
        Audit.subject == _CONTRACT,
        sa.or_(Audit.action.like("roles.%"), Audit.action.like("contracts.%")),
        Audit.id < sa.bindparam("before", type_=sa.BigInteger()),
    )
    .order_by(Audit.id.desc())
    .limit(_LIMIT),
    DeedRow,
)


# ---- finding a client


class ClientRow(msgspec.Struct, frozen=True):
    """A client, and the name by which the list is ordered."""

    account_id: str
    email: str
    surname: str
    given_name: str
    patronymic: str
    folded_name: str
    contracts: int


_HELD = (
    sa.select(sa.func.count())
    .where(ContractLink.account_id == Account.id, ContractLink.state == "active")
    .scalar_subquery()
)
_CLIENT = sa.and_(Account.kind == "client", Account.deleted_at.is_(None))
_CLIENTS = (
    sa.select(
        Account.id,
        Account.email,
        Account.surname,
        Account.given_name,
        Account.patronymic,
        Account.folded_name,
        _HELD,
    )
    .where(
        _CLIENT,
        sa.tuple_(Account.folded_name, Account.id)
        > sa.tuple_(sa.bindparam("after_name", type_=sa.Text()), sa.bindparam("after_id", type_=sa.Text())),
    )
    .order_by(Account.folded_name, Account.id)
    .limit(_LIMIT)
)
CLIENT_BY_EMAIL = Query(_CLIENTS.where(Account.email == sa.bindparam("email", type_=sa.Text())), ClientRow)
CLIENTS_BY_PHONE = Query(_CLIENTS.where(Account.phone == sa.bindparam("phone", type_=sa.Text())), ClientRow)
_LAST_CHARACTER: Any = sa.literal_column("'\U0010ffff'")
CLIENTS_BY_NAME = Query(
    _CLIENTS.where(Account.folded_name < sa.bindparam("prefix", type_=sa.Text()) + _LAST_CHARACTER), ClientRow
)
"""From `after_name`, which is the prefix to begin with."""
CLIENTS_OF_CONTRACT = Query(
    _CLIENTS.where(
        Account.id.in_(
            sa.select(ContractLink.account_id)
            .join(Contract, Contract.id == ContractLink.contract_id)
            .where(Contract.number == sa.bindparam("number", type_=sa.Text()), ContractLink.state == "active")
        )
    ),
    ClientRow,
)
CLIENT_ID = Query(sa.select(Account.id).where(_CLIENT, Account.id == sa.bindparam("account_id", type_=sa.Text())), str)
CLIENT_CONTRACTS = Query(
    sa.select(
        ContractLink.contract_id,
        ContractLink.number,
        sa.select(Contract.name).where(Contract.id == ContractLink.contract_id).scalar_subquery(),
        ContractLink.role,
        has_administrator(ContractLink.contract_id),
    )
    .where(
        ContractLink.account_id == sa.bindparam("account_id", type_=sa.Text()),
        ContractLink.state == "active",
        sa.tuple_(ContractLink.number, ContractLink.contract_id)
        > sa.tuple_(sa.bindparam("number", type_=sa.Text()), _CONTRACT),
    )
    .order_by(ContractLink.number, ContractLink.contract_id)
    .limit(_LIMIT),
    RoleClientContract,
)


# ---- requests
_ITEM = (
    Request.id,
    Request.contract_id,
    Contract.number,
    Request.topic,
    Request.section,
    Request.state,
    Request.created_at,
    Request.closed_at,
)
_BEFORE = sa.or_(sa.bindparam("first", type_=sa.Boolean()), Request.id < sa.bindparam("before", type_=sa.Text()))
OWN_REQUESTS = Query(
    sa.select(*_ITEM)
    .join(Contract, Contract.id == Request.contract_id)
    .where(Request.account_id == sa.bindparam("account_id"), _BEFORE)
    .order_by(Request.id.desc())
    .limit(_LIMIT),
    RoleRequestItem,
)
QUEUE = Query(
    sa.select(*_ITEM)
    .join(Contract, Contract.id == Request.contract_id)
    .where(Request.state == sa.bindparam("state", type_=sa.Text()), Request.id > _AFTER)
    .order_by(Request.id)
    .limit(_LIMIT),
    RoleRequestItem,
)


class RequestRow(msgspec.Struct, frozen=True):
    """A request and who asks."""

    id: str
    contract_id: str
    contract_number: str
    topic: str
    section: str
    state: RequestState
    created_at: datetime
    closed_at: datetime | None
    account_id: str
    email: str
    surname: str
    given_name: str


REQUEST = Query(
    sa.select(*_ITEM, Request.account_id, Account.email, Account.surname, Account.given_name)
    .join(Contract, Contract.id == Request.contract_id)
    .join(Account, Account.id == Request.account_id)
    .where(Request.id == sa.bindparam("request_id")),
    RequestRow,
)
MESSAGES = Query(
    sa.select(RequestMessage.by_staff, RequestMessage.text, RequestMessage.created_at)
    .where(RequestMessage.request_id == sa.bindparam("request_id"))
    .order_by(RequestMessage.id),
    RoleRequestMessage,
)
FILES = Query(
    sa.select(RequestFile.id, RequestFile.name, RequestFile.size)
    .where(RequestFile.request_id == sa.bindparam("request_id"))
    .order_by(RequestFile.id),
    RoleRequestFile,
)


class FileRow(msgspec.Struct, frozen=True):
    """Where a file lies."""

    name: str
    stored_key: str
    size: int


FILE = Query(
    sa.select(RequestFile.name, RequestFile.stored_key, RequestFile.size).where(
        RequestFile.request_id == sa.bindparam("request_id"), RequestFile.id == sa.bindparam("file_id")
    ),
    FileRow,
)


def rows_of(table: type[RequestMessage] | type[RequestFile], request_id: str) -> sa.Select[int]:
    """How many messages or files a request has."""
    return sa.select(sa.func.count()).where(table.request_id == request_id)


def same_file(request_id: str, name: str, sha256: str) -> sa.Select[str]:
    """The file of a request with this name and content."""
    return sa.select(RequestFile.id).where(
        RequestFile.request_id == request_id, RequestFile.name == name, RequestFile.sha256 == sha256
    )


def open_request(request_id: str) -> sa.Select[str, str, str]:
    """State, account and contract of a request, locked."""
    return (
        sa.select(Request.state, Request.account_id, Request.contract_id)
        .where(Request.id == request_id)
        .with_for_update()
    )
