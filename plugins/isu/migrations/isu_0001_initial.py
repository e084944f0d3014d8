"""Trees, blocks, readings and journals of intelligent devices; the pull of the platform; ordered archives."""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment, Quantity

revision = "isu_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "isu_block",
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("as_of", Moment(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "object_id", "code", name=op.f("pk_isu_block")),
    )
    op.create_table(
        "isu_parked",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("parked_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_isu_parked")),
    )
    op.create_index(op.f("ix_isu_parked_needs"), "isu_parked", ["needs"], unique=False)
    op.create_table(
        "isu_pull",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("succeeded_at", Moment(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_isu_pull")),
    )
    op.create_table(
        "isu_node",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("energy_object_id", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("metering_point_id", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts_contract.id"], name=op.f("fk_isu_node_contract_id")),
        sa.ForeignKeyConstraint(
            ["energy_object_id"], ["contracts_energy_object.id"], name=op.f("fk_isu_node_energy_object_id")
        ),
        sa.ForeignKeyConstraint(
            ["metering_point_id"], ["contracts_metering_point.id"], name=op.f("fk_isu_node_metering_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_isu_node")),
    )
    op.create_index("ix_isu_node_children", "isu_node", ["parent_id", "level", "name", "id"], unique=False)
    op.create_index("ix_isu_node_contract", "isu_node", ["contract_id", "level", "id"], unique=False)
    op.create_index("ix_isu_node_tree", "isu_node", ["energy_object_id", "level"], unique=False)
    op.create_table(
        "isu_archive",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stored_key", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("ready_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts_contract.id"], name=op.f("fk_isu_archive_contract_id")),
        sa.ForeignKeyConstraint(["device_id"], ["isu_node.id"], name=op.f("fk_isu_archive_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_isu_archive")),
    )
    op.create_index(op.f("ix_isu_archive_account_id"), "isu_archive", ["account_id"], unique=False)
    op.create_index(op.f("ix_isu_archive_created_at"), "isu_archive", ["created_at"], unique=False)
    op.create_table(
        "isu_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["isu_node.id"], name=op.f("fk_isu_event_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_isu_event")),
    )
    op.create_index(
        "ix_isu_event_journal",
        "isu_event",
        ["device_id", "at", "journal", "code", "id", "critical", "text"],
        unique=False,
    )
    op.create_table(
        "isu_reading",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=True),
        sa.Column("t1", Quantity(), nullable=True),
        sa.Column("t2", Quantity(), nullable=True),
        sa.Column("t3", Quantity(), nullable=True),
        sa.Column("total", Quantity(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["isu_node.id"], name=op.f("fk_isu_reading_device_id")),
        sa.PrimaryKeyConstraint("device_id", "kind", "channel", "day", "slot", name=op.f("pk_isu_reading")),
    )


def downgrade() -> None:
    op.drop_table("isu_reading")
    op.drop_index("ix_isu_event_journal", table_name="isu_event")
    op.drop_table("isu_event")
    op.drop_index(op.f("ix_isu_archive_created_at"), table_name="isu_archive")
    op.drop_index(op.f("ix_isu_archive_account_id"), table_name="isu_archive")
    op.drop_table("isu_archive")
    op.drop_index("ix_isu_node_tree", table_name="isu_node")
    op.drop_index("ix_isu_node_contract", table_name="isu_node")
    op.drop_index("ix_isu_node_children", table_name="isu_node")
    op.drop_table("isu_node")
    op.drop_table("isu_pull")
    op.drop_index(op.f("ix_isu_parked_needs"), table_name="isu_parked")
    op.drop_table("isu_parked")
    op.drop_table("isu_block")
