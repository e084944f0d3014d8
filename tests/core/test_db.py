"""Exact values, the reader and the unit of work on both databases."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.reader import Query
from core.db.tables import Feed
from core.db.types import Money, Quantity

PLACE = Query(sa.select(Feed.fact_id, Feed.occurred_at).where(Feed.kind == sa.bindparam("kind")), lambda *row: row)


async def test_a_moment_comes_back_exactly(database: Database) -> None:
    moment = datetime(2026, 1, 31, 20, 59, 59, 123456, tzinfo=UTC)
    row = {"fact_id": "a", "kind": "k", "subject": "s", "occurred_at": moment, "body": b"{}"}
    async with database.writer.begin() as connection:
        await connection.execute(sa.insert(Feed), [row])
    assert await database.reader.all(PLACE, kind="k") == [("a", moment)]
    assert await database.reader.first(PLACE, kind="other") is None


async def test_a_parameter_that_the_query_lacks_is_a_mistake(database: Database) -> None:
    with pytest.raises(TypeError, match="no parameter"):
        await database.reader.all(PLACE, kind="k", typo=1)


@pytest.mark.parametrize("value", ["123456789012345.67", "0.10", "-0.01"])
async def test_money_is_exact(database: Database, value: str) -> None:
    bound = sa.select(sa.literal(Decimal(value), Money()))
    async with database.writer.connect() as connection:
        assert str(await connection.scalar(bound)) == value


@pytest.mark.parametrize("value", ["999999999999.999999", "0.000001", "100"])
async def test_a_quantity_is_exact(database: Database, value: str) -> None:
    bound = sa.select(sa.literal(Decimal(value), Quantity()))
    async with database.writer.connect() as connection:
        assert str(await connection.scalar(bound)) == value


@pytest.mark.parametrize("kind", [Money(), Quantity()])
@pytest.mark.parametrize("value", ["999999999999.99", "123456789012.30", "0.01", "-1.5", "100", "0"])
async def test_the_reader_is_exact_too(database: Database, value: str, kind: Money | Quantity) -> None:
    given = sa.bindparam("given", type_=kind)
    query: Query[Decimal] = Query(sa.select(given, sa.literal(Decimal(value), kind)), lambda *columns: sum(columns))
    assert await database.reader.first(query, given=Decimal(value)) == 2 * Decimal(value)


async def test_the_reader_is_usable_after_a_call_that_was_given_up(database: Database) -> None:
    slow: Query[int | None] = Query(sa.select(sa.func.count()).select_from(_numbers(3_000_000)), int)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(database.reader.first(slow), 0.02)
    quick: Query[int | None] = Query(sa.select(sa.bindparam("number", type_=sa.Integer())), int)
    found = await asyncio.gather(*[database.reader.first(quick, number=number) for number in range(20)])
    assert found == list(range(20))


def _numbers(count: int) -> sa.CTE:
    """A table of so many rows, made on the way."""
    first = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    return first.union_all(sa.select(first.c.n + 1).where(first.c.n < count))


@pytest.mark.parametrize("value", ["NaN", "0.001"])
def test_what_does_not_fit_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Money().process_bind_param(Decimal(value), sa.create_engine("sqlite://").dialect)


async def test_a_new_file_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    async def open_and_write(number: int) -> None:
        database = Database(f"sqlite:///{tmp_path}/new.db")
        async with database.writer.begin() as connection:
            await connection.execute(sa.text(f"CREATE TABLE t{number} (a INTEGER)"))
        await database.close()

    await asyncio.gather(*[open_and_write(number) for number in range(8)])
