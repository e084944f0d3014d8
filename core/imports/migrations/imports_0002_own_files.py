"""Files for no contract in particular, and what a file is about."""

import sqlalchemy as sa
from alembic import op

revision = "imports_0002"
down_revision = "imports_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports_import", sa.Column("parts", sa.Text(), server_default="[]", nullable=False))
    op.create_index("ix_imports_import_own", "imports_import", ["account_id", "contract_id", "id"])
    op.drop_index("ix_imports_import_account", table_name="imports_import")


def downgrade() -> None:
    op.create_index("ix_imports_import_account", "imports_import", ["account_id"])
    op.drop_index("ix_imports_import_own", table_name="imports_import")
    op.drop_column("imports_import", "parts")
