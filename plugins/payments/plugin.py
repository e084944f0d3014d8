"""Payments as a plugin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.acquirer import Acquirer
from core.ports.files import Files
from core.sdk import (
    HISTORY,
    Adapter,
    Command,
    Dataset,
    ErrorKind,
    Event,
    Forgetter,
    Hooks,
    Job,
    Letter,
    MenuSection,
    Migrations,
    MonthSeries,
    NotificationKind,
    Permission,
)
from plugins.payments import commands, datasets, errors, jobs, letters, notifications, permissions, public, routes
from plugins.payments.services import forgetting, issuing, months
from plugins.payments.settings import PaymentsSettings


class PaymentsPlugin(Hooks):
    """Table of contents."""

    name = "payments"

    def settings(self) -> type[msgspec.Struct]:
        return PaymentsSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (
            Event(public.PAID, public.PaymentPaid, outgoing=True),
            Event(public.ACT_ORDERED, public.ActOrdered, outgoing=True),
            Event(public.RETURNED, public.PaymentReturned, outgoing=True),
        )

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def letters(self) -> Sequence[Letter]:
        return letters.LETTERS

    def notification_kinds(self) -> Sequence[NotificationKind]:
        return notifications.KINDS

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def month_series(self) -> Sequence[MonthSeries]:
        return (
            MonthSeries("payments.charges", "Начислено", "money", permissions.BILLS.name, months.charges),
            MonthSeries("payments.penalties", "Пени", "money", permissions.BILLS.name, months.penalties),
            MonthSeries("payments.paid", "Оплачено", "money", permissions.HISTORY.name, months.paid),
        )

    def commands(self) -> Sequence[Command[Any]]:
        return commands.COMMANDS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (
            MenuSection("payments.cards", "Оплата", 10),
            MenuSection("payments.documents", "Документы", 10, parent=HISTORY, permission=permissions.DOCUMENTS.name),
            MenuSection("payments.history", "Платежи", 20, parent=HISTORY, permission=permissions.HISTORY.name),
        )

    def requires(self) -> Sequence[type]:
        return (Acquirer, Files)

    def adapters(self) -> Sequence[Adapter]:
        return (Adapter("bills", "payments", issuing.make_bills),)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("payments.payer", forgetting.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
