"""Household accounts as a plugin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.sdk import (
    HISTORY,
    Dataset,
    ErrorKind,
    Event,
    Forgetter,
    Hooks,
    Importer,
    Job,
    MenuSection,
    Migrations,
    NotificationKind,
    Permission,
)
from plugins.household import datasets, errors, importers, jobs, notifications, permissions, public, routes
from plugins.household.services import forgetting, houses
from plugins.household.settings import HouseholdSettings


class HouseholdPlugin(Hooks):
    """Table of contents."""

    name = "household"

    def settings(self) -> type[msgspec.Struct]:
        return HouseholdSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (Event(public.SUBMITTED, public.HouseholdSubmitted, outgoing=True),)

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def notification_kinds(self) -> Sequence[NotificationKind]:
        return notifications.KINDS

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def importers(self) -> Sequence[Importer[Any]]:
        return importers.IMPORTERS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (
            MenuSection("household.entry", "Ввод показаний по ЛС бытовых потребителей", 35, available=houses.holds_any),
            MenuSection(
                "household.history",
                "Показания бытовых потребителей",
                40,
                parent=HISTORY,
                available=houses.sees_any,
            ),
        )

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("household.person", forgetting.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
