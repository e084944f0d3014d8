"""initial"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "imports_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "imports_import",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("partial", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="stored", nullable=False),
        sa.Column("ordered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("checked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("declined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("ordered_at", Moment(), nullable=True),
        sa.Column("committed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports_import")),
    )
    op.create_index("ix_imports_import_account", "imports_import", ["account_id"], unique=False)
    op.create_index("ix_imports_import_changed", "imports_import", ["changed_at"], unique=False)
    op.create_index("ix_imports_import_contract", "imports_import", ["contract_id", "id"], unique=False)
    op.create_table(
        "imports_entry",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("unit", sa.LargeBinary(), nullable=True),
        sa.Column("fact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports_import.id"], name=op.f("fk_imports_entry_import_id")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_imports_entry")),
    )
    op.create_index("ix_imports_entry_state", "imports_entry", ["import_id", "state", "number"], unique=False)
    op.create_index(
        "uq_imports_entry_fact",
        "imports_entry",
        ["fact_id"],
        unique=True,
        sqlite_where=sa.text("fact_id IS NOT NULL"),
        postgresql_where=sa.text("fact_id IS NOT NULL"),
    )


def downgrade() -> None:

    op.drop_index("uq_imports_entry_fact", table_name="imports_entry")
    op.drop_index("ix_imports_entry_state", table_name="imports_entry")
    op.drop_table("imports_entry")
    op.drop_index("ix_imports_import_contract", table_name="imports_import")
    op.drop_index("ix_imports_import_changed", table_name="imports_import")
    op.drop_index("ix_imports_import_account", table_name="imports_import")
    op.drop_table("imports_import")
