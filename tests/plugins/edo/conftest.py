"""A supplier who exchanges documents."""

from pathlib import Path

import pytest

from core.testing.cabinet import Cabinet, Caller
from core.testing.signing import Authority, Signatory
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
