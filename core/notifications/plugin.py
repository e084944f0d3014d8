"""Notifications as a part of the core."""

from collections.abc import Sequence
from typing import Any

from core.notifications import jobs
from core.ports.mail import Mail
from core.sdk import Hooks, Job, MenuSection


class NotificationsPlugin(Hooks):
    """Table of contents."""

    name = "notifications"

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (MenuSection("notifications", "Уведомления", 100),)

    def requires(self) -> Sequence[type]:
        return (Mail,)
