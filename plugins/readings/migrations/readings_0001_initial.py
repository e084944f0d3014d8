"""Windows, previous readings and states as billing gives them; submissions and what they transmitted."""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment, Quantity

revision = "readings_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readings_submission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("submitted_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_readings_submission_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings_submission")),
    )
    op.create_index("ix_readings_submission_contract", "readings_submission", ["contract_id", "id"], unique=False)
    op.create_table(
        "readings_window",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_readings_window_contract_id")
        ),
        sa.PrimaryKeyConstraint("contract_id", "month", name=op.f("pk_readings_window")),
    )
    op.create_table(
        "readings_object_state",
        sa.Column("energy_object_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="Ожидание", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["energy_object_id"], ["contracts_energy_object.id"], name=op.f("fk_readings_object_state_energy_object_id")
        ),
        sa.PrimaryKeyConstraint("energy_object_id", name=op.f("pk_readings_object_state")),
    )
    op.create_table(
        "readings_meter_state",
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="Ожидание", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("max_power", Quantity(), nullable=True),
        sa.ForeignKeyConstraint(["meter_id"], ["contracts_meter.id"], name=op.f("fk_readings_meter_state_meter_id")),
        sa.PrimaryKeyConstraint("meter_id", name=op.f("pk_readings_meter_state")),
    )
    op.create_table(
        "readings_transmission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("replaced", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["contracts_meter.id"], name=op.f("fk_readings_transmission_meter_id")),
        sa.ForeignKeyConstraint(
            ["replaces"], ["readings_transmission.id"], name=op.f("fk_readings_transmission_replaces")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["readings_submission.id"], name=op.f("fk_readings_transmission_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings_transmission")),
    )
    op.create_index("ix_readings_transmission_meter", "readings_transmission", ["meter_id", "month"], unique=False)
    op.create_index(
        op.f("ix_readings_transmission_submission_id"), "readings_transmission", ["submission_id"], unique=False
    )
    op.create_index(
        "uq_readings_transmission_current",
        "readings_transmission",
        ["meter_id", "month"],
        unique=True,
        sqlite_where=sa.text("NOT replaced"),
        postgresql_where=sa.text("NOT replaced"),
    )
    op.create_table(
        "readings_previous",
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("value", Quantity(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meter_id", "register"],
            ["contracts_register.meter_id", "contracts_register.code"],
            name=op.f("fk_readings_previous_meter_id"),
        ),
        sa.PrimaryKeyConstraint("meter_id", "register", name=op.f("pk_readings_previous")),
    )
    op.create_table(
        "readings_value",
        sa.Column("transmission_id", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("value", Quantity(), nullable=False),
        sa.Column("consumption", Quantity(), nullable=True),
        sa.Column("notice", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="transmitted", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transmission_id"], ["readings_transmission.id"], name=op.f("fk_readings_value_transmission_id")
        ),
        sa.PrimaryKeyConstraint("transmission_id", "register", name=op.f("pk_readings_value")),
    )


def downgrade() -> None:
    op.drop_table("readings_value")
    op.drop_table("readings_previous")
    op.drop_index(
        "uq_readings_transmission_current",
        table_name="readings_transmission",
        sqlite_where=sa.text("NOT replaced"),
        postgresql_where=sa.text("NOT replaced"),
    )
    op.drop_index(op.f("ix_readings_transmission_submission_id"), table_name="readings_transmission")
    op.drop_index("ix_readings_transmission_meter", table_name="readings_transmission")
    op.drop_table("readings_transmission")
    op.drop_table("readings_meter_state")
    op.drop_table("readings_object_state")
    op.drop_table("readings_window")
    op.drop_index("ix_readings_submission_contract", table_name="readings_submission")
    op.drop_table("readings_submission")
