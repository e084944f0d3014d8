"""A .zip of messages, as clients hold them: opened one by one, never unpacked as a whole."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any

from core.sdk import ErrorKind
from plugins.readings.errors import layout_80020 as errors

MOST_MEMBERS = 500
_ENCRYPTED = 0x1
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # a method of compression that nobody knows
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,  # an offset before the beginning, a name that cannot be decoded
)
"""What the library raises for bytes that are no archive, as the fuzz suite found."""


class ArchiveError(Exception):
    """The archive as a whole cannot be read."""

    def __init__(self, kind: ErrorKind, **params: str) -> None:
        super().__init__(kind.code)
        self.kind, self.params = kind, dict[str, Any](params)


class DamagedMember(Exception):
    """A file inside of the archive cannot be unpacked to its end."""


class Member:
    """The content of a file inside of the archive."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end. Raises DamagedMember."""
        try:
            return self._content.read(size)
        except _DAMAGE as error:
            raise DamagedMember from error


def members(file: IO[bytes], limit: int) -> Iterator[tuple[str, Member]]:
    """Names and contents of the .xml files inside, in their order. `limit`: bytes of all of them together.

    Raises ArchiveError.
    """
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGE:
        raise ArchiveError(errors.ARCHIVE_BROKEN) from None
    with archive:
        entries = [entry for entry in archive.infolist() if _wanted(entry)]
        if not entries:
            raise ArchiveError(errors.ARCHIVE_EMPTY)
        if len(entries) > MOST_MEMBERS:
            raise ArchiveError(errors.ARCHIVE_TOO_MANY, limit=str(MOST_MEMBERS))
        if sum(entry.file_size for entry in entries) > limit:
            raise ArchiveError(errors.XML_TOO_LARGE, limit=str(limit // 1_000_000))
        for entry in entries:
            if entry.flag_bits & _ENCRYPTED:
                raise ArchiveError(errors.ARCHIVE_LOCKED)
            try:
                content = archive.open(entry)
            except _DAMAGE:
                raise ArchiveError(errors.ARCHIVE_BROKEN) from None
            with content:
                yield PurePosixPath(entry.filename).name, Member(content)


def _wanted(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return not entry.is_dir() and path.suffix.lower() == ".xml" and "__MACOSX" not in path.parts
