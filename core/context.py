"""What a use case is given: the actor, the moment, the databases, the ports. The same for requests and for jobs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar, cast
from zoneinfo import ZoneInfo

import msgspec

from core.clock import Clock, business_day
from core.db.engine import Database
from core.db.outbox import JobRun
from core.db.reader import Reader
from core.db.uow import IdempotencyClaim, Routing, UnitOfWork, Waker
from core.errors import NOT_FOUND, Language, Problem
from core.secrets import Secrets

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class Actor(msgspec.Struct, frozen=True):
    """Who acts. `scopes` are what a member of staff or a service account may do."""

    kind: Literal["anonymous", "client", "staff", "service", "system"]
    id: str
    session_id: str = ""
    scopes: frozenset[str] = frozenset()
    step: str = "done"
    """A client's next onboarding step: personal_data, phone, done."""
    email_confirmed: bool = True

    @property
    def label(self) -> str:
        """How the audit trail names the actor."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


ANONYMOUS = Actor("anonymous", "")
SYSTEM = Actor("system", "")


class Grant(msgspec.Struct, frozen=True):
    """What the actor holds on the contract named in the path: a role, over all or some of its energy objects."""

    contract_id: str
    role: str
    objects: tuple[str, ...] | None = None
    """None: every energy object of the contract."""


@dataclass(slots=True)
class Runtime:
    """The running host: what `assemble()` froze, with the resources opened for one event loop."""

    database: Database
    clock: Clock
    secrets: Secrets
    zone: ZoneInfo
    base_url: str
    supplier: str
    """The supplier's name as letters show it."""
    secure_cookies: bool
    data_dir: Path
    routing: Routing
    permissions: Mapping[str, frozenset[str]]
    """Permission -> the roles that hold it."""
    settings: Mapping[type[msgspec.Struct], msgspec.Struct]
    ports: Mapping[type, Any]
    contributions: Mapping[type, tuple[Any, ...]] = field(default_factory=dict)
    """Everything that the plugins declared, by type of declaration."""
    wakers: list[Waker] = field(default_factory=list)

    @asynccontextmanager
    async def transaction(self, actor: str, claim: IdempotencyClaim | None = None) -> AsyncIterator[UnitOfWork]:
        """A unit of work on this host's database."""
        async with self.database.writer.begin() as connection:
            uow = UnitOfWork(connection, self.routing, self.clock.now(), actor, claim, self.settings)
            await uow.begin()
            yield uow
            waiting = await uow.flush()
        if waiting:
            for waker in self.wakers:
                waker.wake()


@dataclass(slots=True)
class Context:
    """First argument of every service. Cheap to make: one per request, one per run of a job."""

    runtime: Runtime
    actor: Actor = SYSTEM
    grant: Grant | None = None
    language: Language = "ru"
    request_id: str = ""
    address: str = ""
    """Network address of the caller, empty in a job."""
    user_agent: str = ""
    claim: IdempotencyClaim | None = None
    claimed: bool = False
    job: JobRun | None = None
    """Set in a job: which run this is."""

    def uow(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """`async with ctx.uow() as uow:` one transaction; commits at the end of the block.

        The first one of a creating call takes its Idempotency-Key.
        """
        claim = None if self.claimed else self.claim
        self.claimed = True
        return self.runtime.transaction(self.actor.label, claim)

    @property
    def reader(self) -> Reader:
        """Reads outside of a transaction."""
        return self.runtime.database.reader

    @property
    def secrets(self) -> Secrets:
        return self.runtime.secrets

    def now(self) -> datetime:
        return self.runtime.clock.now()

    def today(self) -> date:
        """The business day: the calendar day in the supplier's time zone."""
        return business_day(self.runtime.clock.now(), self.runtime.zone)

    def settings(self, kind: type[S]) -> S:
        """The settings of a plugin, decoded at the start."""
        return cast(S, self.runtime.settings[kind])

    def port(self, protocol: type[T]) -> T:
        """The one adapter that the host chose for a port."""
        return cast(T, self.runtime.ports[protocol])

    def declared(self, kind: type[T]) -> tuple[T, ...]:
        """All declarations of a kind, in the order of the plugins: letters, datasets, permissions."""
        return self.runtime.contributions.get(kind, ())

    def visible(self, permission: str) -> dict[str, Any]:
        """Parameters of a query filtered by `visible_contract()`: the contracts where the actor holds `permission`."""
        return {"viewer_id": self.actor.id, "viewer_roles": sorted(self.runtime.permissions[permission])}

    @property
    def granted(self) -> Grant:
        """The grant that the route's permission was checked against."""
        if self.grant is None:
            raise Problem(NOT_FOUND)
        return self.grant
