"""Tables of services: the catalogue, the orders, what became of each, and the numbers given."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base, Money


class Service(Base):
    """A service that may be ordered."""

    __tablename__ = "services_service"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Money())
    price_from: Mapped[bool]
    fields: Mapped[bytes]
    """JSON of `list[Field]`: what the order says besides the usual."""
    note: Mapped[str]
    link: Mapped[str]
    active: Mapped[bool]
    sort: Mapped[int]


class Order(Base):
    """An order as it was sent, with the name and the price that the service had then."""

    __tablename__ = "services_order"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    service_id: Mapped[str]
    service_name: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Money())
    price_from: Mapped[bool]
    contract_id: Mapped[str]
    account_id: Mapped[str]
    """Who ordered; empty once the account is erased."""
    values: Mapped[bytes]
    """JSON of field -> value; empty object once the account is erased."""
    titles: Mapped[bytes]
    """JSON of field -> title, as the form had them then."""
    status: Mapped[str]
    bill_number: Mapped[str] = mapped_column(server_default="")
    bill_amount: Mapped[Decimal | None] = mapped_column(Money())
    bill_due_on: Mapped[date | None]
    ordered_on: Mapped[date]
    """The business day."""
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_services_order_account", "account_id", "id"),
        sa.Index("ix_services_order_contract", "contract_id", "id"),
        sa.Index("ix_services_order_status", "status", "id"),
    )


class Change(Base):
    """A step of an order."""

    __tablename__ = "services_change"

    order_id: Mapped[str] = mapped_column(sa.ForeignKey(Order.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    text: Mapped[str]
    """The company's words."""
    at: Mapped[datetime]


class Counter(Base):
    """The last number given in a year."""

    __tablename__ = "services_counter"

    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
