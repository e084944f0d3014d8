"""Runs jobs: claims them, keeps their leases, settles their ends. The worker and the tests share this code."""

import asyncio
import contextlib
import logging
import random
import re
import traceback
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import business_day
from core.config import ConfigError, JobSettings
from core.context import Context, Runtime
from core.db import outbox
from core.db.outbox import JobRun, Ticket
from core.finishing import Superseded
from core.sdk import Every, Job, Later
from core.values import without_addresses

Outcome = Literal["done", "failed", "dead", "later", "superseded", "stranded", "stale"]
_LOG = logging.getLogger("abonent.jobs")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STRANDED = timedelta(minutes=1)
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=5), timedelta(hours=1)
_ERROR_LENGTH = 500


class Ran(msgspec.Struct, frozen=True):
    """What became of one ticket.

    later: raised `Later`; superseded: the lease was lost meanwhile; stranded: no enabled plugin has this job, it waits;
    stale: the ticket was of an earlier claim, nothing ran (and `job` is empty).
    """

    job: str
    outcome: Outcome
    error: str = ""


class Runner:
    """Runs the jobs of one host in one event loop."""

    def __init__(self, runtime: Runtime, jobs: Iterable[Job[Any]], settings: JobSettings) -> None:
        self._runtime = runtime
        self._jobs = {job.name: job for job in jobs}
        self._attempts = {job.name: job.attempts or settings.attempts for job in self._jobs.values()}
        self._decoders = {job.name: msgspec.json.Decoder(job.payload) for job in self._jobs.values()}
        self._lease = timedelta(seconds=settings.lease_seconds)
        self._planned: dict[str, datetime] = {}
        check_schedules(self._jobs.values())

    # ---- claiming
    async def plan(self) -> None:
        """Orders the periodic jobs whose slot has begun. A slot missed entirely is not made up for."""
        now = self._now()
        slots = {job.name: slot(job.every, now, self._runtime.zone) for job in self._jobs.values() if job.every}
        begun = [(name, start) for name, start in slots.items() if self._planned.get(name) != start]
        if begun:
            async with self._begin() as connection:
                await outbox.add_slots(connection, begun, now)
            self._planned.update(begun)

    async def claim(self, window: int) -> list[Ticket]:
        """Tickets for whatever is due, at most as many as leave `window` in the broker."""
        now = self._now()
        if not self._jobs or not await outbox.has_due(self._runtime.database.reader, now, self._jobs):
            return []
        async with self._begin() as connection:
            return await outbox.claim(connection, now, self._lease, self._attempts, window)

    async def give_back(self, tickets: Sequence[Ticket]) -> None:
        """Makes claimed rows that nobody runs due again at once."""
        async with self._begin() as connection:
            await outbox.give_back(connection, tickets, self._now())

    # ---- running
    async def run(self, ticket: Ticket) -> Ran:
        """Runs a job to its end and records it. When cancelled, the job is given back and due at once.

        Raises what the database raises; the lease then ends by itself and the job runs again.
        """
        async with self._begin() as connection:
            started = await outbox.start(connection, ticket, self._now(), self._lease)
        if started is None:
            return Ran("", "stale")
        run, payload = started
        job = self._jobs.get(run.job)
        if job is None:
            await self._settle(outbox.postpone, run, self._now() + _STRANDED)
            return Ran(run.job, "stranded")
        try:
            await self._hold(run, self._call(job, run, payload))
        except asyncio.CancelledError:
            await self._settle(outbox.postpone, run, self._now())
            raise
        except Superseded:
            return Ran(run.job, "superseded")
        except Later as later:
            return self._ran(run, "later", await self._settle(outbox.postpone, run, self._now() + later.delay))
        except Exception as error:
            return await self._fail(run, error, payload)
        return self._ran(run, "done", run.stage == "finished" or await self._settle(outbox.done, run, self._now()))

    async def _call(self, job: Job[Any], run: JobRun, payload: bytes) -> None:
        try:
            command = self._decoders[job.name].decode(payload)
            await job.run(Context(self._runtime, request_id=f"job-{run.id}", job=run), command)
        except SystemExit as error:  # would end the event loop, and with it every other job
            raise RuntimeError("the job called exit()") from error

    async def _hold(self, run: JobRun, work: Awaitable[None]) -> None:
        """Awaits `work` and renews the lease meanwhile; stops it with Superseded when the lease is lost."""
        working, keeping = asyncio.ensure_future(work), asyncio.create_task(self._keep(run))
        try:
            await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise Superseded
            if working.cancelled():
                raise RuntimeError("the job cancelled itself")
            working.result()
        finally:
            keeping.cancel()
            working.cancel()
            await asyncio.gather(working, keeping, return_exceptions=True)

    async def _keep(self, run: JobRun) -> None:
        """Renews the lease three times in its length; returns when it is lost."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                async with self._begin() as connection:
                    kept = await outbox.renew(connection, run, self._now(), self._lease)
            except Exception as error:
                _LOG.warning("job %s #%d: lease not renewed: %r", run.job, run.id, type(error))
                continue
            if not kept and run.stage == "running":  # while it finishes, its own transaction is the judge
                return

    # ---- ends
    async def _fail(self, run: JobRun, error: Exception, payload: bytes) -> Ran:
        text = describe(error, payload)
        if run.stage == "finished":
            _LOG.warning("job %s #%d raised after it had finished: %s", run.job, run.id, text)
            return Ran(run.job, "done", text)
        outcome: Outcome = "dead" if run.attempt >= self._attempts[run.job] else "failed"
        trace = "".join(traceback.format_tb(error.__traceback__)).rstrip()  # places only: messages may hold data
        level = logging.ERROR if outcome == "dead" else logging.WARNING
        _LOG.log(level, "job %s #%d %s in attempt %d: %s\n%s", run.job, run.id, outcome, run.attempt, text, trace)
        if outcome == "dead":
            kept = await self._settle(outbox.dead, run, self._now(), text)
        else:
            kept = await self._settle(outbox.failed, run, self._now() + backoff(run.attempt), text)
        return self._ran(run, outcome, kept, text)

    async def _settle(self, move: Any, run: JobRun, *args: Any) -> bool:
        async with self._begin() as connection:
            moved: bool = await move(connection, run, *args)
        return moved

    def _ran(self, run: JobRun, outcome: Outcome, kept: bool, error: str = "") -> Ran:
        return Ran(run.job, outcome if kept else "superseded", error)

    def _now(self) -> datetime:
        return self._runtime.clock.now()

    def _begin(self) -> contextlib.AbstractAsyncContextManager[AsyncConnection]:
        return self._runtime.database.writer.begin()


def backoff(attempt: int) -> timedelta:
    """How long to wait after the given attempt: 5 s, 15 s, 45 s ... an hour, each between a half and one and a half."""
    middle: timedelta = min(_FIRST_RETRY * 3 ** min(attempt - 1, 20), _LONGEST_RETRY)
    return middle * (0.5 + random.random())  # noqa: S311 - spreads load, guards nothing


def describe(error: Exception, payload: bytes) -> str:
    """The error and its place: `ValueError: no meter … (jobs.py:12)`.

    Every value of the payload is blotted out, and every address of a mailbox: servers quote them as they write them.
    """
    text = str(error).partition("\n")[0]  # drivers put the row or the parameters into the lines after
    with contextlib.suppress(msgspec.DecodeError):
        for value in sorted(set(_leaves(msgspec.json.decode(payload))), key=len, reverse=True):
            if len(value) > 2:
                text = re.sub(re.escape(value), "…", text, flags=re.IGNORECASE)
    text = without_addresses(text)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    place = f" ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""
    return f"{type(error).__name__}: {text}"[:_ERROR_LENGTH] + place


def _leaves(value: Any) -> Iterable[str]:
    """The strings and numbers of a decoded JSON document, as text."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    elif isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield str(value)


# ---- schedules
def slot(every: Every, now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the slot that `now` is in."""
    if every.at is None:
        return now - (now - _EPOCH) % every.interval
    today = business_day(now, zone)
    start = datetime.combine(today, every.at, zone).astimezone(UTC)
    return start if start <= now else datetime.combine(today - timedelta(days=1), every.at, zone).astimezone(UTC)


def longest_interval(jobs: Iterable[Job[Any]]) -> timedelta:
    """Of the periodic jobs; a purge keeps slots for longer than that."""
    spans = [timedelta(days=1) if job.every.at else job.every.interval for job in jobs if job.every]
    return max(spans, default=timedelta(0))


def check_schedules(jobs: Iterable[Job[Any]]) -> None:
    """Raises ConfigError for a periodic job that could never run."""
    for job in jobs:
        if job.every is None:
            continue
        if job.every.interval <= timedelta(0):
            raise ConfigError(f"job {job.name!r}: the interval must be positive")
        try:
            msgspec.json.decode(b"{}", type=job.payload)
        except msgspec.ValidationError as error:
            raise ConfigError(f"job {job.name!r} is periodic, so its payload needs defaults: {error}") from error


# ---- housekeeping
class Purge(msgspec.Struct, frozen=True):
    """Deletes the history of jobs done more than so many days ago."""

    days: int = 30


async def _purge(ctx: Context, command: Purge) -> None:
    kept = timedelta(days=command.days)
    slots_kept = max(kept, 2 * longest_interval(ctx.declared(Job)))
    await outbox.purge(ctx.runtime.database.writer, before=ctx.now() - kept, slots_before=ctx.now() - slots_kept)


PURGE = Job("core.purge_jobs", _purge, Purge, every=Every(at=time(3, 30)))


# ---- tests
class Drained(msgspec.Struct, frozen=True):
    """Every run of a `drain`, in order."""

    runs: list[Ran]

    @property
    def done(self) -> Counter[str]:
        """Job -> how many ended well."""
        return Counter(run.job for run in self.runs if run.outcome == "done")

    @property
    def failed(self) -> Counter[str]:
        """Job -> how many runs raised; the rows wait for another attempt or are dead."""
        return Counter(run.job for run in self.runs if run.outcome in ("failed", "dead"))

    @property
    def errors(self) -> list[str]:
        """What they raised."""
        return [run.error for run in self.runs if run.error]


async def drain(
    runtime: Runtime,
    jobs: Sequence[Job[Any]],
    settings: JobSettings | None = None,
    *,
    periodic: bool = True,
    limit: int = 10_000,
) -> Drained:
    """Runs whatever is due by the runtime's clock, here and one after the other, until nothing is.

    For tests: no thread, no broker, the worker's own code. A job that fails is due later and is not run again before
    the clock moves. Raises RuntimeError after `limit` runs: some job orders itself for ever.
    """
    runner, runs = Runner(runtime, jobs, settings or JobSettings()), list[Ran]()
    while True:
        if periodic:
            await runner.plan()
        tickets = await runner.claim(100)
        if not tickets:
            return Drained(runs)
        if len(runs) >= limit:
            raise RuntimeError(f"{limit} jobs ran and more are due; the last was {runs[-1].job!r}")
        runs += [await runner.run(ticket) for ticket in tickets]
