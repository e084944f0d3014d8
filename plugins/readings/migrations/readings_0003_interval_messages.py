"""Messages of interval data that were loaded."""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment

revision = "readings_0003"
down_revision = "readings_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readings_interval_message",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("loaded_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_readings_interval_message_contract_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "member", name=op.f("pk_readings_interval_message")),
    )
    op.create_index(
        "ix_readings_interval_message_number",
        "readings_interval_message",
        ["contract_id", "sender", "day", "number"],
    )


def downgrade() -> None:
    op.drop_index("ix_readings_interval_message_number", table_name="readings_interval_message")
    op.drop_table("readings_interval_message")
