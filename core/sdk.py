"""All that a plugin may import, together with `core.ports` and the `public` modules of others.

A plugin is one subclass of `Hooks`. Every method is called once, at the start, and returns data; the host checks the
data, freezes them into a manifest and serves them. Nothing registers itself and nothing is imported for its effect.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import msgspec
import pluggy
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody as JSONBody

from core.clock import Clock as Clock
from core.commands import Command as Command
from core.commands import Told as Told
from core.context import Actor as Actor
from core.context import Context as Context
from core.context import Grant as Grant
from core.db.reader import Query as Query
from core.db.reader import Reader as Reader
from core.db.tables import Audit as Audit
from core.db.types import Base as Base
from core.db.types import Moment as Moment
from core.db.types import Money as Money
from core.db.types import Quantity as Quantity
from core.db.types import among as among
from core.db.types import any_of as any_of
from core.db.uow import UnitOfWork as UnitOfWork
from core.db.uow import chunks as chunks
from core.errors import FIELD_CHOICE as FIELD_CHOICE
from core.errors import FIELD_FORMAT as FIELD_FORMAT
from core.errors import FIELD_REQUIRED as FIELD_REQUIRED
from core.errors import FORBIDDEN as FORBIDDEN
from core.errors import INVALID as INVALID
from core.errors import NOT_FOUND as NOT_FOUND
from core.errors import TOO_MANY_REQUESTS as TOO_MANY_REQUESTS
from core.errors import UNAVAILABLE as UNAVAILABLE
from core.errors import ErrorKind as ErrorKind
from core.errors import FieldProblem as FieldProblem
from core.errors import Problem as Problem
from core.errors import RowError as RowError
from core.finishing import Superseded as Superseded
from core.finishing import finishing as finishing
from core.http.access import ACCOUNT as ACCOUNT
from core.http.access import PUBLIC as PUBLIC
from core.http.access import SESSION as SESSION
from core.http.access import permission as permission
from core.http.access import service as service
from core.http.access import staff as staff
from core.http.archives import zipped as zipped
from core.http.downloads import INLINE as INLINE
from core.http.downloads import download as download
from core.http.lists import Cursor as Cursor
from core.http.lists import Limit as Limit
from core.http.lists import Page as Page
from core.http.lists import decode_cursor as decode_cursor
from core.http.lists import page as page
from core.http.months import MONTH as MONTH
from core.http.months import Month as Month
from core.http.months import MonthFrom as MonthFrom
from core.http.months import MonthTo as MonthTo
from core.http.months import month_of as month_of
from core.http.routing import Ctx as Ctx
from core.http.routing import PathId as PathId
from core.http.routing import delete as delete
from core.http.routing import get as get
from core.http.routing import patch as patch
from core.http.routing import post as post
from core.http.routing import put as put
from core.importing import Importer as Importer
from core.importing import Validator as Validator
from core.importing import validate as validate
from core.screens import HISTORY as HISTORY
from core.screens import CardBlock as CardBlock
from core.screens import CardField as CardField
from core.screens import CardSection as CardSection
from core.screens import MenuSection as MenuSection
from core.screens import MonthSeries as MonthSeries
from core.values import Aware as Aware
from core.values import DecimalText as DecimalText
from core.values import Id as Id
from core.values import containing as containing
from core.values import exact as exact
from core.values import month_start as month_start
from core.values import new_id as new_id
from core.values import next_month as next_month
from core.values import plain as plain
from core.workbooks import XLSX as XLSX
from core.workbooks import Cell as Cell
from core.workbooks import Sheet as Sheet
from core.workbooks import pieces as pieces
from core.workbooks import workbook as workbook

P = TypeVar("P", bound=msgspec.Struct)
T = TypeVar("T")

ROLES = ("Администратор", "Руководитель", "Энергетик", "Бухгалтер")
"""The four roles on a contract (ROL-01)."""
ADMINISTRATOR = ROLES[0]
"""The role that one account at most holds on a contract, and that only staff gives."""


class Permission(msgspec.Struct, frozen=True):
    """What a role may do on a contract. `name` is `<plugin>.<verb>`; `roles` hold it unless the host says otherwise."""

    name: str
    title: str
    """What the role catalogue shows, in Russian."""
    roles: tuple[str, ...] = ROLES


class Later(Exception):
    """Raised by a job that cannot run yet: it is run again after `delay`, and this does not count as a failure."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(str(delay))
        self.delay = delay


class Every(msgspec.Struct, frozen=True):
    """A schedule: once per `interval`, or once a day `at` a business time. One run a slot over all replicas."""

    interval: timedelta = timedelta(days=1)
    at: time | None = None


class Job(Generic[P]):
    """Work that happens after a commit: on order (`uow.enqueue`), on an event (`on`), or on a schedule (`every`).

    `wants(event)`: whether an event that it is `on` concerns it; decided by the event alone, when it is published.
    It runs at least once for each order, so it must be idempotent. The one way to have its own effects exactly once is
    `async with finishing(ctx) as uow:` (the effects and the end of the job commit together).

    `record(uow, orders)` notes orders given with `uow.enqueue` in the very transaction that gives them; those that a
    `dedup_key` suppresses are not noted.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[Context, P], Awaitable[None]],
        payload: type[P],
        *,
        on: type[msgspec.Struct] | None = None,
        wants: Callable[[Any], bool] | None = None,
        every: Every | None = None,
        attempts: int | None = None,
        record: Callable[[UnitOfWork, Sequence[P]], Awaitable[None]] | None = None,
    ) -> None:
        self.name, self.run, self.payload = name, run, payload
        self.on, self.wants, self.every, self.attempts, self.record = on, wants, every, attempts, record


class Event(msgspec.Struct, frozen=True):
    """A fact of the past tense, `<plugin>.<what_happened>`. Outgoing events also enter the company's feed."""

    name: str
    payload: type[msgspec.Struct]
    outgoing: bool = False


class Letter(msgspec.Struct, frozen=True):
    """A kind of letter: Jinja templates of the subject and of the plain text. HTML is made from the text."""

    name: str
    subject: str
    text: str


class NotificationKind(msgspec.Struct, frozen=True):
    """A kind of notifications that a plugin raises (`core.notifications.public.Notify`): a bell entry and a letter.

    The switches govern letters only; the bell entry is always made.
    """

    name: str
    title: str
    """Title of its switch in the settings, in Russian: «О счетах»."""
    permission: str = ""
    """Of those who hold the contract only roles with this permission are told; empty: all."""
    email: bool = True
    """False: the bell only."""
    per_contract: bool = False
    """A client switches its letters for each contract."""
    default: bool = True
    """That switch as long as nobody has touched it."""
    master: bool = True
    """«E-mail уведомления» applies; False: what the client has asked for and gets in any case."""
    reminds: Literal["", "start", "end"] = ""
    """A reminder of the start or the end of the period of readings: its switch and its days (`reminded`) are offered
    while an enabled plugin declares such a kind."""


class Port(msgspec.Struct, frozen=True):
    """A port that a plugin (or the core) declares. `default` names the adapter when the host's TOML names none."""

    name: str
    protocol: type
    default: str = ""
    preferred: tuple[str, ...] = ()
    """Adapters of other plugins that answer before the default as soon as such a plugin is enabled."""


class AdapterHost(msgspec.Struct, frozen=True):
    """What an adapter may know of the host."""

    clock: Clock
    data_dir: Path
    base_url: str
    supplier: str


class Adapter(msgspec.Struct, frozen=True):
    """An implementation of a port: `make(settings, host)`. `settings` is decoded from `[adapters.<port>.<name>]`."""

    port: str
    name: str
    make: Callable[[Any, AdapterHost], Any]
    settings: type[msgspec.Struct] | None = None


class Reference(msgspec.Struct, frozen=True):
    """A column of a dataset's row that must name an existing row of another table."""

    field: str
    column: Any
    """The ORM column referred to, for example `Contract.id`."""


class Dataset(Generic[P]):
    """A kind of rows that the company's systems feed in, as NDJSON of `row` objects.

    With `table`: rows are upserted by `key`, columns taken from the fields of the same name (or from `values(row)`);
    a row `{"<key>": ..., "deleted": true}` removes. With `apply`: the plugin handles a batch itself, inside the
    loader's transaction, and answers row by row (None = accepted).
    """

    def __init__(
        self,
        name: str,
        row: type[P],
        *,
        title: str,
        table: type[Base] | None = None,
        key: tuple[str, ...] = ("id",),
        references: tuple[Reference, ...] = (),
        check: Callable[[P], RowError | None] | None = None,
        values: Callable[[P], dict[str, Any]] | None = None,
        apply: Callable[[UnitOfWork, Sequence[P]], Awaitable[Sequence[RowError | None]]] | None = None,
    ) -> None:
        if (table is None) == (apply is None):
            raise TypeError(f"dataset {name}: give either table or apply")
        self.name, self.row, self.title, self.table, self.key = name, row, title, table, key
        self.references, self.check, self.values, self.apply = references, check, values, apply


class Migrations(msgspec.Struct, frozen=True):
    """The folder of a plugin's migration scripts; its version table is `<plugin>_version`."""

    folder: Path


class Forgetter(msgspec.Struct, frozen=True):
    """Erases what a plugin holds of a person: `forget(uow, account_id)`, in the transaction that erases the account.

    It runs once the grace period of a closed account is over. What must go at once (contracts, roles, mailings) goes
    by a job on the event `identity.account_closed`. Keep facts that the company accounts for, without the person.
    """

    name: str
    """`<plugin>.<what>`"""
    forget: Callable[[UnitOfWork, str], Awaitable[None]]


hookspec = pluggy.HookspecMarker("abonent")


class Hooks:
    """Base class of a plugin, and the specification of its hooks. Override what you contribute.

    `name` prefixes everything that the plugin declares: permissions, jobs, events, errors, letters, datasets, tables
    and routes (`/api/v1/<name>/...`, `/api/v1/staff/<name>/...`, `/api/v1/exchange/<name>/...`).
    """

    name: str
    needs: tuple[str, ...] = ()
    """Other plugins whose `public` this one imports."""
    places: tuple[str, ...] = ()
    """First path segments under `/api/v1/` that the plugin owns; empty: its name."""

    @hookspec
    def settings(self) -> type[msgspec.Struct] | None:
        """The Struct that `[plugins.<name>]` of the host's TOML is decoded into. Unknown keys stop the start."""
        return None

    @hookspec
    def errors(self) -> Sequence[ErrorKind]:
        """The plugin's catalogue of problems."""
        return ()

    @hookspec
    def permissions(self) -> Sequence[Permission]:
        """Permissions, with the roles that hold them by default."""
        return ()

    @hookspec
    def routes(self) -> Sequence[HTTPRouteHandler]:
        """HTTP handlers, made with `get`, `post`, `put`, `patch`, `delete`."""
        return ()

    @hookspec
    def events(self) -> Sequence[Event]:
        """Events that the plugin publishes."""
        return ()

    @hookspec
    def jobs(self) -> Sequence[Job[Any]]:
        """Jobs, and the events or schedules that start them."""
        return ()

    @hookspec
    def letters(self) -> Sequence[Letter]:
        """Kinds of letters."""
        return ()

    @hookspec
    def notification_kinds(self) -> Sequence[NotificationKind]:
        """Kinds of notifications that the plugin raises."""
        return ()

    @hookspec
    def datasets(self) -> Sequence[Dataset[Any]]:
        """Datasets that the company's systems may feed in."""
        return ()

    @hookspec
    def card_sections(self) -> Sequence[CardSection]:
        """Sections of the contract's card, shown in the order of the plugins."""
        return ()

    @hookspec
    def menu_sections(self) -> Sequence[MenuSection]:
        """Sections of the menu, and tabs of «История»."""
        return ()

    @hookspec
    def month_series(self) -> Sequence[MonthSeries]:
        """Figures by month for the picture of a contract's consumption and charges."""
        return ()

    @hookspec
    def importers(self) -> Sequence[Importer[Any]]:
        """Kinds of files that clients may send, and how each is read, checked and taken over."""
        return ()

    @hookspec
    def validators(self) -> Sequence[Validator[Any]]:
        """Further rules for what another plugin is about to take: a supplier's own conditions."""
        return ()

    @hookspec
    def commands(self) -> Sequence[Command[Any]]:
        """What the operator may do on the command line: `abonent <plugin> <command>`."""
        return ()

    @hookspec
    def ports(self) -> Sequence[Port]:
        """Ports that the plugin declares (and calls)."""
        return ()

    @hookspec
    def requires(self) -> Sequence[type]:
        """Protocols of the ports that the plugin calls; the start fails when one has no adapter."""
        return ()

    @hookspec
    def adapters(self) -> Sequence[Adapter]:
        """Implementations of ports."""
        return ()

    @hookspec
    def forgetters(self) -> Sequence[Forgetter]:
        """How the plugin erases the personal data that it holds of an account."""
        return ()

    @hookspec
    def migrations(self) -> Migrations | None:
        """The plugin's migrations, if it has tables."""
        return None
