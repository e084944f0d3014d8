"""What others may import: the plugin's events."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

PAID = "payments.paid"
"""Name of the event `PaymentPaid`."""
RETURNED = "payments.returned"
"""Name of the event `PaymentReturned`."""
ACT_ORDERED = "payments.act_ordered"
"""Name of the event `ActOrdered`."""


class PaidBill(msgspec.Struct, frozen=True):
    """What of a payment goes to a bill."""

    bill_id: str
    amount: Decimal


class PaymentPaid(msgspec.Struct, frozen=True):
    """The bank has taken the money of a payment made in the cabinet. Billing answers with accepted or refused."""

    payment_id: str
    """Name it in `payments.executed` when the payment is booked."""
    contract_id: str
    bills: list[PaidBill]
    advance: Decimal
    """What is prepaid: the bills and this are the amount."""
    amount: Decimal
    commission: Decimal
    total: Decimal
    """Amount and commission: what the bank took."""
    receipt_email: str
    method: str
    """new_card, linked_card"""
    acquirer_order_id: str
    author: str
    """`client:<account>`"""
    paid_at: datetime


class PaymentReturned(msgspec.Struct, frozen=True):
    """The bank has given money of a payment back to the payer."""

    payment_id: str
    contract_id: str
    bills: list[PaidBill]
    """What is owed again."""
    advance: Decimal
    commission: Decimal
    total: Decimal
    """Bills, advance and commission: what was given back now."""
    returned: Decimal
    """The same, since the payment was made."""
    at: datetime


class ActOrdered(msgspec.Struct, frozen=True):
    """A client asks for a reconciliation act; the company answers with a document that names the order."""

    order_id: str
    contract_id: str
    period_from: date
    period_to: date
    author: str
