"""whom a mailing is for, and how far it has come"""

import sqlalchemy as sa
from alembic import op

revision = "notifications_0002"
down_revision = "notifications_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notifications_mailing") as batch:
        batch.add_column(sa.Column("audience", sa.Text(), server_default="all", nullable=False))
        batch.add_column(sa.Column("addressees", sa.Text(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("reached", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("notifications_mailing") as batch:
        batch.drop_column("reached")
        batch.drop_column("addressees")
        batch.drop_column("audience")
