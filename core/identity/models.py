"""Tables of identity."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base


class Account(Base):
    """A client of the cabinet or a member of the supplier's staff."""

    __tablename__ = "identity_account"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """client, staff"""
    email: Mapped[str]
    """Lower case. The login."""
    email_confirmed_at: Mapped[datetime | None]
    password_hash: Mapped[str]
    scopes: Mapped[str] = mapped_column(server_default="")
    """Staff only: what they may do, separated by spaces."""
    agreement_version: Mapped[str | None]
    agreement_accepted_at: Mapped[datetime | None]
    advertising: Mapped[bool] = mapped_column(server_default=sa.false())
    surname: Mapped[str] = mapped_column(server_default="")
    given_name: Mapped[str] = mapped_column(server_default="")
    patronymic: Mapped[str] = mapped_column(server_default="")
    organisation: Mapped[str] = mapped_column(server_default="")
    position: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    """E.164: +7XXXXXXXXXX"""
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows with every change of the profile: its ETag."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_identity_account_email",
            "email",
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        ),
    )


class Session(Base):
    """A sign-in. The token itself is stored nowhere."""

    __tablename__ = "identity_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str]
    address: Mapped[str]


class EmailCode(Base):
    """A confirmation code that was asked for. The code is derived from the id, so it is not stored (core.secrets)."""

    __tablename__ = "identity_email_code"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"), unique=True)
    """One live code per account: asking again replaces the row."""
    email: Mapped[str]
    sent_at: Mapped[datetime]
    wrong_attempts: Mapped[int] = mapped_column(server_default="0")


class ServiceAccount(Base):
    """Credentials of one of the company's systems."""

    __tablename__ = "identity_service_account"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Its name, chosen by the operator: `billing`."""
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Failure(Base):
    """Failed sign-ins of an e-mail address or from a network address, to slow guessing down."""

    __tablename__ = "identity_failure"

    key: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of `email:<address>` or `from:<network address>`."""
    count: Mapped[int]
    until: Mapped[datetime]
    """The count starts anew after this moment."""
