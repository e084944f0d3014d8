"""Household accounts."""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment, Quantity

revision = "household_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "household_file",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("loaded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("faulty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_loaded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_household_file")),
    )
    op.create_table(
        "household_house",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_house")),
    )
    op.create_index(op.f("ix_household_house_branch"), "household_house", ["branch"], unique=False)
    op.create_table(
        "household_schedule",
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("branch", "month", name=op.f("pk_household_schedule")),
    )
    op.create_table(
        "household_account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("house_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("flat", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["household_house.id"], name=op.f("fk_household_account_house_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_account")),
    )
    op.create_index(
        "ix_household_account_house", "household_account", ["house_id", "place", "flat", "id"], unique=False
    )
    op.create_index(op.f("ix_household_account_number"), "household_account", ["number"], unique=False)
    op.create_table(
        "household_transmission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("house_id", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Text(), nullable=True),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("collected", sa.Boolean(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["household_house.id"], name=op.f("fk_household_transmission_house_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_transmission")),
    )
    op.create_index(op.f("ix_household_transmission_client_id"), "household_transmission", ["client_id"], unique=False)
    op.create_table(
        "household_attachment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("house_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(contract_id IS NULL) <> (client_id IS NULL)", name=op.f("ck_household_attachment_one_holder")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["household_account.id"], name=op.f("fk_household_attachment_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_household_attachment_contract_id")
        ),
        sa.ForeignKeyConstraint(["house_id"], ["household_house.id"], name=op.f("fk_household_attachment_house_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_attachment")),
    )
    op.create_index("ix_household_attachment_client", "household_attachment", ["client_id", "house_id"], unique=False)
    op.create_index(
        "ix_household_attachment_contract", "household_attachment", ["contract_id", "house_id"], unique=False
    )
    op.create_index("uq_household_attachment_client", "household_attachment", ["account_id", "client_id"], unique=True)
    op.create_index(
        "uq_household_attachment_contract", "household_attachment", ["account_id", "contract_id"], unique=True
    )
    op.create_table(
        "household_meter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("coefficient", Quantity(), nullable=False),
        sa.Column("zones", sa.Integer(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("discrepancies", sa.LargeBinary(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["household_account.id"], name=op.f("fk_household_meter_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_meter")),
    )
    op.create_index(op.f("ix_household_meter_account_id"), "household_meter", ["account_id"], unique=False)
    op.create_table(
        "household_entry",
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("house_id", sa.Text(), nullable=False),
        sa.Column("t1", Quantity(), nullable=True),
        sa.Column("t2", Quantity(), nullable=True),
        sa.Column("t3", Quantity(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("faulty", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("fact_id", sa.Text(), nullable=True),
        sa.Column("refused_t1", sa.Text(), server_default="", nullable=False),
        sa.Column("refused_t2", sa.Text(), server_default="", nullable=False),
        sa.Column("refused_t3", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["household_house.id"], name=op.f("fk_household_entry_house_id")),
        sa.ForeignKeyConstraint(["meter_id"], ["household_meter.id"], name=op.f("fk_household_entry_meter_id")),
        sa.PrimaryKeyConstraint("meter_id", "month", name=op.f("pk_household_entry")),
    )
    op.create_index("ix_household_entry_house", "household_entry", ["house_id", "month", "state"], unique=False)
    op.create_index(
        "ix_household_entry_import",
        "household_entry",
        ["import_id", "state"],
        unique=False,
        sqlite_where=sa.text("import_id IS NOT NULL"),
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.create_table(
        "household_loaded",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("t1", Quantity(), nullable=True),
        sa.Column("t2", Quantity(), nullable=True),
        sa.Column("t3", Quantity(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["meter_id"], ["household_meter.id"], name=op.f("fk_household_loaded_meter_id")),
        sa.PrimaryKeyConstraint("import_id", "meter_id", name=op.f("pk_household_loaded")),
    )
    op.create_table(
        "household_previous",
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("t1", Quantity(), nullable=True),
        sa.Column("t2", Quantity(), nullable=True),
        sa.Column("t3", Quantity(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["meter_id"], ["household_meter.id"], name=op.f("fk_household_previous_meter_id")),
        sa.PrimaryKeyConstraint("meter_id", name=op.f("pk_household_previous")),
    )
    op.create_table(
        "household_sent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("transmission_id", sa.Text(), nullable=False),
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("house_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("t1", Quantity(), nullable=True),
        sa.Column("t2", Quantity(), nullable=True),
        sa.Column("t3", Quantity(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), server_default="sent", nullable=False),
        sa.Column("answer_t1", sa.Text(), server_default="", nullable=False),
        sa.Column("answer_t2", sa.Text(), server_default="", nullable=False),
        sa.Column("answer_t3", sa.Text(), server_default="", nullable=False),
        sa.Column("billed_month", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["house_id"], ["household_house.id"], name=op.f("fk_household_sent_house_id")),
        sa.ForeignKeyConstraint(["meter_id"], ["household_meter.id"], name=op.f("fk_household_sent_meter_id")),
        sa.ForeignKeyConstraint(
            ["transmission_id"], ["household_transmission.id"], name=op.f("fk_household_sent_transmission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_sent")),
    )
    op.create_index("ix_household_sent_house", "household_sent", ["house_id", "sent_at", "id"], unique=False)
    op.create_index("ix_household_sent_meter", "household_sent", ["meter_id", "month"], unique=False)
    op.create_index("ix_household_sent_transmission", "household_sent", ["transmission_id", "state"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_household_sent_transmission", table_name="household_sent")
    op.drop_index("ix_household_sent_meter", table_name="household_sent")
    op.drop_index("ix_household_sent_house", table_name="household_sent")
    op.drop_table("household_sent")
    op.drop_table("household_previous")
    op.drop_table("household_loaded")
    op.drop_index(
        "ix_household_entry_import",
        table_name="household_entry",
        sqlite_where=sa.text("import_id IS NOT NULL"),
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.drop_index("ix_household_entry_house", table_name="household_entry")
    op.drop_table("household_entry")
    op.drop_index(op.f("ix_household_meter_account_id"), table_name="household_meter")
    op.drop_table("household_meter")
    op.drop_index("uq_household_attachment_contract", table_name="household_attachment")
    op.drop_index("uq_household_attachment_client", table_name="household_attachment")
    op.drop_index("ix_household_attachment_contract", table_name="household_attachment")
    op.drop_index("ix_household_attachment_client", table_name="household_attachment")
    op.drop_table("household_attachment")
    op.drop_index(op.f("ix_household_transmission_client_id"), table_name="household_transmission")
    op.drop_table("household_transmission")
    op.drop_index(op.f("ix_household_account_number"), table_name="household_account")
    op.drop_index("ix_household_account_house", table_name="household_account")
    op.drop_table("household_account")
    op.drop_table("household_schedule")
    op.drop_index(op.f("ix_household_house_branch"), table_name="household_house")
    op.drop_table("household_house")
    op.drop_table("household_file")
