"""A supplier who takes appeals."""

from pathlib import Path

import pytest

from core.testing.cabinet import Cabinet, Caller
from core.testing.signing import Authority, Signatory
from tests.plugins.appeals.supplier import INN, SCOPES, client, found_supplier


@pytest.fixture(scope="session")
def ca() -> Authority:
    """One authority for all tests: making keys takes a while."""
    return Authority()


@pytest.fixture(scope="session")
def director(ca: Authority) -> Signatory:
    """The certificate of the contract's organisation."""
    return ca.issue(inn=INN)


@pytest.fixture
async def supplier(cabinet: Cabinet, ca: Authority, tmp_path: Path) -> Cabinet:
    """A cabinet with contracts, which trusts the authority."""
    await found_supplier(cabinet)
    ca.trust(tmp_path)
    return cabinet


@pytest.fixture
async def anna(supplier: Cabinet) -> Caller:
    """A client who holds the first contract."""
    return await client(supplier)


@pytest.fixture
async def support(supplier: Cabinet) -> Caller:
    """A member of staff."""
    return await supplier.staff(scopes=SCOPES)
