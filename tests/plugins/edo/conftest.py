"""A supplier who exchanges documents."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.testing.cabinet import Cabinet, Caller
from core.testing.diadoc import DiadocServer
from core.testing.signing import Authority, Signatory
from tests.plugins.edo.operators import ANNA, KEP, Operators, certified
from tests.plugins.edo.supplier import INN, client, found_supplier


@pytest.fixture(scope="session")
def ca() -> Authority:
    """One authority for all tests: making keys takes a while."""
    return Authority()


@pytest.fixture(scope="session")
def director(ca: Authority) -> Signatory:
    """The certificate of the contracts' organisation."""
    return ca.issue(inn=INN)


@pytest.fixture
async def supplier(cabinet: Cabinet, ca: Authority, tmp_path: Path) -> Cabinet:
    """A cabinet with contracts, which trusts the authority."""
    await found_supplier(cabinet)
    ca.trust(tmp_path)
    return cabinet


@pytest.fixture
async def anna(supplier: Cabinet) -> Caller:
    """A client who holds a contract with ПЭП and one with КЭП."""
    return await client(supplier, "C-PEP", "C-KEP")


@pytest.fixture
async def operators(supplier: Cabinet) -> AsyncIterator[Operators]:
    """Two operators; C-KEP has a box in the first, C-PEP in the second."""
    made = Operators(supplier)
    await supplier.load(
        "edo.boxes",
        {"contract_id": "C-KEP", "operator": "first", "box_id": KEP},
        {"contract_id": "C-PEP", "operator": "second", "box_id": ANNA},
    )
    async with DiadocServer(made.first).running() as first, DiadocServer(made.second).running() as second:
        adapters = made.connect(first.url, second.url)
        yield made
        for one in adapters:
            await one.close()


@pytest.fixture
async def signer(anna: Caller, operators: Operators, director: Signatory) -> Caller:
    """The client with a certificate, once the operators are there."""
    return await certified(anna, director)
