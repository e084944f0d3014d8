"""What older versions have stored is understood by the present one."""

from importlib import import_module
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from core.testing.cabinet import Cabinet, Caller
from plugins.isu.models import Reading

DAY_OF_INSTANT = import_module("plugins.isu.migrations.isu_0002_day_of_instant")


def upgrade(connection: sa.Connection, migration: Any) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()


async def test_current_readings_move_to_the_day_of_their_instant(supplier: Cabinet, client: Caller) -> None:
    about = {"device_id": "D-1", "channel": "A+", "kind": "current"}
    for at, value in (("2026-01-08T22:00:00Z", "1"), ("2026-01-09T22:00:00Z", "2"), ("2026-01-10T12:00:00Z", "3")):
        await supplier.load("isu.readings", {**about, "at": at, "total": value})
    async with supplier.runtime.database.writer.begin() as connection:
        current = sa.select(Reading).where(Reading.kind == "current", Reading.device_id == "D-1").order_by(Reading.slot)
        right = [row for row in await connection.execute(current) if row.slot.startswith(("2026-01-08", "2026-01-09"))]
        assert len(right) == 2
        later = sa.func.date(Reading.day, "+1 day") if connection.dialect.name == "sqlite" else Reading.day + 1
        late = Reading.slot.like("%T22:00:00%")
        await connection.execute(sa.update(Reading).where(late).values(day=later))  # as «+03:00» was stored
        twin = {column.name: value for column, value in zip(Reading.__table__.columns, right[0], strict=True)}
        await connection.execute(sa.insert(Reading), [twin])  # the same instant, sent as «Z» as well
        await connection.run_sync(upgrade, DAY_OF_INSTANT)
        after = [row for row in await connection.execute(current) if row.slot.startswith(("2026-01-08", "2026-01-09"))]
        assert after == right
