"""All documents of a month as one .zip, written as it is sent: its size costs no memory."""

import zlib
from collections.abc import AsyncIterator
from datetime import date
from pathlib import PurePath
from struct import pack

from core.sdk import NOT_FOUND, Context, Problem, month_start
from plugins.payments.errors import FILE_TOO_LARGE, NOTHING_TO_PACK
from plugins.payments.services.documents import content
from plugins.payments.store import documents as store
from plugins.payments.store import paying as paying_store

_DEFLATED, _FLAGS = 8, 0x0808  # names in UTF-8, sizes after the content
_LOCAL, _TRAILER, _CENTRAL, _END = 0x04034B50, 0x08074B50, 0x02014B50, 0x06054B50
_VERSION = 20
_MOST_BYTES = 2_000_000_000
"""Well below what a .zip without the extensions for large files can hold."""


async def archive(ctx: Context, month: date) -> tuple[str, AsyncIterator[bytes]]:
    """File name and content. Raises Problem where the month has no files."""
    month = month_start(month)
    contract_id = ctx.granted.contract_id
    number = await ctx.reader.first(paying_store.CONTRACT_NUMBER, contract_id=contract_id)
    if number is None:
        raise Problem(NOT_FOUND)
    rows = await ctx.reader.all(store.FILES_OF_MONTH, contract_id=contract_id, month=month)
    files = [(row.file_name, row.stored_key) for row in rows if row.stored_key is not None]
    if not files:
        raise Problem(NOTHING_TO_PACK)
    if sum(row.size or 0 for row in rows) > _MOST_BYTES:
        raise Problem(FILE_TOO_LARGE)
    return f"Документы {number} {month:%m.%Y}.zip", _packed(ctx, _distinct(files), month)


def _distinct(files: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same files under names that do not repeat."""
    taken: set[str] = set()
    named = []
    for name, key in files:
        free, count = name, 1
        while free in taken:
            count += 1
            free = f"{PurePath(name).stem} ({count}){PurePath(name).suffix}"
        taken.add(free)
        named.append((free, key))
    return named


async def _packed(ctx: Context, files: list[tuple[str, str]], month: date) -> AsyncIterator[bytes]:
    """The archive: deflated members whose sizes follow them (APPNOTE 4.3.9), so that nothing is read twice."""
    stamp = ((month.year - 1980) << 9 | month.month << 5 | month.day) & 0xFFFF
    directory, offset = b"", 0
    for name, key in files:
        raw = name.encode()
        start = pack("<L5H3L2H", _LOCAL, _VERSION, _FLAGS, _DEFLATED, 0, stamp, 0, 0, 0, len(raw), 0) + raw
        yield start
        crc, size, packed = 0, 0, 0
        deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        async for piece in content(ctx, key):
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            if small := deflate.compress(piece):
                packed += len(small)
                yield small
        rest = deflate.flush()
        packed += len(rest)
        yield rest + pack("<4L", _TRAILER, crc, packed, size)
        directory += pack("<L6H", _CENTRAL, _VERSION, _VERSION, _FLAGS, _DEFLATED, 0, stamp)
        directory += pack("<3L5H2L", crc, packed, size, len(raw), 0, 0, 0, 0, 0, offset) + raw
        offset += len(start) + packed + 16
    yield directory
    yield pack("<L4H2LH", _END, 0, 0, len(files), len(files), len(directory), offset, 0)
