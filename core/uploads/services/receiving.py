"""Bytes come in: a file in one request, or announced and sent in as many requests as it takes."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from core.identity.public import limits
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork, new_id
from core.uploads import domain, errors, store
from core.uploads.services import joining, writing
from core.uploads.settings import UploadSettings
from core.uploads.store import PartRow, UploadRow

FOLDER = "uploads/"
"""Where files lie in the store; `parts/<upload>/` below it holds their parts."""
AT_ONCE = 64 * 1024 * 1024
"""Bytes: a file of so many is put together before the last request is answered."""


async def own(ctx: Context, upload_id: str) -> UploadRow:
    """A file of the caller that waits to be attached. Anything else is missing."""
    row = await ctx.reader.first(store.UPLOAD, upload_id=upload_id)
    if row is None or not row.waits(ctx.actor.id, ctx.now()):
        raise Problem(NOT_FOUND)
    return row


# ---- in one request
async def receive(
    ctx: Context, name: str, body: AsyncIterator[bytes], *, announced: int | None = None, most: int = 0
) -> UploadRow:
    """Stores a file that comes in one piece. A file that is refused or broken off leaves nothing behind.

    `announced`: its length as far as the request tells; `most`: a limit of the caller's own, in bytes.
    """
    settings = ctx.settings(UploadSettings)
    async with ctx.runtime.transaction(ctx.actor.label) as uow:
        await limits.count(uow, limits.hourly("uploads.begun", ctx.actor.id, settings.hourly_files))
        room = await _room(uow, ctx.actor.id, settings, announced or 1)
    judged = _Judged(body, _least(settings.max_bytes, most), room, settings)
    upload_id = new_id()
    key = f"{FOLDER}{upload_id}"
    stored = await writing.write(ctx, key, judged.content())
    row = {
        "id": upload_id,
        "name": domain.clean_name(name),
        "length": stored.size,
        "received": stored.size,
        "state": "stored",
        "media_type": domain.media_type_of(judged.head),
        "sha256": stored.sha256,
        "stored_key": key,
    }
    try:
        return await _add(ctx, row, settings, key)
    except Problem:
        await writing.discard(ctx, key)
        raise


async def _add(ctx: Context, row: dict[str, Any], settings: UploadSettings, key: str | None = None) -> UploadRow:
    async with ctx.uow() as uow:
        await uow.lock(f"uploads:{ctx.actor.id}")  # two at once must not share the last room
        await _room(uow, ctx.actor.id, settings, row["length"])
        if key is not None:
            await writing.take(uow, key)
        times = {"created_at": uow.now, "changed_at": uow.now, "expires_at": expiry(uow.now, settings)}
        await store.add(uow, {"account_id": ctx.actor.id, **row, **times})
        uow.audit("uploads.begun", row["id"], size=row["length"])
        added = await store.lock(uow, row["id"])
        assert added is not None
        return added


def expiry(now: datetime, settings: UploadSettings) -> datetime:
    """When a file goes that nothing is done with from now on."""
    return now + timedelta(hours=settings.waiting_hours)


def _least(*bounds: int) -> int:
    return min((bound for bound in bounds if bound), default=0)


async def _room(uow: UnitOfWork, account_id: str, settings: UploadSettings, length: int) -> int | None:
    """How many bytes the account may add; None: any number. Raises Problem where there is no room for `length`."""
    files, taken = await store.waiting(uow, account_id)
    if files >= settings.waiting_files:
        raise Problem(errors.TOO_MANY, most=settings.waiting_files)
    if not settings.waiting_bytes:
        return None
    room = settings.waiting_bytes - taken
    if length > room:
        raise Problem(errors.NO_ROOM, most=settings.waiting_bytes)
    return room


class _Judged:
    """A body, as far as it may be a file: neither empty nor too large. Remembers how it begins."""

    def __init__(self, body: AsyncIterator[bytes], most: int, room: int | None, settings: UploadSettings) -> None:
        self.head = b""
        self._body, self._most, self._room, self._settings = body, most, room, settings

    async def content(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._body:
            size += len(piece)
            if self._most and size > self._most:
                raise Problem(errors.TOO_LARGE, most=self._most)
            if self._room is not None and size > self._room:
                raise Problem(errors.NO_ROOM, most=self._settings.waiting_bytes)
            if len(self.head) < domain.HEAD:
                self.head = (self.head + piece)[: domain.HEAD]
            yield piece
        if not size:
            raise Problem(errors.EMPTY)


# ---- in as many requests as it takes
async def announce(ctx: Context, name: str, length: int) -> UploadRow:
    """Begins a file of `length` bytes; `append` sends them."""
    settings = ctx.settings(UploadSettings)
    if not length:
        raise Problem(errors.EMPTY)
    if settings.max_bytes and length > settings.max_bytes:
        raise Problem(errors.TOO_LARGE, most=settings.max_bytes)
    await limits.take(ctx, limits.hourly("uploads.begun", ctx.actor.id, settings.hourly_files))
    row = {"id": new_id(), "name": domain.clean_name(name), "length": length, "received": 0, "state": "open"}
    return await _add(ctx, row, settings)


async def append(
    ctx: Context, upload_id: str, offset: int, body: AsyncIterator[bytes], announced: int | None
) -> UploadRow:
    """Takes bytes from `offset` on, as many as come. What has come is kept, part by part, however the request ends.

    Nobody holds the file meanwhile: of two who write the same stretch at once, the first one to have written a part
    wins and the other is told where the file stands. So a client, a process or a machine that dies blocks nobody.
    """
    row = await own(ctx, upload_id)
    if row.state != "open" or offset != row.received:
        raise Problem(errors.WRONG_OFFSET, offset=row.received)
    if announced is not None and announced > row.length - offset:
        raise Problem(errors.BEYOND_LENGTH, length=row.length)
    coming, size = _Coming(body), domain.part_size(row.length)
    while await coming.more():
        if row.state != "open":
            raise Problem(errors.BEYOND_LENGTH, length=row.length)
        row = await _append_part(ctx, row, coming, size)
    if coming.failure:
        raise coming.failure
    if row.state == "joining" and row.length <= AT_ONCE:
        await joining.join(ctx, upload_id)
    return row


async def _append_part(ctx: Context, row: UploadRow, coming: "_Coming", size: int) -> UploadRow:
    key = f"{FOLDER}parts/{row.id}/{new_id()}"
    stored = await writing.write(ctx, key, coming.part(min(size, row.length - row.received)))
    try:
        return await _note_part(ctx, row, PartRow(row.received, stored.size, stored.sha256, key))
    except Problem:
        await writing.discard(ctx, key)
        raise


async def _note_part(ctx: Context, before: UploadRow, part: PartRow) -> UploadRow:
    async with ctx.uow() as uow:
        row = await store.lock(uow, before.id)
        if row is None or not row.waits(ctx.actor.id, uow.now):
            raise Problem(NOT_FOUND)
        if row.state != "open" or row.received != part.start:
            raise Problem(errors.WRONG_OFFSET, offset=row.received)
        if row.parts >= domain.MOST_PARTS:
            raise Problem(errors.TOO_MANY_PARTS)
        await writing.take(uow, part.stored_key)
        await store.add_part(uow, row.id, part)
        received = part.start + part.size
        complete = received == row.length
        await store.change(
            uow,
            row.id,
            received=received,
            parts=row.parts + 1,
            state="joining" if complete else "open",
            expires_at=expiry(uow.now, ctx.settings(UploadSettings)),
        )
        if complete:
            uow.enqueue(joining.JoinUpload(row.id))
        noted = await store.lock(uow, row.id)
        assert noted is not None
        return noted


class _Coming:
    """A body, taken in parts. A body that breaks off ends, and its `failure` is raised when what came is safe."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body, self._left = body, b""
        self._ended = False
        self.failure: Exception | None = None

    async def more(self) -> bool:
        """Whether there is at least one more byte."""
        while not self._left and not self._ended:
            try:
                self._left = await anext(self._body)
            except StopAsyncIteration:
                self._ended = True
            except Exception as error:  # whatever ends the connection
                self._ended, self.failure = True, error
        return bool(self._left)

    async def part(self, most: int) -> AsyncIterator[bytes]:
        """The next bytes, `most` of them or all that come."""
        while most and await self.more():
            piece, self._left = self._left[:most], self._left[most:]
            most -= len(piece)
            yield piece
