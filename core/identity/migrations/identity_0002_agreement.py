"""agreement"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "identity_0002"
down_revision = "identity_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_agreement",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_agreement")),
    )


def downgrade() -> None:
    op.drop_table("identity_agreement")
