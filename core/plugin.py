"""The core is its own first plugin: what belongs to no part of it in particular is declared here."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.adapters import ADAPTERS, PORTS
from core.db.migrate import HOST_MIGRATIONS
from core.errors import CORE_ERRORS
from core.http import idempotency, system
from core.jobs import PURGE
from core.sdk import Adapter, Context, ErrorKind, Every, Hooks, Job, Migrations, Port


class ForgetKeys(msgspec.Struct, frozen=True):
    """Remove idempotency keys that no retry can come for any more."""


async def forget_keys(ctx: Context, _: ForgetKeys) -> None:
    """Runs `idempotency.forget`."""
    await idempotency.forget(ctx.runtime, ctx.now())


class CorePlugin(Hooks):
    """Table of contents."""

    name = "core"
    places = ("health", "ready", "metrics", "schema", "docs")

    def errors(self) -> Sequence[ErrorKind]:
        return CORE_ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return system.ROUTES

    def jobs(self) -> Sequence[Job[Any]]:
        return (Job("core.forget_keys", forget_keys, ForgetKeys, every=Every(timedelta(hours=1))), PURGE)

    def ports(self) -> Sequence[Port]:
        return PORTS

    def adapters(self) -> Sequence[Adapter]:
        return ADAPTERS

    def migrations(self) -> Migrations:
        return Migrations(HOST_MIGRATIONS)
