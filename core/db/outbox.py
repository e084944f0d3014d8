"""Every statement that moves a row of `core_outbox`; nothing else writes its states.

    new --claim--> sent --start--> run --done--> done
     ^               |              |---failed-> dead   (or back to new, later) --dismiss--> dismissed
     |---give_back---|--postpone----|

`sends` is the fencing token: each claim raises it, and whoever holds a smaller number changes nothing any more. All
moments come from the caller's clock. Functions that write take the connection of an open transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.db.reader import Query, Reader
from core.db.tables import Outbox
from core.db.types import Moment, any_of

# The texts of the partial indexes: with bound parameters SQLite would not see that an index applies.
_OPEN = sa.text("state IN ('new', 'sent', 'run')")
_TAKEN = sa.text("state <> 'new'")
_LAST_ID = 2**62


class Ticket(msgspec.Struct, frozen=True):
    """All that travels through a broker."""

    id: int
    sends: int


@dataclass(slots=True)
class JobRun:
    """One run of a job, as its `ctx.job`."""

    id: int
    """Names the order; the same in every attempt, so it identifies the job's deeds to other systems."""
    sends: int
    job: str
    attempt: int
    """1 for the first."""
    stage: Literal["running", "finishing", "finished"] = "running"
    """finishing: a transaction of the job itself is about to end it."""


class DeadJob(msgspec.Struct, frozen=True):
    """A job that failed for the last time. Its payload stays in the database and is not shown."""

    id: int
    job: str
    attempts: int
    error: str | None
    created_at: datetime
    finished_at: datetime


class JobCount(msgspec.Struct, frozen=True):
    """How many rows of a job are in a state."""

    job: str
    state: str
    count: int


# ---- handing out
_DUE = Query(
    sa.select(Outbox.id)
    .where(_OPEN, Outbox.due <= sa.bindparam("now", type_=Moment()), any_of(Outbox.job, "jobs"))
    .limit(1),
    int,
)


async def has_due(reader: Reader, now: datetime, jobs: Collection[str]) -> bool:
    """Whether a claim would find anything: a read, so that an idle dispatcher takes no write lock."""
    return await reader.first(_DUE, now=now, jobs=sorted(jobs)) is not None


async def claim(
    connection: AsyncConnection, now: datetime, lease: timedelta, attempts: Mapping[str, int], window: int
) -> list[Ticket]:
    """Takes due rows for sending: new ones, and those whose lease ended while they were sent or run.

    `attempts`: the jobs that this host knows -> how often each may run; rows of other jobs stay where they are. A row
    whose last attempt took its worker with it becomes dead. At most `window` rows wait in the broker at once.
    """
    await _bury(connection, now, attempts)
    room = window - await _waiting(connection, now)
    if room <= 0:
        return []
    chosen = _locked(sa.and_(_OPEN, Outbox.due <= now, Outbox.job.in_(attempts)), room)
    taken = await connection.execute(
        sa.update(Outbox)
        .where(Outbox.id.in_(chosen))
        .values(state="sent", sends=Outbox.sends + 1, due=now + lease)
        .returning(Outbox.id, Outbox.sends)
    )
    return sorted((Ticket(*row) for row in taken), key=lambda ticket: ticket.id)


async def _bury(connection: AsyncConnection, now: datetime, attempts: Mapping[str, int]) -> None:
    spent = Outbox.attempts >= sa.case(dict(attempts), value=Outbox.job, else_=2**31 - 1)
    chosen = _locked(sa.and_(_TAKEN, Outbox.state == "run", Outbox.due <= now, spent), 1000)
    await connection.execute(
        sa.update(Outbox)
        .where(Outbox.id.in_(chosen))
        .values(state="dead", finished_at=now, error="the worker was lost during the last attempt")
    )


async def _waiting(connection: AsyncConnection, now: datetime) -> int:
    """Rows in the broker that no worker has taken yet and that are not overdue."""
    count = sa.select(sa.func.count()).where(_TAKEN, Outbox.state == "sent", Outbox.due > now)
    return int(await connection.scalar(count) or 0)


def _locked(condition: sa.ColumnElement[bool], limit: int) -> sa.Select[tuple[int]]:
    """Up to `limit` rows, locked where other claims pass them by. A CTE, as PostgreSQL may run a subquery twice."""
    rows = sa.select(Outbox.id).where(condition).order_by(Outbox.due, Outbox.id).limit(limit)
    found = rows.with_for_update(skip_locked=True).cte("chosen")
    return sa.select(found.c.id)


async def give_back(connection: AsyncConnection, tickets: Iterable[Ticket], now: datetime) -> None:
    """Returns rows that did not reach the broker, or that nobody took out of it."""
    ours = sa.and_(Outbox.id == sa.bindparam("of"), Outbox.sends == sa.bindparam("number"), Outbox.state == "sent")
    rows = [{"of": ticket.id, "number": ticket.sends} for ticket in tickets]
    if rows:
        await connection.execute(sa.update(Outbox).where(ours).values(state="new", due=now), rows)


# ---- running
async def start(
    connection: AsyncConnection, ticket: Ticket, now: datetime, lease: timedelta
) -> tuple[JobRun, bytes] | None:
    """sent -> run, with the payload; None when the ticket is stale. Counts the attempt: it may kill the worker."""
    result = await connection.execute(
        sa.update(Outbox)
        .where(Outbox.id == ticket.id, Outbox.sends == ticket.sends, Outbox.state == "sent")
        .values(state="run", attempts=Outbox.attempts + 1, due=now + lease)
        .returning(Outbox.job, Outbox.attempts, Outbox.payload)
    )
    row = result.one_or_none()
    if row is None:
        return None
    job, attempt, payload = row
    return JobRun(ticket.id, ticket.sends, job, attempt), payload or b""


async def renew(connection: AsyncConnection, run: JobRun, now: datetime, lease: timedelta) -> bool:
    """Prolongs the lease. False: the job is somebody else's now, or over."""
    return await _move(connection, run, due=now + lease)


async def done(connection: AsyncConnection, run: JobRun, now: datetime) -> bool:
    """run -> done; the payload is erased. False when the run has lost the job, as in the three functions below."""
    return await _move(connection, run, state="done", payload=None, error=None, finished_at=now)


async def failed(connection: AsyncConnection, run: JobRun, due: datetime, error: str) -> bool:
    """Back to new, to be run again not before `due`."""
    return await _move(connection, run, state="new", due=due, error=error)


async def dead(connection: AsyncConnection, run: JobRun, now: datetime, error: str) -> bool:
    """run -> dead: only `redrive` brings the job back. The payload is kept for that."""
    return await _move(connection, run, state="dead", finished_at=now, error=error)


async def postpone(connection: AsyncConnection, run: JobRun, due: datetime) -> bool:
    """Back to new as if the run had never been: the attempt does not count."""
    return await _move(connection, run, state="new", due=due, attempts=Outbox.attempts - 1)


async def _move(connection: AsyncConnection, run: JobRun, **values: Any) -> bool:
    mine = sa.and_(Outbox.id == run.id, Outbox.sends == run.sends, Outbox.state == "run")
    return (await connection.execute(sa.update(Outbox).where(mine).values(values))).rowcount == 1


# ---- schedules
async def add_slots(connection: AsyncConnection, slots: Sequence[tuple[str, datetime]], now: datetime) -> None:
    """Orders a job once for each (job, beginning of the slot), whoever else does the same."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    rows = [
        {"job": job, "payload": b"{}", "due": now, "dedup_key": f"{job}:slot:{slot.isoformat()}", "created_at": now}
        for job, slot in slots
    ]
    await connection.execute(insert(Outbox).on_conflict_do_nothing(), rows)


# ---- looking after it
_DEAD = Query(
    sa.select(Outbox.id, Outbox.job, Outbox.attempts, Outbox.error, Outbox.created_at, Outbox.finished_at)
    .where(_TAKEN, Outbox.state == "dead", Outbox.id < sa.bindparam("before"))
    .where(sa.or_(sa.bindparam("job", type_=sa.Text()) == "", Outbox.job == sa.bindparam("job", type_=sa.Text())))
    .order_by(Outbox.id.desc())
    .limit(sa.bindparam("size", type_=sa.Integer())),
    DeadJob,
)
_COUNTS = Query(
    sa.select(Outbox.job, Outbox.state, sa.func.count())
    .where(any_of(Outbox.state, "states"))
    .group_by(Outbox.job, Outbox.state)
    .order_by(Outbox.job, Outbox.state),
    JobCount,
)
OPEN_STATES = ("new", "sent", "run")
STATES = (*OPEN_STATES, "done", "dead", "dismissed")


async def dead_jobs(reader: Reader, *, job: str = "", before: int = _LAST_ID, limit: int = 100) -> list[DeadJob]:
    """Dead jobs, the latest order first; `before` is the id of the last one on the page before."""
    return await reader.all(_DEAD, job=job, before=before, size=limit)


async def counts(reader: Reader, states: Collection[str] = STATES) -> list[JobCount]:
    """Rows by job and state. (For metrics leave "done" out: it is the history and the bulk.)"""
    return await reader.all(_COUNTS, states=list(states))


async def stranded(reader: Reader, known: Collection[str]) -> dict[str, int]:
    """Jobs that wait although nothing here can run them (a plugin that was switched off), and how many of each."""
    waiting: dict[str, int] = {}
    for row in await counts(reader, OPEN_STATES):
        if row.job not in known:
            waiting[row.job] = waiting.get(row.job, 0) + row.count
    return waiting


async def redrive(connection: AsyncConnection, job_id: int, now: datetime) -> bool:
    """Gives a dead job all of its attempts again. False: there is no such dead job."""
    return await _redrive(connection, Outbox.id == job_id, now) == 1


async def redrive_all(connection: AsyncConnection, job: str, now: datetime) -> int:
    """The same for every dead order of a job; returns how many."""
    return await _redrive(connection, Outbox.job == job, now)


async def _redrive(connection: AsyncConnection, condition: sa.ColumnElement[bool], now: datetime) -> int:
    again = {"state": "new", "due": now, "attempts": 0, "finished_at": None}
    return (
        await connection.execute(sa.update(Outbox).where(_TAKEN, Outbox.state == "dead", condition).values(again))
    ).rowcount


async def dismiss(connection: AsyncConnection, target: int | str, now: datetime) -> list[tuple[int, str]]:
    """Gives dead jobs up for good, one by its id or all of a name; returns (id, job) of each.

    What they were to do is erased, the error stays until the history is purged.
    """
    condition = Outbox.id == target if isinstance(target, int) else Outbox.job == target
    gone = await connection.execute(
        sa.update(Outbox)
        .where(_TAKEN, Outbox.state == "dead", condition)
        .values(state="dismissed", payload=None, finished_at=now)
        .returning(Outbox.id, Outbox.job)
    )
    return [(row.id, row.job) for row in gone]


async def purge(writer: AsyncEngine, *, before: datetime, slots_before: datetime, batch: int = 1000) -> int:
    """Deletes what was done or dismissed before a moment, in small transactions; returns how many rows.

    Two kinds stay longer because their key must go on refusing a second order: slots of a schedule until
    `slots_before` (earlier than the longest interval), orders with a key of their own (`enqueue(dedup_key=...)`) for
    good; neither holds a payload any more.
    """
    own_key = sa.func.substr(Outbox.dedup_key, 1, sa.func.length(Outbox.job) + 1) == Outbox.job + ":"
    slot_key = sa.func.substr(Outbox.dedup_key, 1, sa.func.length(Outbox.job) + 6) == Outbox.job + ":slot:"
    free = sa.or_(Outbox.dedup_key.is_(None), sa.not_(own_key), sa.and_(slot_key, Outbox.finished_at < slots_before))
    over = Outbox.state.in_(("done", "dismissed"))
    old = sa.select(Outbox.id).where(_TAKEN, over, Outbox.finished_at < before, free).limit(batch)
    deleted = 0
    while True:
        async with writer.begin() as connection:
            count = (await connection.execute(sa.delete(Outbox).where(Outbox.id.in_(old)))).rowcount
        deleted += count
        if count < batch:
            return deleted
