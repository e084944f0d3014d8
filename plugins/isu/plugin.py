"""Smart metering as a plugin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.files import Files
from core.ports.metering import Metering
from core.sdk import (
    Dataset,
    ErrorKind,
    Forgetter,
    Hooks,
    Job,
    MenuSection,
    Migrations,
    NotificationKind,
    Permission,
)
from plugins.isu import datasets, errors, jobs, notifications, permissions, routes
from plugins.isu.services import archives
from plugins.isu.settings import IsuSettings


class IsuPlugin(Hooks):
    """Table of contents."""

    name = "isu"

    def settings(self) -> type[msgspec.Struct]:
        return IsuSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def notification_kinds(self) -> Sequence[NotificationKind]:
        return notifications.KINDS

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (MenuSection("isu.trees", "Интеллектуальная система учета", 80, permission=permissions.VIEW.name),)

    def requires(self) -> Sequence[type]:
        return (Metering, Files)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("isu.archives", archives.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
