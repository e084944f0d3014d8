"""Work behind smart metering."""

from datetime import time, timedelta
from typing import Any

import msgspec

from core.sdk import Context, Every, Job
from plugins.isu.services import archives, pulling
from plugins.isu.services.archives import BuildArchive


class Pull(msgspec.Struct, frozen=True):
    """Read the metering platform."""


class Tidy(msgspec.Struct, frozen=True):
    """Try what was parked once more, remove old archives."""


async def pull(ctx: Context, _: Pull) -> None:
    """Runs `pulling.pull`."""
    await pulling.pull(ctx)


async def tidy(ctx: Context, _: Tidy) -> None:
    """Runs `pulling.retry` and `archives.expire`."""
    await pulling.retry(ctx)
    await archives.expire(ctx)


JOBS: tuple[Job[Any], ...] = (
    Job("isu.pull", pull, Pull, every=Every(timedelta(minutes=5))),
    Job("isu.build_archive", archives.build, BuildArchive),
    Job("isu.tidy", tidy, Tidy, every=Every(at=time(4, 20))),
)
