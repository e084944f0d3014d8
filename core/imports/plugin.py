"""Imports as a part of the core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.imports import errors, jobs, routes
from core.imports.services import ending
from core.imports.settings import ImportSettings
from core.ports.files import Files
from core.sdk import ErrorKind, Forgetter, Hooks, Job, Migrations


class ImportsPlugin(Hooks):
    """Files that clients send, for every plugin that declares an importer."""

    name = "imports"
    places = ("imports", "import-kinds")

    def settings(self) -> type[msgspec.Struct]:
        return ImportSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def requires(self) -> Sequence[type]:
        return (Files,)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("imports.files", ending.forget_account),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
