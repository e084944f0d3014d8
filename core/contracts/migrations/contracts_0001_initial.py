"""initial"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "contracts_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contracts_contract",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("inn", sa.Text(), nullable=False),
        sa.Column("kpp", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("bank", sa.Text(), server_default="", nullable=False),
        sa.Column("bank_account", sa.Text(), server_default="", nullable=False),
        sa.Column("correspondent_account", sa.Text(), server_default="", nullable=False),
        sa.Column("bic", sa.Text(), server_default="", nullable=False),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts_contract")),
    )
    op.create_index(op.f("ix_contracts_contract_number"), "contracts_contract", ["number"], unique=False)
    op.create_table(
        "contracts_annex",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_contracts_annex_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts_annex")),
    )
    op.create_index(op.f("ix_contracts_annex_contract_id"), "contracts_annex", ["contract_id"], unique=False)
    op.create_table(
        "contracts_contacts",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("branch_head", sa.Text(), nullable=True),
        sa.Column("branch_phone", sa.Text(), nullable=True),
        sa.Column("branch_address", sa.Text(), nullable=True),
        sa.Column("curator", sa.Text(), nullable=True),
        sa.Column("curator_phone", sa.Text(), nullable=True),
        sa.Column("curator_email", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_contracts_contacts_contract_id")
        ),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_contracts_contacts")),
    )
    op.create_table(
        "contracts_email",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_contracts_email_contract_id")
        ),
        sa.PrimaryKeyConstraint("contract_id", "email", name=op.f("pk_contracts_email")),
    )
    op.create_table(
        "contracts_energy_object",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("price_category", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"], name=op.f("fk_contracts_energy_object_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts_energy_object")),
    )
    op.create_index(
        op.f("ix_contracts_energy_object_contract_id"), "contracts_energy_object", ["contract_id"], unique=False
    )
    op.create_table(
        "contracts_link",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("all_objects", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts_contract.id"], name=op.f("fk_contracts_link_contract_id")),
        sa.PrimaryKeyConstraint("account_id", "contract_id", name=op.f("pk_contracts_link")),
        sa.UniqueConstraint("request_id", name=op.f("uq_contracts_link_request_id")),
    )
    op.create_index("ix_contracts_link_contract_id", "contracts_link", ["contract_id"], unique=False)
    op.create_index(
        "uq_contracts_link_administrator",
        "contracts_link",
        ["contract_id"],
        unique=True,
        sqlite_where=sa.text("role = 'Администратор' AND state = 'active'"),
        postgresql_where=sa.text("role = 'Администратор' AND state = 'active'"),
    )
    op.create_table(
        "contracts_annex_file",
        sa.Column("annex_id", sa.Text(), nullable=False),
        sa.Column("stored_key", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["annex_id"], ["contracts_annex.id"], name=op.f("fk_contracts_annex_file_annex_id")),
        sa.PrimaryKeyConstraint("annex_id", name=op.f("pk_contracts_annex_file")),
    )
    op.create_table(
        "contracts_link_object",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("energy_object_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "contract_id"],
            ["contracts_link.account_id", "contracts_link.contract_id"],
            name=op.f("fk_contracts_link_object_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["energy_object_id"], ["contracts_energy_object.id"], name=op.f("fk_contracts_link_object_energy_object_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "contract_id", "energy_object_id", name=op.f("pk_contracts_link_object")),
    )
    op.create_table(
        "contracts_metering_point",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("energy_object_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by_message", sa.Boolean(), nullable=False),
        sa.Column("complex_code", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["energy_object_id"],
            ["contracts_energy_object.id"],
            name=op.f("fk_contracts_metering_point_energy_object_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts_metering_point")),
    )
    op.create_index(
        op.f("ix_contracts_metering_point_energy_object_id"),
        "contracts_metering_point",
        ["energy_object_id"],
        unique=False,
    )
    op.create_table(
        "contracts_meter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("metering_point_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("coefficient", Quantity(), nullable=False),
        sa.Column("loss_percent", Quantity(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("verified_until", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["metering_point_id"], ["contracts_metering_point.id"], name=op.f("fk_contracts_meter_metering_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts_meter")),
    )
    op.create_index(
        op.f("ix_contracts_meter_metering_point_id"), "contracts_meter", ["metering_point_id"], unique=False
    )
    op.create_table(
        "contracts_register",
        sa.Column("meter_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["contracts_meter.id"], name=op.f("fk_contracts_register_meter_id")),
        sa.PrimaryKeyConstraint("meter_id", "code", name=op.f("pk_contracts_register")),
    )


def downgrade() -> None:
    op.drop_table("contracts_register")
    op.drop_index(op.f("ix_contracts_meter_metering_point_id"), table_name="contracts_meter")
    op.drop_table("contracts_meter")
    op.drop_index(op.f("ix_contracts_metering_point_energy_object_id"), table_name="contracts_metering_point")
    op.drop_table("contracts_metering_point")
    op.drop_table("contracts_link_object")
    op.drop_table("contracts_annex_file")
    op.drop_index(
        "uq_contracts_link_administrator",
        table_name="contracts_link",
        sqlite_where=sa.text("role = 'Администратор' AND state = 'active'"),
        postgresql_where=sa.text("role = 'Администратор' AND state = 'active'"),
    )
    op.drop_index("ix_contracts_link_contract_id", table_name="contracts_link")
    op.drop_table("contracts_link")
    op.drop_index(op.f("ix_contracts_energy_object_contract_id"), table_name="contracts_energy_object")
    op.drop_table("contracts_energy_object")
    op.drop_table("contracts_email")
    op.drop_table("contracts_contacts")
    op.drop_index(op.f("ix_contracts_annex_contract_id"), table_name="contracts_annex")
    op.drop_table("contracts_annex")
    op.drop_index(op.f("ix_contracts_contract_number"), table_name="contracts_contract")
    op.drop_table("contracts_contract")
