"""What the company feeds in."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from core.sdk import Id

MoneyText = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$(?!\n)",
        description="Roubles as a string, at most two decimals.",
        examples=["3375720.97"],
    ),
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Number = Annotated[str, msgspec.Meta(max_length=64)]
FileName = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f\x7f]+$(?!\n)")]
IssuedKind = Literal["акт приема-передачи", "ведомость приема-передачи", "счет-фактура", "счет на оплату", "акт сверки"]


class BillRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `payments.bills`."""

    id: Id
    contract_id: Id
    number: Number
    kind: Name
    """«вид реализации»"""
    issued_on: date
    amount: MoneyText
    remaining: MoneyText
    """What is left to pay; `"0"` for a bill that is paid or withdrawn."""
    due_on: date | None = None
    month: date | None = None
    """The billing period, by its first day."""
    penalty: bool = False
    counted: list[Id] = []
    """Payments of the cabinet that `remaining` already takes into account."""


class BalanceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `payments.balances`."""

    contract_id: Id
    advance: MoneyText = "0"
    overpayment: MoneyText = "0"
    counted: list[Id] = []
    """Payments of the cabinet that `advance` already takes into account."""


class DocumentRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `payments.documents`. The file is delivered apart."""

    id: Id
    contract_id: Id
    kind: IssuedKind
    number: Number
    issued_on: date
    file_name: FileName
    month: date | None = None
    """The month it is for, by its first day; null: the one it was issued in."""
    bill_id: Id | None = None
    """The bill that a «счет на оплату» asks to pay."""
    period_from: date | None = None
    period_to: date | None = None
    """«Период сверки» of an «акт сверки»."""
    order_id: Id | None = None
    """The order that an «акт сверки» answers."""


class ExecutedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `payments.executed`."""

    id: Id
    contract_id: Id
    paid_on: date
    number: Number
    amount: MoneyText
    status: Name
    """«Проведён»"""
    purpose: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    bank: Name | None = None
    payment_id: Id | None = None
    """The payment of the cabinet that billing recognised in it."""
