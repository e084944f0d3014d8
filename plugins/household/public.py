"""What others may import: the plugin's event."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

SUBMITTED = "household.submitted"
"""Name of the event `HouseholdSubmitted`."""


class HouseholdValue(msgspec.Struct, frozen=True):
    """A zone's reading."""

    zone: str
    """T1, T2, T3; the item by which billing answers."""
    value: Decimal
    """As the register shows it."""


class HouseholdSubmitted(msgspec.Struct, frozen=True):
    """The readings of one meter of a household account, as whoever works with it transmitted them.

    Billing answers the fact as a whole, or zone by zone (`item`).
    """

    transmission_id: str
    household_account_id: str
    account_number: str
    meter_id: str
    meter_number: str
    month: date
    """The billing period, by its first day."""
    taken_on: date
    values: list[HouseholdValue]
    source: str
    """How they came: screen, file."""
    author: str
    """`client:<account>`"""
    submitted_at: datetime
