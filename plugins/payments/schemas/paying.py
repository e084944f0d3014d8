"""Paying by card (3.2)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from core.sdk import Id
from plugins.payments.schemas.company import MoneyText


class PaymentsOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be paid. The preview and the start take the same order."""

    mode: Literal["bills", "debt", "prepayment"] = "debt"
    """bills: exactly the named ones; debt: all unpaid ones, any amount; prepayment: an advance, whatever is unpaid."""
    bills: Annotated[list[Id], msgspec.Meta(max_length=500)] = []
    """Of the mode `bills`."""
    amount: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    """Roubles, at most two decimals after a point or a comma. Absent: the sum of the bills."""
    card_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    """A linked card; absent: a new one."""
    save_card: bool = False
    """Link the new card."""
    receipt_email: Annotated[str, msgspec.Meta(min_length=1, max_length=254)] | None = None
    """«Отправить чек на»; absent: the address of the profile."""


class PaymentsShare(msgspec.Struct, frozen=True):
    """What goes to a bill."""

    bill_id: str
    title: str
    amount: Decimal


class PaymentsQuote(msgspec.Struct, frozen=True):
    """«Реквизиты оплаты»."""

    purpose: str
    """«Назначение»"""
    receipt_email: str
    """«Отправить чек на»"""
    amount: Decimal
    """«К оплате»"""
    commission: Decimal
    """«Комиссия»"""
    total: Decimal
    """«Итого»"""
    editable: bool
    """Another amount may be asked for."""
    shares: list[PaymentsShare]
    advance: Decimal
    """What of the amount becomes an advance."""


class PaymentsPayment(msgspec.Struct, frozen=True):
    """A payment and how it ended."""

    id: str
    contract_id: str
    state: Literal["waiting", "succeeded", "failed", "expired", "refunded"]
    pay_url: str | None
    """Where to send the payer now. Null while the bank has not answered yet (ask again), and once nothing is to do."""
    purpose: str
    amount: Decimal
    commission: Decimal
    total: Decimal
    returned: Decimal
    """Of the total: what was given back."""
    receipt_email: str
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None


class PaymentsMethod(msgspec.Struct, frozen=True):
    """A way to pay."""

    method: Literal["new_card", "linked_card"]
    card_id: str | None
    title: str
    """«Новая карта», or the mask of a linked one."""
    system: str
    expires: str
    """`YYYYMM`, or empty."""


class PaymentsMethods(msgspec.Struct, frozen=True):
    """The ways to pay; none where the supplier takes no cards."""

    items: list[PaymentsMethod]


class PaymentsCallbackTaken(msgspec.Struct, frozen=True):
    """What the bank is answered."""

    status: Literal["ok"] = "ok"


# ---- staff
class PaymentsReturnOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money to give back."""

    note: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    amount: MoneyText | None = None
    """Absent: everything that has not been given back."""
    reversal: bool = False
    """Undo the whole payment before the bank's day ends, instead of a refund."""


class PaymentsReturn(msgspec.Struct, frozen=True):
    """An order to give money back."""

    id: str
    payment_id: str
    amount: Decimal
    reversal: bool
    state: Literal["asked", "done", "refused"]
    reason: str


class PaymentsDifference(msgspec.Struct, frozen=True):
    """Something that the cabinet, the acquirer and billing do not agree on."""

    code: str
    """not_here, not_taken_here, amount, returned, not_at_acquirer, ledger, billing_silent, billing_refused,
    billing_amount"""
    payment_id: str
    cabinet: str
    other: str


class PaymentsReconciliation(msgspec.Struct, frozen=True):
    """A day's payments compared."""

    payments: int
    """Begun in the cabinet that day."""
    taken: Decimal
    """What the acquirer took for them, as the ledger has it."""
    returned: Decimal
    differences: list[PaymentsDifference]


class PaymentsUnmatched(msgspec.Struct, frozen=True):
    """A document of a statement for which no contract was found, or more than one."""

    number: str
    day: date
    amount: Decimal
    payer_inn: str
    purpose: str


class PaymentsFault(msgspec.Struct, frozen=True):
    """A document of a statement that cannot be used."""

    line: int
    """Where it begins in the file."""
    field: str


class PaymentsStatement(msgspec.Struct, frozen=True):
    """What became of a bank statement."""

    documents: int
    """That money arrived by."""
    taken: int
    repeated: int
    """Known from a statement before."""
    unmatched: list[PaymentsUnmatched]
    faults: list[PaymentsFault]
