"""Kinds of notifications."""

from core.sdk import NotificationKind

ANSWERS = NotificationKind("appeals.answers", "Об ответах на обращения")

KINDS = (ANSWERS,)
