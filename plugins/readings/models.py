"""Tables of readings: what billing says of the month, and what clients submitted."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.contracts.public import Contract, EnergyObject, Meter, MeteringPoint, MeterRegister
from core.sdk import Base, Quantity
from plugins.readings.domain import WAITING


class Window(Base):
    """When the readings of a month are accepted. Its row is also the lock of the contract's submissions."""

    __tablename__ = "readings_window"

    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    """The last day, included."""
    closed_at: Mapped[datetime | None]
    """When billing closed the period; nothing is accepted for it any more."""


class Previous(Base):
    """The reading of a register accepted in the last closed period."""

    __tablename__ = "readings_previous"

    meter_id: Mapped[str] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Decimal] = mapped_column(Quantity())
    month: Mapped[date]

    __table_args__ = (sa.ForeignKeyConstraint(["meter_id", "register"], [MeterRegister.meter_id, MeterRegister.code]),)


class ObjectState(Base):
    """Billing's status of an energy object. No row: «Ожидание»."""

    __tablename__ = "readings_object_state"

    energy_object_id: Mapped[str] = mapped_column(sa.ForeignKey(EnergyObject.id), primary_key=True)
    status: Mapped[str] = mapped_column(server_default=WAITING)
    note: Mapped[str] = mapped_column(server_default="")


class MeterState(Base):
    """Billing's status of a metering device. No row: «Ожидание»."""

    __tablename__ = "readings_meter_state"

    meter_id: Mapped[str] = mapped_column(sa.ForeignKey(Meter.id), primary_key=True)
    status: Mapped[str] = mapped_column(server_default=WAITING)
    note: Mapped[str] = mapped_column(server_default="")
    max_power: Mapped[Decimal | None] = mapped_column(Quantity())
    """kW"""


class Submission(Base):
    """One call of «Передать показания» of which something was saved."""

    __tablename__ = "readings_submission"

    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    month: Mapped[date]
    channel: Mapped[str]
    """screen, file"""
    author: Mapped[str]
    submitted_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_readings_submission_contract", "contract_id", "id"),)


class Transmission(Base):
    """One device of a submission: the fact that went to the company. The last one of a month is not `replaced`."""

    __tablename__ = "readings_transmission"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Of the fact in the company's feed."""
    submission_id: Mapped[str] = mapped_column(sa.ForeignKey(Submission.id), index=True)
    meter_id: Mapped[str] = mapped_column(sa.ForeignKey(Meter.id))
    month: Mapped[date]
    replaces: Mapped[str | None] = mapped_column(sa.ForeignKey("readings_transmission.id"))
    replaced: Mapped[bool] = mapped_column(server_default=sa.false())
    """A later one took its place, or it was withdrawn."""
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_readings_transmission_meter", "meter_id", "month"),
        sa.Index(
            "uq_readings_transmission_current",
            "meter_id",
            "month",
            unique=True,
            sqlite_where=sa.text("NOT replaced"),
            postgresql_where=sa.text("NOT replaced"),
        ),
    )


class Value(Base):
    """One register of a transmission, with billing's answer."""

    __tablename__ = "readings_value"

    transmission_id: Mapped[str] = mapped_column(sa.ForeignKey(Transmission.id), primary_key=True)
    register: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Decimal] = mapped_column(Quantity())
    consumption: Mapped[Decimal | None] = mapped_column(Quantity())
    notice: Mapped[str] = mapped_column(server_default="")
    """Code of the remark made to the client."""
    state: Mapped[str] = mapped_column(server_default="transmitted")
    """transmitted, accepted, refused"""
    code: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")
    """Billing's code and words."""
    answered_at: Mapped[datetime | None]


class PointTransmission(Base):
    """The consumption of one point «по сообщению»: the fact that went to the company, with billing's answer."""

    __tablename__ = "readings_point_transmission"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Of the fact in the company's feed."""
    submission_id: Mapped[str] = mapped_column(sa.ForeignKey(Submission.id), index=True)
    metering_point_id: Mapped[str] = mapped_column(sa.ForeignKey(MeteringPoint.id))
    month: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Quantity())
    """kWh"""
    replaces: Mapped[str | None] = mapped_column(sa.ForeignKey("readings_point_transmission.id"))
    replaced: Mapped[bool] = mapped_column(server_default=sa.false())
    """A later one took its place, or it was withdrawn."""
    withdrawn_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="transmitted")
    """transmitted, accepted, refused"""
    code: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")
    submitted_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_readings_point_transmission_point", "metering_point_id", "month"),
        sa.Index(
            "uq_readings_point_transmission_current",
            "metering_point_id",
            "month",
            unique=True,
            sqlite_where=sa.text("NOT replaced"),
            postgresql_where=sa.text("NOT replaced"),
        ),
    )


class Accepted(Base):
    """What entered the calculation of a closed period, register by register: the history."""

    __tablename__ = "readings_accepted"

    meter_id: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Decimal] = mapped_column(Quantity())
    consumption: Mapped[Decimal | None] = mapped_column(Quantity())
    submitted_at: Mapped[datetime | None]
    """Null: billing has the reading from elsewhere."""
    by_company: Mapped[bool] = mapped_column(server_default=sa.false())
    """The company has loaded it; otherwise it came with the closing of the period, and goes if that is undone."""

    __table_args__ = (sa.ForeignKeyConstraint(["meter_id", "register"], [MeterRegister.meter_id, MeterRegister.code]),)


class AcceptedPoint(Base):
    """The consumption of a point «по сообщению» that entered the calculation of a closed period."""

    __tablename__ = "readings_accepted_point"

    metering_point_id: Mapped[str] = mapped_column(sa.ForeignKey(MeteringPoint.id), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[Decimal] = mapped_column(Quantity())
    """kWh"""
    submitted_at: Mapped[datetime | None]
    by_company: Mapped[bool] = mapped_column(server_default=sa.false())


class PeakHour(Base):
    """The hour of a working day in which the consumption of a region was the largest, as the market operator says."""

    __tablename__ = "readings_peak_hour"

    region: Mapped[str] = mapped_column(primary_key=True)
    """The operator's code of the region."""
    day: Mapped[date] = mapped_column(primary_key=True)
    hour: Mapped[int]
    """1 to 24, of Moscow: hour 1 begins at midnight."""


class PeakRange(Base):
    """Hours of a month that the system operator plans as peak hours."""

    __tablename__ = "readings_peak_range"

    zone: Mapped[int] = mapped_column(primary_key=True)
    """Price zone of the wholesale market: 1 or 2."""
    month: Mapped[date] = mapped_column(primary_key=True)
    first_hour: Mapped[int] = mapped_column(primary_key=True)
    last_hour: Mapped[int]
    """Included; 1 to 24, of Moscow."""


class Reminder(Base):
    """That an account has been reminded of a period: once of its start and once of its end."""

    __tablename__ = "readings_reminder"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    edge: Mapped[str] = mapped_column(primary_key=True)
    """start, end"""
    reminded_at: Mapped[datetime]


class IntervalMessage(Base):
    """A message of layout 80020 of which something was loaded: how one that comes again is recognised."""

    __tablename__ = "readings_interval_message"

    import_id: Mapped[str] = mapped_column(primary_key=True)
    member: Mapped[str] = mapped_column(primary_key=True)
    """The file inside of an archive, else empty."""
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    layout: Mapped[str]
    sender: Mapped[str]
    """INN, as it stands there."""
    day: Mapped[str]
    """YYYYMMDD"""
    number: Mapped[str]
    loaded_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_readings_interval_message_number", "contract_id", "sender", "day", "number"),)
