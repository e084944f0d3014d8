"""Tables of signatures: certificates of accounts, the organisations they serve, and the evidence of what was signed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base


class Certificate(Base):
    """A certificate bound to an account, for as long as the account exists: no other can ever register it (APL-15)."""

    __tablename__ = "signatures_certificate"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the DER, hexadecimal."""
    der: Mapped[bytes]
    subject: Mapped[str]
    person: Mapped[str]
    holder: Mapped[str]
    serial: Mapped[str]
    issuer: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    registered_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_signatures_certificate_account", "account_id", "id"),)


class Binding(Base):
    """An organisation for which a certificate was registered. Without any, its owner has removed the certificate."""

    __tablename__ = "signatures_binding"

    certificate_id: Mapped[str] = mapped_column(
        sa.ForeignKey("signatures_certificate.id", ondelete="CASCADE"), primary_key=True
    )
    inn: Mapped[str] = mapped_column(primary_key=True)
    kpp: Mapped[str]
    name: Mapped[str]
    by_power: Mapped[bool]
    """It serves the organisation by a power of attorney only, which comes with each signature."""
    bound_at: Mapped[datetime]


class KeptSignature(Base):
    """Evidence: a signature as it was received, the certificate, and the report of its verification."""

    __tablename__ = "signatures_evidence"

    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    """Identifier of the document at the plugin that owns it."""
    account_id: Mapped[str]
    """Who signed; empty once the account is erased."""
    signature: Mapped[bytes]
    """DER."""
    certificate: Mapped[bytes]
    """DER."""
    report: Mapped[bytes]
    """JSON of `Report`."""
    power: Mapped[bytes | None]
    """The power of attorney, XML; null: none was needed."""
    power_signature: Mapped[bytes | None]
    kept_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_signatures_evidence_subject", "subject", "id"),
        sa.Index("ix_signatures_evidence_account", "account_id"),
    )
