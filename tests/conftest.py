"""Every test runs with the plugin that plugin developers get, too."""

import os
import tomllib
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from core.plugins import ENTRY_POINTS
from core.sdk import Hooks
from core.testing.databases import POSTGRES_ENV

_INSTALLED = any(point.value == "core.testing.plugin" for point in entry_points(group="pytest11"))
# pytest loads the plugin by itself where the core is installed, as for plugin developers
pytest_plugins = [*([] if _INSTALLED else ["core.testing.plugin"]), "tests.house.recorder", "tests.traces"]
_PLUGINS = Path(__file__).parent.parent / "plugins"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leaves out what opens no database: it runs with the embedded default."""
    if not os.environ.get(POSTGRES_ENV):
        return
    chosen = [item for item in items if _opens_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _opens_database(item)])
    items[:] = chosen


def _opens_database(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    return "database_url" in item.fixturenames or hasattr(item.module, "POSTGRES_ENV")


@pytest.fixture(scope="session")
def available_plugins() -> Mapping[str, Callable[[], type[Hooks]]]:
    """The plugins of this repository, by the entry points that they declare, installed or not."""
    found: dict[str, Callable[[], type[Hooks]]] = {}
    for project in sorted(_PLUGINS.glob("*/pyproject.toml")):
        declared = tomllib.loads(project.read_text())["project"]["entry-points"][ENTRY_POINTS]
        found |= {name: EntryPoint(name, value, ENTRY_POINTS).load for name, value in declared.items()}
    return found


@pytest.fixture(scope="session")
def enabled_plugins(available_plugins: Mapping[str, Callable[[], type[Hooks]]]) -> list[str]:
    """All of them: one database serves the whole session."""
    return sorted(available_plugins)
