"""Files go: removed by their owner, forgotten with a person, expired."""

from collections.abc import Sequence

import msgspec

from core.ports.files import Files
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork
from core.uploads import store
from core.uploads.services import writing

_PAGE = 200


class CleanUpload(msgspec.Struct, frozen=True):
    """Delete what the store holds of a file and nobody needs: the parts of a joined one, all of one that is gone."""

    upload_id: str


async def remove(uow: UnitOfWork, upload_ids: Sequence[str]) -> None:
    """Removes files, attached or not, with the transaction; their bytes go after it."""
    for upload_id in sorted(upload_ids):
        row = await store.lock(uow, upload_id)
        if row is None or row.state == "gone":
            continue
        bare = {"state": "gone", "account_id": "", "owner": "", "name": "", "expires_at": None}
        await store.change(uow, upload_id, **bare)
        uow.enqueue(CleanUpload(upload_id))


async def remove_own(ctx: Context, upload_id: str) -> None:
    """Removes a file of the caller's that nothing is attached to."""
    async with ctx.uow() as uow:
        row = await store.lock(uow, upload_id)
        if row is None or not row.waits(ctx.actor.id, uow.now):
            raise Problem(NOT_FOUND)
        await remove(uow, [upload_id])
        uow.audit("uploads.removed", upload_id)


async def remove_owned(uow: UnitOfWork, owners: Sequence[str]) -> None:
    """Removes all that is attached to any of these."""
    await remove(uow, await store.owned(uow, owners))


async def clean(ctx: Context, order: CleanUpload) -> None:
    """The job behind `CleanUpload`."""
    row = await ctx.reader.first(store.UPLOAD, upload_id=order.upload_id)
    if row is None or row.state not in ("stored", "gone"):
        return
    parts = await ctx.reader.all(store.PARTS, upload_id=row.id)
    keys = [part.stored_key for part in parts]
    if row.state == "gone" and row.stored_key:
        keys.append(row.stored_key)
    for key in keys:
        await ctx.port(Files).delete(key)
    async with ctx.uow() as uow:
        await (store.erase if row.state == "gone" else store.drop_parts)(uow, row.id)


async def expire(ctx: Context) -> None:
    """Removes files that nothing was attached to in time, and what killed processes have left in the store."""
    while expired := await ctx.reader.all(store.EXPIRED, now=ctx.now(), limit=_PAGE):
        async with ctx.uow() as uow:
            for upload_id in expired:
                row = await store.lock(uow, upload_id)
                if row is not None and row.expires_at is not None and row.expires_at <= uow.now:
                    await remove(uow, [upload_id])
    await writing.sweep(ctx)


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """A person leaves: what was not attached goes; what was belongs to its plugin and names nobody."""
    await remove(uow, await store.unattached(uow, account_id))
    await store.leave(uow, account_id)
