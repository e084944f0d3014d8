"""The house is inspected with every plugin running."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from core.app import create_app
from core.host import Host
from core.plugins import Manifest
from core.sdk import Hooks
from core.testing.cabinet import config_for_tests
from tests.house.repository import known_plugins
from tests.operations import Operation, operations_of


@pytest.fixture(scope="session")
def available_plugins() -> Mapping[str, Callable[[], type[Hooks]]]:
    return known_plugins()


@pytest.fixture(scope="session")
def enabled_plugins(available_plugins: Mapping[str, Callable[[], type[Hooks]]]) -> list[str]:
    return list(available_plugins)


@pytest.fixture(scope="session")
def full_host(
    tmp_path_factory: pytest.TempPathFactory,
    enabled_plugins: list[str],
    available_plugins: Mapping[str, Callable[[], type[Hooks]]],
) -> Host:
    """A host of everything, assembled and not opened."""
    folder: Path = tmp_path_factory.mktemp("full")
    return Host(
        config_for_tests(f"sqlite:///{folder}/none.db", folder, enabled=enabled_plugins), available=available_plugins
    )


@pytest.fixture(scope="session")
def manifest(full_host: Host) -> Manifest:
    return full_host.manifest


@pytest.fixture(scope="session")
def operations(full_host: Host) -> list[Operation]:
    """Every operation of the application, from its own routes."""
    return operations_of(create_app(full_host).app)
