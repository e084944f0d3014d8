"""The core's tests run the core's own adapters, whatever the plugins offer."""

from pathlib import Path

import pytest

from core.config import Config
from core.testing.cabinet import config_for_tests


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    """Requests of «Администратор» are the core's; as appeals they are tested with that plugin."""
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, ports={"administrator_requests": "roles"})
