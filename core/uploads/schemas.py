"""Shapes on the wire."""

from datetime import datetime
from typing import Literal

import msgspec


class UploadItem(msgspec.Struct, frozen=True):
    """An uploaded file, or the part of it that is here."""

    id: str
    name: str
    """Without what deceives the eye or a file system."""
    size: int
    """Bytes, as announced."""
    received: int
    """Bytes that are here: where to go on."""
    state: Literal["open", "joining", "stored"]
    """open: bytes are missing; joining: all are here and being put together; stored: it may be attached."""
    media_type: str
    """By its first bytes: image/png, image/jpeg, application/pdf, or application/octet-stream for all others."""
    preview: bool
    """Whether it may be shown in a browser."""
    sha256: str | None
    """Hexadecimal, once it is stored."""
    created_at: datetime
    expires_at: datetime | None
    """When it goes unless it is attached by then."""
