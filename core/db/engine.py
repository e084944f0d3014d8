"""Opens a database by its URL. SQLite is the embedded default, PostgreSQL the production choice."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from core.db.reader import PostgresReader, Reader, SqliteReader

_WAL_ATTEMPTS, _WAL_PAUSE_SECONDS = 200, 0.05


class Database:
    """The writer engine and the reader of one database. Belongs to the event loop that opened it."""

    writer: AsyncEngine
    reader: Reader

    def __init__(self, url: str, *, pool_size: int = 10, lock_seconds: float = 15) -> None:
        parsed = sa.make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.writer, self.reader = _sqlite(parsed, lock_seconds)
        else:
            self.writer, self.reader = _postgres(parsed, pool_size)

    async def open(self) -> None:
        await self.reader.open()

    async def close(self) -> None:
        await self.reader.close()
        await self.writer.dispose()


def _sqlite(url: sa.URL, lock_seconds: float) -> tuple[AsyncEngine, Reader]:
    path = url.database or ""
    if not path or path == ":memory:":
        raise ValueError("SQLite needs a file: sqlite:///var/abonent.db")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # One writing connection: its pool is a fair queue, where several would busy-wait on the file's lock.
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"timeout": lock_seconds},
    )
    sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    sa.event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine, SqliteReader(path)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor: sqlite3.Cursor = connection.cursor()
    _switch_to_wal(cursor)
    for pragma in ("synchronous=normal", "foreign_keys=on"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    """Makes a new file a WAL file, which it stays. SQLite does not wait for the lock here, so we do."""
    for left in range(_WAL_ATTEMPTS, -1, -1):
        try:
            cursor.execute("PRAGMA journal_mode=wal")
            return
        except sqlite3.OperationalError as error:
            if not left or "locked" not in str(error):
                raise
        await_only(asyncio.sleep(_WAL_PAUSE_SECONDS))


def _begin_immediate(connection: sa.Connection) -> None:
    # A deferred transaction that reads and then writes fails with "database is locked" when another wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres(url: sa.URL, pool_size: int) -> tuple[AsyncEngine, Reader]:
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged: what clients have entered is not
        connect_args={"command_timeout": 60},
    )
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return engine, PostgresReader(dsn, pool_size)
