"""Files of documents when the object store or the delivery fails."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.sdk import Context
from core.testing.cabinet import Cabinet, Caller
from plugins.edo.models import EdoDocument
from tests.outages import files_silent, lying
from tests.plugins.edo.supplier import announced, body_of, deliver, good, put_file, wrong

FOLDER = "edo/documents"
CONTENT = "/api/v1/edo/documents/D-1/content"


def place(document_id: str) -> str:
    return f"/api/v1/exchange/edo/documents/{document_id}/content"


@pytest.mark.requirement("EDO-04")
async def test_a_store_that_does_not_answer_is_a_503(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    before = lying(supplier, FOLDER)
    with files_silent(supplier):
        for answer in (await put_file(supplier, "D-1", b"another"), await anna.get(CONTENT)):
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["retry-after"] == "5"
    assert (await anna.get(CONTENT)).content == body_of("D-1")
    supplier.clock.move(timedelta(days=2, hours=2))
    await supplier.drain()
    assert lying(supplier, FOLDER) == before


async def test_a_file_delivered_again_is_not_kept_twice_and_another_one_replaces_it(supplier: Cabinet) -> None:
    await deliver(supplier, "D-1")
    first = lying(supplier, FOLDER)
    good(await put_file(supplier, "D-1"))
    assert lying(supplier, FOLDER) == first
    good(await put_file(supplier, "D-1", b"another"))
    await supplier.drain()
    assert len(lying(supplier, FOLDER)) == 1
    assert lying(supplier, FOLDER) != first


async def test_a_file_that_nobody_waits_for_is_not_even_stored(supplier: Cabinet) -> None:
    with files_silent(supplier):
        assert (await put_file(supplier, "unknown")).status_code == 404


async def test_what_is_refused_leaves_no_file(supplier: Cabinet) -> None:
    await supplier.load("edo.documents", announced("D-1"))
    assert wrong(await put_file(supplier, "D-1", b"")) == {"": "edo.file_empty"}

    async def coming() -> AsyncIterator[bytes]:
        yield b"the first half,"
        async with Context(supplier.runtime).uow() as uow:
            await uow.execute(sa.update(EdoDocument).values(state="cancelled"))
        yield b"the second half"

    company = await supplier.service("edo", ("exchange.load",))
    answer = await company.put(place("D-1"), content=coming())
    assert (answer.status_code, answer.json()["code"]) == (409, "edo.content_fixed")
    assert lying(supplier, FOLDER) == set()
