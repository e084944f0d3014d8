"""The queries of every screen are steps into indexes, whatever the size of the tables."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.db.reader import PostgresReader, Query
from core.testing.cabinet import Cabinet
from plugins.isu import store
from plugins.isu.store import archives, feeds, journal
from tests.plans import indexes, plan, scanned

TODAY = {"today": date(2026, 1, 25)}
PAGE = {"after": "", "after_id": "", "limit": 21}
VIEWER = {"viewer_id": "a", "viewer_roles": ["Энергетик"]}
SCOPE = {"contract_id": "C-1", "everything": True, "objects": [], **TODAY}
RANGE = {"since": date(2026, 1, 1), "until": date(2026, 1, 31)}
MONTH = {"since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2026, 2, 1, tzinfo=UTC)}
AFTER = {"after": datetime(2026, 1, 1, tzinfo=UTC), "after_journal": "", "after_code": -1, "after_id": ""}
FILTER = {"every_kind": False, "journals": ["0.0.99.98.0.255"], "whatever": False, "critical": True}
EVENTS = {"device_id": "D-1", **MONTH, **AFTER, **FILTER, "limit": 101}

QUERIES: dict[str, tuple[Query[Any], dict[str, Any], str]] = {
    "contracts": (store.CONTRACTS, {**PAGE, **VIEWER, **TODAY}, "ix_isu_node_contract"),
    "chosen": (store.CHOSEN, {"contract_id": "C-1", **VIEWER, **TODAY}, "ix_isu_node_contract"),
    "trees": (store.TREES, {"contract_id": "C-1", **PAGE, **VIEWER, **TODAY}, "ix_contracts_energy_object_order"),
    "named": (
        store.TREES_NAMED,
        {"contract_id": "C-1", "pattern": "%x%", **PAGE, **VIEWER, **TODAY},
        "ix_isu_node_contract",
    ),
    "whole": (store.WHOLE, {"trees": ["O-1"], "levels": 4, **TODAY}, "ix_isu_node_tree"),
    "children": (store.CHILDREN, {**SCOPE, **PAGE, "object_id": "O-1", "level": 1}, "ix_isu_node_children"),
    "node": (
        store.NODE,
        {**SCOPE, "object_id": "D-1", "level": 3},
        "pk_isu_node|sqlite_autoindex_isu_node_1|ix_isu_node_contract",
    ),
    "newest": (store.NEWEST, {"device_id": "D-1"}, "pk_isu_reading|sqlite_autoindex_isu_reading_1"),
    "archived": (
        store.ARCHIVED,
        {"device_id": "D-1", "kind": "current", "channels": ["A+"], **RANGE},
        "pk_isu_reading|sqlite_autoindex_isu_reading_1",
    ),
    "moments": (
        store.MOMENTS,
        {
            "device_id": "D-1",
            "kind": "current",
            "channels": ["A+"],
            **RANGE,
            "starts_at": datetime(2026, 1, 1, tzinfo=UTC),
            "ends_at": datetime(2026, 2, 1, tzinfo=UTC),
        },
        "pk_isu_reading|sqlite_autoindex_isu_reading_1",
    ),
    "events": (journal.EVENTS, EVENTS, "ix_isu_event_journal"),
    "mine": (archives.MINE, {"account_id": "a", "contract_id": "C-1", "device_id": "D-1"}, "ix_isu_archive_account_id"),
    "old": (archives.OLD, {"before": datetime(2026, 1, 1, tzinfo=UTC)}, "ix_isu_archive_created_at"),
    "parked": (feeds.PARKED_LIST, {"after": "", "limit": 51}, "pk_isu_parked|sqlite_autoindex_isu_parked_1"),
}


async def test_no_screen_walks_through_a_table(cabinet: Cabinet) -> None:
    for name, (query, params, index) in QUERIES.items():
        steps = await plan(cabinet.runtime, query, **params)
        assert not scanned(steps), (name, steps)
        if cabinet.runtime.database.is_sqlite:  # among the indexes of a table that small PostgreSQL takes any
            assert indexes(steps) & set(index.split("|")), (name, steps)


@pytest.mark.requirement("ISU-13")
async def test_the_journal_is_read_from_its_index_alone_and_in_its_order(cabinet: Cabinet) -> None:
    steps = await plan(cabinet.runtime, journal.EVENTS, **EVENTS)
    only = "Index Only Scan" if isinstance(cabinet.runtime.database.reader, PostgresReader) else "USING COVERING INDEX"
    assert any(f"{only}" in step and "ix_isu_event_journal" in step for step in steps), steps
    assert not [step for step in steps if "Sort" in step or "TEMP B-TREE" in step], steps
    steps = await plan(cabinet.runtime, store.TREES, **QUERIES["trees"][1])
    assert not [step for step in steps if "Sort" in step or "TEMP B-TREE" in step], steps
