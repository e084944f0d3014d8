"""Files that nobody uploads: what the company delivers and what jobs make. Received, kept, read, dropped."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec

from core.errors import UNAVAILABLE
from core.ports.files import FileMissing, Files, FilesUnavailable
from core.sdk import NOT_FOUND, Context, ErrorKind, Problem, UnitOfWork, new_id
from core.uploads import domain, errors
from core.uploads.services import writing

NOW = timedelta(0)


class DropFile(msgspec.Struct, frozen=True):
    """Delete a file that nothing refers to any more."""

    key: str


class Received(msgspec.Struct):
    """A file that is stored, and nobody's until `keep_file`."""

    key: str
    size: int
    """Bytes."""
    sha256: str
    media_type: str
    """By its first bytes, see `media_type_of`."""
    kept: bool = False


class _Measured:
    """Passes a stream through, looks at its beginning and stops it where it is too long (`most` bytes; 0: never)."""

    def __init__(self, body: AsyncIterator[bytes], most: int = 0, too_large: ErrorKind = errors.TOO_LARGE) -> None:
        self._body, self._most, self._too_large = body, most, too_large
        self.head, self.size = b"", 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            self.size += len(piece)
            if self._most and self.size > self._most:
                raise Problem(self._too_large, most=self._most)
            self.head += piece[: domain.HEAD - len(self.head)]
            yield piece


@asynccontextmanager
async def receive_file(
    ctx: Context,
    folder: str,
    body: AsyncIterator[bytes],
    *,
    most: int = 0,
    too_large: ErrorKind = errors.TOO_LARGE,
    empty: ErrorKind = errors.EMPTY,
) -> AsyncIterator[Received]:
    """Stores a stream under a new key of `folder`; the block makes it last with `keep_file`, in its transaction.

    A block that fails or keeps nothing leaves nothing in the store, and what a killed process has left is swept.
    `most`: bytes, 0 for any number. Raises Problem: `too_large` (with `most`), `empty`, and 503 while the store does
    not answer.
    """
    measured = _Measured(body, most, too_large)
    stored = await writing.write(ctx, f"{folder}/{new_id()}", _filled(measured, empty))
    file = Received(stored.key, stored.size, stored.sha256, domain.media_type_of(measured.head))
    try:
        yield file
    except Exception:
        await writing.discard(ctx, file.key)
        raise
    if not file.kept:
        await writing.discard(ctx, file.key)


async def _filled(measured: _Measured, empty: ErrorKind) -> AsyncIterator[bytes]:
    async for piece in measured:
        yield piece
    if not measured.size:
        raise Problem(empty)


async def keep_file(
    uow: UnitOfWork, file: Received, *, instead_of: str | None = None, still_read: timedelta = NOW
) -> None:
    """Makes a received file last, if the transaction commits; then the one that it replaces goes, after `still_read`.

    The caller holds the row that names both, or two deliveries at once may replace the same file.
    """
    await writing.take(uow, file.key)
    file.kept = True
    if instead_of:
        drop_file(uow, instead_of, still_read=still_read)


def drop_file(uow: UnitOfWork, key: str, *, still_read: timedelta = NOW) -> None:
    """Has a file deleted when the transaction has committed, after `still_read`."""
    uow.enqueue(DropFile(key), delay=still_read)


async def drop(ctx: Context, order: DropFile) -> None:
    """The job behind `DropFile`; deleting a file twice is fine."""
    await ctx.port(Files).delete(order.key)


async def read_file(
    ctx: Context, key: str, *, start: int = 0, end: int | None = None, missing: ErrorKind = NOT_FOUND
) -> AsyncIterator[bytes]:
    """The bytes of a stored file, with problems instead of the store's errors: `missing`, and 503."""
    try:
        async for piece in ctx.port(Files).get(key, start=start, end=end):
            yield piece
    except FileMissing as error:
        raise Problem(missing) from error
    except FilesUnavailable as error:
        raise Problem(UNAVAILABLE, retry_after=5) from error
