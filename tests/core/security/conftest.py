"""Two contracts of one supplier, for those who should not reach them."""

import pytest

from core.testing.cabinet import Cabinet

NUMBER, MAILBOX = "78000000012345", "dogovor@romashka.example"


@pytest.fixture
async def contract(cabinet: Cabinet) -> str:
    """A contract with an energy object and a recorded address; its id."""
    await cabinet.load("contracts", {"id": "C-1", "number": NUMBER, "name": "ООО «Ромашка»", "inn": "7830002293"})
    await cabinet.load("contract_emails", {"contract_id": "C-1", "email": MAILBOX})
    await cabinet.load("energy_objects", {"id": "O-1", "contract_id": "C-1", "number": "1", "name": "Цех"})
    return "C-1"
