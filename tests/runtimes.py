"""Runtimes and workers for tests: bare ones with jobs and nothing else, and those of a whole host."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.clock import Clock, SystemClock
from core.config import JobSettings
from core.context import Runtime
from core.db.engine import Database
from core.db.uow import EventRoute, Routing
from core.host import Host
from core.sdk import Job
from core.secrets import Secrets
from core.worker import Worker


def worker_of(host: Host, settings: JobSettings | None = None, **more: Any) -> Worker:
    """A worker that opens the host for itself; `settings`: others than the host's."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Runtime]:
        runtime = await host.open()
        try:
            yield runtime
        finally:
            await host.close(runtime)

    return Worker(opened, settings or host.config.jobs, host.jobs, **more)


def bare_runtime(database: Database, jobs: Iterable[Job[Any]] = (), clock: Clock | None = None) -> Runtime:
    """A runtime over an open database that routes orders and (internal) events to `jobs`."""
    jobs = list(jobs)
    events = {job.on for job in jobs if job.on}
    return Runtime(
        database=database,
        clock=clock or SystemClock(),
        secrets=Secrets(b"only for tests: thirty-two bytes"),
        zone=ZoneInfo("Europe/Moscow"),
        base_url="http://127.0.0.1",
        supplier="Тестэнерго",
        secure_cookies=False,
        data_dir=Path("var"),
        routing=Routing(
            events={
                event: EventRoute(
                    event.__name__, False, tuple((job.name, job.wants) for job in jobs if job.on is event)
                )
                for event in events
            },
            jobs={job.payload: job.name for job in jobs if not job.on},
        ),
        permissions={},
        settings={},
        ports={},
        contributions={Job: tuple(jobs)},
    )


@asynccontextmanager
async def opened_runtime(url: str, jobs: Iterable[Job[Any]], clock: Clock | None = None) -> AsyncIterator[Runtime]:
    """The same with a database of its own, as every event loop needs one."""
    database = Database(url)
    await database.open()
    try:
        yield bare_runtime(database, jobs, clock)
    finally:
        await database.close()
