"""Files to the client: streamed, never shown by a browser in the cabinet's name."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from litestar.response import Stream


async def download(
    content: AsyncIterator[bytes],
    file_name: str,
    *,
    media_type: str = "application/octet-stream",
    size: int | None = None,
) -> Stream:
    """A download of `content` under `file_name`. Waits for the first piece, so that what it raises can be answered."""
    first = await anext(content, b"")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if size is not None:
        headers["Content-Length"] = str(size)
    return Stream(_from(first, content), media_type=media_type, headers=headers)


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
