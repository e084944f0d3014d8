"""Notifications as a part of the core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.notifications import errors, jobs, letters, routes
from core.notifications.services import bell, forgetting
from core.notifications.settings import NotificationsSettings
from core.ports.files import Files
from core.ports.mail import Mail
from core.sdk import ErrorKind, Forgetter, Hooks, Job, Letter, MenuSection, Migrations


class NotificationsPlugin(Hooks):
    """Table of contents."""

    name = "notifications"
    places = ("notifications", "mailings", "letters")

    def settings(self) -> type[msgspec.Struct]:
        return NotificationsSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (MenuSection("notifications", "Уведомления", 100, counter=bell.unread),)

    def letters(self) -> Sequence[Letter]:
        return letters.LETTERS

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("notifications.account", forgetting.forget_account),)

    def requires(self) -> Sequence[type]:
        return (Mail, Files)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
