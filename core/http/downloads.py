"""Files to the client: streamed, never shown by a browser in the cabinet's name."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from litestar.response import Stream

INLINE = frozenset({"application/pdf", "image/png", "image/jpeg"})
_SANDBOX = "default-src 'none'; sandbox"


async def download(
    content: AsyncIterator[bytes],
    file_name: str,
    *,
    media_type: str = "application/octet-stream",
    size: int | None = None,
    inline: bool = False,
) -> Stream:
    """A download of `content` under `file_name`. Waits for the first piece, so that what it raises can be answered.

    `inline`: a browser may show it in a tab; only for kinds that hold no scripts of the cabinet's (INLINE).
    """
    if inline and media_type not in INLINE:
        raise ValueError(f"{media_type} is never shown inline")
    first = await anext(content, b"")
    # a browser's PDF viewer does not work in a sandbox; and what is in INLINE cannot act in the cabinet's name anyway
    policy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'" if inline else _SANDBOX
    headers = {
        "Content-Type": media_type,  # of a stream the framework would send the route's
        "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(file_name, safe='')}",
        "Content-Security-Policy": policy,
    }
    if size is not None:
        headers["Content-Length"] = str(size)
    return Stream(_from(first, content), media_type=media_type, headers=headers)


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
