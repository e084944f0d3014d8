"""The unit of work: one transaction per use case, and everything that has to leave with it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db.tables import Audit, Feed, Idempotency, Outbox
from core.values import new_id

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class EventRoute(msgspec.Struct, frozen=True):
    """Where an event goes: to the company's feed when `outgoing`, and to the jobs that subscribed."""

    name: str
    outgoing: bool
    jobs: tuple[tuple[str, Callable[[Any], bool] | None], ...]
    """Name, and whether it wants this event; None: each."""


class Routing(msgspec.Struct, frozen=True):
    """Payload type -> destination; computed once by `assemble()`."""

    events: Mapping[type[msgspec.Struct], EventRoute]
    jobs: Mapping[type[msgspec.Struct], str]
    recorders: "Mapping[type[msgspec.Struct], Recorder]" = {}
    """Payload type of a job -> what notes its orders in the transaction that gives them."""
    wake_feed: str | None = None
    """The job to run after a transaction that put facts into the feed (the push to billing), if any."""


class IdempotencyClaim(msgspec.Struct, frozen=True):
    """Identifies a creating call; both are SHA-256 in hexadecimal."""

    key_hash: str
    body_hash: str


class Kept(msgspec.Struct, frozen=True):
    """What is kept of an answered creating call."""

    body_hash: str
    status: int | None
    answer: bytes | None


KEPT = sa.select(Idempotency.body_hash, Idempotency.status, Idempotency.answer).where(
    Idempotency.key_hash == sa.bindparam("key_hash")
)


class AlreadyAnswered(Exception):
    """Another request with the same Idempotency-Key has committed meanwhile; its answer is to be repeated."""

    def __init__(self, kept: Kept, claim: IdempotencyClaim) -> None:
        super().__init__()
        self.kept, self.claim = kept, claim


class Waker(Protocol):
    """Told after a commit that jobs are waiting."""

    def wake(self) -> None: ...


class UnitOfWork:
    """An open transaction. Commits when its `async with` block ends well, rolls back otherwise.

    Events and jobs are written in bulk right before the commit, in the order in which they were given.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        routing: Routing,
        now: datetime,
        actor: str,
        claim: IdempotencyClaim | None = None,
        settings: Mapping[type[msgspec.Struct], msgspec.Struct] | None = None,
    ) -> None:
        self.connection = connection
        self._settings = settings or {}
        self.now = now
        self._routing = routing
        self._actor = actor
        self._claim = claim
        self._facts: list[dict[str, Any]] = []
        self._jobs: list[dict[str, Any]] = []
        self._recorded: list[tuple[msgspec.Struct, dict[str, Any]]] = []
        self._audit: list[dict[str, Any]] = []
        self._answered = False

    def settings(self, kind: type[S]) -> S:
        """The settings of a plugin, for what is given no context: `Dataset.apply`."""
        return cast(S, self._settings[kind])

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    # ---- statements
    async def execute(self, statement: sa.Executable, params: Any = None) -> sa.CursorResult[*tuple[Any, ...]]:
        """Runs a Core statement in the transaction; a list of dicts runs it for each of them in one round trip."""
        result: sa.CursorResult[*tuple[Any, ...]] = await self.connection.execute(statement, params)
        return result

    async def one(self, statement: sa.Select[*tuple[Any, ...]], params: Any = None) -> sa.Row[*tuple[Any, ...]] | None:
        """The only row of a select, or None."""
        row: sa.Row[*tuple[Any, ...]] | None = (await self.connection.execute(statement, params)).one_or_none()
        return row

    async def scalar(self, statement: sa.Select[*tuple[Any, ...]]) -> Any:
        """The first column of the first row of a select, or None."""
        return await self.connection.scalar(statement)

    def upsert(self, table: Any) -> "postgresql.Insert | sqlite.Insert":
        """An INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`, of this database's dialect."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def put(self, table: Any, key: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
        """Inserts rows (all with the same columns), or overwrites those that have their `key`."""
        if not rows:
            return
        insert = self.upsert(table)
        changed = {name: insert.excluded[name] for name in rows[0] if name not in key}
        await self.execute(insert.on_conflict_do_update(index_elements=list(key), set_=changed), list(rows))

    async def lock(self, name: str) -> None:
        """Serialises transactions by name until the commit. (On SQLite every writing transaction already is alone.)"""
        if not self.is_sqlite:
            await self.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part of the transaction that may fail alone: its statements and all that would leave with it are undone."""
        marks = [(leaving, len(leaving)) for leaving in self._leaving()]
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            for leaving, length in marks:
                del leaving[length:]
            raise

    def _leaving(self) -> tuple[list[Any], ...]:
        return self._facts, self._jobs, self._recorded, self._audit

    # ---- what leaves with the transaction
    def emit(self, event: msgspec.Struct, *, subject: str) -> str:
        """Publishes an event: to the jobs that subscribed and, if it is outgoing, to the company's feed.

        `subject` is the identifier of the thing the fact is about. Returns the fact's identifier.
        """
        route = self._routing.events[type(event)]
        fact_id = new_id()
        body = msgspec.json.encode(event)
        if route.outgoing:
            self._facts.append(
                {
                    "fact_id": fact_id,
                    "kind": route.name,
                    "subject": subject,
                    "occurred_at": self.now,
                    "body": body,
                }
            )
        for job, wants in route.jobs:
            if wants is not None and not wants(event):
                continue
            self._jobs.append(self._job_row(job, body, self.now, f"{fact_id}:{job}"))
        return fact_id

    def enqueue(
        self, command: msgspec.Struct, *, delay: timedelta = timedelta(0), dedup_key: str | None = None
    ) -> None:
        """Orders the job whose payload type this is. A second order with the same `dedup_key` is ignored for good."""
        job = self._routing.jobs[type(command)]
        key = None if dedup_key is None else f"{job}:{dedup_key}"
        row = self._job_row(job, msgspec.json.encode(command), self.now + delay, key)
        self._jobs.append(row)
        if type(command) in self._routing.recorders:
            self._recorded.append((command, row))

    def audit(self, action: str, subject: str, **details: Any) -> None:
        """Records the deed under the name of the actor. No secrets and no personal data in `details`."""
        self._audit.append(
            {
                "at": self.now,
                "actor": self._actor,
                "action": action,
                "subject": subject,
                "details": msgspec.json.encode(details),
            }
        )

    async def answer(self, result: T, status: int = 201) -> T:
        """Keeps the answer of a creating call, to be repeated to a retry with the same Idempotency-Key."""
        self._answered = True
        if self._claim:
            await self.connection.execute(
                sa.update(Idempotency)
                .where(Idempotency.key_hash == self._claim.key_hash)
                .values(status=status, answer=msgspec.json.encode(result))
            )
        return result

    # ---- life of the transaction
    async def begin(self) -> None:
        """Takes the claim of an Idempotency-Key, waiting for a concurrent holder of the same key to finish."""
        if self._claim is None:
            return
        statement = (
            self.upsert(Idempotency)
            .values(key_hash=self._claim.key_hash, body_hash=self._claim.body_hash, created_at=self.now)
            .on_conflict_do_nothing()
        )
        if (await self.connection.execute(statement)).rowcount == 0:
            row = (await self.connection.execute(KEPT, {"key_hash": self._claim.key_hash})).one()
            raise AlreadyAnswered(Kept(*row), self._claim)

    async def flush(self) -> bool:
        """Writes what leaves with the transaction. True if jobs wait."""
        if self._claim and not self._answered:
            raise RuntimeError("a creating use case must pass its result through uow.answer")
        if self._facts:
            await self.connection.execute(sa.insert(Feed), self._facts)
            if self._routing.wake_feed:
                self._jobs.append(self._job_row(self._routing.wake_feed, b"{}", self.now, None))
        if self._audit:
            await self.connection.execute(sa.insert(Audit), self._audit)
        if self._jobs:
            await self._order()
        return bool(self._jobs)

    async def _order(self) -> None:
        insert = self.upsert(Outbox).on_conflict_do_nothing()
        if not self._recorded:
            await self.connection.execute(insert, self._jobs)
            return
        # an order whose key was used before is ignored, so it must not be noted either
        taken = set((await self.connection.execute(insert.returning(Outbox.dedup_key), self._jobs)).scalars())
        noted: dict[type[msgspec.Struct], list[msgspec.Struct]] = {}
        for command, row in self._recorded:
            key = row["dedup_key"]
            if key is None or key in taken:
                taken.discard(key)  # of two orders with one key in this transaction the first counts
                noted.setdefault(type(command), []).append(command)
        for kind, commands in noted.items():
            await self._routing.recorders[kind](self, commands)

    def _job_row(self, job: str, payload: bytes, due: datetime, dedup_key: str | None) -> dict[str, Any]:
        return {"job": job, "payload": payload, "due": due, "dedup_key": dedup_key, "created_at": self.now}


Recorder = Callable[[UnitOfWork, Sequence[Any]], Awaitable[None]]


def chunks(rows: Sequence[T], size: int) -> list[Sequence[T]]:
    """`rows` cut into pieces of at most `size`."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
