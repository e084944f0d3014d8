"""kill -9 at random moments loses no job and repeats no effect that was made with `finishing`."""

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import Audit, Outbox
from tests.brokers import BROKERS, SERVERS, remove_queue
from tests.faults.kill_worker import JOBS, Once, Outside
from tests.runtimes import bare_runtime

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("kill_worker.py")
KILLS = 6
ONCE, OUTSIDE = 200, 100


@pytest.mark.parametrize("broker", BROKERS, ids=lambda url: url.partition(":")[0])
async def test_kill_9_loses_nothing(database: Database, database_url: str, broker: str) -> None:
    seed = int(os.environ.get("ABONENT_TEST_SEED", str(time.time_ns() % 10**6)))
    print(f"repeat with ABONENT_TEST_SEED={seed}")
    moments, queue = random.Random(seed), f"test_{uuid4().hex[:12]}"
    async with bare_runtime(database, JOBS).transaction("test") as uow:
        for number in range(ONCE):
            uow.enqueue(Once(number))
        for number in range(OUTSIDE):
            uow.enqueue(Outside(number))
    try:
        for _ in range(KILLS):
            worker = await begin(database_url, broker, queue)
            await something_runs(database)
            await asyncio.sleep(moments.uniform(0.0, 0.5))
            worker.kill()
            await worker.wait()
        worker = await begin(database_url, broker, queue)
        try:
            await everything_ran(database)
        finally:
            worker.send_signal(signal.SIGTERM)
            assert await worker.wait() == 0
    finally:
        if broker in SERVERS:
            remove_queue(broker, queue)
    await check(database)


async def begin(database_url: str, broker: str, queue: str) -> Process:
    command = (sys.executable, str(SCRIPT), database_url, broker, queue)
    worker = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."})
    assert worker.stdout
    assert await worker.stdout.readline() == b"ready\n"
    return worker


async def something_runs(database: Database) -> None:
    """Waits until a job runs, or none is left to run: however busy the machine is, a kill hits something."""
    found = sa.select(Outbox.state, sa.func.count()).group_by(Outbox.state)
    async with asyncio.timeout(60):
        while True:
            async with database.writer.connect() as connection:
                states = {row.state for row in await connection.execute(found)}
            if "run" in states or states == {"done"}:
                return
            await asyncio.sleep(0.02)


async def everything_ran(database: Database) -> None:
    open_rows = sa.select(sa.func.count()).where(Outbox.state.in_(("new", "sent", "run")))
    for _ in range(1200):
        async with database.writer.connect() as connection:
            if await connection.scalar(open_rows) == 0:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("jobs are left")


async def check(database: Database) -> None:
    async with database.writer.connect() as connection:
        states = (await connection.execute(sa.select(Outbox.state, sa.func.count()).group_by(Outbox.state))).all()
        sends = await connection.scalar(sa.select(sa.func.sum(Outbox.sends)))
        attempts = await connection.scalar(sa.select(sa.func.sum(Outbox.attempts)))
        effects = (await connection.execute(sa.select(Audit.action, Audit.subject))).all()
    made = {kind: Counter(subject for action, subject in effects if action == kind) for kind in ("once", "outside")}
    print(f"{KILLS} kills: sent {sends}, started {attempts}, outside effects {made['outside'].total()} of {OUTSIDE}")
    assert [tuple(row) for row in states] == [("done", ONCE + OUTSIDE)]
    assert made["once"] == {str(number): 1 for number in range(ONCE)}
    assert made["outside"].keys() == {str(number) for number in range(OUTSIDE)}
    assert attempts is not None
    assert attempts > ONCE + OUTSIDE, "no kill hit a running job: the test has shown nothing"
