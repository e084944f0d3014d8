"""Roles as a part of the core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.files import Files
from core.roles import errors, jobs, letters, permissions, routes
from core.roles.public import AdministratorRequests
from core.roles.services import requests
from core.roles.settings import OwnRequestsSettings, RoleSettings
from core.sdk import Adapter, ErrorKind, Forgetter, Hooks, Job, Letter, Migrations, Permission, Port


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

    def ports(self) -> Sequence[Port]:
        return (Port("administrator_requests", AdministratorRequests, default="roles", preferred=("appeals",)),)

    def adapters(self) -> Sequence[Adapter]:
        return (Adapter("administrator_requests", "roles", requests.make_own_requests, OwnRequestsSettings),)

    def requires(self) -> Sequence[type]:
        return (AdministratorRequests, Files)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
