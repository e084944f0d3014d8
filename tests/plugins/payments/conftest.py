"""The cabinet of a supplier that takes cards."""

from typing import Any

import pytest

from core.config import Config
from core.ports.acquirer import Acquirer
from core.testing.cabinet import Cabinet, config_for_tests
from tests.plugins.payments.bank import Bank
from tests.plugins.payments.supplier import found_supplier


@pytest.fixture
def host_config(database_url: str, tmp_path: Any, enabled_plugins: list[str]) -> Config:
    """A commission of 1 % of what is paid with a new card, and none of a linked one."""
    payments = {"commission": {"new_card": {"percent": "1"}}}
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"payments": payments})


@pytest.fixture
async def supplier(cabinet: Cabinet) -> Cabinet:
    """A cabinet with the supplier's contracts."""
    await found_supplier(cabinet)
    return cabinet


@pytest.fixture
def bank(supplier: Cabinet) -> Bank:
    """The acquirer of the cabinet."""
    bank = Bank()
    ports: Any = supplier.runtime.ports
    ports[Acquirer] = bank
    return bank
