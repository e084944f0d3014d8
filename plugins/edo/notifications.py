"""Kinds of notifications."""

from core.sdk import NotificationKind

ABOUT_DOCUMENTS = NotificationKind(
    "edo.documents", "Об электронных документах", permission="edo.view", per_contract=True
)

KINDS = (ABOUT_DOCUMENTS,)
