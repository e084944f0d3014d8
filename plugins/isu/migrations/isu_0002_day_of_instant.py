"""current readings of the same instant are one: their day is that of the instant in UTC, not of the sender's offset"""

from alembic import op

revision = "isu_0002"
down_revision = "isu_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # `slot` is the instant in UTC, as ISO 8601 has it; SQLite keeps dates as that text.
    day = "substr(slot, 1, 10)"
    if op.get_bind().dialect.name != "sqlite":
        day = f"CAST({day} AS DATE)"
    op.execute(
        "DELETE FROM isu_reading AS one WHERE kind = 'current' AND EXISTS (SELECT 1 FROM isu_reading AS other"
        " WHERE other.device_id = one.device_id AND other.kind = one.kind AND other.channel = one.channel"
        f" AND other.slot = one.slot AND other.day = {day.replace('slot', 'one.slot')} AND other.day <> one.day)"
    )
    op.execute(f"UPDATE isu_reading SET day = {day} WHERE kind = 'current' AND day <> {day}")


def downgrade() -> None:
    """The former day depends on what the sender meant by it: there is nothing to go back to."""
