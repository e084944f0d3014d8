"""Rows that the metering platform, or the company in its place, feeds in."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from core.sdk import Aware, DecimalText, Id
from plugins.isu.schemas.names import Channel, Level, NodeLevel, ReadingKind

Text = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00]*$(?!\n)")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*$(?!\n)")]


class IsuNodeRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object of a tree. Its parent, and the energy object, come before it."""

    id: Id
    level: NodeLevel
    energy_object_id: Id
    parent_id: Id
    """Of a connection point the energy object."""
    name: Name
    metering_point_id: Id | None = None
    """The company's metering point; a device without one has no load profile."""
    closed_on: date | None = None


class IsuFieldRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named value."""

    name: Name
    value: Text | None


class IsuBlockRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A block of information, as a whole."""

    level: Level
    object_id: Id
    block: Annotated[str, msgspec.Meta(max_length=40)]
    as_of: Aware
    fields: Annotated[list[IsuFieldRow], msgspec.Meta(max_length=100)]


class IsuReadingRowIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Registers of a device by tariff zone. `day`: of a month any of its days; `at`: required of current readings."""

    device_id: Id
    kind: ReadingKind
    channel: Channel
    day: date | None = None
    at: Aware | None = None
    t1: DecimalText | None = None
    t2: DecimalText | None = None
    t3: DecimalText | None = None
    total: DecimalText | None = None


class IsuProfileRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day of a channel: values of consecutive periods, null where one is missing."""

    device_id: Id
    channel: Channel
    day: date
    starts_at: Aware
    values: Annotated[list[DecimalText | None], msgspec.Meta(min_length=1, max_length=50)]
    minutes: Literal[30, 60] = 30
    doubtful: Annotated[list[Annotated[int, msgspec.Meta(ge=0, le=49)]], msgspec.Meta(max_length=50)] = []
    """Indexes of values that are not for settlement."""


class IsuEventRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of a device's journal."""

    id: Id
    device_id: Id
    at: Aware
    journal: Annotated[str, msgspec.Meta(max_length=40)]
    """OBIS code of the journal, `0.0.99.98.0.255`; `other` with a `text`."""
    code: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    critical: bool | None = None
    """Null: as the standard's table has it."""
    text: Annotated[str, msgspec.Meta(max_length=300, pattern=r"^[^\x00]*$(?!\n)")] = ""
