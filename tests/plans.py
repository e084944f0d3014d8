"""How a database would run a query: which tables it would walk through for want of an index."""

import re
from typing import Any

from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect

from core.context import Runtime
from core.db.reader import PostgresReader
from core.sdk import Query

_TABLE = r"(?:core|identity|contracts|roles|notifications|help|readings|isu|appeals|edo)_\w+"


async def plan(runtime: Runtime, query: Query[Any], **params: Any) -> list[str]:
    """The steps of the plan. PostgreSQL plans by statistics and scans small tables: here it may do so only for want of
    an index."""
    if isinstance(reader := runtime.database.reader, PostgresReader):
        compiled = query.compiled(asyncpg_dialect())  # type: ignore[no-untyped-call]
        async with reader.pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL enable_seqscan = off")
            await connection.execute("SET LOCAL jit = off")
            rows = await connection.fetch(f"EXPLAIN {compiled.sql}", *compiled.arguments(params))
        return [str(row[0]).strip() for row in rows]
    compiled = query.compiled(sqlite_dialect())
    async with runtime.database.writer.connect() as connection:
        found = await connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled.sql}", tuple(compiled.arguments(params))
        )
        return [str(row._mapping["detail"]) for row in found]


def scanned(steps: list[str]) -> list[str]:
    """The steps that walk through a whole table."""
    return [step for step in steps if re.search(rf"Seq Scan on {_TABLE}|^SCAN {_TABLE}$", step)]


def indexes(steps: list[str]) -> set[str]:
    """The indexes in use."""
    named = re.compile(r"Index (?:Only )?Scan(?: Backward)? using (\w+)|Bitmap Index Scan on (\w+)|INDEX (\w+)")
    return {name for step in steps for found in named.findall(step) for name in found if name}
