"""`[plugins.isu]` of the host's TOML."""

from typing import Annotated

import msgspec


class IsuSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much is pulled and given out."""

    page: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 500
    """Changes that the metering platform is asked for at once; each page is one transaction."""
    pages: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    """Pages of one pull; the rest comes with the next one."""
    at_once_days: Annotated[int, msgspec.Meta(ge=1, le=1900)] = 100
    """An archive of up to so many days is made while the client waits; a longer one is ordered and made by a job."""
    most_days: Annotated[int, msgspec.Meta(ge=1, le=4000)] = 1830
    """The longest archive: five years."""
    archives_per_hour: Annotated[int, msgspec.Meta(ge=1)] = 30
    """Archives that one person orders."""
    archive_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 7
    """A finished archive is kept for so long."""
