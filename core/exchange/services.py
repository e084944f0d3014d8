"""Use cases of the company's side."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import IO, Any

import msgspec

from core.errors import FORBIDDEN, TOO_LARGE
from core.exchange import store
from core.exchange.errors import (
    POSITION_BACKWARDS,
    POSITION_UNKNOWN,
    UNKNOWN_DATASET,
    UNKNOWN_ENCODING,
    UNKNOWN_FACT,
)
from core.exchange.loader import load
from core.exchange.loader.lines import gunzip
from core.exchange.public import FactAnswered, FactsAnswered
from core.exchange.schemas import AnswerRow, FeedPage, Summary, Totals
from core.exchange.settings import ExchangeSettings
from core.ports.billing import Answer
from core.sdk import Context, Dataset, Problem, RowError, UnitOfWork

_SPOOL = 1_000_000  # bytes of answers kept in memory; the rest goes to a temporary file
_ANY = "exchange.load:*"


# ---- in
async def load_rows(
    ctx: Context, name: str, body: AsyncIterator[bytes], *, encoding: str = "", refused_only: bool = False
) -> IO[bytes]:
    """Loads NDJSON into a dataset; a file of the answers, one JSON a line, at its beginning.

    The caller needs the scope `exchange.load:<dataset>` or `exchange.load:*`. Batches stored before a Problem stay.
    """
    if ctx.actor.kind != "system" and not ctx.actor.scopes & {_ANY, f"exchange.load:{name}"}:
        raise Problem(FORBIDDEN)
    dataset = next((dataset for dataset in ctx.declared(Dataset) if dataset.name == name), None)
    if dataset is None:
        raise Problem(UNKNOWN_DATASET, dataset=name)
    return await _load(ctx, dataset, body, encoding, refused_only)


async def load_answers(
    ctx: Context, body: AsyncIterator[bytes], *, encoding: str = "", refused_only: bool = False
) -> IO[bytes]:
    """Takes billing's answers to facts as NDJSON of `AnswerRow`; answers as `load_rows` does."""
    return await _load(ctx, ANSWERS, body, encoding, refused_only)


async def _load(
    ctx: Context, dataset: Dataset[Any], body: AsyncIterator[bytes], encoding: str, refused_only: bool
) -> IO[bytes]:
    if encoding not in ("", "identity", "gzip"):
        raise Problem(UNKNOWN_ENCODING, encoding=encoding[:40])
    unpacked = gunzip(body) if encoding == "gzip" else body
    limited = _at_most(ctx.settings(ExchangeSettings).max_body, unpacked)
    encoder, totals = msgspec.json.Encoder(), Totals()
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the caller closes it
    try:
        async for answers in load(ctx, dataset, limited):
            totals.count(answers)
            if refused_only:
                answers = [answer for answer in answers if answer.status == "refused"]
            spool.write(encoder.encode_lines(answers))
        spool.write(encoder.encode_lines([Summary(totals)]))
        async with ctx.uow() as uow:
            uow.audit("exchange.loaded", dataset.name, **msgspec.structs.asdict(totals))
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool


async def _at_most(limit: int, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise Problem(TOO_LARGE)
        yield chunk


# ---- out
async def read_feed(ctx: Context, after: int | None, limit: int, kind: str | None) -> FeedPage:
    """Facts after a position (by default: after the one that this caller has acknowledged)."""
    head = await feed_head(ctx)
    if after is None:
        after = await ctx.reader.first(store.ACKNOWLEDGED, name=ctx.actor.label) or 0
    if after > head:
        raise Problem(POSITION_UNKNOWN, position=after, last=head)
    if kind is None:
        facts = await ctx.reader.all(store.FACTS, after=after, head=head, limit=limit)
    else:
        pattern = store.prefix_pattern(kind)
        facts = await ctx.reader.all(store.FACTS_OF_KIND, after=after, head=head, limit=limit, pattern=pattern)
    return FeedPage(facts, facts[-1].position if len(facts) == limit else head)


async def feed_head(ctx: Context) -> int:
    """The last position, after new facts have got theirs."""
    if await ctx.reader.first(store.UNNUMBERED) is not None:
        async with ctx.uow() as uow:
            await store.number(uow)
    return await ctx.reader.first(store.HEAD) or 0


async def acknowledge(ctx: Context, position: int) -> None:
    """Notes how far the caller has read. The position never goes back."""
    head = await feed_head(ctx)
    if position > head:
        raise Problem(POSITION_UNKNOWN, position=position, last=head)
    name = ctx.actor.label
    async with ctx.uow() as uow:
        await store.know(uow, name)
        if not await store.acknowledge(uow, name, position):
            present = await ctx.reader.first(store.ACKNOWLEDGED, name=name)
            raise Problem(POSITION_BACKWARDS, position=present)


# ---- answers
async def record_answers(uow: UnitOfWork, answers: Sequence[Answer]) -> list[RowError | None]:
    """Keeps what billing said and publishes what it had not said before: each answer, and all of a kind together."""
    facts = await store.facts_named(uow, sorted({answer.fact_id for answer in answers}))
    known = [answer for answer in answers if answer.fact_id in facts]
    new = await store.add_answers(uow, known)
    fresh: dict[str, list[FactAnswered]] = {}
    for answer in known:
        said = (answer.fact_id, answer.item, answer.outcome)
        if said in new:
            new.remove(said)
            kind, subject = facts[answer.fact_id]
            event = FactAnswered(answer.fact_id, kind, subject, answer.outcome, answer.code, answer.text, answer.item)
            uow.emit(event, subject=subject)
            fresh.setdefault(kind, []).append(event)
    for kind, events in fresh.items():
        uow.emit(FactsAnswered(kind, events), subject=kind)
    unknown = RowError(UNKNOWN_FACT.code, "fact_id", UNKNOWN_FACT.ru)
    return [None if answer.fact_id in facts else unknown for answer in answers]


async def _record_rows(uow: UnitOfWork, rows: Sequence[AnswerRow]) -> list[RowError | None]:
    return await record_answers(uow, [row.answer() for row in rows])


ANSWERS: Dataset[AnswerRow] = Dataset(
    "answers", AnswerRow, title="Ответы на факты", key=("fact_id",), apply=_record_rows
)
