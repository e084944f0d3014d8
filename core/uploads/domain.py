"""Names and kinds of files, and the headers of the protocol. Pure."""

import binascii
import re
import unicodedata
from base64 import b64decode
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Literal

State = Literal["open", "joining", "stored", "gone"]
"""open: bytes are missing; joining: all are here, in parts; stored: one file with its digest; gone: being deleted."""

PART = 5 * 1024 * 1024
"""Bytes of a part: what the store takes in one request, and so the most that a killed upload sends again."""
FULL_PARTS = 10_000
"""A file is cut into so many full parts at most: those of a very large one are larger."""
MOST_PARTS = 50_000
"""Parts of a file, with those that a client or a broken connection made small."""
HEAD = 16
"""Bytes by which a file's kind is told."""
ANY = "application/octet-stream"
NAME_BYTES = 200
"""A name in UTF-8; file systems take 255, and an archive may have to number equal ones."""
NAMELESS = "file"
VERSION = "1.0.0"
"""Of the tus protocol."""
EXTENSIONS = "creation,expiration,termination"

_SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"image/png": (".png",), "image/jpeg": (".jpg", ".jpeg", ".jfif"), "application/pdf": (".pdf",)}
)
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-1.", "application/pdf"),
    (b"%PDF-2.", "application/pdf"),
)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_SUFFIX_BYTES = 32
_KEY = re.compile(r"[!-+\--~]+", re.ASCII)


# ---- names
def clean_name(raw: str) -> str:
    """The last part of a path, without what deceives the eye or a file system; `file` where nothing is left.

    Invisible characters go (control, format, right-to-left marks, private and unassigned ones), as do leading dots and
    trailing dots and spaces; what Windows refuses becomes `_`. The result is its own clean name.
    """
    last = unicodedata.normalize("NFC", raw).replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in last if _is_seen(char))
    plain = _NOT_IN_NAMES.sub("_", " ".join(seen.split())).strip(" .")
    plain = _cut(plain) or NAMELESS
    return f"_{plain}" if _DEVICES.match(plain) else plain


def _is_seen(char: str) -> bool:
    category = unicodedata.category(char)
    return category == "Zs" or category[0] not in "CZ" or char == "\t"


def _cut(name: str) -> str:
    """At most NAME_BYTES - 1, the extension kept: one more may come in front."""
    if len(name.encode()) < NAME_BYTES:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > _SUFFIX_BYTES:
        suffix = ""
    stem = name.encode()[: NAME_BYTES - 1 - len(suffix.encode())].decode(errors="ignore")
    return f"{stem.strip(' .')}{suffix}"


def shown_name(name: str, media_type: str) -> str:
    """The name under which a preview may be saved: with an extension of what it is, `page.html.png`."""
    suffixes = _SUFFIXES[media_type]
    return name if PurePosixPath(name).suffix.lower() in suffixes else name + suffixes[0]


# ---- kinds
def media_type_of(head: bytes) -> str:
    """What a file is by its first bytes, if it is of a kind that may be shown; any bytes otherwise.

    Its name and what the client says of it are never asked: whatever else the file may be, it is served as this.
    """
    return next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), ANY)


def previewable(media_type: str) -> bool:
    """Whether a browser may show it."""
    return media_type in _SUFFIXES


# ---- the protocol
def part_size(length: int) -> int:
    """Bytes of a full part of a file of so many bytes."""
    return max(PART, -(-length // FULL_PARTS))


def metadata(header: str) -> dict[str, str]:
    """`filename ZmlsZS5wZGY=,is_confidential` as names and values. Raises ValueError for anything malformed."""
    found: dict[str, str] = {}
    for entry in filter(None, (entry.strip(" ") for entry in header.split(","))):
        key, _, value = entry.partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise ValueError(entry)
        try:
            found[key] = b64decode(value.strip(" "), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError(entry) from error
    return found
