"""Roles as a part of the core."""

from collections.abc import Sequence
from pathlib import Path

from litestar.handlers import HTTPRouteHandler

from core.ports.files import Files
from core.roles import errors, letters, permissions, routes
from core.sdk import ErrorKind, Hooks, Letter, Migrations, Permission


class RolesPlugin(Hooks):
    """Table of contents."""

    name = "roles"

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def letters(self) -> Sequence[Letter]:
        return letters.LETTERS

    def requires(self) -> Sequence[type]:
        return (Files,)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
