"""The load itself: lines -> rows -> one transaction per batch -> an answer per row."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from core.exchange.loader.lines import lines_of
from core.exchange.loader.plan import Plan, Row, plan_of, refused
from core.exchange.loader.writer import Outcome, isolate, remove, upsert, why_not_removed, why_not_stored
from core.exchange.schemas import RowAnswer
from core.exchange.settings import ExchangeSettings
from core.sdk import Context, Dataset, RowError, UnitOfWork


async def load(ctx: Context, dataset: Dataset[Any], body: AsyncIterator[bytes]) -> AsyncIterator[list[RowAnswer]]:
    """Loads NDJSON given in pieces of any size; yields the answers of each batch, in the order of the lines.

    A batch is one transaction: when this raises, the batches answered before are stored, and the whole load may be
    repeated. A key that repeats within a batch is stored as its last row says, and all of its rows are answered alike.
    """
    limits = ctx.settings(ExchangeSettings)
    plan = plan_of(dataset, ctx.runtime.database.is_sqlite)
    storing: asyncio.Task[list[RowAnswer]] | None = None
    try:
        async for batch in _batches(plan, body, limits):
            if storing is not None:
                yield await storing
            # The database works on this batch while the next one is read and decoded.
            storing = asyncio.create_task(_store(ctx, plan, batch))
        if storing is not None:
            yield await storing
    except Exception:
        await _ended(storing)  # the body broke: the batch that it had given before is stored
        raise
    finally:
        if storing is not None:
            storing.cancel()
        await _ended(storing)


async def _ended(storing: asyncio.Task[list[RowAnswer]] | None) -> None:
    if storing is not None:
        await asyncio.gather(storing, return_exceptions=True)


async def _batches(
    plan: Plan[Any], body: AsyncIterator[bytes], limits: ExchangeSettings
) -> AsyncIterator[list[Row | RowAnswer]]:
    batch: list[Row | RowAnswer] = []
    size = 0
    async for lines in lines_of(body, limits.max_line):
        while lines:
            room = limits.batch_rows - len(batch)
            part, lines = lines[:room], lines[room:]
            batch += plan.read(part, limits.max_line)
            size += sum(len(raw or b"") for _, raw in part)
            if len(batch) >= limits.batch_rows or size >= limits.batch_bytes:
                yield batch
                batch, size = [], 0
            await asyncio.sleep(0)  # a body that is always ready must not keep the loop to itself
    if batch:
        yield batch


async def _store(ctx: Context, plan: Plan[Any], batch: Sequence[Row | RowAnswer]) -> list[RowAnswer]:
    rows = [item for item in batch if type(item) is Row]
    outcomes: dict[int, Outcome] = {}
    if rows:
        async with ctx.uow() as uow:
            await uow.lock(f"exchange.load:{plan.dataset.name}")  # two loads in different orders would deadlock
            rows = await _refuse_orphans(uow, plan, rows, outcomes)
            if plan.keys is None:
                await _apply(uow, plan, rows, outcomes)
            else:
                await _write(uow, plan, rows, outcomes)
    return [item if isinstance(item, RowAnswer) else _answer(item, outcomes[item.line]) for item in batch]


def _answer(row: Row, outcome: Outcome) -> RowAnswer:
    if isinstance(outcome, RowError):
        return refused(row.line, row.key, outcome)
    return RowAnswer(row.line, row.key, outcome)


async def _refuse_orphans(uow: UnitOfWork, plan: Plan[Any], rows: list[Row], outcomes: dict[int, Outcome]) -> list[Row]:
    """The rows whose parents exist; the others are answered."""
    if not plan.references:
        return rows
    kept = [row for row in rows if not row.deleted]
    for reference in plan.references:
        outcomes |= await reference.missing(uow, kept)
    return [row for row in rows if row.line not in outcomes] if outcomes else rows


async def _apply(uow: UnitOfWork, plan: Plan[Any], rows: Sequence[Row], outcomes: dict[int, Outcome]) -> None:
    """Hands the rows to the plugin."""
    apply = plan.dataset.apply
    assert apply is not None

    async def work(part: Sequence[Row]) -> Sequence[Outcome]:
        answers = await apply(uow, [row.row for row in part])
        if len(answers) != len(part):
            raise RuntimeError(f"dataset {plan.dataset.name}: apply() must answer every row")
        return [answer or "accepted" for answer in answers]

    if rows:
        found = await isolate(uow, rows, work, why_not_stored)
        outcomes |= zip([row.line for row in rows], found, strict=True)


async def _write(uow: UnitOfWork, plan: Plan[Any], rows: Sequence[Row], outcomes: dict[int, Outcome]) -> None:
    """Stores the last row of each key; should the database refuse it, the one before it, and so on."""
    by_key: dict[Any, list[Row]] = {}
    for row in rows:
        by_key.setdefault(row.id, []).append(row)
    while by_key:
        last = [same[-1] for same in by_key.values()]
        found = await _write_once(uow, plan, last)
        outcomes |= zip([row.line for row in last], found, strict=True)
        by_key = _not_settled(by_key, outcomes)


def _not_settled(by_key: dict[Any, list[Row]], outcomes: dict[int, Outcome]) -> dict[Any, list[Row]]:
    """Of the keys that repeat: those whose last row was refused, without it. The others are answered like the last."""
    again: dict[Any, list[Row]] = {}
    for key, same in by_key.items():
        if len(same) > 1:
            outcome = outcomes[same[-1].line]
            if isinstance(outcome, RowError):
                again[key] = same[:-1]
            else:
                outcomes |= dict.fromkeys([row.line for row in same], outcome)
    return again


async def _write_once(uow: UnitOfWork, plan: Plan[Any], rows: Sequence[Row]) -> list[Outcome]:
    """Stores rows of distinct keys: deletions first, so that what they free can be taken."""

    async def upsert_rows(part: Sequence[Row]) -> Sequence[Outcome]:
        return await upsert(uow, plan.columns, [row.values for row in part])

    async def remove_rows(part: Sequence[Row]) -> Sequence[Outcome]:
        assert plan.keys is not None
        return await remove(uow, plan.keys, [row.values for row in part])

    gone = [row for row in rows if row.deleted]
    if not gone:
        return await isolate(uow, rows, upsert_rows, why_not_stored)
    kept = [row for row in rows if not row.deleted]
    removed = iter(await isolate(uow, gone, remove_rows, why_not_removed))
    stored = iter(await isolate(uow, kept, upsert_rows, why_not_stored) if kept else ())
    return [next(removed if row.deleted else stored) for row in rows]
