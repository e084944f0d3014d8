"""verified"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Moment, Money, Quantity  # noqa: F401

revision = "identity_0004"
down_revision = "identity_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("identity_session", sa.Column("verified_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("identity_session", "verified_at")
