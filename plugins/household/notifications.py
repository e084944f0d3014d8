"""Kinds of notifications."""

from core.sdk import NotificationKind

ABOUT_REFUSALS = NotificationKind("household.refused", "Об отклонённых показаниях бытовых потребителей")

KINDS = (ABOUT_REFUSALS,)
