"""`[plugins.readings]` of the host's TOML."""

from typing import Annotated, Literal

import msgspec

Share = Annotated[str, msgspec.Meta(pattern=r"^(0\.[0-9]{1,6}|1)$(?!\n)")]
"""A share of a whole, as a string: a TOML number would be a binary float."""


class ReadingsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How readings are understood. The defaults are customary in the trade, not law."""

    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)] = 3
    """Digits that a reading may have after the decimal separator."""
    rollover_after: Share = "0.9"
    """A register is taken to have rolled over only if its previous reading exceeded this share of its capacity."""
    rollover_within: Share = "0.1"
    """Where the maximum power is unknown: the largest share of its capacity that it may then have advanced by."""
    regions: dict[str, str] = {}
    """Names of the market's regions, by the operator's code: `46 = "Московская область"`."""
    branch_regions: dict[str, str] = {}
    """Branch of a contract -> code of its region. Clients of a branch not named here see the peak hours of all."""
    interval_layouts: tuple[Literal["80020", "80040"], ...] = ("80020",)
    """Layouts of interval data that are taken. 80040 is not for settlement: it is kept apart and never counted."""
    interval_zones: dict[str, str] = msgspec.field(
        default_factory=lambda: {"1": "Europe/Moscow", "3": "Asia/Vladivostok"}
    )
    """`timezone` of an area in a file -> time zone."""
    reminder_batch: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 500
    """Windows whose reminders one transaction orders."""
