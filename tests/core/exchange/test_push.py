"""The push: strictly in order, nothing lost or skipped, however billing fails; one pusher at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from core.context import Runtime
from core.db.tables import FeedConsumer, Outbox
from core.exchange import jobs, store
from core.exchange.jobs import Push, push
from core.exchange.settings import ExchangeSettings
from core.ports.billing import Answer, Fact
from core.sdk import Context, Later, Query, Reader
from core.testing.cabinet import Cabinet
from core.testing.clock import MovableClock
from core.testing.flaky_billing import FlakyBilling
from tests.core.exchange.company import CompanyPlugin, Noted, RowsOf


async def note(runtime: Runtime, *texts: str) -> list[str]:
    async with runtime.transaction("test") as uow:
        return [uow.emit(Noted(text), subject="S") for text in texts]


def set_limits(runtime: Runtime, **limits: Any) -> None:
    """Changes settings of the exchange in a running host."""
    runtime.settings = {**runtime.settings, ExchangeSettings: ExchangeSettings(**limits)}


async def test_every_fact_is_pushed_at_once(cabinet: Cabinet, company: CompanyPlugin, rows_of: RowsOf) -> None:
    ids = await note(cabinet.runtime, *"abc")
    await cabinet.drain()
    assert [fact.id for fact in company.billing.facts] == ids
    assert [fact.position for fact in company.billing.facts] == [1, 2, 3]
    assert [answer.fact_id for answer in company.heard] == ids
    assert await rows_of(FeedConsumer.name, FeedConsumer.position, FeedConsumer.leased_until) == [("billing", 3, None)]
    await cabinet.drain()
    assert company.billing.deliveries == 1


class TestChance:
    """Half of the deliveries fail, half of those after the facts were taken."""

    @pytest.fixture(params=range(5))
    def billing(self, request: pytest.FixtureRequest) -> FlakyBilling:
        return FlakyBilling(seed=request.param)

    async def test_nothing_is_lost_or_out_of_order(
        self, cabinet: Cabinet, company: CompanyPlugin, billing: FlakyBilling, clock: MovableClock
    ) -> None:
        billing.failures = 0.5
        set_limits(cabinet.runtime, push_batch=7)
        ids: list[str] = []
        for burst in range(12):
            ids += await note(cabinet.runtime, *[f"{burst}:{n}" for n in range(5)])
            await cabinet.drain()
            clock.move(timedelta(seconds=20))
        for _ in range(20):
            await cabinet.drain()
            clock.move(timedelta(minutes=5))
        assert [fact.id for fact in billing.facts] == ids
        assert [fact.position for fact in billing.facts] == list(range(1, 61))
        assert sorted(answer.fact_id for answer in company.heard) == sorted(ids)
        assert billing.deliveries > 10


async def test_while_billing_is_down_one_order_waits_for_all(
    cabinet: Cabinet, company: CompanyPlugin, clock: MovableClock, rows_of: RowsOf
) -> None:
    company.billing.down = True
    ids = []
    for n in range(30):
        ids += await note(cabinet.runtime, str(n))
        await cabinet.drain()
        clock.move(timedelta(milliseconds=50))
    open_orders = [
        row for row in await rows_of(Outbox.id, Outbox.job, Outbox.state) if row[1:] == ("exchange.push", "new")
    ]
    assert (company.billing.deliveries, len(open_orders)) == (1, 1)
    company.billing.down = False
    clock.move(timedelta(seconds=5))
    await cabinet.drain()
    assert [fact.id for fact in company.billing.facts] == ids


async def test_the_pause_grows_with_the_outage(ctx: Context, billing: FlakyBilling, clock: MovableClock) -> None:
    billing.down = True
    await note(ctx.runtime, "a")
    pauses = []
    for _ in range(15):
        with pytest.raises(Later) as later:
            await push(ctx, Push())
        pauses.append(later.value.delay.total_seconds())
        clock.move(later.value.delay)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (5, 300)


async def test_one_pusher_at_a_time(ctx: Context, billing: FlakyBilling) -> None:
    """While one delivers, others do nothing, and what came meanwhile is not forgotten."""
    ids = await note(ctx.runtime, "a")
    gate, inside = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        inside.set()
        await gate.wait()

    billing.meanwhile = slow
    holder = asyncio.create_task(push(ctx, Push()))
    await inside.wait()
    ids += await note(ctx.runtime, "b")
    await asyncio.gather(*[push(ctx, Push()) for _ in range(5)])
    assert (billing.facts, billing.deliveries) == ([], 1)
    gate.set()
    await holder
    assert [fact.id for fact in billing.facts] == ids


class ReaderThen:
    """A reader; something happens right after the feed has been found empty, once."""

    def __init__(self, reader: Reader, event: Callable[[], Awaitable[None]]) -> None:
        self.reader = reader
        self.event: Callable[[], Awaitable[None]] | None = event

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)

    async def all(self, query: Query[Any], /, **params: Any) -> list[Any]:
        rows = await self.reader.all(query, **params)
        if query is store.FACTS and not rows and self.event:
            event, self.event = self.event, None
            await event()
        return rows


async def test_a_fact_that_comes_at_the_last_moment_is_not_forgotten(ctx: Context, billing: FlakyBilling) -> None:
    """It comes when the pusher has found nothing more but still holds the lease, so its own order finds it held."""
    ids = await note(ctx.runtime, "a")

    async def at_the_last_moment() -> None:
        ids.extend(await note(ctx.runtime, "b"))
        await push(ctx, Push())

    ctx.runtime.database.reader = ReaderThen(ctx.reader, at_the_last_moment)
    await push(ctx, Push())
    assert [fact.id for fact in billing.facts] == ids
    assert billing.deliveries == 2


async def test_a_killed_pushers_lease_ends(ctx: Context, billing: FlakyBilling, clock: MovableClock) -> None:
    ids = await note(ctx.runtime, "a")

    async def kill() -> None:
        raise asyncio.CancelledError

    billing.meanwhile = kill
    with pytest.raises(asyncio.CancelledError):
        await push(ctx, Push())
    await push(ctx, Push())
    assert billing.facts == []
    clock.move(timedelta(seconds=40))
    await push(ctx, Push())
    assert [fact.id for fact in billing.facts] == ids


async def test_who_lost_the_lease_moves_nothing(ctx: Context, billing: FlakyBilling, clock: MovableClock) -> None:
    """A pusher that slept past its lease finds that another has gone on, and stops without touching anything."""
    ids = await note(ctx.runtime, "a", "b")

    async def overtake() -> None:
        clock.move(timedelta(minutes=5))
        await push(ctx, Push())
        await note(ctx.runtime, "c")

    billing.meanwhile = overtake
    await push(ctx, Push())
    assert [fact.id for fact in billing.facts] == ids
    async with ctx.uow() as uow:
        assert await uow.scalar(sa.select(FeedConsumer.position)) == 2


async def test_a_billing_that_hangs_is_left(ctx: Context, billing: FlakyBilling) -> None:
    set_limits(ctx.runtime, push_seconds=0.05)
    await note(ctx.runtime, "a")

    async def hang() -> None:
        await asyncio.sleep(60)

    billing.meanwhile = hang
    with pytest.raises(Later):
        await push(ctx, Push())


async def test_late_answers_come_when_they_are_due(
    cabinet: Cabinet, company: CompanyPlugin, clock: MovableClock
) -> None:
    company.billing.answers = lambda fact: [
        Answer(fact.id, "refused", "late", delay=timedelta(minutes=10)),
        Answer(fact.id, "accepted", item="now"),
        Answer("nobody", "accepted"),
    ]
    (fact,) = await note(cabinet.runtime, "a")
    await cabinet.drain()
    assert [(answer.outcome, answer.item) for answer in company.heard] == [("accepted", "now")]
    clock.move(timedelta(minutes=10))
    await cabinet.drain()
    assert [(answer.fact_id, answer.outcome, answer.code) for answer in company.heard][1:] == [
        (fact, "refused", "late")
    ]


async def test_a_billing_that_pulls_is_not_pushed_to(cabinet: Cabinet, company: CompanyPlugin, ctx: Context) -> None:
    company.billing.pushes = False
    await note(cabinet.runtime, "a")
    await push(ctx, Push())
    assert company.billing.deliveries == 0
    assert jobs.feed_waker(company.billing) is None


def test_facts_on_the_wire() -> None:
    """A body is passed on as it was written, not decoded and encoded again."""
    body = msgspec.Raw(b'{"value":"16249.160"}')
    assert b'"body":{"value":"16249.160"}' in msgspec.json.encode(Fact("id", 1, "k", "s", MovableClock().now(), body))
