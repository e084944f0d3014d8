"""current readings of the same instant are one: their day is that of the instant in UTC, not of the sender's offset"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "isu_0002"
down_revision = "isu_0001"
branch_labels = None
depends_on = None

READING = sa.table("isu_reading", *(sa.column(name) for name in ("device_id", "kind", "channel", "day", "slot")))
TWIN = READING.alias("twin")


def upgrade() -> None:
    right = _day_of(READING.c.slot)
    twin = sa.exists().where(
        *(TWIN.c[name] == READING.c[name] for name in ("device_id", "kind", "channel", "slot")),
        TWIN.c.day == right,
    )
    wrong = (READING.c.kind == "current", READING.c.day != right)
    op.execute(sa.delete(READING).where(*wrong, twin))
    op.execute(sa.update(READING).where(*wrong).values(day=right))


def _day_of(slot: Any) -> Any:
    """`slot` is the instant in UTC, as ISO 8601 has it; SQLite keeps dates as that text."""
    text = sa.func.substr(slot, 1, 10)
    return text if op.get_bind().dialect.name == "sqlite" else sa.cast(text, sa.Date())


def downgrade() -> None:
    """The former day depends on what the sender meant by it: there is nothing to go back to."""
