"""Transactions of PostgreSQL that wait for one another, one step at a time."""

import asyncio
import os

import asyncpg
import pytest

from core.testing.databases import POSTGRES_ENV

on_postgres = pytest.mark.skipif(
    not os.environ.get(POSTGRES_ENV), reason=f"needs {POSTGRES_ENV}: on SQLite writers are one after the other"
)


async def waited_for(connection: asyncpg.Connection) -> None:
    """Returns when another transaction waits for this connection's."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    async with asyncio.timeout(20):
        while not await connection.fetchval(waiting):
            await asyncio.sleep(0.01)
