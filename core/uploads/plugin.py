"""Uploads as a part of the core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.files import Files
from core.sdk import ErrorKind, Forgetter, Hooks, Job, Migrations
from core.uploads import errors, jobs, routes
from core.uploads.services import ending
from core.uploads.settings import UploadSettings


class UploadsPlugin(Hooks):
    """Files that clients and staff attach to what the plugins have."""

    name = "uploads"

    def settings(self) -> type[msgspec.Struct]:
        return UploadSettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def requires(self) -> Sequence[type]:
        return (Files,)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("uploads.files", ending.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
