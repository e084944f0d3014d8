"""Days of interval data, and what corrections replaced."""

import sqlalchemy as sa
from alembic import op

from core.sdk import Moment, Quantity

revision = "intervals_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intervals_day",
        sa.Column("point_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("periods", sa.SmallInteger(), nullable=False),
        sa.Column("missing", sa.SmallInteger(), nullable=False),
        sa.Column("doubtful", sa.SmallInteger(), nullable=False),
        sa.Column("total", Quantity(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["contracts_metering_point.id"], name=op.f("fk_intervals_day_point_id")),
        sa.PrimaryKeyConstraint("point_id", "series", "channel", "day", name=op.f("pk_intervals_day")),
    )
    op.create_table(
        "intervals_past_day",
        sa.Column("point_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("periods", sa.SmallInteger(), nullable=False),
        sa.Column("missing", sa.SmallInteger(), nullable=False),
        sa.Column("doubtful", sa.SmallInteger(), nullable=False),
        sa.Column("total", Quantity(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("replaced_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["point_id"], ["contracts_metering_point.id"], name=op.f("fk_intervals_past_day_point_id")
        ),
        sa.PrimaryKeyConstraint("point_id", "series", "channel", "day", "revision", name=op.f("pk_intervals_past_day")),
    )


def downgrade() -> None:
    op.drop_table("intervals_past_day")
    op.drop_table("intervals_day")
