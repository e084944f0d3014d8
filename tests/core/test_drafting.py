"""`abonent migration` drafts what a plugin may import and what both databases take."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db import migrate
from core.db.engine import Database
from core.db.migrate import Owner
from core.sdk import Base, Moment, Money

NOON = datetime(2026, 1, 25, 9, tzinfo=UTC)


@pytest.fixture
def table() -> Iterator[sa.Table]:
    """The table of a plugin that has no migrations yet."""
    made = sa.Table(
        "drafted_thing",
        Base.metadata,
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("off", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("on", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("price", Money(), nullable=False),
    )
    yield made
    Base.metadata.remove(made)


async def test_a_draft_runs_as_it_is_on_both_databases(table: sa.Table, tmp_path: Path, database: Database) -> None:
    owner = Owner("drafted", tmp_path / "migrations")
    await migrate.draft(owner, [owner], "initial")
    (path,) = owner.folder.glob("*.py")
    text = path.read_text(encoding="utf-8")
    assert path.name == "drafted_0001_initial.py"
    assert re.findall(r"^(?:from|import) .*", text, re.MULTILINE) == [
        "import sqlalchemy as sa",
        "from alembic import op",
        "from core.sdk import Moment, Money",
    ]
    assert await migrate.upgrade(database, [owner]) == {}
    async with database.writer.begin() as connection:
        await connection.execute(sa.insert(table).values(id=1, at=NOON, price=Decimal("12.50")))
        assert (await connection.execute(sa.select(table))).one() == (1, False, True, 0, NOON, Decimal("12.50"))


async def test_a_later_draft_holds_the_difference_alone(table: sa.Table, tmp_path: Path, database: Database) -> None:
    owner = Owner("drafted", tmp_path / "migrations")
    await migrate.draft(owner, [owner], "initial")
    table.append_column(sa.Column("seen", sa.Boolean(), server_default=sa.true(), nullable=False))
    await migrate.draft(owner, [owner], "seen")
    text = (owner.folder / "drafted_0002_seen.py").read_text(encoding="utf-8")
    assert "core." not in text
    assert text.count("op.add_column") == 1
    assert 'sa.Column("seen"' in text.replace("'", '"')
    assert "create_table" not in text
    assert await migrate.upgrade(database, [owner]) == {}
