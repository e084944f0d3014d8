"""How often something may be tried. The counts lie in the database, so they hold over any number of replicas.

An attempt to guess is counted before it is made, in a transaction of its own: neither a rollback nor twenty attempts
at once get past the limit. What turned out to be no abuse is given back.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import sqlalchemy as sa

from core.errors import TOO_MANY_REQUESTS
from core.identity import domain
from core.identity.models import Limit
from core.sdk import Context, Moment, Problem, UnitOfWork


class Attempt(msgspec.Struct, frozen=True):
    """One attempt at something: at most `allowed` for a `subject` within `window` after the first of them."""

    rule: str
    subject: str
    allowed: int
    window: timedelta

    @property
    def key(self) -> str:
        """Names the count without telling whose it is."""
        return hashlib.sha256(f"{self.rule}:{self.subject}".encode()).hexdigest()


def hourly(rule: str, subject: str, allowed: int) -> Attempt:
    """So many within an hour."""
    return Attempt(rule, subject, allowed, timedelta(hours=1))


def from_network(ctx: Context, rule: str, allowed: int, window: timedelta = timedelta(hours=1)) -> Attempt:
    """So many from the caller's network address."""
    return Attempt(f"{rule}.network", domain.network(ctx.address), allowed, window)


async def take(ctx: Context, *attempts: Attempt) -> None:
    """Counts attempts whatever becomes of them. Raises Problem 429, counting none, when one is too many."""
    async with ctx.runtime.transaction(ctx.actor.label) as uow:  # not the one that takes an Idempotency-Key
        await count(uow, *attempts)


async def count(uow: UnitOfWork, *attempts: Attempt) -> None:
    """Counts attempts if the transaction commits: those that are refused for another reason do no harm."""
    for attempt in sorted(attempts, key=lambda one: one.key):  # in one order, lest two callers wait for each other
        await _count(uow, attempt)


async def _count(uow: UnitOfWork, attempt: Attempt) -> None:
    over = Limit.until <= uow.now
    until = uow.now + attempt.window
    counted = await uow.execute(
        uow.upsert(Limit)
        .values(key=attempt.key, taken=1, until=until)
        .on_conflict_do_update(
            index_elements=[Limit.key],
            set_={
                "taken": sa.case((over, 1), else_=Limit.taken + 1),
                "until": sa.case((over, sa.literal(until, Moment())), else_=Limit.until),
            },
        )
        .returning(Limit.taken, Limit.until)
    )
    row = counted.one()
    if row.taken > attempt.allowed:
        seconds = int((row.until - uow.now).total_seconds()) + 1
        raise Problem(TOO_MANY_REQUESTS, retry_after=seconds, seconds=seconds)


async def forget(uow: UnitOfWork, attempt: Attempt) -> None:
    """The count starts anew: the attempt was the owner's."""
    await uow.execute(sa.delete(Limit).where(Limit.key == attempt.key))


async def give_back(uow: UnitOfWork, attempts: Sequence[Attempt], *, forgotten: Sequence[Attempt] = ()) -> None:
    """These attempts do not count after all; of `forgotten` the counts start anew. All in the order of `count`."""
    for attempt in sorted([*attempts, *forgotten], key=lambda one: one.key):
        if attempt in forgotten:
            await forget(uow, attempt)
            continue
        counted = sa.and_(Limit.key == attempt.key, Limit.taken > 0)
        await uow.execute(sa.update(Limit).where(counted).values(taken=Limit.taken - 1))
