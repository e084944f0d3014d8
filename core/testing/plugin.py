"""The pytest plugin `abonent`: fixtures."""

from collections.abc import AsyncIterator, Iterator

import pytest

from core.db.engine import Database
from core.db.types import Base
from core.testing.clock import MovableClock
from core.testing.databases import Databases

pytest.register_assert_rewrite("core.testing.suites")


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker that ties a test to the catalogue of requirements."""
    config.addinivalue_line("markers", "requirement(*ids): the test does what these requirements' `accept` says")


async def prepare_database(url: str) -> None:
    """Brings an empty database to the current schema."""
    database = Database(url)
    async with database.writer.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.close()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """One migrated template for the session."""
    made = Databases(tmp_path_factory.mktemp("databases"), prepare_database)
    made.open()
    yield made
    made.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of a fresh, migrated database."""
    yield from databases.clone()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database, opened."""
    opened = Database(database_url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> MovableClock:
    """A clock standing at 25 January 2026, noon in Moscow."""
    return MovableClock()
