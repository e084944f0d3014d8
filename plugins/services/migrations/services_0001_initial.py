"""initial"""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment, Money

revision = "services_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "services_counter",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_services_counter")),
    )
    op.create_table(
        "services_order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.Column("price_from", sa.Boolean(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("titles", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("bill_number", sa.Text(), server_default="", nullable=False),
        sa.Column("bill_amount", Money(), nullable=True),
        sa.Column("bill_due_on", sa.Date(), nullable=True),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services_order")),
        sa.UniqueConstraint("number", name=op.f("uq_services_order_number")),
    )
    op.create_index("ix_services_order_account", "services_order", ["account_id", "id"], unique=False)
    op.create_index("ix_services_order_contract", "services_order", ["contract_id", "id"], unique=False)
    op.create_index("ix_services_order_status", "services_order", ["status", "id"], unique=False)
    op.create_table(
        "services_service",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.Column("price_from", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services_service")),
    )
    op.create_table(
        "services_change",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["services_order.id"], name=op.f("fk_services_change_order_id")),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_services_change")),
    )


def downgrade() -> None:
    op.drop_table("services_change")
    op.drop_table("services_service")
    op.drop_index("ix_services_order_status", table_name="services_order")
    op.drop_index("ix_services_order_contract", table_name="services_order")
    op.drop_index("ix_services_order_account", table_name="services_order")
    op.drop_table("services_order")
    op.drop_table("services_counter")
