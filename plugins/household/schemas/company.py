"""Rows that the company feeds in."""

from datetime import date
from typing import Annotated

import msgspec

from core.sdk import DecimalText, Id

Short = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class HouseRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address."""

    id: Id
    branch: Short
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class HouseholdAccountRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A household account. No name of a resident: the cabinet has no use for it."""

    id: Id
    house_id: Id
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    flat: Annotated[str, msgspec.Meta(max_length=50)]


class HouseholdMeterRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A meter of a household account."""

    id: Id
    account_id: Id
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    model: Annotated[str, msgspec.Meta(max_length=200)]
    zones: Annotated[int, msgspec.Meta(ge=1, le=3)]
    digits: Annotated[int, msgspec.Meta(ge=1, le=12)]
    coefficient: DecimalText = "1"
    works: bool = True
    """False: its state does not admit readings."""
    discrepancies: Annotated[list[Short], msgspec.Meta(max_length=20)] = []
    removed_on: date | None = None


class HouseholdPreviousRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last reading that counts."""

    meter_id: Id
    t1: DecimalText | None = None
    t2: DecimalText | None = None
    t3: DecimalText | None = None
    month: date | None = None
    taken_on: date | None = None


class HouseholdAttachmentRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who works with an account: whoever holds the contract, or the client with the confirmed e-mail."""

    id: Id
    account_id: Id | None = None
    """May be absent only where the attachment is deleted."""
    contract_id: Id | None = None
    email: Annotated[str, msgspec.Meta(max_length=254)] | None = None
    deleted: bool = False


class HouseholdScheduleRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a branch accepts the readings of a month; both days included."""

    branch: Short
    month: date
    opens_on: date
    closes_on: date


class HouseholdBilledRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In the bill of which month the readings of a meter and a period are counted."""

    meter_id: Id
    month: date
    billed_month: date
