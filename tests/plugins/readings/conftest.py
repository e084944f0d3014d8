"""The cabinet of the supplier of `supplier.py`."""

from collections.abc import Callable

import pytest

from core.context import Actor, Context, Grant, Runtime
from core.testing.cabinet import Cabinet
from tests.plugins.readings.supplier import found_supplier


@pytest.fixture
async def supplier(cabinet: Cabinet) -> Cabinet:
    """A cabinet with the supplier's data."""
    await found_supplier(cabinet)
    return cabinet


@pytest.fixture
def runtime(supplier: Cabinet) -> Runtime:
    """What the use cases run with."""
    return supplier.runtime


@pytest.fixture
def context(runtime: Runtime) -> Callable[..., Context]:
    """`context(objects=("o1",))`: Anna on contract c1, over all or some of its objects."""

    def make(contract_id: str = "c1", objects: tuple[str, ...] | None = None) -> Context:
        return Context(runtime, Actor("client", "anna"), Grant(contract_id, "Руководитель", objects))

    return make
