"""Electronic documents as a plugin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.edo_operator import EdoOperator, SecondEdoOperator
from core.ports.files import Files
from core.ports.signatures import SignatureVerifier
from core.sdk import (
    Dataset,
    ErrorKind,
    Event,
    Forgetter,
    Hooks,
    Job,
    Letter,
    MenuSection,
    Migrations,
    NotificationKind,
    Permission,
)
from plugins.edo import datasets, errors, jobs, letters, notifications, permissions, public, routes
from plugins.edo.services import access, documents, forgetting
from plugins.edo.settings import EdoSettings


class EdoPlugin(Hooks):
    """Table of contents."""

    name = "edo"

    def settings(self) -> type[msgspec.Struct]:
        return EdoSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (
            Event(public.CREATED, public.EdoCreated, outgoing=True),
            Event(public.SIGNED, public.EdoSigned, outgoing=True),
            Event(public.ANSWERED, public.EdoAnswered, outgoing=True),
        )

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def letters(self) -> Sequence[Letter]:
        return letters.LETTERS

    def notification_kinds(self) -> Sequence[NotificationKind]:
        return notifications.KINDS

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (
            MenuSection(
                "edo.documents",
                "Электронный документооборот",
                70,
                permission=permissions.VIEW.name,
                counter=documents.waiting,
                available=access.available,
            ),
        )

    def requires(self) -> Sequence[type]:
        return (Files, SignatureVerifier, EdoOperator, SecondEdoOperator)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("edo.signer", forgetting.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
