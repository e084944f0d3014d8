"""Tables of household accounts. The company's keys are the primary keys, as in contracts."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.contracts.public import Contract
from core.sdk import Base, Quantity


class House(Base):
    """An address with flats."""

    __tablename__ = "household_house"

    id: Mapped[str] = mapped_column(primary_key=True)
    branch: Mapped[str] = mapped_column(index=True)
    address: Mapped[str]
    search: Mapped[str]
    """The address in lower case."""


class HouseholdAccount(Base):
    """A household account («ЛС БП») of a flat. Whoever lives there is not known here."""

    __tablename__ = "household_account"

    id: Mapped[str] = mapped_column(primary_key=True)
    house_id: Mapped[str] = mapped_column(sa.ForeignKey(House.id))
    number: Mapped[str] = mapped_column(index=True)
    flat: Mapped[str]
    place: Mapped[int]
    """Flats in the order of their numbers."""

    __table_args__ = (sa.Index("ix_household_account_house", "house_id", "place", "flat", "id"),)


class HouseholdMeter(Base):
    """A meter of a household account."""

    __tablename__ = "household_meter"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey(HouseholdAccount.id), index=True)
    number: Mapped[str]
    model: Mapped[str]
    coefficient: Mapped[Decimal] = mapped_column(Quantity())
    """Of its transformers."""
    zones: Mapped[int]
    """1 to 3"""
    digits: Mapped[int]
    """Of the whole part of its register."""
    works: Mapped[bool]
    discrepancies: Mapped[bytes]
    """JSON of `list[str]`: what is wrong with it, in the company's words."""
    removed_on: Mapped[date | None]


class HouseholdPrevious(Base):
    """The last reading that counts, zone by zone."""

    __tablename__ = "household_previous"

    meter_id: Mapped[str] = mapped_column(sa.ForeignKey(HouseholdMeter.id), primary_key=True)
    t1: Mapped[Decimal | None] = mapped_column(Quantity())
    t2: Mapped[Decimal | None] = mapped_column(Quantity())
    t3: Mapped[Decimal | None] = mapped_column(Quantity())
    month: Mapped[date | None]
    taken_on: Mapped[date | None]


class Attachment(Base):
    """Who works with a household account: whoever holds the contract, or one client."""

    __tablename__ = "household_attachment"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey(HouseholdAccount.id))
    house_id: Mapped[str] = mapped_column(sa.ForeignKey(House.id))
    """Of the account: whose addresses somebody sees is asked often."""
    contract_id: Mapped[str | None] = mapped_column(sa.ForeignKey(Contract.id))
    client_id: Mapped[str | None]
    """A client's account in the cabinet."""

    __table_args__ = (
        sa.CheckConstraint("(contract_id IS NULL) <> (client_id IS NULL)", name="one_holder"),
        sa.Index("uq_household_attachment_contract", "account_id", "contract_id", unique=True),
        sa.Index("uq_household_attachment_client", "account_id", "client_id", unique=True),
        sa.Index("ix_household_attachment_contract", "contract_id", "house_id"),
        sa.Index("ix_household_attachment_client", "client_id", "house_id"),
    )


class Schedule(Base):
    """When a branch accepts the readings of a month; both days included."""

    __tablename__ = "household_schedule"

    branch: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    opens_on: Mapped[date]
    closes_on: Mapped[date]


class HouseholdEntry(Base):
    """What is entered for a meter and a month: by hand or by file, and what billing said of it."""

    __tablename__ = "household_entry"

    meter_id: Mapped[str] = mapped_column(sa.ForeignKey(HouseholdMeter.id), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    house_id: Mapped[str] = mapped_column(sa.ForeignKey(House.id))
    t1: Mapped[Decimal | None] = mapped_column(Quantity())
    t2: Mapped[Decimal | None] = mapped_column(Quantity())
    t3: Mapped[Decimal | None] = mapped_column(Quantity())
    taken_on: Mapped[date]
    state: Mapped[str]
    """entered, sending, transmitted, refused"""
    ready: Mapped[bool]
    """May be transmitted, as it was checked last."""
    faulty: Mapped[bool]
    import_id: Mapped[str | None]
    """The file that the values came with, as long as nobody has changed them by hand."""
    changed_at: Mapped[datetime]
    fact_id: Mapped[str | None]
    """Of the fact that went to billing."""
    refused_t1: Mapped[str] = mapped_column(server_default="")
    refused_t2: Mapped[str] = mapped_column(server_default="")
    refused_t3: Mapped[str] = mapped_column(server_default="")
    """Billing's words."""

    __table_args__ = (
        sa.Index("ix_household_entry_house", "house_id", "month", "state"),
        sa.Index(
            "ix_household_entry_import",
            "import_id",
            "state",
            sqlite_where=sa.text("import_id IS NOT NULL"),
            postgresql_where=sa.text("import_id IS NOT NULL"),
        ),
    )


class LoadedFile(Base):
    """What became of the values of a file."""

    __tablename__ = "household_file"

    import_id: Mapped[str] = mapped_column(primary_key=True)
    loaded: Mapped[int] = mapped_column(server_default="0")
    """Values that are good."""
    faulty: Mapped[int] = mapped_column(server_default="0")
    """Values that were loaded and are in error."""
    not_loaded: Mapped[int] = mapped_column(server_default="0")
    undone_at: Mapped[datetime | None]


class LoadedRow(Base):
    """What stood at a meter before a file was loaded: the way back."""

    __tablename__ = "household_loaded"

    import_id: Mapped[str] = mapped_column(primary_key=True)
    meter_id: Mapped[str] = mapped_column(sa.ForeignKey(HouseholdMeter.id), primary_key=True)
    month: Mapped[date]
    t1: Mapped[Decimal | None] = mapped_column(Quantity())
    t2: Mapped[Decimal | None] = mapped_column(Quantity())
    t3: Mapped[Decimal | None] = mapped_column(Quantity())
    taken_on: Mapped[date | None]
    """Null: nothing stood there."""


class HouseholdTransmission(Base):
    """One «Передать показания»: of an address, or of a file."""

    __tablename__ = "household_transmission"

    id: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(index=True)
    house_id: Mapped[str | None] = mapped_column(sa.ForeignKey(House.id))
    import_id: Mapped[str | None]
    started_at: Mapped[datetime]
    collected: Mapped[bool]
    """Everything that was ready has become a fact."""
    failed: Mapped[int]
    """Meters with something filled in that were not ready."""


class HouseholdSent(Base):
    """The readings of a meter as they went to billing: the fact, and billing's answer."""

    __tablename__ = "household_sent"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Of the fact in the company's feed."""
    transmission_id: Mapped[str] = mapped_column(sa.ForeignKey(HouseholdTransmission.id))
    meter_id: Mapped[str] = mapped_column(sa.ForeignKey(HouseholdMeter.id))
    house_id: Mapped[str] = mapped_column(sa.ForeignKey(House.id))
    month: Mapped[date]
    t1: Mapped[Decimal | None] = mapped_column(Quantity())
    t2: Mapped[Decimal | None] = mapped_column(Quantity())
    t3: Mapped[Decimal | None] = mapped_column(Quantity())
    taken_on: Mapped[date]
    source: Mapped[str]
    """screen, file"""
    sent_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="sent")
    """sent, accepted, refused"""
    answer_t1: Mapped[str] = mapped_column(server_default="")
    answer_t2: Mapped[str] = mapped_column(server_default="")
    answer_t3: Mapped[str] = mapped_column(server_default="")
    """Empty: none yet; `+`: accepted; else billing's words of refusal."""
    billed_month: Mapped[date | None]
    """«Учтено в счете»"""

    __table_args__ = (
        sa.Index("ix_household_sent_transmission", "transmission_id", "state"),
        sa.Index("ix_household_sent_house", "house_id", "sent_at", "id"),
        sa.Index("ix_household_sent_meter", "meter_id", "month"),
    )
