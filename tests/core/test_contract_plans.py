"""The list of contracts is read by indexes, however many contracts there are, on both databases."""

from typing import Any

import pytest
import sqlalchemy as sa

from core.contracts import store
from core.contracts.models import Contract
from core.sdk import Query
from core.testing.cabinet import Cabinet
from tests.core.crowd import LARGE, gather
from tests.plans import indexes, plan, scanned

PAGE = {"account_id": LARGE, "number": "", "id": "", "limit": 51}
PLANNED: dict[str, tuple[Query[Any], dict[str, Any], str]] = {
    "list": (store.LINKS, PAGE, "ix_contracts_link_list"),
    "next page": (store.LINKS, {**PAGE, "number": "01000", "id": "c1000"}, "ix_contracts_link_list"),
    "list of a small client": (store.LINKS, {**PAGE, "account_id": "a17"}, "ix_contracts_link_list"),
    "contract": (store.CONTRACT, {"contract_id": "c17"}, ""),
}


@pytest.mark.parametrize("name", PLANNED)
async def test_the_plan_uses_indexes(cabinet: Cabinet, name: str) -> None:
    query, params, index = PLANNED[name]
    await gather(cabinet)
    if query is store.LINKS:
        params = params | {"pending_since": cabinet.clock.now()}
    steps = await plan(cabinet.runtime, query, **params)
    assert not scanned(steps), steps
    assert not index or index in indexes(steps), steps


async def test_a_page_of_the_list_is_read_in_order_without_sorting(cabinet: Cabinet) -> None:
    await gather(cabinet)
    steps = await plan(cabinet.runtime, store.LINKS, **PAGE, pending_since=cabinet.clock.now())
    assert not [step for step in steps if "Sort" in step or "TEMP B-TREE" in step], steps


async def test_a_scan_would_be_noticed(cabinet: Cabinet) -> None:
    await gather(cabinet)
    careless = Query(sa.select(Contract.id).where(Contract.name == sa.bindparam("name", type_=sa.Text())), str)
    assert scanned(await plan(cabinet.runtime, careless, name="x"))
