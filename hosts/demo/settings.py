"""`[adapters.billing.simulator]` of the demo's TOML."""

from typing import Annotated

import msgspec

Share = Annotated[str, msgspec.Meta(pattern=r"^(0(\.[0-9]{1,6})?|1)$(?!\n)")]
"""A share of a whole, as a string: a TOML number would be a binary float."""
Kilowatthours = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}$(?!\n)")]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


class SimulatorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the invented billing behaves."""

    seed: int = 1
    """The same facts with the same seed are delayed and refused alike."""
    delay_seconds: Seconds = 0
    """An answer becomes known so long after the delivery, each between a half and one and a half of it."""
    refusal_share: Share = "0"
    """Of the sound readings, how many are refused all the same: an inspector has to come and look."""
    most_in_a_month: Kilowatthours = "500000"
    """A larger consumption of one register in a month is not believed (670 kW day and night make 498480)."""
    hang_seconds: Seconds = 120
    """How long a delivery takes that is meant to run into the time-out."""
