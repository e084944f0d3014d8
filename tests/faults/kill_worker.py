"""The stand-alone worker that `test_kill.py` kills: `kill_worker.py DATABASE BROKER QUEUE`; prints "ready"."""

import asyncio
import random
import sys

import msgspec

from core.config import JobSettings
from core.sdk import Context, Job, finishing
from core.worker import Worker
from tests.runtimes import opened_runtime


class Once(msgspec.Struct, frozen=True):
    """An effect made together with the end of the job."""

    number: int


class Outside(msgspec.Struct, frozen=True):
    """An effect made in a transaction of its own, before the end of the job."""

    number: int


async def once(ctx: Context, command: Once) -> None:
    await asyncio.sleep(random.uniform(0.005, 0.04))
    async with finishing(ctx) as uow:
        uow.audit("once", str(command.number))


async def outside(ctx: Context, command: Outside) -> None:
    async with ctx.uow() as uow:
        uow.audit("outside", str(command.number))
    await asyncio.sleep(random.uniform(0.005, 0.04))


JOBS = (Job("t.once", once, Once), Job("t.outside", outside, Outside))


def main(url: str, broker: str, queue: str) -> None:
    settings = JobSettings(broker=broker, threads=4, lease_seconds=1)
    worker = Worker(lambda: opened_runtime(url, JOBS), settings, JOBS, queue=queue, poll=0.1)
    print("ready", flush=True)
    worker.run_forever(drain_seconds=5)


if __name__ == "__main__":
    main(*sys.argv[1:])
