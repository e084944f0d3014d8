"""The pytest plugin `abonent`: fixtures."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest

from core.config import Config
from core.db.engine import Database
from core.host import Host
from core.sdk import Hooks
from core.testing.cabinet import Cabinet, config_for_tests, running
from core.testing.clock import MovableClock
from core.testing.databases import Databases

pytest.register_assert_rewrite("core.testing.suites")


def pytest_configure(config: pytest.Config) -> None:
    """Declares the markers that tie tests to what they prove."""
    config.addinivalue_line("markers", "requirement(*ids): the test does what these requirements' `accept` says")
    config.addinivalue_line("markers", "repeats(*operations): the test repeats these creating calls with their key")


@pytest.fixture(scope="session")
def enabled_plugins() -> list[str]:
    """The plugins that the cabinet under test runs; override it in your conftest."""
    return []


@pytest.fixture(scope="session")
def available_plugins() -> Mapping[str, Callable[[], type[Hooks]]] | None:
    """How to load the plugins that may be enabled; None: those installed in this environment."""
    return None


@pytest.fixture(scope="session")
def templates() -> Iterator[dict[tuple[str, ...], Databases]]:
    """Plugins -> what makes databases that are migrated for them; filled when tests first ask."""
    made: dict[tuple[str, ...], Databases] = {}
    yield made
    for databases in made.values():
        databases.close()


@pytest.fixture(scope="module")
def databases(
    templates: dict[tuple[str, ...], Databases],
    tmp_path_factory: pytest.TempPathFactory,
    enabled_plugins: list[str],
    available_plugins: Mapping[str, Callable[[], type[Hooks]]] | None,
) -> Databases:
    """What makes databases for the enabled plugins."""
    plugins = tuple(sorted(enabled_plugins))
    if plugins not in templates:
        folder = tmp_path_factory.mktemp("databases")

        async def prepare(url: str) -> None:
            config = config_for_tests(url, folder, enabled=enabled_plugins)
            await Host(config, available=available_plugins).migrate()

        templates[plugins] = Databases(folder, prepare)
        templates[plugins].open()
    return templates[plugins]


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


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    """The host file of the cabinet under test; override it to change settings."""
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins)


@pytest.fixture
async def cabinet(
    host_config: Config,
    clock: MovableClock,
    available_plugins: Mapping[str, Callable[[], type[Hooks]]] | None,
) -> AsyncIterator[Cabinet]:
    """A running cabinet."""
    async with running(Host(host_config, clock=clock, available=available_plugins), clock) as opened:
        yield opened
