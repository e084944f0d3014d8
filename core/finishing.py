"""How a job has its own effects exactly once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.context import Context
from core.db import outbox
from core.db.uow import UnitOfWork


class Superseded(Exception):
    """This run has lost its job: the lease ended and the job was handed to another worker. Nothing was committed."""


@asynccontextmanager
async def finishing(ctx: Context) -> AsyncIterator[UnitOfWork]:
    """A unit of work that also ends the job: both commit, or neither does.

    The last thing a job does; whatever follows it is not repeated when it fails. Raises Superseded at the end of the
    block, rolling everything back, when the job is no longer this run's.
    """
    run = ctx.job
    if run is None or run.stage != "running":
        raise RuntimeError("finishing() belongs once into a running job")
    run.stage = "finishing"
    try:
        async with ctx.uow() as uow:
            yield uow
            if not await outbox.done(uow.connection, run, ctx.now()):
                raise Superseded
        run.stage = "finished"
    finally:
        if run.stage == "finishing":
            run.stage = "running"
