"""The bytes of documents."""

from collections.abc import AsyncIterator

from core.sdk import Context
from core.uploads.public import read_file


def content(ctx: Context, key: str) -> AsyncIterator[bytes]:
    """The bytes of a stored file. Raises Problem."""
    return read_file(ctx, key)
