"""file digest"""

import sqlalchemy as sa
from alembic import op

revision = "roles_0002"
down_revision = "roles_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roles_request_file", sa.Column("sha256", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("roles_request_file", "sha256")
