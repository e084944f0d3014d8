"""How many units of a file were taken without some of their lines."""

import sqlalchemy as sa
from alembic import op

revision = "imports_0003"
down_revision = "imports_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports_import", sa.Column("partly", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("imports_import", "partly")
