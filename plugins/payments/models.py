"""Tables of payments: what billing says (bills, balances, documents, executed payments), and what clients paid."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.contracts.public import Contract
from core.sdk import Base, Money

_UNPAID = sa.text("remaining > 0")


class Bill(Base):
    """A payment document of a contract that asks for money: an invoice, penalties."""

    __tablename__ = "payments_bill"

    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    number: Mapped[str]
    kind: Mapped[str]
    """«вид реализации», billing's words: «Основная реализация», «Пени»."""
    penalty: Mapped[bool]
    month: Mapped[date | None]
    """The billing period, by its first day."""
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    amount: Mapped[Decimal] = mapped_column(Money())
    billed: Mapped[Decimal] = mapped_column(Money())
    """What is left to pay as billing said last."""
    remaining: Mapped[Decimal] = mapped_column(Money())
    """The same without what was paid here and billing has not counted yet; never below zero. This one is shown."""

    __table_args__ = (
        sa.Index("ix_payments_bill_unpaid", "contract_id", "due_on", sqlite_where=_UNPAID, postgresql_where=_UNPAID),
        sa.Index("ix_payments_bill_contract", "contract_id", "issued_on"),
    )


class Balance(Base):
    """Advances and overpayment of a contract. No row: nothing."""

    __tablename__ = "payments_balance"

    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id), primary_key=True)
    billed_advance: Mapped[Decimal] = mapped_column(Money())
    """As billing said last."""
    advance: Mapped[Decimal] = mapped_column(Money())
    """With what was prepaid here and billing has not counted yet. This one is shown."""
    overpayment: Mapped[Decimal] = mapped_column(Money())


class Document(Base):
    """A document that the company issued on a contract, reconciliation acts included."""

    __tablename__ = "payments_document"

    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    kind: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date]
    month: Mapped[date]
    """The month that the filter of the page goes by."""
    file_name: Mapped[str]
    bill_id: Mapped[str | None] = mapped_column(sa.ForeignKey(Bill.id))
    """What is paid by it."""
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    """«Период сверки» of an act, both days included."""

    __table_args__ = (sa.Index("ix_payments_document_contract", "contract_id", "issued_on", "id"),)


class DocumentFile(Base):
    """The stored file of a document."""

    __tablename__ = "payments_document_file"

    document_id: Mapped[str] = mapped_column(sa.ForeignKey(Document.id), primary_key=True)
    stored_key: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger())
    sha256: Mapped[str]


class ActOrder(Base):
    """A reconciliation act that a client ordered; the company answers with a document."""

    __tablename__ = "payments_act_order"

    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id), index=True)
    account_id: Mapped[str | None]
    """Who ordered it; null once that person is forgotten."""
    period_from: Mapped[date]
    period_to: Mapped[date]
    ordered_at: Mapped[datetime]
    document_id: Mapped[str | None] = mapped_column(sa.ForeignKey(Document.id))


class Executed(Base):
    """A line of the history of payments: a payment that billing has recorded, or that the bank has taken just now."""

    __tablename__ = "payments_executed"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Billing's key; the payment's own until billing reports it."""
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    paid_on: Mapped[date]
    bank: Mapped[str | None]
    number: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Money())
    status: Mapped[str]
    purpose: Mapped[str]
    payment_id: Mapped[str | None] = mapped_column(sa.ForeignKey("payments_payment.id"), unique=True)
    """The payment of the cabinet that this is."""

    __table_args__ = (sa.Index("ix_payments_executed_contract", "contract_id", "paid_on", "id"),)


class Card(Base):
    """A bank card that an account has linked, as the acquirer told of it. Its number is never here."""

    __tablename__ = "payments_card"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    card_id: Mapped[str] = mapped_column(primary_key=True)
    """The acquirer's."""
    mask: Mapped[str]
    expires: Mapped[str]
    """YYYYMM, or empty."""
    system: Mapped[str]
    linked_at: Mapped[datetime]


class Payment(Base):
    """A payment made in the cabinet. Its row is the lock of all that happens to it."""

    __tablename__ = "payments_payment"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Also the number of the order at the acquirer."""
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    account_id: Mapped[str | None] = mapped_column(index=True)
    """Who pays; null once that person is forgotten."""
    mode: Mapped[str]
    """bills, debt, prepayment"""
    method: Mapped[str]
    """new_card, linked_card"""
    card_id: Mapped[str]
    """The linked card, else empty."""
    save_card: Mapped[bool]
    amount: Mapped[Decimal] = mapped_column(Money())
    commission: Mapped[Decimal] = mapped_column(Money())
    total: Mapped[Decimal] = mapped_column(Money())
    """What the bank takes."""
    purpose: Mapped[str]
    receipt_email: Mapped[str]
    state: Mapped[str]
    """See `domain.State`."""
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it failed: the acquirer's code."""
    request_key: Mapped[str | None] = mapped_column(unique=True)
    """The Idempotency-Key it was started with, hashed; null once it has ended badly."""
    order_id: Mapped[str | None] = mapped_column(index=True)
    """The acquirer's identifier."""
    pay_url: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When the money was known to be taken, or the attempt to have ended."""
    advance: Mapped[Decimal] = mapped_column(Money())
    """What of the amount became an advance."""
    advance_counted: Mapped[bool] = mapped_column(server_default=sa.false())
    """Billing's own figure holds it."""
    returned: Mapped[Decimal] = mapped_column(Money())
    """What the bank has given back, of the total."""
    fact_id: Mapped[str | None] = mapped_column(unique=True)
    """Of the fact that billing is told."""
    billing: Mapped[str] = mapped_column(server_default="")
    """Billing's answer: empty, accepted, refused."""
    confirmed_at: Mapped[datetime | None]
    """When billing first said that it has the payment."""

    __table_args__ = (
        sa.Index("ix_payments_payment_contract", "contract_id", "id"),
        sa.Index("ix_payments_payment_state", "state", "created_at"),
        sa.Index("ix_payments_payment_created_at", "created_at"),
    )


class Allocation(Base):
    """The share of a payment that goes to a bill."""

    __tablename__ = "payments_allocation"

    payment_id: Mapped[str] = mapped_column(sa.ForeignKey(Payment.id), primary_key=True)
    bill_id: Mapped[str] = mapped_column(sa.ForeignKey(Bill.id), primary_key=True, index=True)
    planned: Mapped[Decimal] = mapped_column(Money())
    credited: Mapped[Decimal] = mapped_column(Money())
    """What it took off the bill; less than planned where the bill had been paid meanwhile."""
    counted: Mapped[bool] = mapped_column(server_default=sa.false())
    """Billing's own figure of the bill holds it."""


class Hold(Base):
    """A bill that a payment in progress is about to pay: no second one may start."""

    __tablename__ = "payments_hold"

    bill_id: Mapped[str] = mapped_column(sa.ForeignKey(Bill.id), primary_key=True)
    payment_id: Mapped[str] = mapped_column(sa.ForeignKey(Payment.id), index=True)


class Entry(Base):
    """A line of the ledger. The lines of one posting sum up to zero."""

    __tablename__ = "payments_entry"

    payment_id: Mapped[str] = mapped_column(sa.ForeignKey(Payment.id), primary_key=True)
    cause: Mapped[str] = mapped_column(primary_key=True)
    """paid; returned:<kopecks returned so far>"""
    account: Mapped[str] = mapped_column(primary_key=True)
    """acquirer, bills, advances, commission"""
    amount: Mapped[Decimal] = mapped_column(Money())
    """A debit above zero, a credit below."""
    at: Mapped[datetime] = mapped_column(index=True)


class Refund(Base):
    """Money that staff asked the acquirer to give back."""

    __tablename__ = "payments_refund"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Also the key under which the acquirer is asked."""
    payment_id: Mapped[str] = mapped_column(sa.ForeignKey(Payment.id), index=True)
    amount: Mapped[Decimal] = mapped_column(Money())
    """Of a reversal: everything."""
    reversal: Mapped[bool]
    note: Mapped[str]
    state: Mapped[str]
    """asked, done, refused"""
    reason: Mapped[str] = mapped_column(server_default="")
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
