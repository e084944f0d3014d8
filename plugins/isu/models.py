"""Tables of smart metering: a copy of what the metering platform knows, and the archives that clients have ordered."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.contracts.public import Contract, EnergyObject, MeteringPoint
from core.sdk import Base, Quantity


class Node(Base):
    """An object below an energy object: a connection point, a metering point or a device."""

    __tablename__ = "isu_node"

    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    """Of the energy object, for the lists of contracts."""
    energy_object_id: Mapped[str] = mapped_column(sa.ForeignKey(EnergyObject.id))
    """The tree that it is in."""
    level: Mapped[int] = mapped_column(sa.SmallInteger())
    """Its place in `domain.LEVELS`: 1 to 3."""
    parent_id: Mapped[str]
    """A node of the level above; of a connection point the energy object."""
    name: Mapped[str]
    search: Mapped[str]
    """The name in lower case."""
    metering_point_id: Mapped[str | None] = mapped_column(sa.ForeignKey(MeteringPoint.id))
    """The company's metering point, under which the interval data of a device are kept."""
    closed_on: Mapped[date | None]

    __table_args__ = (
        sa.Index("ix_isu_node_children", "parent_id", "level", "name", "id"),
        sa.Index("ix_isu_node_tree", "energy_object_id", "level"),
        sa.Index("ix_isu_node_contract", "contract_id", "level", "id"),
    )


class Block(Base):
    """A block of information of an object of any level."""

    __tablename__ = "isu_block"

    level: Mapped[int] = mapped_column(sa.SmallInteger(), primary_key=True)
    object_id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    fields: Mapped[bytes]
    """JSON: a list of names and values."""


class Reading(Base):
    """Registers of a device, or its consumption, by tariff zone."""

    __tablename__ = "isu_reading"

    device_id: Mapped[str] = mapped_column(sa.ForeignKey(Node.id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """day_end, month_end, consumption, current"""
    channel: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """The day that it ends or that was consumed in; of a month its first day; of current readings the day in UTC."""
    slot: Mapped[str] = mapped_column(primary_key=True)
    """Of current readings, of which a day has many: the instant in UTC; else empty."""
    at: Mapped[datetime | None]
    t1: Mapped[Decimal | None] = mapped_column(Quantity())
    t2: Mapped[Decimal | None] = mapped_column(Quantity())
    t3: Mapped[Decimal | None] = mapped_column(Quantity())
    total: Mapped[Decimal | None] = mapped_column(Quantity())


class DeviceEvent(Base):
    """An entry of a device's journal. The index holds whatever the page shows: a month is read from it alone."""

    __tablename__ = "isu_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(sa.ForeignKey(Node.id))
    at: Mapped[datetime]
    journal: Mapped[str]
    """OBIS code, or `other`"""
    code: Mapped[int]
    critical: Mapped[bool]
    text: Mapped[str]
    """The platform's own words; empty: the standard's."""

    __table_args__ = (sa.Index("ix_isu_event_journal", "device_id", "at", "journal", "code", "id", "critical", "text"),)


class Pull(Base):
    """How far the metering platform was read. One row."""

    __tablename__ = "isu_pull"

    name: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str]
    taken: Mapped[int] = mapped_column(sa.BigInteger())
    """Changes so far."""
    asked_at: Mapped[datetime]
    """When it was last tried."""
    succeeded_at: Mapped[datetime | None]
    """When everything that the platform had was read."""
    failure: Mapped[str]
    """Why the last try failed; empty: it did not."""


class Parked(Base):
    """A change that could not be taken: it waits for what it refers to, or for somebody to look at it."""

    __tablename__ = "isu_parked"

    id: Mapped[str] = mapped_column(primary_key=True)
    """In the order of arrival."""
    kind: Mapped[str]
    needs: Mapped[str] = mapped_column(index=True)
    """The missing object; empty: the change itself is wrong."""
    code: Mapped[str]
    field: Mapped[str]
    message: Mapped[str]
    row: Mapped[bytes]
    parked_at: Mapped[datetime]


class Archive(Base):
    """An archive that a client has ordered."""

    __tablename__ = "isu_archive"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(index=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    device_id: Mapped[str] = mapped_column(sa.ForeignKey(Node.id))
    kind: Mapped[str]
    channel: Mapped[str]
    """Empty: all of them."""
    form: Mapped[str]
    since: Mapped[date]
    until: Mapped[date]
    state: Mapped[str]
    """waiting, ready"""
    file_name: Mapped[str]
    stored_key: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(sa.BigInteger())
    created_at: Mapped[datetime] = mapped_column(index=True)
    ready_at: Mapped[datetime | None]
