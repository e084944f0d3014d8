"""Identity as a part of the core."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.identity import errors, letters, routes
from core.identity.settings import IdentitySettings
from core.sdk import ErrorKind, Hooks, Letter, Migrations


class IdentityPlugin(Hooks):
    """Table of contents."""

    name = "identity"
    places = ("registration", "sessions", "profile")

    def settings(self) -> type[msgspec.Struct]:
        return IdentitySettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def letters(self) -> Sequence[Letter]:
        return letters.LETTERS

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
