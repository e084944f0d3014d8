"""Work behind appeals."""

from datetime import timedelta
from typing import Any

import msgspec

from core.sdk import Context, Every, Job
from plugins.appeals.schemas.orders import SendAppeal
from plugins.appeals.services import housekeeping, sending


class Sweep(msgspec.Struct, frozen=True):
    """Remove appeals that were begun and left."""


async def sweep(ctx: Context, _: Sweep) -> None:
    """Runs `housekeeping.sweep`."""
    await housekeeping.sweep(ctx)


JOBS: tuple[Job[Any], ...] = (
    Job("appeals.send", sending.send, SendAppeal),
    Job("appeals.sweep", sweep, Sweep, every=Every(timedelta(hours=6))),
)
