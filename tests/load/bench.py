"""`python -m tests.load.bench`: what the host costs beside peers written for one answer, in one run on one machine.

Every figure is a median over rounds in which the compared servers take turns; a ratio compares servers of the same
round. Nothing is asserted but that all of them give the same answer. Linux only (cores are pinned, /proc is read).
"""

import asyncio
import contextlib
import http.client
import itertools
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import uvloop

from core.config import JobSettings
from core.db.outbox import counts
from core.sdk import Context, Job
from core.worker import Worker
from tests.load.load import Measured, measure, request
from tests.load.seed import DEVICES, Supplier, submissions, supplier
from tests.load.serve import DATABASE_ENV, LOAD_CORE, Served, served
from tests.runtimes import opened_runtime

SERVER = os.environ.get("ABONENT_TEST_POSTGRES") or "postgresql://postgres@127.0.0.1:5432/postgres"
ROUNDS = int(os.environ.get("ABONENT_BENCH_ROUNDS", "9"))
SECONDS = 1.5
CONNECTIONS = 8
JOBS = 1000
GOALS = {"handwritten": 0.7, "fastapi_orm": 3.5}
TITLES = {
    "ours": "Abonent, session and permission checked",
    "handwritten": "raw ASGI, asyncpg, Structs; no auth",
    "fastapi_orm": "FastAPI, pydantic, ORM; no auth",
}


class Round(msgspec.Struct, frozen=True):
    """One turn of one server."""

    measured: Measured
    cpu: float
    """Processor milliseconds of the server a request."""


async def main() -> None:
    """All sections."""
    with folder() as made:
        async with supplier(SERVER, made) as postgres:
            await form_section(postgres)
            await submission_section("PostgreSQL", postgres)
            await outbox_section("PostgreSQL", postgres)
    with folder() as made:
        async with supplier("", made) as sqlite:
            await sqlite_section(sqlite)
            await submission_section("SQLite", sqlite)
            await outbox_section("SQLite", sqlite)
    await other_sections()


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder for one host."""
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as made:
        yield Path(made)


@contextlib.contextmanager
def on_load_core() -> Iterator[None]:
    """The load generator's share of the machine; servers have the first core, the database goes where it likes."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {LOAD_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, everywhere)


# ---- the form of a contract
async def form_section(made: Supplier) -> None:
    """Ours against the peers, and what the load generator could ask for."""
    path = f"/api/v1/readings/contracts/{made.contracts[0]}"
    asked = request("GET", path, token=made.token)
    async with running_all(made, ("ours", "handwritten", "fastapi_orm", "hello")) as servers:
        hello = await turn(servers.pop("hello"), asked)
        body = same_answer(servers, path, made.token)
        print(f"GET {path}: {DEVICES} metering devices, {len(body)} bytes, {CONNECTIONS} connections, one worker")
        rounds = await take_turns(servers, asked)
    for name, turns in rounds.items():
        print(f"  {TITLES[name]:42} {describe(turns)}")
    for name, goal in GOALS.items():
        print(f"  ours / {name:12} {ratios(rounds['ours'], rounds[name])}; goal >= {goal}")
    print(f"  (the load generator alone: {hello.measured.rate:.0f} requests/s of a hello)\n")


async def sqlite_section(made: Supplier) -> None:
    """The same on the embedded database, ours alone."""
    asked = request("GET", f"/api/v1/readings/contracts/{made.contracts[0]}", token=made.token)
    async with running_all(made, ("ours",)) as servers:
        rounds = await take_turns(servers, asked, max(2, ROUNDS // 3))
    print(f"the same on SQLite\n  {TITLES['ours']:42} {describe(rounds['ours'])}\n")


@asynccontextmanager
async def running_all(made: Supplier, names: tuple[str, ...]) -> AsyncIterator[dict[str, Served]]:
    """Servers on one database, each in a process of its own."""
    environment = {"ABONENT_CONFIG": str(made.config), DATABASE_ENV: made.database}
    async with AsyncExitStack() as stack:
        stack.enter_context(on_load_core())
        yield {name: await stack.enter_async_context(served(name, **environment)) for name in names}


def same_answer(servers: dict[str, Served], path: str, token: str) -> bytes:
    """Our answer; raises AssertionError when another server says something else."""
    bodies = {name: fetch(server.port, path, token) for name, server in servers.items()}
    expected = msgspec.json.decode(bodies["ours"])
    for name, body in bodies.items():
        assert msgspec.json.decode(body) == expected, f"{name} answers otherwise"
    return bodies["ours"]


def fetch(port: int, path: str, token: str) -> bytes:
    """One answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
    assert answer.status == 200, body
    return body


async def take_turns(servers: dict[str, Served], asked: bytes, rounds: int = ROUNDS) -> dict[str, list[Round]]:
    """The servers' turns, round by round, after one that does not count."""
    taken: dict[str, list[Round]] = {name: [] for name in servers}
    for number in range(rounds + 1):
        for name, server in servers.items():
            made = await turn(server, asked)
            if number:
                taken[name].append(made)
    return taken


async def turn(server: Served, asked: bytes) -> Round:
    """One turn: the same request over and over."""
    before = server.cpu_seconds()
    measured = await measure(server.port, [itertools.repeat(asked)] * CONNECTIONS, SECONDS)
    return Round(measured, (server.cpu_seconds() - before) * 1000 / measured.requests)


def describe(turns: list[Round]) -> str:
    """Medians of one server."""
    rate = median(turn.measured.rate for turn in turns)
    p50, p99 = (median(getattr(turn.measured, name) for turn in turns) for name in ("p50", "p99"))
    cpu = median(turn.cpu for turn in turns)
    return f"{rate:7.0f} /s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   processor {cpu:5.2f} ms"


def ratios(ours: list[Round], theirs: list[Round]) -> str:
    """By throughput and by the server's processor time, each with the range of the rounds."""
    by_rate = [one.measured.rate / other.measured.rate for one, other in zip(ours, theirs, strict=True)]
    by_cpu = [other.cpu / one.cpu for one, other in zip(ours, theirs, strict=True)]
    return f"{spread(by_rate)} of the requests/s, {spread(by_cpu)} by processor time"


def spread(values: list[float]) -> str:
    """`0.71 (0.68-0.74)`"""
    return f"{median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


# ---- writes
async def submission_section(database: str, made: Supplier) -> None:
    """Submissions of 50 devices over HTTP, a connection for each contract; every one brings new values."""

    def asked(contract: str) -> Iterator[bytes]:
        path = f"/api/v1/readings/contracts/{contract}/submissions"
        return (request("POST", path, token=made.token, body=body) for body in submissions(contract))

    async with running_all(made, ("ours",)) as servers:
        port = servers["ours"].port
        await measure(port, [asked(made.contracts[0])], 0.5, expect=201)
        measured = await measure(port, [asked(contract) for contract in made.contracts[1:]], 4, expect=201)
    print(
        f"submissions of {DEVICES} devices, {database}: {measured.rate:.1f} /s"
        f" ({measured.rate * DEVICES:.0f} devices/s)   p50 {measured.p50:.0f} ms   p99 {measured.p99:.0f} ms\n"
    )


class Nothing(msgspec.Struct, frozen=True):
    """Ordered a thousand times."""

    number: int


async def nothing(ctx: Context, command: Nothing) -> None:
    """The work of the jobs measured: what remains is the outbox and the worker."""


async def outbox_section(database: str, made: Supplier) -> None:
    """Jobs through the outbox and the embedded worker, from the order to the recorded end."""
    jobs = [Job("bench.nothing", nothing, Nothing)]
    async with opened_runtime(made.database, jobs) as runtime:
        started = time.perf_counter()
        async with runtime.transaction("system") as uow:
            for number in range(JOBS):
                uow.enqueue(Nothing(number))
        ordered = time.perf_counter() - started
        worker = Worker(lambda: opened_runtime(made.database, jobs), JobSettings(), jobs)
        await asyncio.to_thread(worker.start)
        started = time.perf_counter()
        await until(lambda: waiting(runtime), 0)
        spent = time.perf_counter() - started
        await asyncio.to_thread(worker.stop)
    print(f"outbox, {database}: {JOBS / ordered:.0f} orders/s, {JOBS / spent:.0f} jobs/s in the embedded worker\n")


async def waiting(runtime: Any) -> int:
    """Orders that are not done."""
    states = await counts(runtime.database.reader, ("new", "sent", "run"))
    return sum(row.count for row in states if row.job == "bench.nothing")


async def until(value: Callable[[], Awaitable[int]], wanted: int) -> None:
    """Waits for at most a minute."""
    async with asyncio.timeout(60):
        while await value() != wanted:
            await asyncio.sleep(0.05)


async def other_sections() -> None:
    """The benchmarks of single parts, each in a process of its own."""
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", f"tests.load.{path.stem}")
        await process.wait()


if __name__ == "__main__":
    uvloop.run(main())
