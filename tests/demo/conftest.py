"""The cabinet as the demonstration's host file makes it, but in the test's own loop and under its clock."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from core.config import Config
from core.host import Host
from core.sdk import Hooks
from core.testing.cabinet import Cabinet, config_for_tests, running
from core.testing.clock import MovableClock
from hosts.demo.plugin import DemoPlugin

Available = Mapping[str, Callable[[], type[Hooks]]]


@pytest.fixture(scope="session")
def demo_plugins(available_plugins: Available) -> Available:
    """The repository's plugins and the demonstration. (A name of its own: the other tests run without it.)"""
    return {**available_plugins, "demo": lambda: DemoPlugin}


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    """What `demo.toml` says, with the test's database; billing answers a minute later."""
    return config_for_tests(
        database_url,
        tmp_path,
        enabled=["readings", "payments", "household", "appeals", "demo"],
        ports={"billing": "simulator"},
        adapters={"billing": {"simulator": {"delay_seconds": 60.0}}},
    )


@pytest.fixture
def host(host_config: Config, clock: MovableClock, demo_plugins: Available) -> Host:
    """The demonstration's host, nothing in it."""
    return Host(host_config, clock=clock, available=demo_plugins)


@pytest.fixture
async def cabinet(host: Host, clock: MovableClock) -> AsyncIterator[Cabinet]:
    """The demonstration, running."""
    async with running(host, clock) as opened:
        yield opened
