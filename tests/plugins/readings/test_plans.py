"""Lists and boards go by indexes, however many devices others have."""

from datetime import date
from typing import Any

import pytest

from core.sdk import Query
from core.testing.cabinet import Cabinet
from plugins.readings import store
from plugins.readings.store import deadlines, history, peaks
from tests.plans import indexes, plan, scanned

DAY = date(2026, 1, 25)
MINE = {"contract_id": "c1", "everything": True, "objects": []}
VIEWER = {"viewer_id": "a", "viewer_roles": ["Энергетик"]}
PERIOD = {"since": DAY, "until": DAY, "limit": 51}
FROM_START = {"month": DAY, "sort": 0, "code": ""}
PLANNED: dict[str, tuple[Query[Any], dict[str, Any]]] = {
    "form": (store.FORM, {**MINE, "today": DAY}),
    "history of a meter": (history.OF_METER, {**MINE, **PERIOD, **FROM_START, "meter_id": "m1"}),
    "history of a point": (history.OF_POINT, {**MINE, **PERIOD, **FROM_START, "point_id": "p4"}),
    "objects": (history.OBJECTS, {**MINE, **PERIOD, "bounded": True, "pattern": "%", "number": "", "id": ""}),
    "devices": (
        history.DEVICES,
        {**MINE, **PERIOD, "bounded": True, "object_id": "o1", "name": "", "point": "", "number": "", "meter": ""},
    ),
    "everything": (history.EVERYTHING, {**MINE, "since": DAY, "until": DAY, "pattern": "%"}),
    "board": (
        deadlines.BOARD,
        {**VIEWER, "today": DAY, "horizon": DAY, "closes_on": DAY, "number": "", "id": "", "month": DAY, "limit": 51},
    ),
    "reminders": (deadlines.WINDOWS["start"], {"id": "", "month": DAY, "day_1": DAY, "day_15": DAY, "limit": 500}),
    "peak hours": (peaks.BRANCHES, {**VIEWER, "today": DAY}),
}


@pytest.mark.parametrize("name", PLANNED)
async def test_the_plan_uses_indexes(cabinet: Cabinet, name: str) -> None:
    query, params = PLANNED[name]
    steps = await plan(cabinet.runtime, query, **params)
    assert scanned(steps) == [], steps
    assert indexes(steps)
