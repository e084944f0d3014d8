"""Queries of the feed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from core.db.tables import Feed, FeedConsumer
from core.exchange.models import FactAnswer
from core.ports.billing import Answer, Fact
from core.sdk import Query, UnitOfWork, any_of

NUMBERED_AT_ONCE = 5000


def _fact(id_: str, position: int, kind: str, subject: str, occurred_at: datetime, body: bytes) -> Fact:
    return Fact(id_, position, kind, subject, occurred_at, msgspec.Raw(body))


UNNUMBERED = Query(sa.select(Feed.id).where(Feed.position.is_(None)).limit(1), int)
HEAD = Query(sa.select(sa.func.coalesce(sa.func.max(Feed.position), 0)), int)
ACKNOWLEDGED = Query(sa.select(FeedConsumer.position).where(FeedConsumer.name == sa.bindparam("name")), int)
_FACTS = (
    sa.select(Feed.fact_id, Feed.position, Feed.kind, Feed.subject, Feed.occurred_at, Feed.body)
    .where(Feed.position > sa.bindparam("after"), Feed.position <= sa.bindparam("head"))
    .order_by(Feed.position)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
FACTS = Query(_FACTS, _fact)
FACTS_OF_KIND = Query(_FACTS.where(Feed.kind.like(sa.bindparam("pattern"), escape="\\")), _fact)


def prefix_pattern(prefix: str) -> str:
    """The LIKE pattern of a prefix of kinds."""
    return prefix.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%") + "%"


async def number(uow: UnitOfWork) -> None:
    """Gives the committed facts that have no position the next ones, in the order of their ids.

    A fact gets its number only when it is committed and seen, so no number below the last can appear later: readers
    by `position > cursor` meet each fact once. (A sequence drawn by the writers would leave holes that fill up behind
    the reader's back.) The lock is held until the commit, so that two readers do not give the same numbers. Whoever
    prunes the feed must leave its last row: numbers go on from there.
    """
    await uow.lock("exchange.feed")
    last = sa.select(sa.func.coalesce(sa.func.max(Feed.position), 0)).scalar_subquery()
    fresh = (
        sa.select(Feed.id, (last + sa.func.row_number().over(order_by=Feed.id)).label("number"))
        .where(Feed.position.is_(None))
        .order_by(Feed.id)
        .limit(NUMBERED_AT_ONCE)
        .subquery()
    )
    await uow.execute(sa.update(Feed).where(Feed.id == fresh.c.id).values(position=fresh.c.number))


# ---- consumers
async def know(uow: UnitOfWork, name: str) -> None:
    """Makes sure that the consumer has a row."""
    await uow.execute(uow.upsert(FeedConsumer).values(name=name, position=0).on_conflict_do_nothing())


async def acknowledge(uow: UnitOfWork, name: str, position: int) -> bool:
    """Moves a consumer forward; False if it is ahead already."""
    moved = await uow.execute(
        sa.update(FeedConsumer)
        .where(FeedConsumer.name == name, FeedConsumer.position <= position)
        .values(position=position)
    )
    return moved.rowcount == 1


async def take_lease(uow: UnitOfWork, name: str, until: datetime) -> int | None:
    """The consumer's position if nobody works for it now; it is the caller's until `until`, None otherwise."""
    free = sa.or_(FeedConsumer.leased_until.is_(None), FeedConsumer.leased_until <= uow.now)
    taken = await uow.execute(
        sa.update(FeedConsumer)
        .where(FeedConsumer.name == name, free)
        .values(leased_until=until)
        .returning(FeedConsumer.position)
    )
    row = taken.one_or_none()
    return None if row is None else row[0]


async def keep_lease(uow: UnitOfWork, name: str, lease: datetime, **values: Any) -> bool:
    """Changes the consumer's row while the lease is the caller's; False when another has taken it over."""
    kept = await uow.execute(
        sa.update(FeedConsumer).where(FeedConsumer.name == name, FeedConsumer.leased_until == lease).values(**values)
    )
    return kept.rowcount == 1


async def anything_after(uow: UnitOfWork, position: int) -> bool:
    """Whether the feed goes on, numbered or not."""
    unnumbered = sa.select(Feed.id).where(Feed.position.is_(None)).exists()
    numbered = sa.select(Feed.id).where(Feed.position > position).exists()
    row = await uow.one(sa.select(sa.or_(unnumbered, numbered)))
    return row is not None and bool(row[0])


# ---- answers
async def facts_named(uow: UnitOfWork, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Fact -> its kind and subject."""
    found = await uow.execute(
        sa.select(Feed.fact_id, Feed.kind, Feed.subject).where(any_of(Feed.fact_id, "ids")), {"ids": ids}
    )
    return {fact_id: (kind, subject) for fact_id, kind, subject in found}


async def add_answers(uow: UnitOfWork, answers: Sequence[Answer]) -> set[tuple[str, str, str]]:
    """Keeps answers; the (fact, item, outcome) of those that had not been given before."""
    rows = [
        {
            "fact_id": answer.fact_id,
            "item": answer.item,
            "outcome": answer.outcome,
            "code": answer.code,
            "text": answer.text,
            "answered_at": uow.now,
        }
        for answer in answers
    ]
    statement = (
        uow.upsert(FactAnswer)
        .on_conflict_do_nothing()
        .returning(FactAnswer.fact_id, FactAnswer.item, FactAnswer.outcome)
    )
    return {(fact, item, outcome) for fact, item, outcome in await uow.execute(statement, rows)} if rows else set()
