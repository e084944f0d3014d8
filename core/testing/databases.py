"""A database for each test, cloned from one that was migrated once. Removed afterwards.

SQLite by default; with ABONENT_TEST_POSTGRES set to the URL of a server, PostgreSQL. Nothing else differs.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import sqlalchemy as sa

Prepare = Callable[[str], Coroutine[Any, Any, None]]
_DISCONNECT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%\\_version'"
POSTGRES_ENV = "ABONENT_TEST_POSTGRES"


class Databases:
    """Makes databases out of a prepared template."""

    def __init__(self, folder: Path, prepare: Prepare) -> None:
        self._server = os.environ.get(POSTGRES_ENV, "")
        self._folder = folder
        self._template = f"abonent_template_{uuid4().hex[:12]}"
        self._prepare = prepare
        self._made: set[str] = set()
        self._free: list[str] = []

    def open(self) -> None:
        """Creates and prepares the template."""
        if self._server:
            asyncio.run(self._command(f'CREATE DATABASE "{self._template}"'))
        asyncio.run(self._prepare(self._url(self._template)))

    def close(self) -> None:
        """Removes the template and the copies."""
        if self._server:
            for name in (self._template, *self._made):
                asyncio.run(self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def clone(self) -> Iterator[str]:
        """The URL of a fresh copy, for a generator fixture."""
        name = f"abonent_test_{uuid4().hex[:12]}"
        if not self._server:
            shutil.copyfile(self._path(self._template), self._path(name))
            yield self._url(name)
            for suffix in ("", "-wal", "-shm"):
                self._path(name).with_name(self._path(name).name + suffix).unlink(missing_ok=True)
            return
        name = self._free.pop() if self._free else name
        if name not in self._made:
            asyncio.run(self._command(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"'))
            # waiting for the disk, which no test can take away, was two fifths of the time
            asyncio.run(self._command(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
            self._made.add(name)
        yield self._url(name)
        asyncio.run(self._empty(name))
        self._free.append(name)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.db"

    def _url(self, name: str) -> str:
        if not self._server:
            return f"sqlite:///{self._path(name)}"
        return sa.make_url(self._server).set(database=name).render_as_string(hide_password=False)

    async def _empty(self, name: str) -> None:
        """Makes a used copy as new; several times as fast as another copy."""
        connection = await asyncpg.connect(self._url(name))
        try:
            await connection.execute(_DISCONNECT)
            tables = await connection.fetch(_TABLES)
            deletes = "".join(f'DELETE FROM "{row["tablename"]}";' for row in tables)  # noqa: S608 - our own names
            await connection.execute(f"SET session_replication_role = replica; {deletes}")
        finally:
            await connection.close()

    async def _command(self, sql: str) -> None:
        connection = await asyncpg.connect(self._server)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
