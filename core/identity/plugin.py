"""Identity as a part of the core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.identity import errors, jobs, letters, routes
from core.identity.events import AccountClosed
from core.identity.services import closing
from core.identity.settings import IdentitySettings
from core.ports.sms import Sms
from core.sdk import ErrorKind, Event, Forgetter, Hooks, Job, Letter, MenuSection, Migrations


class IdentityPlugin(Hooks):
    """Table of contents."""

    name = "identity"
    places = ("registration", "sessions", "recovery", "profile")

    def settings(self) -> type[msgspec.Struct]:
        return IdentitySettings

    def errors(self) -> Sequence[ErrorKind]:
        return errors.ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def events(self) -> Sequence[Event]:
        return (Event("identity.account_closed", AccountClosed, outgoing=True),)

    def jobs(self) -> Sequence[Job[Any]]:
        return jobs.JOBS

    def letters(self) -> Sequence[Letter]:
        return letters.LETTERS

    def menu_sections(self) -> Sequence[MenuSection]:
        return (MenuSection("profile", "Профиль", 90),)

    def requires(self) -> Sequence[type]:
        return (Sms,)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("identity.account", closing.forget),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
