"""Hot reads: a Core select is compiled once per database and run on the driver itself.

On PostgreSQL that is a prepared statement of an asyncpg pool, on SQLite a `sqlite3` connection in a small pool of
threads. Both skip the session, the result object and the per-row attribute access that cost most of an ORM read.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as _asyncpg_dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect as _sqlite_dialect

T = TypeVar("T")
R = TypeVar("R")

_PG = _asyncpg_dialect()  # type: ignore[no-untyped-call]
_LITE = _sqlite_dialect()
_Converter = Callable[[Any], Any]


class Query(Generic[T]):
    """A select and the type of its rows: a module-level constant of a `store.py`.

    `into` is called with the columns in the order of the select; parameters are the select's named bindparams.
    """

    def __init__(
        self, statement: sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]], into: Callable[..., T]
    ) -> None:
        self.statement = statement
        self.into = into
        self._compiled: dict[str, _Compiled] = {}

    def compiled(self, dialect: sa.Dialect) -> "_Compiled":
        """The statement for one dialect; compiled at the first use."""
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _Compiled(self.statement, dialect)
        return found


class _Compiled:
    """SQL text, the order of its parameters, and what has to be converted on the way in and out."""

    def __init__(self, statement: Any, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self._order: list[str] = list(compiled.positiontup or ())
        self._constants: dict[str, Any] = dict(compiled.construct_params(_check=False))
        self._binders = {
            name: binder
            for bind, name in compiled.bind_names.items()
            if (binder := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        for name, binder in self._binders.items():
            if self._constants.get(name) is not None:
                self._constants[name] = binder(self._constants[name])
        # asyncpg decodes every type that we use by itself; SQLite knows neither decimals nor moments
        columns = statement.selected_columns if dialect.name == "sqlite" else ()
        self.converters: list[tuple[int, _Converter]] = [
            (index, converter)
            for index, column in enumerate(columns)
            if (converter := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def arguments(self, params: dict[str, Any]) -> list[Any]:
        unknown = params.keys() - self._constants.keys()
        if unknown:
            raise TypeError(f"the query has no parameter {sorted(unknown)}")
        bound = self._constants | {
            name: self._binders[name](value) if name in self._binders else value for name, value in params.items()
        }
        return [bound[name] for name in self._order]

    def rows(self, records: Sequence[Sequence[Any]], into: Callable[..., R]) -> list[R]:
        if not self.converters:
            return [into(*record) for record in records]
        made = []
        for record in records:
            values = list(record)
            for index, convert in self.converters:
                if (value := values[index]) is not None:
                    values[index] = convert(value)
            made.append(into(*values))
        return made


class Reader(Protocol):
    """Runs queries outside of any transaction; sees what is committed."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def all(self, query: Query[T], /, **params: Any) -> list[T]:
        """Every row."""
        ...

    async def first(self, query: Query[T], /, **params: Any) -> T | None:
        """The first row or None."""
        ...

    def stream(self, query: Query[T], /, *, size: int = 1000, **params: Any) -> AsyncIterator[list[T]]:
        """Batches of at most `size` rows from one consistent snapshot, in bounded memory."""
        ...


class _ReadingConnection(asyncpg.Connection):  # type: ignore[misc]
    """Reading leaves nothing behind in a session: resetting it after every query would be a second round trip."""

    def get_reset_query(self) -> str:
        return ""


async def _take_numbers_as_text(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """The driver makes a Decimal of the binary form by way of a text of its own, which takes twice as long."""
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=Decimal, format="text")


class PostgresReader:
    """Reads through an asyncpg pool of its own."""

    def __init__(self, dsn: str, size: int) -> None:
        self._dsn, self._size = dsn, size
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=self._size,
            command_timeout=30,
            connection_class=_ReadingConnection,
            init=_take_numbers_as_text,
            max_cached_statement_lifetime=0,  # the queries are constants; each would be planned anew every five minutes
        )

    async def close(self) -> None:
        if self._pool:
            await self._pool.close()

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._pool is None:
            raise RuntimeError("the database is not open")
        return self._pool

    async def all(self, query: Query[T], /, **params: Any) -> list[T]:
        compiled = query.compiled(_PG)
        records = await self.pool.fetch(compiled.sql, *compiled.arguments(params))
        return compiled.rows(records, query.into)

    async def first(self, query: Query[T], /, **params: Any) -> T | None:
        compiled = query.compiled(_PG)
        record = await self.pool.fetchrow(compiled.sql, *compiled.arguments(params))
        return None if record is None else compiled.rows([record], query.into)[0]

    async def stream(self, query: Query[T], /, *, size: int = 1000, **params: Any) -> AsyncIterator[list[T]]:
        compiled = query.compiled(_PG)
        async with self.pool.acquire() as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(compiled.sql, *compiled.arguments(params))
            while records := await cursor.fetch(size):
                yield compiled.rows(records, query.into)


class SqliteReader:
    """Reads through `sqlite3` connections of a few threads; WAL lets them run beside the writer."""

    def __init__(self, path: str, threads: int = 4) -> None:
        self._path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None

    async def open(self) -> None:
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="reader")

    async def close(self) -> None:
        if self._pool:
            await asyncio.to_thread(self._pool.shutdown)
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
            self._opened.append(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=15, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA query_only=1")
        return connection

    async def _run(self, work: Callable[[], R]) -> R:
        if self._pool is None:
            raise RuntimeError("the database is not open")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def all(self, query: Query[T], /, **params: Any) -> list[T]:
        compiled = query.compiled(_LITE)
        arguments = compiled.arguments(params)
        return await self._run(
            lambda: compiled.rows(self._connection().execute(compiled.sql, arguments).fetchall(), query.into)
        )

    async def first(self, query: Query[T], /, **params: Any) -> T | None:
        compiled = query.compiled(_LITE)
        arguments = compiled.arguments(params)

        def work() -> T | None:
            cursor = self._connection().execute(compiled.sql, arguments)
            record = cursor.fetchone()
            cursor.close()  # an unfinished cursor would hold its snapshot open
            return None if record is None else compiled.rows([record], query.into)[0]

        return await self._run(work)

    async def stream(self, query: Query[T], /, *, size: int = 1000, **params: Any) -> AsyncIterator[list[T]]:
        compiled = query.compiled(_LITE)
        connection = await self._run(self._connect)
        try:
            cursor = await self._run(lambda: connection.execute(compiled.sql, compiled.arguments(params)))
            while records := await self._run(lambda: cursor.fetchmany(size)):
                yield compiled.rows(records, query.into)
        finally:
            connection.close()
