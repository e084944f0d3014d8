"""Cursors that nobody was given: of a moment and what follows it in the order of a list."""

from typing import Any

import httpx

from core.http.lists import encode_cursor
from core.testing.cabinet import Caller

MOMENTS = (
    "2026-01-25T09:00:00",  # of nowhere
    "0001-01-01T00:00:00+14:00",  # before the first year
    "9999-12-31T23:59:59-14:00",  # after the last one
    "yesterday",
    1769331600,
    None,
)


async def assert_refused(caller: Caller, path: str, *rest: Any, **params: Any) -> None:
    """Every forged cursor of the list is a 422 that names it."""
    for moment in MOMENTS:
        cursor = encode_cursor(moment, *rest)
        answer: httpx.Response = await caller.get(path, params={**params, "cursor": cursor})
        assert answer.status_code == 422, (moment, answer.text)
        assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("cursor", "wrong_format")]
