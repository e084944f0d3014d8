"""What a contract owes."""

from datetime import date
from decimal import Decimal

import msgspec


class PaymentsBill(msgspec.Struct, frozen=True, gc=False):
    """An unpaid payment document: a line of «Счета на оплату»."""

    id: str
    title: str
    """«Основная реализация № 67309»"""
    number: str
    kind: str
    """«вид реализации»"""
    penalty: bool
    month: date | None
    """The billing period, by its first day."""
    issued_on: date
    due_on: date | None
    """«Оплатить до»"""
    amount: Decimal
    to_pay: Decimal
    """«К оплате»"""


class PaymentsFigures(msgspec.Struct, frozen=True, gc=False):
    """What a contract owes and what it has paid ahead. The figures are never set off against each other."""

    to_pay: Decimal
    """The exact sum of the unpaid documents, penalties included."""
    penalties: Decimal
    """Of `to_pay`."""
    advance: Decimal
    overpayment: Decimal


class PaymentsCard(msgspec.Struct, frozen=True):
    """A card of «Оплата»: a contract with what the caller's role may see of its money."""

    contract_id: str
    number: str
    name: str
    role: str
    readings: bool
    """The role may transmit readings of the contract."""
    can_pay: bool
    figures: PaymentsFigures | None
    """Null where the role does not show the debt."""
    bills: list[PaymentsBill] | None
    """The earliest due first, those without a date last. Null where the role does not show them."""


class PaymentsBills(msgspec.Struct, frozen=True):
    """«Счета на оплату» of a contract, with their sum («Все документы»)."""

    items: list[PaymentsBill]
    to_pay: Decimal
