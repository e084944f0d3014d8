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
        sa.Column("two_factor", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("two_factor_channel", sa.Text(), server_default="email", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.Column("erased_at", Moment(), nullable=True),
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
        "identity_limit",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_identity_limit")),
    )
    op.create_index(op.f("ix_identity_limit_until"), "identity_limit", ["until"], unique=False)
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
        "identity_challenge",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["identity_account.id"], name=op.f("fk_identity_challenge_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_identity_challenge")),
    )
    op.create_index(op.f("ix_identity_challenge_account_id"), "identity_challenge", ["account_id"], unique=False)
    op.create_index(op.f("ix_identity_challenge_expires_at"), "identity_challenge", ["expires_at"], unique=False)
    op.create_table(
        "identity_code",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("wrong_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["identity_account.id"], name=op.f("fk_identity_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", "purpose", name=op.f("pk_identity_code")),
        sa.UniqueConstraint("id", name=op.f("uq_identity_code_id")),
    )
    op.create_table(
        "identity_device",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["identity_account.id"], name=op.f("fk_identity_device_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_identity_device")),
    )
    op.create_index(op.f("ix_identity_device_account_id"), "identity_device", ["account_id"], unique=False)
    op.create_table(
        "identity_recovery",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["identity_account.id"], name=op.f("fk_identity_recovery_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_identity_recovery")),
        sa.UniqueConstraint("id", name=op.f("uq_identity_recovery_id")),
    )
    op.create_index(op.f("ix_identity_recovery_created_at"), "identity_recovery", ["created_at"], unique=False)
    op.create_table(
        "identity_recovery_code",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name=op.f("fk_identity_recovery_code_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_identity_recovery_code")),
    )
    op.create_table(
        "identity_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("last_seen_at", Moment(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("browser_version", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("system_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["identity_account.id"], name=op.f("fk_identity_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_identity_session")),
        sa.UniqueConstraint("id", name=op.f("uq_identity_session_id")),
    )
    op.create_index("ix_identity_session_account_id", "identity_session", ["account_id", "id"], unique=False)
    op.create_table(
        "identity_totp",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["identity_account.id"], name=op.f("fk_identity_totp_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_totp")),
    )
    op.create_index("ix_identity_totp_account_id", "identity_totp", ["account_id"], unique=False)
    op.create_index(
        "uq_identity_totp_confirmed",
        "identity_totp",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_identity_totp_confirmed",
        table_name="identity_totp",
        sqlite_where=sa.text("confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )
    op.drop_index("ix_identity_totp_account_id", table_name="identity_totp")
    op.drop_table("identity_totp")
    op.drop_index("ix_identity_session_account_id", table_name="identity_session")
    op.drop_table("identity_session")
    op.drop_table("identity_recovery_code")
    op.drop_index(op.f("ix_identity_recovery_created_at"), table_name="identity_recovery")
    op.drop_table("identity_recovery")
    op.drop_index(op.f("ix_identity_device_account_id"), table_name="identity_device")
    op.drop_table("identity_device")
    op.drop_table("identity_code")
    op.drop_index(op.f("ix_identity_challenge_expires_at"), table_name="identity_challenge")
    op.drop_index(op.f("ix_identity_challenge_account_id"), table_name="identity_challenge")
    op.drop_table("identity_challenge")
    op.drop_table("identity_service_account")
    op.drop_index(op.f("ix_identity_limit_until"), table_name="identity_limit")
    op.drop_table("identity_limit")
    op.drop_index(
        "uq_identity_account_email",
        table_name="identity_account",
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("identity_account")
