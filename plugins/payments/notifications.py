"""Kinds of notifications (NTF-16, NTF-17)."""

from core.sdk import NotificationKind

ABOUT_BILLS = NotificationKind("payments.bills", "О счетах", permission="payments.bills", per_contract=True)
ABOUT_PAYMENTS = NotificationKind("payments.paid", "Об оплате", permission="payments.history", per_contract=True)
ABOUT_ACTS = NotificationKind("payments.acts", "Об актах сверки", permission="payments.documents")

KINDS = (ABOUT_BILLS, ABOUT_PAYMENTS, ABOUT_ACTS)
