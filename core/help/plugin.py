"""Help as a part of the core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.help import datasets, errors, routes
from core.help.settings import HelpSettings
from core.ports.files import Files
from core.sdk import Dataset, ErrorKind, Hooks, MenuSection, Migrations


class HelpPlugin(Hooks):
    """Table of contents."""

    name = "help"
    places = ("help", "documents", "menu")

    def settings(self) -> type[msgspec.Struct]:
        return HelpSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def datasets(self) -> Sequence[Dataset[Any]]:
        return datasets.DATASETS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (MenuSection("help", "Помощь", 50),)

    def requires(self) -> Sequence[type]:
        return (Files,)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
