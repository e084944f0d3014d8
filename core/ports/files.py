"""The object store: files of any size, read and written as streams."""

import re
from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

KEY_LENGTH = 200
KEY_PATTERN = r"[0-9A-Za-z_][0-9A-Za-z._-]*(/[0-9A-Za-z_][0-9A-Za-z._-]*)*"
_KEY = re.compile(KEY_PATTERN, re.ASCII)


class Stored(msgspec.Struct, frozen=True):
    """What is known of a stored file."""

    key: str
    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal digest of the content, computed while it was written."""


class FileKeyRefused(ValueError):
    """The key is not one that every store takes unchanged: see `check_key`. A mistake of the program, never retried."""


class FileMissing(Exception):
    """Nothing is stored under the key."""


class FileExists(Exception):
    """Something is stored under the key already, and stays as it is. Write again under a new key."""


class FilesUnavailable(Exception):
    """The store does not answer; what was being written cannot be read."""


class Files(Protocol):
    """Keeps bytes under keys such as `readings/2026/0194a3c2-...`. A key is written once and holds all of its bytes.

    A key is never the folder of another one: with `a/b` stored, `a/b/c` is not possible in every store.
    """

    async def put(self, key: str, content: AsyncIterator[bytes]) -> Stored:
        """Stores a stream in bounded memory; a stream that fails leaves nothing under the key.

        What `content` raises comes out as it is. Raises FileExists, FilesUnavailable, FileKeyRefused.
        """
        ...

    def get(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The content from byte `start` up to `end` (exclusive), as far as there is any.

        Raises on the first step FileMissing, FilesUnavailable, FileKeyRefused, and ValueError for a range that is
        negative or runs backwards; on a later step FileMissing or FilesUnavailable.
        """
        ...

    async def delete(self, key: str) -> None:
        """Removes the file; a missing one is fine. Raises FilesUnavailable, FileKeyRefused."""
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...


def check_key(key: str) -> str:
    """The key itself, if it is a plain relative path: ASCII letters, digits, `_`, `-`, `.`, at most 200 characters.

    No segment may start with a dot or a dash, so neither `..` nor the adapters' own places can be named.
    Raises FileKeyRefused.
    """
    if len(key) > KEY_LENGTH or not _KEY.fullmatch(key):
        raise FileKeyRefused(f"not a key of the file store: {key[:KEY_LENGTH]!r}")
    return key
