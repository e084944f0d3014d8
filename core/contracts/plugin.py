"""Contracts as a part of the core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.contracts import datasets, errors, jobs, letters, permissions, routes
from core.contracts.public import ContractLinked
from core.contracts.services import card, links
from core.contracts.settings import ContractSettings
from core.ports.files import Files
from core.sdk import CardSection, Dataset, ErrorKind, Event, Forgetter, Hooks, Job, Letter, Migrations, Permission


class ContractsPlugin(Hooks):
    """Table of contents."""

    name = "contracts"
    places = ("contracts", "contract-annexes")

    def settings(self) -> type[msgspec.Struct]:
        return ContractSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (Event("contracts.linked", ContractLinked, outgoing=True),)

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def letters(self) -> Sequence[Letter]:
        return letters.LETTERS

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def card_sections(self) -> Sequence[CardSection]:
        return card.SECTIONS

    def requires(self) -> Sequence[type]:
        return (Files,)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("contracts.links", links.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
