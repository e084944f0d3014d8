"""The history of a contract's roles is read by indexes, however many accounts there are, on both databases."""

from core.roles import store
from core.testing.cabinet import Cabinet
from tests.core.crowd import gather
from tests.plans import plan, scanned


async def test_the_history_looks_accounts_up_by_their_key(cabinet: Cabinet) -> None:
    await gather(cabinet)
    steps = await plan(cabinet.runtime, store.DEEDS, contract_id="c17", before=2**62, limit=51)
    assert not scanned(steps), steps
