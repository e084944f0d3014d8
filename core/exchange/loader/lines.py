"""From a stream of bytes to numbered lines, in bounded memory."""

import zlib
from collections.abc import AsyncIterator

from core.exchange.errors import BROKEN_GZIP
from core.sdk import Problem

Line = tuple[int, bytes | None]
"""A line's number and its bytes; None: it was over the limit and has been dropped."""
_BOM = b"\xef\xbb\xbf"
_PIECE = 256 * 1024


async def lines_of(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[list[Line]]:
    """The lines that are not blank, as they come. Never holds more of a line than `limit` and one chunk."""
    number, rest, dropping = 0, b"", False
    async for chunk in chunks:
        parts = (rest + chunk).split(b"\n")
        rest = parts.pop()
        lines: list[Line] = []
        for part in parts:
            number += 1
            if number == 1:
                part = part.removeprefix(_BOM)  # some exporters mark UTF-8 so
            if dropping or len(part) > limit:
                lines.append((number, None))
                dropping = False
            elif part and not part.isspace():
                lines.append((number, part))
        if len(rest) > limit:
            rest, dropping = b"", True
        yield lines
    last = rest.removeprefix(_BOM) if number == 0 else rest
    if dropping:
        yield [(number + 1, None)]
    elif last and not last.isspace():
        yield [(number + 1, last)]


async def gunzip(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The content of a gzip stream (also of several joined), in pieces of bounded size. Raises Problem."""
    unpacker = zlib.decompressobj(wbits=31)
    fresh = True  # at the start of a member, where the stream may end
    try:
        async for chunk in chunks:
            packed, more = chunk, bool(chunk)
            while more:
                piece = unpacker.decompress(packed, _PIECE)
                if piece:
                    yield piece
                packed, fresh = unpacker.unconsumed_tail, unpacker.eof
                if unpacker.eof:
                    packed, unpacker = unpacker.unused_data, zlib.decompressobj(wbits=31)
                more = bool(packed) or (len(piece) == _PIECE and not fresh)
    except zlib.error as error:
        raise Problem(BROKEN_GZIP) from error
    if not fresh:
        raise Problem(BROKEN_GZIP)
