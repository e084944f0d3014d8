"""The cabinet of the supplier of `supplier.py`."""

import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.household import supplier as company


@pytest.fixture
async def houses(cabinet: Cabinet) -> Cabinet:
    """A cabinet with the supplier's data."""
    await company.found_supplier(cabinet)
    return cabinet


@pytest.fixture
async def manager(houses: Cabinet) -> Caller:
    """Who holds the contract of two houses."""
    return await company.manager(houses)
