"""The worker with each broker: it runs what is ordered, survives whatever is gone, and stops without losing a job."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import dramatiq
import msgspec
import pytest
import sqlalchemy as sa

from core.config import ConfigError, JobSettings
from core.context import Context, Runtime
from core.db import outbox
from core.db.engine import Database
from core.db.tables import Outbox
from core.sdk import Every, Job, finishing
from core.worker import Worker
from tests.brokers import BROKERS, SERVERS, remove_queue
from tests.runtimes import bare_runtime, opened_runtime

Make = Callable[..., Worker]


class Work(msgspec.Struct, frozen=True):
    """The payload of these tests."""

    number: int = 0


@pytest.fixture(params=BROKERS, ids=lambda url: url.partition(":")[0])
def broker(request: pytest.FixtureRequest) -> str:
    """The URL of a broker."""
    url: str = request.param
    return url


@pytest.fixture
def make(database_url: str) -> Iterator[Make]:
    """Starts workers on the test's database; they are stopped, and their queue is removed."""
    started: list[tuple[Worker, str]] = []
    queue = f"test_{uuid4().hex[:12]}"

    def build(*jobs: Job[Any], broker: str = "embedded", poll: float = 0.1, **options: Any) -> Worker:
        settings = JobSettings(broker=broker, **({"threads": 4} | options))
        worker = Worker(lambda: opened_runtime(database_url, jobs), settings, jobs, queue=queue, poll=poll)
        worker.start()
        started.append((worker, broker))
        return worker

    yield build
    for worker, _ in started:
        if worker.alive:
            worker.stop(0)
    for broker in {broker for _, broker in started} & {*SERVERS}:
        remove_queue(broker, queue)


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Waits until it holds; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


async def order(runtime: Runtime, count: int = 1) -> None:
    async with runtime.transaction("test") as uow:
        for number in range(count):
            uow.enqueue(Work(number))


async def states(database: Database) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in await outbox.counts(database.reader):
        found[row.state] = found.get(row.state, 0) + row.count
    return found


async def all_done(database: Database, count: int) -> None:
    async def reached() -> bool:
        return await states(database) == {"done": count}

    await eventually(reached)


async def counted(outcomes: Mapping[str, int], *workers: Worker) -> None:
    """Waits until the workers have counted it all: a worker counts a run after its commit."""

    async def reached() -> bool:
        return sum((worker.outcomes for worker in workers), Counter()) == outcomes

    await eventually(reached)


def recorder(seen: list[int]) -> Job[Work]:
    async def run(_: Context, command: Work) -> None:
        seen.append(command.number)

    return Job("t.work", run, Work)


# ---- running
async def test_orders_run_once_each(database: Database, make: Make, broker: str) -> None:
    seen: list[int] = []
    job = recorder(seen)
    worker = make(job, broker=broker)
    await order(bare_runtime(database, [job]), 100)
    await all_done(database, 100)
    assert sorted(seen) == list(range(100))
    await counted({"done": 100}, worker)


async def test_a_commit_wakes_the_worker(database: Database, make: Make) -> None:
    job = recorder([])
    runtime = bare_runtime(database, [job])
    runtime.wakers.append(make(job, poll=60))
    await asyncio.sleep(0.3)  # its first look is over
    await order(runtime)
    await all_done(database, 1)


async def test_orders_of_a_job_wake_its_own_worker(database: Database, make: Make) -> None:
    async def run(ctx: Context, command: Work) -> None:
        async with finishing(ctx) as uow:
            if command.number < 5:
                uow.enqueue(Work(command.number + 1))

    job = Job("t.work", run, Work)
    runtime = bare_runtime(database, [job])
    runtime.wakers.append(make(job, poll=60))
    await asyncio.sleep(0.3)
    await order(runtime)
    await all_done(database, 6)


async def test_two_workers_share_the_work(database: Database, make: Make, broker: str) -> None:
    seen: list[int] = []
    job = recorder(seen)
    workers = [make(job, broker=broker), make(job, broker=broker)]
    await order(bare_runtime(database, [job]), 200)
    await all_done(database, 200)
    assert sorted(seen) == list(range(200))
    await counted({"done": 200}, *workers)


async def test_a_long_job_keeps_its_lease(database: Database, make: Make, broker: str) -> None:
    seen: list[int] = []

    async def run(_: Context, command: Work) -> None:
        seen.append(command.number)
        await asyncio.sleep(2.4)

    job = Job("t.work", run, Work)
    for _ in range(2):
        make(job, broker=broker, lease_seconds=1.2)  # with time for a busy machine to renew it
    await order(bare_runtime(database, [job]))
    await all_done(database, 1)
    assert seen == [0]


async def test_a_job_that_lost_its_lease_is_stopped(database: Database, make: Make) -> None:
    ended: list[str] = []

    async def run(_: Context, command: Work) -> None:
        try:
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            ended.append("stopped")
            raise

    job = Job("t.work", run, Work)
    worker = make(job, lease_seconds=0.6)
    runtime = bare_runtime(database, [job])
    await order(runtime)

    async def running() -> bool:
        return await states(database) == {"run": 1}

    await eventually(running)
    async with database.writer.begin() as connection:  # as a dispatcher with a faster clock would
        stolen = {"sends": Outbox.sends + 1, "state": "sent", "due": runtime.clock.now() + timedelta(hours=1)}
        await connection.execute(sa.update(Outbox).values(stolen))

    async def superseded() -> bool:
        return worker.outcomes == {"superseded": 1}

    await eventually(superseded)
    assert ended == ["stopped"]
    assert await states(database) == {"sent": 1}


async def test_a_failing_job_dies_is_listed_and_redriven(database: Database, make: Make, broker: str) -> None:
    broken = True

    async def run(_: Context, command: Work) -> None:
        if broken:
            raise ValueError("the mail server is down")

    job = Job("t.work", run, Work, attempts=1)
    make(job, broker=broker)
    await order(bare_runtime(database, [job]))

    async def dead() -> bool:
        return await states(database) == {"dead": 1}

    await eventually(dead)
    (listed,) = await outbox.dead_jobs(database.reader)
    assert listed.error
    assert listed.error.startswith("ValueError: the mail server is down")
    broken = False
    async with database.writer.begin() as connection:
        assert await outbox.redrive_all(connection, "t.work", bare_runtime(database).clock.now()) == 1
    await all_done(database, 1)


async def test_two_dispatchers_run_a_slot_once(database: Database, make: Make, broker: str) -> None:
    seen: list[int] = []

    async def run(ctx: Context, command: Work) -> None:
        assert ctx.job
        seen.append(ctx.job.id)

    job = Job("t.work", run, Work, every=Every(timedelta(milliseconds=300)))
    workers = [make(job, broker=broker, poll=0.02), make(job, broker=broker, poll=0.02)]

    async def ran() -> bool:
        return (await states(database)).get("done", 0) >= 4

    await eventually(ran)
    for worker in workers:
        await asyncio.to_thread(worker.stop, 5)
    async with database.writer.connect() as connection:
        rows = (await connection.execute(sa.select(Outbox.id, Outbox.dedup_key, Outbox.state))).all()
    assert len({key for _, key, _ in rows}) == len(rows)
    assert sorted(seen) == sorted(job_id for job_id, _, state in rows if state == "done")


# ---- what may be gone
async def test_orders_wait_for_an_absent_broker(database: Database, make: Make) -> None:
    seen: list[int] = []
    job = recorder(seen)
    deaf = make(job, broker=f"redis://127.0.0.1:{free_port()}/0")
    await order(bare_runtime(database, [job]), 3)

    async def returned() -> bool:
        async with database.writer.connect() as connection:
            rows = (await connection.execute(sa.select(Outbox.state, Outbox.sends))).all()
        return all(state == "new" and sends > 0 for state, sends in rows)

    await eventually(returned)
    assert deaf.alive
    await asyncio.to_thread(deaf.stop, 0)
    make(job)
    await all_done(database, 3)
    assert sorted(seen) == [0, 1, 2]


@pytest.mark.skipif(not SERVERS, reason="needs brokers: set ABONENT_TEST_BROKERS")
@pytest.mark.parametrize("server", SERVERS, ids=lambda url: url.partition(":")[0])
async def test_a_broker_that_comes_late_is_found(
    database: Database, make: Make, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dramatiq.worker.CONSUMER_RESTART_DELAY_SECS", 0.2)
    url, port = sa.make_url(server), free_port()
    job = recorder([])
    late = url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
    worker = make(job, broker=late)
    await order(bare_runtime(database, [job]), 20)
    await asyncio.sleep(1)
    assert worker.outcomes == {}
    async with forwarding(port, url.host or "", url.port or 0):
        await all_done(database, 20)
        await asyncio.to_thread(worker.stop, 0)
    remove_queue(server, worker.queue)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def forwarding(port: int, host: str, to: int) -> AsyncIterator[None]:
    """A TCP proxy."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection(host, to)
        await asyncio.gather(pump(reader, upstream_writer), pump(upstream_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        await asyncio.sleep(0.1)


async def test_the_worker_survives_an_outage_of_the_database(database: Database, make: Make) -> None:
    job = recorder([])
    worker = make(job)
    async with database.writer.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE core_outbox RENAME TO outbox_away"))
    await asyncio.sleep(0.8)
    assert worker.alive
    async with database.writer.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE outbox_away RENAME TO core_outbox"))
    await order(bare_runtime(database, [job]))
    await all_done(database, 1)


# ---- start and stop
async def test_a_stop_waits_for_running_jobs(database: Database, make: Make, broker: str) -> None:
    async def run(_: Context, command: Work) -> None:
        await asyncio.sleep(0.7)

    job = Job("t.work", run, Work)
    worker = make(job, broker=broker)
    await order(bare_runtime(database, [job]))

    async def running() -> bool:
        return await states(database) == {"run": 1}

    await eventually(running)
    await asyncio.to_thread(worker.stop, 10)
    assert not worker.alive
    assert await states(database) == {"done": 1}


async def test_a_stop_gives_back_what_does_not_end(database: Database, make: Make, broker: str) -> None:
    async def run(_: Context, command: Work) -> None:
        await asyncio.sleep(60)

    job = Job("t.work", run, Work)
    worker = make(job, broker=broker, threads=2)
    await order(bare_runtime(database, [job]), 5)

    async def running() -> bool:
        return await states(database) == {"run": 2, "sent": 3}

    await eventually(running)
    began = time.monotonic()
    await asyncio.to_thread(worker.stop, 0.2)
    assert time.monotonic() - began < 30
    # what waits in a real broker is for the other workers; what waited in memory is given back, too
    assert await states(database) == ({"new": 5} if broker == "embedded" else {"new": 2, "sent": 3})
    async with database.writer.connect() as connection:
        assert await connection.scalar(sa.select(sa.func.sum(Outbox.attempts))) == 0


def test_a_runtime_that_cannot_be_opened_stops_the_start() -> None:
    def broken() -> AbstractAsyncContextManager[Runtime]:
        raise OSError("no database")

    worker = Worker(broken, JobSettings(), [])
    with pytest.raises(OSError, match="no database"):
        worker.start()
    worker.wake()
    assert not worker.alive


def test_an_unknown_broker_stops_the_start() -> None:
    with pytest.raises(ConfigError, match="kafka"):
        Worker(lambda: opened_runtime("", []), JobSettings(broker="kafka://x"), [])


async def test_waking_a_stopped_worker_is_harmless(make: Make) -> None:
    worker = make(recorder([]))
    await asyncio.to_thread(worker.stop)
    worker.wake()
    assert not worker.alive


def test_no_global_broker_is_set(make: Make) -> None:
    make(recorder([]))
    assert dramatiq.broker.global_broker is None
