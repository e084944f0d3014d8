"""Roles as a part of the core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.files import Files
from core.roles import errors, jobs, letters, permissions, routes
from core.roles.services import requests
from core.roles.settings import RoleSettings
from core.sdk import ErrorKind, Forgetter, Hooks, Job, Letter, Migrations, Permission


class RolesPlugin(Hooks):
    """Table of contents."""

    name = "roles"

    def settings(self) -> type[msgspec.Struct]:
        return RoleSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def permissions(self) -> Sequence[Permission]:
        return permissions.PERMISSIONS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def letters(self) -> Sequence[Letter]:
        return letters.LETTERS

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("roles.requests", requests.forget),)

    def requires(self) -> Sequence[type]:
        return (Files,)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
