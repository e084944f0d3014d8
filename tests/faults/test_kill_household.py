"""kill -9 in the middle of a transmission: every value becomes one fact, and every fact has its answer once."""

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from core.context import Actor, Context
from core.db.tables import Feed
from core.jobs import drain
from core.testing.clock import MovableClock
from plugins.household.models import HouseholdEntry, HouseholdSent
from plugins.household.schemas import HouseholdScope
from plugins.household.services import transmitting
from tests.load.bench_household import Part, make_host, seed

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("household_worker.py")
FLATS, KILLS = 500, 5
HOUSE = Part("K", FLATS, FLATS)


async def begin(url: str, folder: Path) -> Process:
    command = (sys.executable, str(SCRIPT), url, str(folder))
    worker = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."})
    assert worker.stdout
    assert await worker.stdout.readline() == b"ready\n"
    return worker


@pytest.mark.timeout(300)
async def test_kill_9_in_the_middle_of_a_transmission(database_url: str, tmp_path: Path) -> None:
    chosen = int(os.environ.get("ABONENT_TEST_SEED", str(time.time_ns() % 10**6)))
    print(f"repeat with ABONENT_TEST_SEED={chosen}")
    moments = random.Random(chosen)
    host = make_host(database_url, tmp_path)
    await host.migrate()
    runtime = await host.open()
    ctx = Context(runtime, Actor("client", HOUSE.name))
    try:
        await seed(runtime.database, [HOUSE], ctx.today())
        ordered = await transmitting.start(ctx, HouseholdScope(house_id=HOUSE.house(0)))
        left: list[int] = []
        for _ in range(KILLS):
            worker = await begin(database_url, tmp_path)
            await asyncio.sleep(moments.uniform(0.2, 0.7))
            worker.kill()
            await worker.wait()
            left.append(FLATS - (await transmitting.show(ctx, ordered.id)).sent)
        worker = await begin(database_url, tmp_path)
        for _ in range(1500):
            if (await transmitting.show(ctx, ordered.id)).sent == FLATS:
                break
            await asyncio.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        await worker.wait()
        print(f"still to be sent after each kill: {left}")
        later = MovableClock(ctx.now() + timedelta(minutes=5))  # whatever a killed pusher held, it holds no more
        host_then = make_host(database_url, tmp_path, later)
        runtime_then = await host_then.open()
        try:
            await drain(runtime_then, host_then.jobs)
        finally:
            await host_then.close(runtime_then)
        item = await transmitting.show(ctx, ordered.id)
        assert (item.state, item.passed, item.failed) == ("done", FLATS, 0), item
        async with runtime.database.writer.connect() as connection:
            kind = Feed.kind == "household.submitted"
            bodies = (await connection.execute(sa.select(Feed.body).where(kind))).scalars().all()
            sent = (await connection.execute(sa.select(HouseholdSent.meter_id, HouseholdSent.state))).all()
            entries = (await connection.execute(sa.select(HouseholdEntry.state))).scalars().all()
        meters = Counter(msgspec.json.decode(body)["meter_id"] for body in bodies)
        assert meters == Counter({f"{HOUSE.name}M{number}": 1 for number in range(FLATS)})
        assert Counter(map(tuple, sent)) == Counter((meter_id, "accepted") for meter_id in meters)
        assert Counter(entries) == Counter({"transmitted": FLATS})
        assert any(0 < number < FLATS for number in left), "no kill hit the transmission half done: nothing was shown"
    finally:
        await host.close(runtime)
