"""A cabinet whose supplier has intelligent devices."""

import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.isu.supplier import holder, load_company, load_devices


@pytest.fixture
async def supplier(cabinet: Cabinet) -> Cabinet:
    """Company and devices, loaded."""
    await load_company(cabinet)
    await load_devices(cabinet)
    return cabinet


@pytest.fixture
async def client(supplier: Cabinet) -> Caller:
    """Holds all three contracts."""
    return await holder(supplier, "anna@romashka.example", "Руководитель", "C-0", "C-1", "C-2")
