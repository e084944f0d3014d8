"""Readings as a plugin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.sdk import (
    HISTORY,
    Command,
    Dataset,
    ErrorKind,
    Event,
    Forgetter,
    Hooks,
    Importer,
    Job,
    MenuSection,
    Migrations,
    MonthSeries,
    NotificationKind,
    Permission,
)
from plugins.readings import commands, datasets, errors, importers, jobs, notifications, permissions, routes
from plugins.readings.public import (
    CONSUMPTION_SUBMITTED,
    INTERVALS_SUBMITTED,
    SUBMITTED,
    WITHDRAWN,
    ConsumptionSubmitted,
    IntervalsSubmitted,
    ReadingsSubmitted,
    ReadingsWithdrawn,
)
from plugins.readings.services import history, reminders
from plugins.readings.settings import ReadingsSettings


class ReadingsPlugin(Hooks):
    """Table of contents."""

    name = "readings"

    def settings(self) -> type[msgspec.Struct]:
        return ReadingsSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return (permissions.SUBMIT, permissions.HISTORY)

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (
            Event(SUBMITTED, ReadingsSubmitted, outgoing=True),
            Event(CONSUMPTION_SUBMITTED, ConsumptionSubmitted, outgoing=True),
            Event(INTERVALS_SUBMITTED, IntervalsSubmitted, outgoing=True),
            Event(WITHDRAWN, ReadingsWithdrawn, outgoing=True),
        )

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def importers(self) -> Sequence[Importer[Any]]:
        return importers.IMPORTERS

    def month_series(self) -> Sequence[MonthSeries]:
        of = permissions.HISTORY.name
        return (MonthSeries("readings.consumption", "Активная энергия", "energy", of, history.consumption),)

    def commands(self) -> Sequence[Command[Any]]:
        return commands.COMMANDS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (
            MenuSection("readings.form", "Показания", 30, permission=permissions.SUBMIT.name),
            MenuSection("readings.history", "Показания", 30, parent=HISTORY, permission=permissions.HISTORY.name),
        )

    def notification_kinds(self) -> Sequence[NotificationKind]:
        return notifications.KINDS

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("readings.reminders", reminders.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
