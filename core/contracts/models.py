"""Tables of contracts. The company's own keys are the primary keys: no mapping tables, a repeated load is an upsert.

Rows of the company are never deleted while something refers to them: they are closed (`closed_on`).
"""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base, Quantity


class Contract(Base):
    """A supply contract as billing holds it."""

    __tablename__ = "contracts_contract"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    """The party: a company, a sole trader or a citizen."""
    search: Mapped[str]
    """Number and name in lower case: SQLite folds ASCII only, so the folding is done here."""
    inn: Mapped[str]
    kpp: Mapped[str | None]
    branch: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str] = mapped_column(server_default="")
    bank: Mapped[str] = mapped_column(server_default="")
    bank_account: Mapped[str] = mapped_column(server_default="")
    correspondent_account: Mapped[str] = mapped_column(server_default="")
    bic: Mapped[str] = mapped_column(server_default="")
    signature: Mapped[str | None]
    """Kind of the signed addendum on electronic documents: pep, kep; null: none was signed."""
    signed_on: Mapped[date | None]
    closed_on: Mapped[date | None]


class ContractEmail(Base):
    """An address recorded for a contract; only these may confirm an addition (CTR-02). Stored in lower case."""

    __tablename__ = "contracts_email"

    contract_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_contract.id"), primary_key=True)
    email: Mapped[str] = mapped_column(primary_key=True)


class ContractContacts(Base):
    """Whom the client turns to («Контакты»). The set differs from contract to contract."""

    __tablename__ = "contracts_contacts"

    contract_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_contract.id"), primary_key=True)
    branch_head: Mapped[str | None]
    branch_phone: Mapped[str | None]
    branch_address: Mapped[str | None]
    curator: Mapped[str | None]
    curator_phone: Mapped[str | None]
    curator_email: Mapped[str | None]


class Annex(Base):
    """An annex of a contract («приложение к договору»). Its file is uploaded by the company apart."""

    __tablename__ = "contracts_annex"

    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_contract.id"), index=True)
    name: Mapped[str]
    signed_on: Mapped[date | None]
    file_name: Mapped[str]


class AnnexFile(Base):
    """The stored file of an annex."""

    __tablename__ = "contracts_annex_file"

    annex_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_annex.id"), primary_key=True)
    stored_key: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger())
    sha256: Mapped[str]


class EnergyObject(Base):
    """An energy object («энергообъект», ЭО) of a contract."""

    __tablename__ = "contracts_energy_object"

    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_contract.id"))
    number: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    search: Mapped[str]
    """Number, name and address in lower case."""
    price_category: Mapped[int]
    """1 to 6; 3 and above need hourly metering."""
    closed_on: Mapped[date | None]

    __table_args__ = (sa.Index("ix_contracts_energy_object_order", "contract_id", "number", "id"),)


class MeteringPoint(Base):
    """A metering point («точка учёта») of an energy object."""

    __tablename__ = "contracts_metering_point"

    id: Mapped[str] = mapped_column(primary_key=True)
    energy_object_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_energy_object.id"), index=True)
    name: Mapped[str]
    by_message: Mapped[bool]
    """True: no meter, the client reports the consumption itself («по сообщению»)."""
    complex_code: Mapped[str]
    """Code of the measuring complex («код ИК»)."""
    closed_on: Mapped[date | None]


class Meter(Base):
    """A metering device («прибор учёта», ПУ)."""

    __tablename__ = "contracts_meter"

    id: Mapped[str] = mapped_column(primary_key=True)
    metering_point_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_metering_point.id"), index=True)
    number: Mapped[str]
    model: Mapped[str]
    coefficient: Mapped[Decimal] = mapped_column(Quantity())
    """Расчётный коэффициент: current times voltage transformer ratio."""
    loss_percent: Mapped[Decimal] = mapped_column(Quantity())
    """Added to the consumption when positive, taken off when negative."""
    digits: Mapped[int]
    """Integer digits of the register («значность»): it rolls over at 10^digits."""
    installed_on: Mapped[date | None]
    verified_until: Mapped[date | None]
    closed_on: Mapped[date | None]


class MeterRegister(Base):
    """A register of a meter: one kind of energy in one tariff zone. All of a meter's registers are read together."""

    __tablename__ = "contracts_register"

    meter_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_meter.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    """`<energy>.<zone>` with energy A+, A-, R+, R- and zone total, T1, T2, T3: `A+.T1`."""
    name: Mapped[str]
    """What the client sees: «Круглосуточный», «День», «Ночь»."""
    sort: Mapped[int]


class ContractLink(Base):
    """An account's hold on a contract. Only an active link shows anything; a pending one waits for its letter."""

    __tablename__ = "contracts_link"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_contract.id"), primary_key=True)
    state: Mapped[str]
    """pending, active"""
    role: Mapped[str]
    """One of the four roles; binding while the state is active."""
    all_objects: Mapped[bool]
    """False: only the energy objects in `contracts_link_object`."""
    number: Mapped[str] = mapped_column(server_default="")
    """The contract's, set and kept by triggers of the database: a page of an account's list is read along one index,
    however many contracts the account and the supplier have."""
    request_id: Mapped[str] = mapped_column(unique=True)
    """Identifies this addition in the confirming link."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_contracts_link_contract_id", "contract_id"),
        sa.Index("ix_contracts_link_list", "account_id", "number", "contract_id"),
        sa.Index(
            "uq_contracts_link_administrator",
            "contract_id",
            unique=True,
            sqlite_where=sa.text("role = 'Администратор' AND state = 'active'"),
            postgresql_where=sa.text("role = 'Администратор' AND state = 'active'"),
        ),
    )


class ContractLinkObject(Base):
    """An energy object that a limited role covers (ROL-30)."""

    __tablename__ = "contracts_link_object"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(primary_key=True)
    energy_object_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_energy_object.id"), primary_key=True)

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["account_id", "contract_id"],
            ["contracts_link.account_id", "contracts_link.contract_id"],
            ondelete="CASCADE",
        ),
    )
