"""Tables of notifications.

What is addressed to everybody is one row, whatever the number of accounts: a row per account appears only when
somebody reads or closes it (`notifications_receipt`).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base

# The text of a partial index: with a bound parameter SQLite would not see that it applies.
PUBLISHED = sa.text("published_by <> ''")
UNCLAIMED = sa.text("notice_id IS NULL")


class Notice(Base):
    """A notification: published by the supplier's staff, or raised by a plugin."""

    __tablename__ = "notifications_notice"

    id: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str]
    """bell, modal, top"""
    kind: Mapped[str]
    """Name of the NotificationKind; empty: a publication."""
    topic: Mapped[str]
    text: Mapped[str]
    confirm_label: Mapped[str | None]
    go_label: Mapped[str | None]
    go_url: Mapped[str | None]
    audience: Mapped[str]
    """all, contracts, branches, accounts"""
    contract_id: Mapped[str | None]
    """Seen only while the account holds this contract."""
    starts_at: Mapped[datetime]
    """Shown from now on; the date of the notification."""
    ends_at: Mapped[datetime | None]
    """modal, top: from now on it stands in the list like any other."""
    published_by: Mapped[str]
    """Account of the member of staff; empty: raised by a plugin."""
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_notifications_notice_published",
            "id",
            sqlite_where=PUBLISHED,
            postgresql_where=PUBLISHED,
        ),
    )


class NoticeAudience(Base):
    """Whom a notice is addressed to: `all`, `account:<id>`, `contract:<id>` or `branch:<name>`."""

    __tablename__ = "notifications_audience"

    key: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(sa.ForeignKey("notifications_notice.id"), primary_key=True, index=True)


class Receipt(Base):
    """That an account has read or closed a notice."""

    __tablename__ = "notifications_receipt"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(sa.ForeignKey("notifications_notice.id"), primary_key=True, index=True)
    at: Mapped[datetime]
    act: Mapped[str]
    """read, confirm, go, dismiss"""


class NoticeFile(Base):
    """A file of a notice; of none yet when it was uploaded and waits for its publication."""

    __tablename__ = "notifications_file"

    id: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str | None] = mapped_column(sa.ForeignKey("notifications_notice.id"))
    sort: Mapped[int] = mapped_column(server_default="0")
    name: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    """Bytes."""
    key: Mapped[str]
    """In the store of files."""
    uploaded_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_notifications_file_notice_id", "notice_id", "sort"),
        sa.Index("ix_notifications_file_unclaimed", "uploaded_at", sqlite_where=UNCLAIMED, postgresql_where=UNCLAIMED),
    )


class Preferences(Base):
    """The switches of an account; no row: the defaults. Advertising is kept by identity, with the consent."""

    __tablename__ = "notifications_preferences"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[bool] = mapped_column(server_default=sa.true())
    """«E-mail уведомления»"""
    magazine: Mapped[bool] = mapped_column(server_default=sa.false())
    start_on: Mapped[bool] = mapped_column(server_default=sa.false())
    """«Уведомление о начале периода передачи показаний»"""
    start_days: Mapped[int] = mapped_column(server_default="4")
    """1 to 15 days before the start."""
    end_on: Mapped[bool] = mapped_column(server_default=sa.false())
    """«Уведомление об окончании периода передачи показаний»"""
    end_days: Mapped[int] = mapped_column(server_default="2")
    """1 to 15 days before the end."""


class Switch(Base):
    """A switch of one contract that the client has touched."""

    __tablename__ = "notifications_switch"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[bool]


class Mailing(Base):
    """A mailing of the supplier to everybody who wants it."""

    __tablename__ = "notifications_mailing"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """advertising, magazine"""
    audience: Mapped[str] = mapped_column(server_default="all")
    """all, contracts, branches"""
    addressees: Mapped[str] = mapped_column(server_default="[]")
    """Their ids or names, a list in JSON."""
    topic: Mapped[str]
    text: Mapped[str]
    letters: Mapped[int] = mapped_column(server_default="0")
    """How many have been ordered."""
    reached: Mapped[str] = mapped_column(server_default="")
    """The last account whose letter has been ordered; a batch that starts elsewhere was done before."""
    ordered_by: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Delivery(Base):
    """What became of a letter. Its text is not kept: it may show a code."""

    __tablename__ = "notifications_delivery"

    id: Mapped[str] = mapped_column(primary_key=True)
    """The Message-ID."""
    letter: Mapped[str]
    email: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(index=True)
    """The client whose address it was."""
    state: Mapped[str]
    """queued, sent, refused (for good, by the mail server), failed (given up)"""
    attempts: Mapped[int]
    answer: Mapped[str] = mapped_column(server_default="")
    """The mail server's words, or what went wrong."""
    order: Mapped[bytes]
    """The SendLetter, to send it again. It names its secret and does not hold it."""
    again_of: Mapped[str | None]
    """The letter that staff sent again."""
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_notifications_delivery_email", "email", "id"),
        sa.Index("ix_notifications_delivery_state", "state", "id"),
        sa.Index("ix_notifications_delivery_created_at", "created_at"),
    )
