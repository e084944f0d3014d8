"""The object store: files of any size, read and written as streams."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec


class Stored(msgspec.Struct, frozen=True):
    """What is known of a stored file."""

    key: str
    size: int
    sha256: str
    """Hexadecimal digest of the content, computed while it was written."""


class FileMissing(Exception):
    """Nothing is stored under the key."""


class FilesUnavailable(Exception):
    """The store does not answer; nothing was written."""


class Files(Protocol):
    """Keeps bytes under keys such as `readings/2026/01a2…`. A key is written once."""

    async def put(self, key: str, content: AsyncIterator[bytes]) -> Stored:
        """Stores a stream in bounded memory; a stream that fails leaves nothing under the key."""
        ...

    def get(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The content from byte `start` up to `end` (exclusive). Raises FileMissing on the first step."""
        ...

    async def delete(self, key: str) -> None:
        """Removes the file; a missing one is fine."""
        ...

    async def close(self) -> None: ...
