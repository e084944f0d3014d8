"""Bodies of the calls on contracts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec


class ContractAddition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Новый договор»: the number, and an address recorded in the contract."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=64, examples=["78000000012345"])]
    email: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]


class ContractPending(msgspec.Struct, frozen=True):
    """The letter is on its way to the contract's address."""

    contract_id: str
    number: str
    state: Literal["pending"]
    expires_at: datetime


class ContractConfirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token of the letter's link."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ContractConfirmed(msgspec.Struct, frozen=True):
    """The contract is linked to the account that asked."""

    number: str


class ContractItem(msgspec.Struct, frozen=True):
    """A contract of the list. Of a pending one only the number is known."""

    id: str
    number: str
    name: str | None
    state: Literal["pending", "active"]
    role: str | None
    administrator_requestable: bool
    """«Запросить доступ»: nobody is «Администратор» of the contract, so the role may be asked for."""
    actions: list[str]
    """The permissions that the caller holds on it."""


class ContractSectionField(msgspec.Struct, frozen=True):
    """A titled value. Numbers are decimal strings, days ISO dates."""

    title: str
    value: str | None


class ContractSection(msgspec.Struct, frozen=True):
    """A section of the card: titled values, a table, or both."""

    name: str
    title: str
    fields: list[ContractSectionField]
    columns: list[str]
    rows: list[list[str | None]]


class ContractAnnex(msgspec.Struct, frozen=True):
    """An annex of a contract. `size` is null while the company has not delivered the file."""

    id: str
    name: str
    signed_on: date | None
    file_name: str
    size: int | None


class ContractContactsBlock(msgspec.Struct, frozen=True):
    """«Контакты» of a contract; what is null is not known."""

    contract_id: str
    number: str
    name: str
    branch: str
    branch_head: str | None
    branch_phone: str | None
    branch_address: str | None
    curator: str | None
    curator_phone: str | None
    curator_email: str | None


class ContractSeries(msgspec.Struct, frozen=True):
    """Figures by month, for a line or the bars of a picture."""

    name: str
    title: str
    unit: Literal["руб.", "кВт·ч"]
    values: list[Decimal | None]
    """One for each of `months`; null: nothing is known of that month."""


class ContractMonths(msgspec.Struct, frozen=True):
    """What a contract consumes and costs by month."""

    months: list[date]
    """By their first days, without gaps."""
    series: list[ContractSeries]


class AnnexStored(msgspec.Struct, frozen=True):
    """The file of an annex, as it was stored."""

    annex_id: str
    size: int
    sha256: str


class ContractDetails(msgspec.Struct, frozen=True):
    """Information on the contract, as billing holds it."""

    id: str
    number: str
    name: str
    inn: str
    kpp: str | None
    branch: str
    address: str
    signed_on: date | None
    closed_on: date | None
    role: str
    actions: list[str]
    sections: list[ContractSection]
    """Requisites and contacts, bank details, devices, and what plugins add."""
