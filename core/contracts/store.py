"""Queries of contracts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.contracts.models import (
    Annex,
    AnnexFile,
    Contract,
    ContractContacts,
    ContractEmail,
    ContractLink,
    ContractLinkObject,
    EnergyObject,
    Meter,
    MeteringPoint,
    MeterRegister,
)
from core.contracts.schemas import ContractAnnex, ContractContactsBlock
from core.sdk import ADMINISTRATOR, Moment, Query, any_of


def visible_contract(contract_id: Any) -> sa.ColumnElement[bool]:
    """The contracts on which the caller holds a permission; give the query `**ctx.visible("<permission>")`."""
    links = sa.select(ContractLink.contract_id).where(
        ContractLink.account_id == sa.bindparam("viewer_id"),
        ContractLink.state == "active",
        any_of(ContractLink.role, "viewer_roles"),
    )
    return sa.type_coerce(contract_id, sa.Text()).in_(links)


def visible_object(contract_id: Any, energy_object_id: Any) -> sa.ColumnElement[bool]:
    """The energy objects that the caller's role covers, on any contract; parameters as for `visible_contract`."""
    whole = sa.select(ContractLink.contract_id).where(
        ContractLink.account_id == sa.bindparam("viewer_id"),
        ContractLink.state == "active",
        ContractLink.all_objects.is_(True),
        any_of(ContractLink.role, "viewer_roles"),
    )
    some = (
        sa.select(ContractLinkObject.energy_object_id)
        .join(
            ContractLink,
            sa.and_(
                ContractLink.account_id == ContractLinkObject.account_id,
                ContractLink.contract_id == ContractLinkObject.contract_id,
            ),
        )
        .where(
            ContractLinkObject.account_id == sa.bindparam("viewer_id"),
            ContractLink.state == "active",
            any_of(ContractLink.role, "viewer_roles"),
        )
    )
    return sa.or_(
        sa.type_coerce(contract_id, sa.Text()).in_(whole), sa.type_coerce(energy_object_id, sa.Text()).in_(some)
    )


class LinkRow(msgspec.Struct, frozen=True):
    """A line of the contract list."""

    id: str
    number: str
    name: str
    state: str
    role: str
    has_administrator: bool


def has_administrator(contract_id: Any) -> sa.ColumnElement[bool]:
    """Whether somebody is the contract's «Администратор». LIMIT keeps PostgreSQL from hashing all of the supplier's."""
    other = aliased(ContractLink)
    found = (
        sa.select(other.contract_id)
        .where(other.contract_id == contract_id, other.role == ADMINISTRATOR, other.state == "active")
        .limit(sa.literal_column("1"))
    )
    return found.scalar_subquery().is_not(None)


_NAME = sa.select(Contract.name).where(Contract.id == ContractLink.contract_id).scalar_subquery()
LINKS = Query(
    sa.select(
        ContractLink.contract_id,
        ContractLink.number,
        _NAME,
        ContractLink.state,
        ContractLink.role,
        has_administrator(ContractLink.contract_id),
    )
    .where(
        ContractLink.account_id == sa.bindparam("account_id"),
        sa.or_(ContractLink.state == "active", ContractLink.created_at > sa.bindparam("pending_since", type_=Moment())),
        sa.tuple_(ContractLink.number, ContractLink.contract_id)
        > sa.tuple_(sa.bindparam("number", type_=sa.Text()), sa.bindparam("id", type_=sa.Text())),
    )
    .order_by(ContractLink.number, ContractLink.contract_id)
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
    phone: str
    bank: str
    bank_account: str
    correspondent_account: str
    bic: str
    signature: str | None
    signed_on: date | None
    closed_on: date | None


CONTRACT = Query(
    sa.select(*[getattr(Contract, name) for name in ContractRow.__struct_fields__]).where(
        Contract.id == sa.bindparam("contract_id")
    ),
    ContractRow,
)


EMAILS = Query(
    sa.select(ContractEmail.email)
    .where(ContractEmail.contract_id == sa.bindparam("contract_id"))
    .order_by(ContractEmail.email),
    str,
)


class DeviceRow(msgspec.Struct, frozen=True):
    """A metering point with a device, if it has one."""

    object_number: str
    object_name: str
    address: str
    point: str
    by_message: bool
    complex_code: str
    meter: str | None
    model: str
    registers: str | None
    coefficient: Decimal
    loss_percent: Decimal
    digits: int
    installed_on: date | None
    verified_until: date | None


_COMMA: Any = sa.literal_column("', '")  # a parameter here cannot be compiled ahead
_TODAY = sa.bindparam("today", type_=sa.Date())
_REGISTERS = (
    sa.select(sa.func.aggregate_strings(MeterRegister.name, _COMMA))
    .where(MeterRegister.meter_id == Meter.id)
    .scalar_subquery()
)


def _in_use(table: Any) -> sa.ColumnElement[bool]:
    return sa.or_(table.closed_on.is_(None), table.closed_on > _TODAY)


DEVICES = Query(
    sa.select(
        EnergyObject.number,
        EnergyObject.name,
        EnergyObject.address,
        MeteringPoint.name,
        MeteringPoint.by_message,
        MeteringPoint.complex_code,
        Meter.number,
        Meter.model,
        _REGISTERS,
        Meter.coefficient,
        Meter.loss_percent,
        Meter.digits,
        Meter.installed_on,
        Meter.verified_until,
    )
    .join(MeteringPoint, sa.and_(MeteringPoint.energy_object_id == EnergyObject.id, _in_use(MeteringPoint)))
    .outerjoin(Meter, sa.and_(Meter.metering_point_id == MeteringPoint.id, _in_use(Meter)))
    .where(
        EnergyObject.contract_id == sa.bindparam("contract_id"),
        _in_use(EnergyObject),
        sa.or_(sa.bindparam("everything", type_=sa.Boolean()), any_of(EnergyObject.id, "objects")),
    )
    .order_by(EnergyObject.number, EnergyObject.id, MeteringPoint.name, MeteringPoint.id, Meter.number),
    DeviceRow,
)

ANNEXES = Query(
    sa.select(Annex.id, Annex.name, Annex.signed_on, Annex.file_name, AnnexFile.size)
    .outerjoin(AnnexFile, AnnexFile.annex_id == Annex.id)
    .where(Annex.contract_id == sa.bindparam("contract_id"))
    .order_by(Annex.signed_on.desc().nulls_last(), Annex.name, Annex.id),
    ContractAnnex,
)
ANNEX_ID = Query(sa.select(Annex.id).where(Annex.id == sa.bindparam("annex_id")), str)


class AnnexFileRow(msgspec.Struct, frozen=True):
    """Where the file of an annex lies."""

    file_name: str
    stored_key: str | None
    size: int | None


ANNEX_FILE = Query(
    sa.select(Annex.file_name, AnnexFile.stored_key, AnnexFile.size)
    .outerjoin(AnnexFile, AnnexFile.annex_id == Annex.id)
    .where(Annex.contract_id == sa.bindparam("contract_id"), Annex.id == sa.bindparam("annex_id")),
    AnnexFileRow,
)

CONTACTS = Query(
    sa.select(
        Contract.id,
        Contract.number,
        Contract.name,
        Contract.branch,
        ContractContacts.branch_head,
        ContractContacts.branch_phone,
        ContractContacts.branch_address,
        ContractContacts.curator,
        ContractContacts.curator_phone,
        ContractContacts.curator_email,
    )
    .outerjoin(ContractContacts, ContractContacts.contract_id == Contract.id)
    .where(
        visible_contract(Contract.id),
        sa.or_(sa.bindparam("every", type_=sa.Boolean()), any_of(Contract.id, "chosen")),
    )
    .order_by(Contract.number, Contract.id),
    ContractContactsBlock,
)


def active_role(account_id: str, contract_id: str) -> sa.Select[str]:
    """The role of an account on a contract that it holds."""
    return sa.select(ContractLink.role).where(
        ContractLink.account_id == account_id, ContractLink.contract_id == contract_id, ContractLink.state == "active"
    )


def holds_all(account_id: str, contract_id: str, role: str) -> sa.Select[str]:
    """The account, if it has this role on the whole contract already."""
    return sa.select(ContractLink.account_id).where(
        ContractLink.account_id == account_id,
        ContractLink.contract_id == contract_id,
        ContractLink.state == "active",
        ContractLink.role == role,
        ContractLink.all_objects.is_(True),
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
