"""kill -9 while the metering platform is read: the next one goes on, every change is taken exactly once."""

import asyncio
import os
import random
import sys
import time
from asyncio.subprocess import PIPE, Process
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.context import Context
from core.ports.metering import Metering
from core.testing.cabinet import Cabinet
from core.testing.metering import Platform, PlatformServer, history, site_rows
from plugins.isu.models import DeviceEvent, Node, Parked, Pull, Reading
from plugins.isu.services import pulling
from tests.plugins.isu.supplier import MOSCOW, NOW, SITES, load_company

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("pull_process.py")
KEY, KILLS = "the platform's key", 3


async def begin(url: str, folder: Path, platform: str) -> Process:
    command = (sys.executable, str(SCRIPT), url, str(folder), platform)
    environment = os.environ | {"PYTHONPATH": ".", "METERING_KEY": KEY}
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT, env=environment)
    assert process.stdout
    assert await process.stdout.readline() == b"ready\n"
    return process


async def rows(cabinet: Cabinet, statement: Any) -> Any:
    async with Context(cabinet.runtime).uow() as uow:
        return await uow.scalar(statement)


@pytest.mark.requirement("ISU-16")
async def test_kill_9_in_the_middle_of_a_pull(cabinet: Cabinet, database_url: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("ABONENT_TEST_SEED", str(time.time_ns() % 10**6)))
    print(f"repeat with ABONENT_TEST_SEED={seed}")
    moments = random.Random(seed)
    await load_company(cabinet)
    platform = Platform()
    for site in SITES[:2]:
        platform.publish_all(site_rows(site, NOW))
        platform.publish_all(history(site, date(2025, 12, 27), date(2026, 1, 24), MOSCOW))
    platform.trouble = "slow"
    async with PlatformServer(platform, KEY).running() as server:
        places = []
        for _ in range(KILLS):
            process = await begin(database_url, tmp_path, server.url)
            await asyncio.sleep(moments.uniform(0.2, 0.9))
            process.kill()
            await process.wait()
            places.append(await rows(cabinet, sa.select(Pull.taken)) or 0)
    print(f"taken when killed: {places}")
    assert 0 < places[-1] < len(platform.changes_made), "no kill hit a pull: the test has shown nothing"
    assert places == sorted(places)
    platform.trouble = ""
    ports: Any = cabinet.runtime.ports
    ports[Metering] = platform
    await pulling.pull(Context(cabinet.runtime))

    kinds = [change.kind for change in platform.changes_made]
    assert await rows(cabinet, sa.select(Pull.taken)) == len(kinds)
    for table, kind in ((Node, "nodes"), (Reading, "readings"), (DeviceEvent, "events")):
        assert await rows(cabinet, sa.select(sa.func.count()).select_from(table)) == kinds.count(kind)
    assert await rows(cabinet, sa.text("SELECT count(*) FROM intervals_day")) == kinds.count("profiles")
    assert await rows(cabinet, sa.text("SELECT count(*) FROM intervals_past_day")) == 0
    assert await rows(cabinet, sa.select(sa.func.count()).select_from(Parked)) == 0
