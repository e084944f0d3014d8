"""Listing and counting go by indexes, however many notifications there are."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect

from core.notifications import store
from core.sdk import Query
from core.testing.cabinet import Cabinet

ME = {"account_id": "a", "now": None}
PLANNED: dict[str, tuple[Query[Any], dict[str, Any]]] = {
    "list": (store.ENTRIES, {**ME, "group": -1, "after": "", "limit": 51}),
    "next page": (store.ENTRIES, {**ME, "group": 0, "after": "x", "limit": 51}),
    "counter": (store.UNREAD, ME),
    "modals": (store.PENDING, {**ME, "form": "modal"}),
    "file": (store.FILE, {**ME, "notice_id": "n", "file_id": "f"}),
    "files": (store.FILES, {"notices": ["n"]}),
    "publications": (store.PUBLICATIONS, {"after": None, "limit": 51}),
    "contracts": (store.CONTRACTS, {"account_id": "a", "number": "", "id": "", "limit": 51}),
    "recipients": (store.RECIPIENTS, {"accounts": ["a"], "contract_id": "", "kind": "k"}),
    "holders": (store.HOLDERS, {"contract_id": "C", "kind": "k", "roles": ["r"], "energy_object_id": ""}),
    "letters to": (store.DELIVERIES[("email",)], {"email": "e", "after": None, "limit": 51}),
    "letters in a state": (store.DELIVERIES[("state",)], {"state": "sent", "after": None, "limit": 51}),
}


@pytest.mark.parametrize("name", PLANNED)
async def test_the_plan_uses_indexes(cabinet: Cabinet, name: str) -> None:
    query, params = PLANNED[name]
    if cabinet.runtime.database.writer.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by statistics: on tables this small it scans")
    if "now" in params:
        params = params | {"now": cabinet.clock.now()}
    compiled = query.compiled(sqlite_dialect())
    async with cabinet.runtime.database.writer.connect() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled.sql}", tuple(compiled.arguments(params)))
        steps = [str(row._mapping["detail"]) for row in plan]
    tables = "notifications_|contracts_|identity_"
    # the newest publications are read along their index, up to a page; nothing else is walked through
    allowed = "SCAN notifications_notice USING INDEX ix_notifications_notice_published"
    assert not [step for step in steps if re.match(rf"SCAN ({tables})", step) and step != allowed], steps
    assert any(re.match(rf"SEARCH ({tables}).*INDEX", step) for step in steps) or name == "publications", steps


async def test_a_scan_would_be_noticed(cabinet: Cabinet) -> None:
    if cabinet.runtime.database.writer.dialect.name != "sqlite":
        pytest.skip("as above")
    async with cabinet.runtime.database.writer.connect() as connection:
        plan = await connection.execute(
            sa.text("EXPLAIN QUERY PLAN SELECT * FROM notifications_notice WHERE topic = ''")
        )
        assert re.match("SCAN notifications_notice$", str(plan.one()._mapping["detail"]))
