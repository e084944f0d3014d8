"""Files packed into a .zip while it is sent: neither its size nor that of a member costs memory."""

import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from pathlib import PurePath

Member = tuple[str, int, AsyncIterator[bytes]]
"""Name, bytes, content."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_PIECE = 256 * 1024


async def zipped(members: Iterable[Member], at: datetime) -> AsyncIterator[bytes]:
    """The archive. Members keep their order; names that repeat are numbered, «Акт (2).pdf»; contents are stored as they
    are, since documents, images and scans are compressed already. Archives and members beyond 4 GiB are all right."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        names = _Names()
        for name, size, content in members:
            info = zipfile.ZipInfo(names.free(name), max(_EARLIEST, at.timetuple()[:6]))
            info.file_size = size
            info.external_attr = 0o600 << 16
            with archive.open(info, "w") as member:
                async for piece in content:
                    for start in range(0, len(piece), _PIECE):
                        member.write(piece[start : start + _PIECE])
                        for packed in sink.taken():
                            yield packed
    for packed in sink.taken():
        yield packed


class _Names:
    """Names that do not repeat, also where capital and small letters are the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def free(self, name: str) -> str:
        free, count = name, self._next.get(name.casefold(), 1)
        while free.casefold() in self._taken:
            count += 1
            free = f"{PurePath(name).stem} ({count}){PurePath(name).suffix}"
        self._taken.add(free.casefold())
        self._next[name.casefold()] = count
        return free


class _Sink:
    """What a file that can neither seek nor tell looks like to `zipfile`."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        written, self._written = self._written, []
        yield from written
