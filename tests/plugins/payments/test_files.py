"""Files of documents when the object store or the delivery fails."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.sdk import Context
from core.testing.cabinet import Cabinet
from plugins.payments.models import Document
from tests.outages import files_silent, lying
from tests.plugins.payments.supplier import C1, client
from tests.plugins.payments.test_documents import deliver, document

FOLDER = "payments/documents"
PLACE = "/api/v1/exchange/payments/documents/1/content"


@pytest.mark.requirement("PAY-19")
async def test_a_store_that_does_not_answer_is_a_503(supplier: Cabinet) -> None:
    await supplier.load("payments.documents", document("1"))
    await deliver(supplier, "1", b"old")
    before = lying(supplier, FOLDER)
    company, caller = await supplier.service(), await client(supplier)
    with files_silent(supplier):
        for answer in (
            await company.put(PLACE, content=b"new"),
            await caller.get(f"{C1}/documents/1/content"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["retry-after"] == "5"
    supplier.clock.move(timedelta(days=2, hours=2))
    await supplier.drain()
    assert lying(supplier, FOLDER) == before
    caller = await client(supplier, email="later@raduga.example")
    assert (await caller.get(f"{C1}/documents/1/content")).content == b"old"


async def test_a_document_removed_while_its_file_comes_leaves_no_file(supplier: Cabinet) -> None:
    await supplier.load("payments.documents", document("1"))

    async def coming() -> AsyncIterator[bytes]:
        yield b"the first half,"
        async with Context(supplier.runtime).uow() as uow:
            await uow.execute(sa.delete(Document))
        yield b"the second half"

    answer = await (await supplier.service()).put(PLACE, content=coming())
    assert answer.status_code == 404, answer.text
    assert lying(supplier, FOLDER) == set()


async def test_an_empty_file_is_refused(supplier: Cabinet) -> None:
    await supplier.load("payments.documents", document("1"))
    answer = await (await supplier.service()).put(PLACE, content=b"")
    assert (answer.status_code, answer.json()["code"]) == (422, "uploads.empty")
    assert lying(supplier, FOLDER) == set()
