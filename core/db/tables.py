"""The tables of the host itself: jobs waiting, facts for the company, answers to repeat, the audit trail."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Base

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Outbox(Base):
    """A job to run. The row is the truth; what travels through a broker is only `id` and `sends`.

    state: new (due now or later), sent (handed to the broker), run (a worker holds it until `due`), done, dead,
    dismissed (dead, and given up by the operator).
    """

    __tablename__ = "core_outbox"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    job: Mapped[str]
    payload: Mapped[bytes | None]
    """JSON; erased when the job is done, so that no personal data outlives its use."""
    state: Mapped[str] = mapped_column(server_default="new")
    due: Mapped[datetime]
    """new: not before; sent and run: the lease ends."""
    sends: Mapped[int] = mapped_column(server_default="0")
    """Fencing token: a worker holding an older number has lost the job."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    dedup_key: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_core_outbox_open",
            "due",
            "id",
            sqlite_where=sa.text("state IN ('new', 'sent', 'run')"),
            postgresql_where=sa.text("state IN ('new', 'sent', 'run')"),
        ),
        sa.Index(
            "ix_core_outbox_state",  # without new ones, lest SQLite sort a whole backlog by it
            "state",
            "finished_at",
            sqlite_where=sa.text("state <> 'new'"),
            postgresql_where=sa.text("state <> 'new'"),
        ),
        {"sqlite_autoincrement": True},  # an id must not come back after a purge: it names the order to others
    )


class Feed(Base):
    """A fact for the company's systems. `position` is given when a committed row is first read (see core.exchange)."""

    __tablename__ = "core_feed"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    position: Mapped[int | None] = mapped_column(sa.BigInteger, unique=True)
    fact_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    subject: Mapped[str]
    occurred_at: Mapped[datetime]
    body: Mapped[bytes]

    __table_args__ = (
        sa.Index(
            "ix_core_feed_unnumbered",
            "id",
            sqlite_where=sa.text("position IS NULL"),
            postgresql_where=sa.text("position IS NULL"),
        ),
    )


class FeedConsumer(Base):
    """How far a reader of the feed has acknowledged. `leased_until` lets one pusher at a time work for a name."""

    __tablename__ = "core_feed_consumer"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    leased_until: Mapped[datetime | None]


class Idempotency(Base):
    """The answer already given to a creating call, by the hash of (principal, operation, Idempotency-Key)."""

    __tablename__ = "core_idempotency"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    status: Mapped[int | None]
    answer: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Audit(Base):
    """Who did what to what, and when. Written in the transaction of the deed; never updated."""

    __tablename__ = "core_audit"

    id: Mapped[int] = mapped_column(_BIG_ID, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[bytes]

    __table_args__ = (sa.Index("ix_core_audit_subject", "subject", "id"),)
