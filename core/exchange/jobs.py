"""The push of the feed to billing, and answers that come later.

One pusher works at a time over all replicas: it holds a lease on its row of `core_feed_consumer` and hands facts over
in the order of their positions. The position moves only after billing has taken them, so nothing is lost or skipped;
after a crash the last facts are offered again, and billing drops repeats by their id.
"""

import asyncio
from datetime import datetime, timedelta

import msgspec
import structlog

from core.exchange import services, store
from core.exchange.settings import ExchangeSettings
from core.ports.billing import Answer, Billing, BillingUnavailable, Fact
from core.sdk import Context, Every, Job, Later, UnitOfWork, finishing

PUSHER = "billing"
_log = structlog.get_logger("abonent.exchange")


class Push(msgspec.Struct, frozen=True):
    """Hand over what billing has not got."""


class RecordAnswers(msgspec.Struct, frozen=True):
    """Take answers that a simulator gave in advance."""

    answers: list[Answer]


async def push(ctx: Context, _: Push) -> None:
    """Pushes until nothing is left. Raises Later when billing does not take the facts.

    While another pusher holds the lease (or has kept it for a pause) there is nothing to do: before that one lets go,
    it looks for new facts once more, with its row locked, so a fact that came meanwhile is not forgotten. Thus orders
    of this job do not pile up while billing is down. If the holder was killed, the next scheduled run goes on.
    """
    billing = ctx.port(Billing)
    if not billing.pushes or not await _behind(ctx):
        return
    lease = _lease(ctx)
    async with ctx.uow() as uow:
        await store.know(uow, PUSHER)
        position = await store.take_lease(uow, PUSHER, lease)
    while position is not None:
        facts = await _facts_after(ctx, position)
        if not facts:
            if await _let_go(ctx, lease, position):
                return
            continue
        answers = await _deliver(ctx, billing, facts, lease)
        position, lease = await _advance(ctx, facts[-1].position, answers, lease)


async def _behind(ctx: Context) -> bool:
    """Whether there may be something to push; asked without a transaction, as most orders find nothing left."""
    pushed = await ctx.reader.first(store.ACKNOWLEDGED, name=PUSHER) or 0
    return await ctx.reader.first(store.UNNUMBERED) is not None or (await ctx.reader.first(store.HEAD) or 0) > pushed


def _lease(ctx: Context) -> datetime:
    return ctx.now() + 2 * timedelta(seconds=ctx.settings(ExchangeSettings).push_seconds)


async def _facts_after(ctx: Context, position: int) -> list[Fact]:
    head = await services.feed_head(ctx)
    limit = ctx.settings(ExchangeSettings).push_batch
    return await ctx.reader.all(store.FACTS, after=position, head=head, limit=limit)


async def _deliver(ctx: Context, billing: Billing, facts: list[Fact], lease: datetime) -> list[Answer]:
    settings = ctx.settings(ExchangeSettings)
    try:
        async with asyncio.timeout(settings.push_seconds):
            return list(await billing.deliver(facts))
    except (BillingUnavailable, TimeoutError) as error:
        waited = (ctx.now() - facts[0].occurred_at).total_seconds()
        pause = timedelta(seconds=min(max(waited / 2, settings.retry_from), settings.retry_to))
        async with ctx.uow() as uow:  # the lease is kept for the pause, so that no other order tries meanwhile
            await store.keep_lease(uow, PUSHER, lease, leased_until=ctx.now() + pause)
        _log.warning("billing unavailable", first=facts[0].position, pause=pause.total_seconds(), reason=repr(error))
        raise Later(pause) from error


async def _advance(ctx: Context, position: int, answers: list[Answer], lease: datetime) -> tuple[int | None, datetime]:
    """Moves the position and takes the answers known at once; no position if the lease was lost meanwhile."""
    renewed = _lease(ctx)
    async with ctx.uow() as uow:
        kept = await store.keep_lease(uow, PUSHER, lease, position=position, leased_until=renewed)
        await _take_answers(uow, answers)
    return (position if kept else None), renewed


async def _take_answers(uow: UnitOfWork, answers: list[Answer]) -> None:
    late: dict[int, list[Answer]] = {}
    for answer in answers:
        if answer.delay > timedelta(0):
            second = -(-answer.delay // timedelta(seconds=1))
            late.setdefault(second, []).append(msgspec.structs.replace(answer, delay=timedelta(0)))
    for second, together in late.items():
        uow.enqueue(RecordAnswers(together), delay=timedelta(seconds=second))
    errors = await services.record_answers(uow, [answer for answer in answers if answer.delay <= timedelta(0)])
    if any(errors):
        _log.warning(
            "billing answered facts that are not in the feed", count=sum(error is not None for error in errors)
        )


async def _let_go(ctx: Context, lease: datetime, position: int) -> bool:
    """Ends the lease unless new facts have come; True when the pusher may stop."""
    async with ctx.uow() as uow:
        held = await store.keep_lease(uow, PUSHER, lease, leased_until=lease)  # locks the row
        if held and await store.anything_after(uow, position):
            return False
        await store.keep_lease(uow, PUSHER, lease, leased_until=None)
        return True


async def record_answers(ctx: Context, command: RecordAnswers) -> None:
    """Answers have become known; told twice, they count once."""
    async with finishing(ctx) as uow:
        await services.record_answers(uow, command.answers)


PUSH = Job("exchange.push", push, Push, every=Every(interval=timedelta(minutes=1)))
ANSWER = Job("exchange.answer", record_answers, RecordAnswers)


def feed_waker(billing: Billing) -> str | None:
    """What the host puts into `Routing.wake_feed`: the push runs after every transaction that left facts."""
    return PUSH.name if billing.pushes else None
