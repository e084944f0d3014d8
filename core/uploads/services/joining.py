"""Parts become one file: read one after the other, as a stream, with the digest of the whole."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from core.errors import UNAVAILABLE
from core.ports.files import FileMissing, Files, FilesUnavailable
from core.sdk import Context, Problem, UnitOfWork, new_id
from core.uploads import domain, store
from core.uploads.services import writing
from core.uploads.services.ending import CleanUpload
from core.uploads.store import PartRow


class JoinUpload(msgspec.Struct, frozen=True):
    """Put the parts of a file together."""

    upload_id: str


async def join_ordered(ctx: Context, order: JoinUpload) -> None:
    """The job behind `JoinUpload`."""
    await join(ctx, order.upload_id)


async def join(ctx: Context, upload_id: str) -> None:
    """Makes a file of the parts, unless that has been done. May run twice at once: the second finds it done."""
    row = await ctx.reader.first(store.UPLOAD, upload_id=upload_id)
    if row is None or row.state != "joining":
        return
    parts = await ctx.reader.all(store.PARTS, upload_id=upload_id)
    head = await _head(ctx, parts)
    if len(parts) == 1:
        async with ctx.uow() as uow:
            if await _store(uow, upload_id, parts[0].stored_key, parts[0].sha256, head):
                await store.drop_parts(uow, upload_id)
        return
    key = f"uploads/{upload_id}-{new_id()}"
    stored = await writing.write(ctx, key, _content(ctx, parts))
    async with ctx.uow() as uow:
        joined = await _store(uow, upload_id, key, stored.sha256, head)
        if joined:
            await writing.take(uow, key)
            uow.enqueue(CleanUpload(upload_id))
    if not joined:
        await writing.discard(ctx, key)


async def _store(uow: UnitOfWork, upload_id: str, key: str, sha256: str, head: bytes) -> bool:
    row = await store.lock(uow, upload_id)
    if row is None or row.state != "joining":
        return False
    kind = domain.media_type_of(head)
    await store.change(uow, upload_id, state="stored", stored_key=key, sha256=sha256, media_type=kind)
    return True


async def _head(ctx: Context, parts: Sequence[PartRow]) -> bytes:
    """The first bytes, over as many parts as hold them."""
    head = b""
    for part in parts:
        if len(head) >= domain.HEAD:
            break
        async for piece in _read(ctx, part, domain.HEAD - len(head)):
            head += piece
    return head


async def _content(ctx: Context, parts: Sequence[PartRow]) -> AsyncIterator[bytes]:
    for part in parts:
        async for piece in _read(ctx, part):
            yield piece


async def _read(ctx: Context, part: PartRow, most: int | None = None) -> AsyncIterator[bytes]:
    try:
        async for piece in ctx.port(Files).get(part.stored_key, end=most):
            yield piece
    except (FileMissing, FilesUnavailable) as error:  # missing: another has joined and cleaned meanwhile
        raise Problem(UNAVAILABLE, retry_after=5) from error
