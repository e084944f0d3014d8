"""What the supplier's staff sees of the metering platform."""

from datetime import datetime

import msgspec


class IsuPlatform(msgspec.Struct, frozen=True):
    """How reading the metering platform goes."""

    connected: bool
    """False: the host has no platform to ask; data come through the exchange."""
    cursor: str
    taken: int
    """Changes so far."""
    asked_at: datetime | None
    succeeded_at: datetime | None
    failure: str
    """Why the last try failed; empty: it did not."""
    parked: int
    """Changes that could not be taken."""


class IsuParked(msgspec.Struct, frozen=True):
    """A change that could not be taken."""

    id: str
    kind: str
    needs: str
    """The object that it waits for; empty: the change itself is wrong."""
    code: str
    field: str
    message: str
    row: str
    """As it came, at most 2000 characters."""
    parked_at: datetime
