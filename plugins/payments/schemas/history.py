"""History of payments (6.2)."""

from datetime import date
from decimal import Decimal

import msgspec

from plugins.payments.schemas.documents import PaymentsPeriod


class PaymentsExecuted(msgspec.Struct, frozen=True):
    """A payment that reached the company."""

    id: str
    contract_id: str
    contract_number: str
    payer: str
    """«БАНК ГПБ (АО) № 113 от 17.12.2022»"""
    bank: str | None
    number: str
    paid_on: date
    amount: Decimal
    status: str
    purpose: str
    payment_id: str | None
    """The payment of the cabinet that it is."""


class PaymentsHistory(msgspec.Struct, frozen=True):
    """A page of payments, the newest first."""

    items: list[PaymentsExecuted]
    next: str | None
    period: PaymentsPeriod
    """The period applied: the current month unless another was asked for."""
