"""initial"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "core_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit")),
    )
    op.create_index("ix_core_audit_subject", "core_audit", ["subject", "id"], unique=False)
    op.create_table(
        "core_feed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("fact_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("occurred_at", Moment(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_feed")),
        sa.UniqueConstraint("fact_id", name=op.f("uq_core_feed_fact_id")),
        sa.UniqueConstraint("position", name=op.f("uq_core_feed_position")),
    )
    op.create_index(
        "ix_core_feed_unnumbered",
        "core_feed",
        ["id"],
        unique=False,
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "core_feed_consumer",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_feed_consumer")),
    )
    op.create_table(
        "core_idempotency",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_core_idempotency")),
    )
    op.create_index(op.f("ix_core_idempotency_created_at"), "core_idempotency", ["created_at"], unique=False)
    op.create_table(
        "core_outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), server_default="new", nullable=False),
        sa.Column("due", Moment(), nullable=False),
        sa.Column("sends", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_outbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_core_outbox_dedup_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_core_outbox_open",
        "core_outbox",
        ["due", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('new', 'sent', 'run')"),
        postgresql_where=sa.text("state IN ('new', 'sent', 'run')"),
    )
    op.create_index(
        "ix_core_outbox_state",
        "core_outbox",
        ["state", "finished_at"],
        unique=False,
        sqlite_where=sa.text("state <> 'new'"),
        postgresql_where=sa.text("state <> 'new'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_core_outbox_state",
        table_name="core_outbox",
        sqlite_where=sa.text("state <> 'new'"),
        postgresql_where=sa.text("state <> 'new'"),
    )
    op.drop_index(
        "ix_core_outbox_open",
        table_name="core_outbox",
        sqlite_where=sa.text("state IN ('new', 'sent', 'run')"),
        postgresql_where=sa.text("state IN ('new', 'sent', 'run')"),
    )
    op.drop_table("core_outbox")
    op.drop_index(op.f("ix_core_idempotency_created_at"), table_name="core_idempotency")
    op.drop_table("core_idempotency")
    op.drop_table("core_feed_consumer")
    op.drop_index(
        "ix_core_feed_unnumbered",
        table_name="core_feed",
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.drop_table("core_feed")
    op.drop_index("ix_core_audit_subject", table_name="core_audit")
    op.drop_table("core_audit")
