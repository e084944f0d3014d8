"""Lists, documents and what goes through operators are found by indexes, however many documents others have."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.sdk import Query
from core.testing.cabinet import Cabinet
from plugins.edo import store
from plugins.edo.store import operators
from tests.plans import indexes, plan, scanned

VIEWER = {"viewer_id": "a", "viewer_roles": ["Бухгалтер"]}
LIST: dict[str, Any] = {
    **VIEWER,
    "states": ["awaiting"],
    "any_contract": True,
    "contract_id": "",
    "any_kind": True,
    "kind": "",
    "date_from": date(2026, 1, 1),
    "date_to": date(2026, 1, 31),
    "any_text": True,
    "pattern": "",
    "before": date(2026, 2, 1),
    "before_id": "",
    "limit": 51,
}
END = datetime(2026, 2, 1, tzinfo=UTC)
PLANNED: dict[str, tuple[Query[Any], dict[str, Any], str]] = {
    "list": (store.DOCUMENTS, LIST, "ix_edo_document_contract"),
    "counts": (store.COUNTS, VIEWER, ""),
    "document": (store.DOCUMENT, {**VIEWER, "document_id": "d"}, ""),
    "signatures": (store.SIGNATURES, {"document_id": "d"}, "ix_edo_signature_document_id"),
    "deeds": (store.DEEDS, {"document_id": "d"}, "ix_edo_deed_document"),
    "transfers": (operators.TRANSFERS, {"document_id": "d"}, "ix_edo_sending_document"),
    "sending": (operators.SENDING, {"sending_id": "s"}, ""),
    "earlier": (operators.EARLIER, {"document_id": "d", "sending_id": "s"}, "ix_edo_sending_document"),
    "coming": (operators.COMING, {"document_id": "d"}, ""),
    "troubles": (
        operators.TROUBLES,
        {"before": END, "operator": "z", "id": "", "limit": 51},
        "ix_edo_operator_event_trouble",
    ),
    "trouble count": (operators.TROUBLE_COUNTS, {}, "ix_edo_operator_event_trouble"),
    "unsent": (operators.OPEN, {"after": "", "limit": 51}, "ix_edo_sending_open"),
}


@pytest.mark.parametrize("name", PLANNED)
async def test_the_plan_uses_indexes(cabinet: Cabinet, name: str) -> None:
    query, params, index = PLANNED[name]
    steps = await plan(cabinet.runtime, query, **params)
    assert scanned(steps) == [], steps
    if cabinet.runtime.database.is_sqlite:  # among the indexes of a table that small PostgreSQL takes any
        assert not index or index in indexes(steps), steps
