"""kill -9 in the middle of reading, checking and sending a file: it goes on, and every unit is sent exactly once."""

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import msgspec
import sqlalchemy as sa

from core.clock import SystemClock
from core.config import Config
from core.context import Actor, Context
from core.contracts.models import Contract, ContractLink
from core.db.tables import Feed, Outbox
from core.host import Host
from core.imports.models import Entry
from core.imports.services import showing, uploading
from core.sdk import Hooks
from core.testing.cabinet import config_for_tests
from tests.core.imports.lists import ListsPlugin

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("import_worker.py")
LISTS: Mapping[str, Callable[[], type[Hooks]]] = {"lists": lambda: ListsPlugin}
UNITS, KILLS = 600, 4


async def begin(url: str, folder: Path) -> Process:
    command = (sys.executable, str(SCRIPT), url, str(folder))
    worker = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."})
    assert worker.stdout
    assert await worker.stdout.readline() == b"ready\n"
    return worker


async def test_kill_9_in_the_middle_of_a_file(database_url: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("ABONENT_TEST_SEED", str(time.time_ns() % 10**6)))
    print(f"repeat with ABONENT_TEST_SEED={seed}")
    moments = random.Random(seed)
    config = host_config(database_url, tmp_path)
    host = Host(config, clock=SystemClock(), available=LISTS)
    runtime = await host.open()
    try:
        import_id = await upload(Context(runtime, Actor("client", "anna")))
        seen: set[str] = set()
        for _ in range(KILLS):
            worker = await begin(database_url, tmp_path)
            await asyncio.sleep(moments.uniform(0.3, 1.0))
            worker.kill()
            await worker.wait()
            seen.add((await showing.one(Context(runtime, Actor("client", "anna")), import_id)).state)
        worker = await begin(database_url, tmp_path)
        try:
            item = await showing.one(Context(runtime, Actor("client", "anna")), import_id)
            for _ in range(1200):
                if item.state == "committed":
                    break
                await asyncio.sleep(0.1)
                item = await showing.one(Context(runtime, Actor("client", "anna")), import_id)
        finally:
            worker.send_signal(signal.SIGTERM)
            await worker.wait()
        print(f"states after the kills: {sorted(seen)}")
        assert (item.state, item.counts.sent) == ("committed", UNITS), item
        async with runtime.database.writer.connect() as connection:
            bodies = (await connection.execute(sa.select(Feed.body).where(Feed.kind == "lists.taken"))).scalars().all()
            entries = await connection.scalar(sa.select(sa.func.count()).select_from(Entry))
            attempts = await connection.scalar(sa.select(sa.func.sum(Outbox.sends)))
        names = Counter(msgspec.json.decode(body)["name"] for body in bodies)
        assert names == Counter({f"v{number}": 1 for number in range(UNITS)})
        assert entries == UNITS
        assert attempts is not None
        assert attempts > 2, "no kill hit a running job: the test has shown nothing"
    finally:
        await host.close(runtime)


def host_config(url: str, folder: Path) -> Config:
    return config_for_tests(url, folder, enabled=["lists"])


async def upload(ctx: Context) -> str:
    """A file of Anna's, to be sent as soon as it is checked."""
    told = {"number": "1", "name": "n", "search": "s", "inn": "7830002293", "branch": "", "address": ""}
    link = {"account_id": "anna", "contract_id": "C", "state": "active", "role": "Энергетик", "all_objects": True}
    async with ctx.runtime.database.writer.begin() as connection:
        await connection.execute(sa.insert(Contract).values(id="C", **told))
        await connection.execute(sa.insert(ContractLink).values(**link, request_id="r", created_at=ctx.now()))

    async def body() -> AsyncIterator[bytes]:
        yield "".join(f"v{number}=1\n" for number in range(UNITS)).encode()

    wanted = uploading.Upload("lists.pairs", "C", "список.txt", True, None)
    return (await uploading.upload(ctx, wanted, body())).id
