"""Lists, counters and dialogues go by indexes, however many appeals others have."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.sdk import Query
from core.testing.cabinet import Cabinet
from plugins.appeals.store import appeals, lists
from tests.plans import indexes, plan, scanned

MOMENT = datetime(2026, 1, 25, tzinfo=UTC)
AT = {"contract_id": "C-1", "every": False, "wanted": "x", "viewer_id": "a", "viewer_roles": ["Энергетик"]}
PLANNED: dict[str, tuple[Query[Any], dict[str, Any], str]] = {
    "tab": (
        appeals.TAB,
        {"account_id": "a", "tab": "open", "before": MOMENT, "before_id": "", "limit": 51},
        "ix_appeals_appeal_list",
    ),
    "unread": (appeals.UNREAD, {"account_id": "a"}, "ix_appeals_appeal_unread"),
    "queue": (
        appeals.QUEUE,
        {"tab": "open", "resolution": "Принято", "after": MOMENT, "after_id": "", "limit": 51},
        "ix_appeals_appeal_queue",
    ),
    "messages": (appeals.MESSAGES, {"appeal_id": "a"}, ""),
    "files": (appeals.FILES, {"appeal_id": "a"}, "ix_appeals_file_appeal"),
    "blocks": (appeals.BLOCKS, {"appeal_id": "a"}, "ix_appeals_block_appeal"),
    "objects": (lists.OBJECTS, AT, ""),
    "devices": (lists.DEVICES, AT, ""),
}


@pytest.mark.parametrize("name", PLANNED)
async def test_the_plan_uses_indexes(cabinet: Cabinet, name: str) -> None:
    query, params, index = PLANNED[name]
    steps = await plan(cabinet.runtime, query, **params)
    assert scanned(steps) == [], steps
    if cabinet.runtime.database.is_sqlite:  # among the indexes of a table that small PostgreSQL takes any
        assert not index or index in indexes(steps), steps
