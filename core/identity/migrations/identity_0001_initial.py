"""initial"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "identity_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_confirmed_at", Moment(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("agreement_version", sa.Text(), nullable=True),
        sa.Column("agreement_accepted_at", Moment(), nullable=True),
        sa.Column("advertising", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("surname", sa.Text(), server_default="", nullable=False),
        sa.Column("given_name", sa.Text(), server_default="", nullable=False),
        sa.Column("patronymic", sa.Text(), server_default="", nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_account")),
    )
    op.create_index(
        "uq_identity_account_email",
        "identity_account",
        ["email"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "identity_failure",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_identity_failure")),
    )
    op.create_table(
        "identity_service_account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_service_account")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_identity_service_account_key_hash")),
    )
    op.create_table(
        "identity_email_code",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("wrong_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_identity_email_code_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_email_code")),
        sa.UniqueConstraint("account_id", name=op.f("uq_identity_email_code_account_id")),
    )
    op.create_table(
        "identity_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["identity_account.id"], name=op.f("fk_identity_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_identity_session")),
        sa.UniqueConstraint("id", name=op.f("uq_identity_session_id")),
    )
    op.create_index(op.f("ix_identity_session_account_id"), "identity_session", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_identity_session_account_id"), table_name="identity_session")
    op.drop_table("identity_session")
    op.drop_table("identity_email_code")
    op.drop_table("identity_service_account")
    op.drop_table("identity_failure")
    op.drop_index(
        "uq_identity_account_email",
        table_name="identity_account",
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("identity_account")
