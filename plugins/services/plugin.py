"""Services as a plugin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.bills import Bills
from core.sdk import (
    HISTORY,
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
)
from plugins.services import datasets, errors, jobs, notifications, permissions, public, routes
from plugins.services.services import processing
from plugins.services.settings import ServicesSettings


class ServicesPlugin(Hooks):
    """Services of the supplier and orders for them."""

    name = "services"
    places = ("services", "service-orders")

    def settings(self) -> type[msgspec.Struct]:
        return ServicesSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (
            Event(public.ORDERED, public.ServiceOrdered, outgoing=True),
            Event(public.CANCELLED, public.ServiceOrderCancelled, outgoing=True),
        )

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def notification_kinds(self) -> Sequence[NotificationKind]:
        return notifications.KINDS

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def menu_sections(self) -> Sequence[MenuSection]:
        permission = permissions.ORDER.name
        return (
            MenuSection("services.services", "Услуги", 70, permission=permission),
            MenuSection("services.orders", "Заказы", 50, parent=HISTORY, permission=permission),
        )

    def requires(self) -> Sequence[type]:
        return (Bills,)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("services.orders", processing.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
