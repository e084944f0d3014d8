"""The metering platform of the supplier (ИСУ): what it knows of intelligent devices, as an endless list of changes."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Change(msgspec.Struct, frozen=True):
    """Something that the platform has learned. `row` is a row of the exchange's dataset `isu.<kind>`."""

    kind: str
    """nodes, blocks, readings, profiles, events; whoever reads keeps what it does not understand."""
    row: msgspec.Raw
    """JSON, not looked into by the adapter."""


class Changes(msgspec.Struct, frozen=True):
    """A page of the list."""

    items: Sequence[Change]
    next: str
    """The cursor after the last of them; opaque. The same as was given only where nothing has come since."""
    more: bool
    """Further changes are waiting."""


class MeteringUnavailable(Exception):
    """The platform does not answer, or what it answers cannot be trusted; ask again with the same cursor."""


class Metering(Protocol):
    """Gives changes in the order in which they happened. Whatever was given once is given again for an old cursor."""

    pulls: bool
    """False: there is no platform to ask; its data come through the exchange."""

    async def changes(self, after: str, limit: int) -> Changes:
        """The changes after a cursor (empty: from the beginning), at most `limit` of them.

        Raises MeteringUnavailable; nothing is lost by it, since the reader still has its cursor.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...
