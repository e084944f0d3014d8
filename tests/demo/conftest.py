"""The cabinet as the demonstration's host file makes it, but in the test's own loop and under its clock."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from core.config import Config
from core.sdk import Hooks
from core.testing.cabinet import config_for_tests
from hosts.demo.plugin import DemoPlugin

Available = Mapping[str, Callable[[], type[Hooks]]]


@pytest.fixture(scope="session")
def available_plugins(available_plugins: Available) -> Available:
    """The repository's plugins and the demonstration."""
    return {**available_plugins, "demo": lambda: DemoPlugin}


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    """What `demo.toml` says, with the test's database; billing answers a minute later."""
    return config_for_tests(
        database_url,
        tmp_path,
        enabled=["readings", "demo"],
        ports={"billing": "simulator"},
        adapters={"billing": {"simulator": {"delay_seconds": 60.0}}},
    )
