"""Bodies of the calls on contracts."""

from datetime import date, datetime
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
    actions: list[str]
    """The permissions that the caller holds on it."""


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
