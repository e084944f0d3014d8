"""`[plugins.uploads]` of the host's TOML."""

from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1)]
Bytes = Annotated[int, msgspec.Meta(ge=0)]


class UploadSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much one person may upload, and how long it waits to be attached."""

    max_bytes: Bytes = 0
    """Bytes of one file at most; 0: any size."""
    waiting_files: Count = 100
    """So many files of one person may wait to be attached, those being uploaded included."""
    waiting_bytes: Bytes = 50 * 1024**3
    """So many bytes in all of them; 0: any number."""
    waiting_hours: Count = 72
    """A file that nothing was attached to, and that nobody went on uploading, goes after so many hours."""
    hourly_files: Count = 600
    """One person may begin so many uploads within an hour."""
