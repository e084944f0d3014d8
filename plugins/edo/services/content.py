"""The bytes of documents."""

from collections.abc import AsyncIterator

from core.ports.files import FileMissing, Files, FilesUnavailable
from core.sdk import NOT_FOUND, UNAVAILABLE, Context, Problem


async def content(ctx: Context, key: str) -> AsyncIterator[bytes]:
    """The bytes of a stored file, with problems instead of the store's errors."""
    try:
        async for piece in ctx.port(Files).get(key):
            yield piece
    except FileMissing as error:
        raise Problem(NOT_FOUND) from error
    except FilesUnavailable as error:
        raise Problem(UNAVAILABLE, retry_after=5) from error
