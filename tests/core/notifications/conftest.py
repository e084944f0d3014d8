"""A cabinet with the plugin of bills and payments, and a mail server that may be down."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from core.config import Config
from core.sdk import Hooks
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from tests.core.notifications.bills import BillsPlugin, Post


@pytest.fixture(scope="session")
def enabled_plugins() -> list[str]:
    return ["bills"]


@pytest.fixture(scope="session")
def available_plugins() -> Mapping[str, Callable[[], type[Hooks]]]:
    return {"bills": lambda: BillsPlugin}


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    settings = {"notifications": {"max_file": 100_000, "mailing_batch": 2}}
    return config_for_tests(database_url, tmp_path, enabled=["bills"], plugins=settings)


@pytest.fixture
async def editor(cabinet: Cabinet) -> Caller:
    """A member of staff who publishes."""
    return await cabinet.staff("editor@supplier.example", ["notifications.publish"])


@pytest.fixture
async def client(cabinet: Cabinet) -> Caller:
    return await cabinet.client()


@pytest.fixture
async def post_office(cabinet: Cabinet) -> Post:
    """The mail server, which may be told to fail."""
    return Post(cabinet.runtime)
