"""Consumption of points «по сообщению», withdrawal, history, peak hours, reminders."""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment, Quantity

revision = "readings_0002"
down_revision = "readings_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readings_peak_hour",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region", "day", name=op.f("pk_readings_peak_hour")),
    )
    op.create_table(
        "readings_peak_range",
        sa.Column("zone", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("first_hour", sa.Integer(), nullable=False),
        sa.Column("last_hour", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("zone", "month", "first_hour", name=op.f("pk_readings_peak_range")),
    )
    op.create_table(
        "readings_reminder",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("edge", sa.Text(), nullable=False),
        sa.Column("reminded_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_readings_reminder_contract_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "contract_id", "month", "edge", name=op.f("pk_readings_reminder")),
    )
    op.create_table(
        "readings_accepted_point",
        sa.Column("metering_point_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value", Quantity(), nullable=False),
        sa.Column("submitted_at", Moment(), nullable=True),
        sa.Column("by_company", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["metering_point_id"],
            ["contracts_metering_point.id"],
            name=op.f("fk_readings_accepted_point_metering_point_id"),
        ),
        sa.PrimaryKeyConstraint("metering_point_id", "month", name=op.f("pk_readings_accepted_point")),
    )
    op.create_table(
        "readings_point_transmission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("metering_point_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value", Quantity(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("replaced", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("state", sa.Text(), server_default="transmitted", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("submitted_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["metering_point_id"],
            ["contracts_metering_point.id"],
            name=op.f("fk_readings_point_transmission_metering_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["readings_point_transmission.id"], name=op.f("fk_readings_point_transmission_replaces")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["readings_submission.id"], name=op.f("fk_readings_point_transmission_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings_point_transmission")),
    )
    op.create_index(
        op.f("ix_readings_point_transmission_submission_id"),
        "readings_point_transmission",
        ["submission_id"],
        unique=False,
    )
    op.create_index(
        "ix_readings_point_transmission_point",
        "readings_point_transmission",
        ["metering_point_id", "month"],
        unique=False,
    )
    op.create_index(
        "uq_readings_point_transmission_current",
        "readings_point_transmission",
        ["metering_point_id", "month"],
        unique=True,
        sqlite_where=sa.text("NOT replaced"),
        postgresql_where=sa.text("NOT replaced"),
    )
    op.create_table(
        "readings_accepted",
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("value", Quantity(), nullable=False),
        sa.Column("consumption", Quantity(), nullable=True),
        sa.Column("submitted_at", Moment(), nullable=True),
        sa.Column("by_company", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meter_id", "register"],
            ["contracts_register.meter_id", "contracts_register.code"],
            name=op.f("fk_readings_accepted_meter_id"),
        ),
        sa.PrimaryKeyConstraint("meter_id", "month", "register", name=op.f("pk_readings_accepted")),
    )
    op.add_column("readings_transmission", sa.Column("withdrawn_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("readings_transmission", "withdrawn_at")
    op.drop_table("readings_accepted")
    op.drop_index("ix_readings_point_transmission_point", table_name="readings_point_transmission")
    op.drop_index(
        "uq_readings_point_transmission_current",
        table_name="readings_point_transmission",
        sqlite_where=sa.text("NOT replaced"),
        postgresql_where=sa.text("NOT replaced"),
    )
    op.drop_index(op.f("ix_readings_point_transmission_submission_id"), table_name="readings_point_transmission")
    op.drop_table("readings_point_transmission")
    op.drop_table("readings_accepted_point")
    op.drop_table("readings_reminder")
    op.drop_table("readings_peak_range")
    op.drop_table("readings_peak_hour")
