"""Listing and counting go by indexes, however many notifications there are.

SQLite tells its plan of empty tables; PostgreSQL plans by statistics, so it is asked in a crowd, and what it read is
counted.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as postgres_dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect

from core.db.reader import PostgresReader
from core.notifications import store
from core.notifications.models import Notice
from core.sdk import Query
from core.testing.cabinet import Cabinet
from tests.core.notifications.crowd import CLIENTS, NEWS, SEEDED, settle

ME = {"account_id": "a000777", "now": None}
PLANNED: dict[str, tuple[Query[Any], dict[str, Any]]] = {
    "list": (store.ENTRIES, {**ME, "group": -1, "after": "", "limit": 51}),
    "next page": (store.ENTRIES, {**ME, "group": 0, "after": "news000010", "limit": 51}),
    "counter": (store.UNREAD, ME),
    "modals": (store.PENDING, {**ME, "form": "modal"}),
    "file": (store.FILE, {**ME, "notice_id": "n000777", "file_id": "f000777"}),
    "files": (store.FILES, {"notices": ["n000777", "n000778"]}),
    "publications": (store.PUBLICATIONS, {"after": None, "limit": 51}),
    "contracts": (store.CONTRACTS, {"account_id": "a000777", "number": "", "id": "", "limit": 51}),
    "recipients": (store.RECIPIENTS, {"accounts": ["a000777"], "contract_id": "", "kind": "k"}),
    "holders": (store.HOLDERS, {"contract_id": "c000777", "kind": "k", "roles": ["Энергетик"], "energy_object_id": ""}),
    "letters to": (store.DELIVERIES[("email",)], {"email": "a000777@example.ru", "after": None, "limit": 51}),
    "letters in a state": (store.DELIVERIES[("state",)], {"state": "failed", "after": None, "limit": 51}),
}


async def test_every_plan_goes_by_indexes(cabinet: Cabinet) -> None:
    reader = cabinet.runtime.database.reader
    if isinstance(reader, PostgresReader):
        async with cabinet.runtime.database.writer.begin() as connection:
            await settle(connection)
    for name, (query, params) in PLANNED.items():
        given = params | ({"now": cabinet.clock.now()} if "now" in params else {})
        if isinstance(reader, PostgresReader):
            await _few_rows_are_read(reader, name, query, given)
        else:
            await _tables_are_searched(cabinet, name, query, given)


# ---- SQLite
async def _tables_are_searched(cabinet: Cabinet, name: str, query: Query[Any], params: dict[str, Any]) -> None:
    compiled = query.compiled(sqlite_dialect())
    async with cabinet.runtime.database.writer.connect() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled.sql}", tuple(compiled.arguments(params)))
        steps = [str(row._mapping["detail"]) for row in plan]
    tables = "notifications_|contracts_|identity_"
    # the newest publications are read along their index, up to a page; nothing else is walked through
    allowed = "SCAN notifications_notice USING INDEX ix_notifications_notice_published"
    assert not [step for step in steps if re.match(rf"SCAN ({tables})", step) and step != allowed], (name, steps)
    searched = any(re.match(rf"SEARCH ({tables}).*INDEX", step) for step in steps)
    assert searched or name == "publications", (name, steps)


# ---- PostgreSQL
async def _few_rows_are_read(reader: PostgresReader, name: str, query: Query[Any], params: dict[str, Any]) -> None:
    compiled = query.compiled(postgres_dialect())  # type: ignore[no-untyped-call]
    said = await reader.pool.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled.sql}", *compiled.arguments(params))
    nodes = list(_nodes(json.loads(said)[0]["Plan"]))
    scans = [one for one in nodes if one["Node Type"] == "Seq Scan" and one["Relation Name"] in SEEDED]
    assert not scans, (name, scans)
    assert nodes[0]["Actual Rows"] > 0, f"{name}: nothing was found, so nothing is proven"
    read = sum(_rows(one) for one in nodes if "Relation Name" in one)
    assert read <= 12 * NEWS < CLIENTS / 20, (name, read)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _rows(node: dict[str, Any]) -> float:
    """Rows that a step has looked at, over all of its runs."""
    each: float = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    loops: float = node["Actual Loops"]
    return each * loops


async def test_a_scan_would_be_noticed(cabinet: Cabinet) -> None:
    reader = cabinet.runtime.database.reader
    scan = sa.text("EXPLAIN QUERY PLAN SELECT * FROM notifications_notice WHERE topic = ''")
    async with cabinet.runtime.database.writer.begin() as connection:
        if not isinstance(reader, PostgresReader):
            plan = await connection.execute(scan)
            assert re.match("SCAN notifications_notice$", str(plan.one()._mapping["detail"]))
            return
        await settle(connection)
    by_text = Query(sa.select(Notice.id).where(Notice.topic == sa.bindparam("topic")), str)
    with pytest.raises(AssertionError, match="Seq Scan"):
        await _few_rows_are_read(reader, "by text", by_text, {"topic": "x"})
