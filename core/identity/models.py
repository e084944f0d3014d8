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
    folded_name: Mapped[str] = mapped_column(
        sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), server_default=""
    )
    """The three above as `domain.folded_name` compares them; ordered by code point, so that a prefix is a range."""
    organisation: Mapped[str] = mapped_column(server_default="")
    position: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    """E.164: +7XXXXXXXXXX"""
    two_factor: Mapped[bool] = mapped_column(server_default=sa.false())
    """«Запрашивать подтверждение при входе с нового устройства/браузера»"""
    two_factor_channel: Mapped[str] = mapped_column(server_default="email")
    """Where the code goes by itself: email, phone; totp: nowhere, the account's application shows it."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows with every change of the profile: its ETag."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    """Closed: nobody can sign in, the address is free again, the personal data wait for their erasure."""
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_identity_account_email",
            "email",
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        ),
        sa.Index("ix_identity_account_folded_name", "folded_name", "id"),
        sa.Index("ix_identity_account_phone", "phone", "id"),
    )


class Session(Base):
    """A sign-in. The token itself is stored nowhere."""

    __tablename__ = "identity_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime]
    """To some minutes: not every call is written down."""
    verified_at: Mapped[datetime | None]
    """When the password was given again; None: not since the sign-in."""
    address: Mapped[str]
    browser: Mapped[str]
    browser_version: Mapped[str]
    system: Mapped[str]
    system_version: Mapped[str]

    __table_args__ = (sa.Index("ix_identity_session_account_id", "account_id", "id"),)


class Code(Base):
    """A confirmation code that was asked for. The code is derived from the id, so it is not stored (core.secrets)."""

    __tablename__ = "identity_code"

    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    """email, device. One live code per account and purpose: asking again replaces the row."""
    id: Mapped[str] = mapped_column(unique=True)
    target: Mapped[str]
    """The e-mail address or the phone that it was sent to."""
    sent_at: Mapped[datetime]
    wrong_attempts: Mapped[int] = mapped_column(server_default="0")


class Recovery(Base):
    """A link to a new password that was sent. The token is derived from the id; a newer request replaces the row."""

    __tablename__ = "identity_recovery"

    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"), primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


class Challenge(Base):
    """A sign-in with the right password from an unknown device: opens a session once it is confirmed, not before."""

    __tablename__ = "identity_challenge"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"), index=True)
    password_hash: Mapped[str]
    """Of the password that was right: another one set meanwhile voids the challenge."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Device(Base):
    """A browser on a device that was confirmed. Its token is stored nowhere."""

    __tablename__ = "identity_device"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"), index=True)
    browser: Mapped[str]
    """Name of the browser and of the system: the same token presented by another browser is not believed."""
    created_at: Mapped[datetime]


class Totp(Base):
    """An authenticator application. Its secret is derived from the id, so it is not stored (core.secrets)."""

    __tablename__ = "identity_totp"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """None: the application has not shown a code yet."""
    last_step: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    """The 30-second step of the last code taken: a code works once."""

    __table_args__ = (
        sa.Index(
            "uq_identity_totp_confirmed",
            "account_id",
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        ),
        sa.Index("ix_identity_totp_account_id", "account_id"),
    )


class RecoveryCode(Base):
    """A one-time code for the day when neither mailbox nor phone is at hand. Erased when used."""

    __tablename__ = "identity_recovery_code"

    account_id: Mapped[str] = mapped_column(sa.ForeignKey("identity_account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)


class Agreement(Base):
    """The user agreement published last: one row, or none yet."""

    __tablename__ = "identity_agreement"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str]
    published_at: Mapped[datetime]


class ServiceAccount(Base):
    """Credentials of one of the company's systems."""

    __tablename__ = "identity_service_account"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Its name, chosen by the operator: `billing`."""
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Limit(Base):
    """How often something was tried lately, to slow guessing and flooding down."""

    __tablename__ = "identity_limit"

    key: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the rule and of what it counts for: an account, an e-mail address, a network address."""
    taken: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)
    """The count starts anew after this moment."""
