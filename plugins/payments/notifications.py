"""Kinds of notifications (NTF-16, NTF-17)."""

from core.sdk import NotificationKind
from plugins.payments.permissions import BILLS, HISTORY

ABOUT_BILLS = NotificationKind("payments.bills", "О счетах", permission=BILLS.name, per_contract=True)
ABOUT_PAYMENTS = NotificationKind("payments.paid", "Об оплате", permission=HISTORY.name, per_contract=True)
ABOUT_ACTS = NotificationKind("payments.acts", "Об актах сверки")

KINDS = (ABOUT_BILLS, ABOUT_PAYMENTS, ABOUT_ACTS)
