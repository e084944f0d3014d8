"""Kinds of notifications."""

from core.sdk import NotificationKind

ABOUT_ARCHIVES = NotificationKind(
    "isu.archives", "О готовности архивов ИСУ", permission="isu.view", email=False, master=False
)
"""What the client has ordered and waits for: the bell only."""

KINDS = (ABOUT_ARCHIVES,)
