"""Appeals as a plugin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.files import Files
from core.ports.organisations import ExtendedDirectory, OrganisationDirectory
from core.sdk import (
    Adapter,
    Dataset,
    ErrorKind,
    Event,
    Forgetter,
    Hooks,
    Job,
    MenuSection,
    Migrations,
    NotificationKind,
    Permission,
    Port,
)
from plugins.appeals import adapters, datasets, errors, jobs, notifications, permissions, public, routes
from plugins.appeals.services import housekeeping, reading, requests
from plugins.appeals.settings import AppealSettings


class AppealsPlugin(Hooks):
    """Table of contents."""

    name = "appeals"

    def settings(self) -> type[msgspec.Struct]:
        return AppealSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (
            Event(public.FILED, public.AppealFiled, outgoing=True),
            Event(public.MESSAGE_SENT, public.AppealMessageSent, outgoing=True),
            Event(public.WITHDRAWN, public.AppealWithdrawn, outgoing=True),
            Event(public.SIGNED, public.AppealDocumentsSigned, outgoing=True),
        )

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def notification_kinds(self) -> Sequence[NotificationKind]:
        return notifications.KINDS

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (MenuSection("appeals.appeals", "Обращения", 80, counter=reading.count_unread),)

    def ports(self) -> Sequence[Port]:
        return (Port("appeal_registrar", public.Registrar, default="builtin"),)

    def requires(self) -> Sequence[type]:
        return (Files, OrganisationDirectory, ExtendedDirectory, public.Registrar)

    def adapters(self) -> Sequence[Adapter]:
        return (
            Adapter("appeal_registrar", "builtin", adapters.make_builtin),
            Adapter("appeal_registrar", "exchange", adapters.make_exchange),
            Adapter("administrator_requests", "appeals", requests.make_requests),
        )

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("appeals.appeals", housekeeping.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
