"""What others may import: the plugin's events."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

INTERVALS_SUBMITTED = "readings.intervals_submitted"
"""Name of the event `IntervalsSubmitted`."""
SUBMITTED = "readings.submitted"
"""Name of the event `ReadingsSubmitted`."""
CONSUMPTION_SUBMITTED = "readings.consumption_submitted"
"""Name of the event `ConsumptionSubmitted`."""
WITHDRAWN = "readings.withdrawn"
"""Name of the event `ReadingsWithdrawn`."""


class SubmittedValue(msgspec.Struct, frozen=True):
    """One register of a submitted device."""

    register: str
    """`<energy>.<zone>`: `A+.T1`."""
    value: Decimal
    consumption: Decimal | None
    """kWh or kvarh, with coefficient and losses; null where it cannot be known here."""
    notice: str = ""
    """Code of the remark shown to the client: `readings.rolled_over`, ..."""


class ReadingsSubmitted(msgspec.Struct, frozen=True):
    """All registers of one meter for one month, as a client submitted them. Billing answers device by device."""

    submission_id: str
    contract_id: str
    energy_object_id: str
    metering_point_id: str
    meter_id: str
    month: date
    """The billing period, by its first day."""
    values: list[SubmittedValue]
    channel: str
    """How they came: screen, file."""
    author: str
    """`client:<account>`"""
    submitted_at: datetime
    replaces: str | None = None
    """The fact that this one corrects."""


class ReadingsProposed(msgspec.Struct, frozen=True):
    """What a client is about to submit for a meter, on screen or by file: validators `of` this type may refuse it."""

    contract_id: str
    energy_object_id: str
    metering_point_id: str
    meter_id: str
    month: date
    values: list[SubmittedValue]


class ConsumptionSubmitted(msgspec.Struct, frozen=True):
    """The consumption of a month of one metering point «по сообщению», as a client submitted it."""

    submission_id: str
    contract_id: str
    energy_object_id: str
    metering_point_id: str
    complex_code: str
    """«Код ИК»"""
    month: date
    """The billing period, by its first day."""
    value: Decimal
    """kWh"""
    channel: str
    """How it came: screen, file."""
    author: str
    """`client:<account>`"""
    submitted_at: datetime
    replaces: str | None = None
    """The fact that this one corrects."""


class IntervalChannel(msgspec.Struct, frozen=True, gc=False):
    """A day of one channel."""

    channel: str
    """A+, A-, R+, R-"""
    minutes: int
    """Length of a period: 30 or 60."""
    starts_at: datetime
    """UTC. Periods follow one another, 24 hours or what a day of a change of clocks had."""
    values: list[str | None]
    """kWh or kvarh, exact decimals; null: missing, which is not zero."""
    not_for_settlement: list[int]
    """Indexes of periods."""
    substituted: list[int]
    """Indexes of periods that a bypass switch was measured for."""
    replaces: str | None
    """The fact whose values these correct."""


class IntervalsSubmitted(msgspec.Struct, frozen=True, gc=False):
    """A day of interval data of one metering point, out of a client's file: the channels that are new or corrected."""

    import_id: str
    contract_id: str
    energy_object_id: str
    metering_point_id: str
    complex_code: str
    day: date
    channels: list[IntervalChannel]
    layout: str
    """80020, 80040"""
    sender_inn: str
    message_number: str
    author: str
    """`client:<account>`"""
    submitted_at: datetime


class ReadingsWithdrawn(msgspec.Struct, frozen=True):
    """A client took back what had been submitted for a meter or a point, before billing accepted it."""

    fact_id: str
    """The fact of `readings.submitted` or `readings.consumption_submitted` that no longer stands."""
    submission_id: str
    contract_id: str
    metering_point_id: str
    meter_id: str | None
    """Null: the consumption of the point."""
    month: date
    author: str
    withdrawn_at: datetime
