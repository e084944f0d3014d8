"""Shapes of the history: what was submitted and what was accepted, month by month."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from core.sdk import DecimalText, Id
from plugins.readings.schemas import TransmissionState


class ReadingsHistoryObject(msgspec.Struct, frozen=True):
    """An energy object of the history."""

    id: str
    number: str
    name: str
    address: str
    devices: int
    """Metering devices and points «по сообщению», those of the past included."""


class ReadingsHistoryDevice(msgspec.Struct, frozen=True):
    """A metering device, or a point «по сообщению» without one."""

    point_id: str
    point_name: str
    complex_code: str
    meter_id: str | None
    """Null: the point itself; ask for the history of the point."""
    meter_number: str
    model: str
    closed_on: date | None
    """The device is no longer in use."""


class ReadingsHistoryValue(msgspec.Struct, frozen=True):
    """A register in a month, or the consumption of a point."""

    month: date
    register: str
    """Empty: of a point «по сообщению»."""
    name: str
    value: Decimal | None
    """The reading; null of a point, whose client reports the consumption."""
    consumption: Decimal | None
    consumption_shown: str | None
    state: TransmissionState
    """accepted: entered the calculation of a closed period, or billing has accepted it; transmitted: of the open
    period, not answered yet."""
    code: str
    text: str
    """Billing's code and words of a refusal."""
    submitted_at: datetime | None
    """Null: billing has the reading from elsewhere."""


# ---- what the company feeds in
class HistoryRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `readings.history`."""

    meter_id: Id
    month: date
    register: str
    value: DecimalText
    consumption: DecimalText | None = None
    """kWh or kvarh"""


class PointHistoryRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `readings.point_history`."""

    metering_point_id: Id
    month: date
    value: DecimalText
    """kWh"""
