"""initial"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "roles_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roles_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles_request")),
    )
    op.create_index(op.f("ix_roles_request_account_id"), "roles_request", ["account_id"], unique=False)
    op.create_index(op.f("ix_roles_request_contract_id"), "roles_request", ["contract_id"], unique=False)
    op.create_index("ix_roles_request_queue", "roles_request", ["state", "id"], unique=False)
    op.create_index(
        "uq_roles_request_open",
        "roles_request",
        ["account_id", "contract_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "roles_request_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stored_key", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["roles_request.id"], name=op.f("fk_roles_request_file_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles_request_file")),
    )
    op.create_index(op.f("ix_roles_request_file_request_id"), "roles_request_file", ["request_id"], unique=False)
    op.create_table(
        "roles_request_message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["roles_request.id"], name=op.f("fk_roles_request_message_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles_request_message")),
    )
    op.create_index(op.f("ix_roles_request_message_request_id"), "roles_request_message", ["request_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_roles_request_message_request_id"), table_name="roles_request_message")
    op.drop_table("roles_request_message")
    op.drop_index(op.f("ix_roles_request_file_request_id"), table_name="roles_request_file")
    op.drop_table("roles_request_file")
    op.drop_index(
        "uq_roles_request_open",
        table_name="roles_request",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_roles_request_queue", table_name="roles_request")
    op.drop_index(op.f("ix_roles_request_contract_id"), table_name="roles_request")
    op.drop_index(op.f("ix_roles_request_account_id"), table_name="roles_request")
    op.drop_table("roles_request")
