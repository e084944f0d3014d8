"""Tables of readings: what billing says of the month, and what clients submitted."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.contracts.public import Contract, EnergyObject, Meter, MeterRegister
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
