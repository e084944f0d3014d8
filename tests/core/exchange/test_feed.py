"""The feed: dense positions, each fact once, causes before effects, whatever the order of commits."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from core.context import Runtime
from core.exchange import services, store
from core.exchange.public import FactAnswered
from core.exchange.schemas import FeedPage
from core.ports.billing import Answer
from core.sdk import Actor, Context, Problem, UnitOfWork
from core.testing.cabinet import Cabinet
from core.testing.clock import MovableClock
from tests.core.exchange.company import CompanyPlugin, Noted, ndjson


async def note(runtime: Runtime, *texts: str) -> list[str]:
    """Facts written by one transaction."""
    async with runtime.transaction("test") as uow:
        return [uow.emit(Noted(text), subject="S") for text in texts]


def texts(page: FeedPage) -> list[str]:
    return [msgspec.json.decode(fact.body)["text"] for fact in page.items]


async def test_facts_come_in_the_order_of_their_transactions(ctx: Context, clock: MovableClock) -> None:
    ids = await note(ctx.runtime, "a", "b")
    clock.move(timedelta(minutes=1))
    ids += await note(ctx.runtime, "c")
    page = await services.read_feed(ctx, 0, 500, None)
    assert [fact.id for fact in page.items] == ids
    assert [fact.position for fact in page.items] == [1, 2, 3]
    assert [fact.kind for fact in page.items] == ["company.noted"] * 3
    assert page.items[2].occurred_at - page.items[0].occurred_at == timedelta(minutes=1)
    assert (texts(page), page.next) == (["a", "b", "c"], 3)
    assert texts(await services.read_feed(ctx, 1, 1, None)) == ["b"]
    assert await services.read_feed(ctx, 0, 500, None) == page


async def test_a_filter_by_kind_moves_on_over_what_it_leaves_out(ctx: Context) -> None:
    await note(ctx.runtime, *"abc")
    kept = await services.read_feed(ctx, 0, 2, "company.no")
    assert (texts(kept), kept.next) == (["a", "b"], 2)
    for other in ("readings.", "company_noted", "company.%", "noted"):
        assert await services.read_feed(ctx, 0, 2, other) == FeedPage([], 3)


async def test_reading_starts_where_this_caller_has_acknowledged(ctx: Context) -> None:
    await note(ctx.runtime, *"abcd")
    assert texts(await services.read_feed(ctx, None, 500, None)) == list("abcd")
    await services.acknowledge(ctx, 2)
    await services.acknowledge(ctx, 2)
    assert texts(await services.read_feed(ctx, None, 500, None)) == list("cd")
    assert texts(await services.read_feed(ctx, 0, 500, None)) == list("abcd")
    other = Context(ctx.runtime, Actor("service", "crm"))
    assert texts(await services.read_feed(other, None, 500, None)) == list("abcd")


async def test_an_acknowledgement_goes_neither_back_nor_ahead(ctx: Context) -> None:
    await note(ctx.runtime, *"abc")
    await services.acknowledge(ctx, 2)
    with pytest.raises(Problem) as back:
        await services.acknowledge(ctx, 1)
    assert (back.value.kind.status, back.value.params) == (409, {"position": 2})
    with pytest.raises(Problem) as ahead:
        await services.acknowledge(ctx, 4)
    assert (ahead.value.kind.status, ahead.value.params) == (422, {"position": 4, "last": 3})
    with pytest.raises(Problem) as lost:  # a cursor from before a restored backup must not wait in silence
        await services.read_feed(ctx, 4, 10, None)
    assert lost.value.kind.code == "exchange.position_unknown"


async def test_an_empty_feed(ctx: Context) -> None:
    assert await services.read_feed(ctx, None, 10, None) == FeedPage([], 0)
    await services.acknowledge(ctx, 0)


async def test_a_long_unread_feed_is_numbered_in_parts(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "NUMBERED_AT_ONCE", 3)
    await note(ctx.runtime, *"abcdefgh")
    seen, after = [], 0
    for _ in range(3):
        page = await services.read_feed(ctx, after, 500, None)
        seen.append("".join(texts(page)))
        after = page.next
    assert seen == ["abc", "def", "gh"]


async def test_writers_in_any_order_leave_no_hole(ctx: Context) -> None:
    """Writers hold their transactions open for random times, so commits overtake one another; a reader polls on."""
    writers, steps = 12, 15
    chance = random.Random(7)

    async def write(writer: int) -> None:
        for step in range(steps):
            async with ctx.uow() as uow:
                uow.emit(Noted(f"{writer}:{step}"), subject=str(writer))
            await asyncio.sleep(chance.random() / 200)

    async def write_slowly(writer: int) -> None:
        """Inserts first and commits late: its id is long behind the ids that have got their numbers meanwhile."""
        for step in range(steps):
            async with ctx.runtime.database.writer.begin() as connection:
                uow = UnitOfWork(connection, ctx.runtime.routing, ctx.now(), "test")
                uow.emit(Noted(f"{writer}:{step}"), subject=str(writer))
                await uow.flush()
                await asyncio.sleep(chance.random() / 30)

    seen: list[Any] = []
    done = asyncio.Event()

    async def read() -> None:
        after, final = 0, False
        while True:
            page = await services.read_feed(ctx, after, 50, None)
            seen.extend(page.items)
            after = page.next
            if final and not page.items:
                return
            final = done.is_set()
            await asyncio.sleep(0.002)

    reading = asyncio.create_task(read())
    await asyncio.gather(*[write_slowly(n) if n % 2 else write(n) for n in range(writers)])
    done.set()
    await reading
    assert [fact.position for fact in seen] == list(range(1, writers * steps + 1))
    assert len({fact.id for fact in seen}) == writers * steps
    for writer in range(writers):
        mine = [msgspec.json.decode(fact.body)["text"] for fact in seen if fact.subject == str(writer)]
        assert mine == [f"{writer}:{step}" for step in range(steps)]


async def test_two_readers_give_the_same_numbers(ctx: Context) -> None:
    await note(ctx.runtime, *[str(n) for n in range(100)])
    pages = await asyncio.gather(*[services.read_feed(ctx, 0, 500, None) for _ in range(8)])
    assert all(page == pages[0] for page in pages)
    assert [fact.position for fact in pages[0].items] == list(range(1, 101))


async def test_numbers_once_given_stand(ctx: Context) -> None:
    """While one reader gives numbers, an older fact is committed late and another reader comes: it must wait."""
    if ctx.runtime.database.is_sqlite:
        pytest.skip("one writer at a time")
    numbered = asyncio.Event()
    committed = asyncio.Event()

    async def number_slowly() -> None:
        async with ctx.uow() as uow:
            await store.number(uow)
            numbered.set()
            await committed.wait()
            await asyncio.sleep(0.3)

    async with ctx.runtime.database.writer.begin() as connection:
        late = UnitOfWork(connection, ctx.runtime.routing, ctx.now(), "test")
        late.emit(Noted("late"), subject="S")
        await late.flush()
        await note(ctx.runtime, "early")
        first = asyncio.create_task(number_slowly())
        await numbered.wait()
    committed.set()
    page = await services.read_feed(ctx, 0, 500, None)
    await first
    assert texts(page) == ["early", "late"]
    assert await services.read_feed(ctx, 0, 500, None) == page


# ---- answers
async def record(ctx: Context, *answers: Answer) -> list[str]:
    async with ctx.uow() as uow:
        errors = await services.record_answers(uow, answers)
    return [error.code if error else "" for error in errors]


async def test_an_answer_is_heard_once_and_a_correction_too(cabinet: Cabinet, company: CompanyPlugin) -> None:
    ctx = Context(cabinet.runtime)
    company.billing.pushes = False
    one, two = await note(ctx.runtime, "a", "b")
    refusal = Answer(one, "refused", "below", "Меньше предыдущего", "M1/A+.T1")
    assert await record(ctx, refusal, Answer("nobody", "accepted"), refusal) == ["", "unknown_fact", ""]
    assert await record(ctx, refusal, Answer(two, "accepted")) == ["", ""]
    assert await record(ctx, Answer(one, "accepted", item="M1/A+.T1"), Answer(one, "accepted")) == ["", ""]
    await cabinet.drain()
    heard = [(answer.fact_id, answer.outcome, answer.item) for answer in company.heard]
    item = "M1/A+.T1"
    assert heard == [(one, "refused", item), (two, "accepted", ""), (one, "accepted", item), (one, "accepted", "")]
    expected = FactAnswered(one, "company.noted", "S", "refused", "below", "Меньше предыдущего", item)
    assert company.heard[0] == expected


async def test_answers_over_http(cabinet: Cabinet, company: CompanyPlugin) -> None:
    (fact,) = await note(cabinet.runtime, "a")
    caller = await cabinet.service("erp", ["exchange.answers"])
    body = ndjson(
        {"fact_id": fact, "outcome": "accepted"},
        {"fact_id": "nobody", "outcome": "accepted"},
        {"fact_id": fact, "outcome": "maybe"},
        {"fact_id": fact, "outcome": "accepted", "delay": 5},
    )
    answer = await caller.post("/api/v1/exchange/answers", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert [(line["status"], line.get("code")) for line in lines[:-1]] == [
        ("accepted", None),
        ("refused", "unknown_fact"),
        ("refused", "not_a_choice"),
        ("refused", "unknown_field"),
    ]
    assert lines[-1] == {"summary": {"accepted": 1, "unchanged": 0, "refused": 3}}
