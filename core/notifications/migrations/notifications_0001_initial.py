"""initial"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "notifications_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notifications_delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("order", sa.LargeBinary(), nullable=False),
        sa.Column("again_of", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_delivery")),
    )
    op.create_index(
        op.f("ix_notifications_delivery_account_id"), "notifications_delivery", ["account_id"], unique=False
    )
    op.create_index("ix_notifications_delivery_created_at", "notifications_delivery", ["created_at"], unique=False)
    op.create_index("ix_notifications_delivery_email", "notifications_delivery", ["email", "id"], unique=False)
    op.create_index("ix_notifications_delivery_state", "notifications_delivery", ["state", "id"], unique=False)
    op.create_table(
        "notifications_mailing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("letters", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_mailing")),
    )
    op.create_table(
        "notifications_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confirm_label", sa.Text(), nullable=True),
        sa.Column("go_label", sa.Text(), nullable=True),
        sa.Column("go_url", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=True),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_notice")),
    )
    op.create_index(
        "ix_notifications_notice_published",
        "notifications_notice",
        ["id"],
        unique=False,
        sqlite_where=sa.text("published_by <> ''"),
        postgresql_where=sa.text("published_by <> ''"),
    )
    op.create_table(
        "notifications_preferences",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("magazine", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("start_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("start_days", sa.Integer(), server_default="4", nullable=False),
        sa.Column("end_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("end_days", sa.Integer(), server_default="2", nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notifications_preferences")),
    )
    op.create_table(
        "notifications_switch",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "contract_id", "kind", name=op.f("pk_notifications_switch")),
    )
    op.create_table(
        "notifications_audience",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notifications_notice.id"], name=op.f("fk_notifications_audience_notice_id")
        ),
        sa.PrimaryKeyConstraint("key", "notice_id", name=op.f("pk_notifications_audience")),
    )
    op.create_index(op.f("ix_notifications_audience_notice_id"), "notifications_audience", ["notice_id"], unique=False)
    op.create_table(
        "notifications_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("uploaded_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notifications_notice.id"], name=op.f("fk_notifications_file_notice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_file")),
    )
    op.create_index("ix_notifications_file_notice_id", "notifications_file", ["notice_id", "sort"], unique=False)
    op.create_index(
        "ix_notifications_file_unclaimed",
        "notifications_file",
        ["uploaded_at"],
        unique=False,
        sqlite_where=sa.text("notice_id IS NULL"),
        postgresql_where=sa.text("notice_id IS NULL"),
    )
    op.create_table(
        "notifications_receipt",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notifications_notice.id"], name=op.f("fk_notifications_receipt_notice_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "notice_id", name=op.f("pk_notifications_receipt")),
    )
    op.create_index(op.f("ix_notifications_receipt_notice_id"), "notifications_receipt", ["notice_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_notifications_receipt_notice_id"), table_name="notifications_receipt")
    op.drop_table("notifications_receipt")
    op.drop_index(
        "ix_notifications_file_unclaimed",
        table_name="notifications_file",
        sqlite_where=sa.text("notice_id IS NULL"),
        postgresql_where=sa.text("notice_id IS NULL"),
    )
    op.drop_index("ix_notifications_file_notice_id", table_name="notifications_file")
    op.drop_table("notifications_file")
    op.drop_index(op.f("ix_notifications_audience_notice_id"), table_name="notifications_audience")
    op.drop_table("notifications_audience")
    op.drop_table("notifications_switch")
    op.drop_table("notifications_preferences")
    op.drop_index(
        "ix_notifications_notice_published",
        table_name="notifications_notice",
        sqlite_where=sa.text("published_by <> ''"),
        postgresql_where=sa.text("published_by <> ''"),
    )
    op.drop_table("notifications_notice")
    op.drop_table("notifications_mailing")
    op.drop_index("ix_notifications_delivery_state", table_name="notifications_delivery")
    op.drop_index("ix_notifications_delivery_email", table_name="notifications_delivery")
    op.drop_index("ix_notifications_delivery_created_at", table_name="notifications_delivery")
    op.drop_index(op.f("ix_notifications_delivery_account_id"), table_name="notifications_delivery")
    op.drop_table("notifications_delivery")
