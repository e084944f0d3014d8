"""Keys of the file store: noted before they are written, so that what a killed process leaves is found and deleted."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

from core.errors import UNAVAILABLE
from core.ports.files import Files, FilesUnavailable, Stored
from core.sdk import Context, Problem, UnitOfWork
from core.uploads import store

LONGEST = timedelta(days=2)
"""A key that nobody took for so long was left behind."""
_PAGE = 500


async def write(ctx: Context, key: str, content: AsyncIterator[bytes]) -> Stored:
    """Stores a stream under a new key; `take` it in the transaction that makes it somebody's, or `discard` it."""
    async with ctx.runtime.transaction(ctx.actor.label) as uow:
        await store.begin(uow, key)
    try:
        return await ctx.port(Files).put(key, content)
    except FilesUnavailable as error:
        raise Problem(UNAVAILABLE, retry_after=5) from error


async def take(uow: UnitOfWork, key: str) -> None:
    """Makes a written key last."""
    if not await store.take(uow, key):
        raise Problem(UNAVAILABLE, retry_after=1)


async def discard(ctx: Context, key: str) -> None:
    """Deletes what was written for nothing; when that fails, the sweep does it. A key that was taken stays."""
    async with ctx.runtime.transaction(ctx.actor.label) as uow:
        if not await store.give_up(uow, [key]):
            return  # a commit whose answer was lost
    with suppress(FilesUnavailable):
        await ctx.port(Files).delete(key)
        async with ctx.runtime.transaction(ctx.actor.label) as uow:
            await store.forget_keys(uow, [key])


async def sweep(ctx: Context) -> None:
    """Deletes what killed processes have left behind. A key is given up first: from then on no late writer takes it."""
    while keys := await ctx.reader.all(store.ABANDONED, before=ctx.now() - LONGEST, limit=_PAGE):
        async with ctx.uow() as uow:
            await store.give_up(uow, keys)
        for key in keys:
            await ctx.port(Files).delete(key)
        async with ctx.uow() as uow:
            await store.forget_keys(uow, keys)
