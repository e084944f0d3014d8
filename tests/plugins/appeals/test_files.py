"""Files of the company's CRM when the object store fails, or when nobody waits for them."""

from datetime import timedelta

import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.outages import files_silent, lying
from tests.plugins.appeals.supplier import APPEALS, ask_support, card, good


@pytest.mark.requirement("APL-66")
async def test_a_file_of_the_crm_is_kept_or_leaves_nothing(supplier: Cabinet, anna: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    await supplier.load("appeals.messages", {"appeal_id": appeal_id, "id": "m-1", "text": "Пришлите акт"})
    named = {"appeal_id": appeal_id, "id": "d-1", "name": "образец.pdf", "message_id": "m-1"}
    await supplier.load("appeals.documents", named)
    company = await supplier.service("crm", ("exchange.load", "exchange.load:*"))
    place = f"/api/v1/exchange/appeals/{appeal_id}/documents/d-1/content"
    good(await company.put(place, content=b"%PDF-1.7 x"))
    before = lying(supplier, "appeals")
    (file,) = (await card(anna, appeal_id))["messages"][-1]["files"]
    path = f"{APPEALS}/{appeal_id}/files/{file['id']}"
    with files_silent(supplier):
        for answer in (await company.put(place, content=b"%PDF-1.7 y"), await anna.get(path)):
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["retry-after"] == "5"
    refused = await company.put(place, content=b"")
    assert (refused.status_code, refused.json()["code"]) == (422, "uploads.empty")
    got = await anna.get(path, params={"preview": "true"})
    assert (got.content, got.headers["content-type"]) == (b"%PDF-1.7 x", "application/pdf")
    supplier.clock.move(timedelta(days=2, hours=2))
    await supplier.drain()
    assert lying(supplier, "appeals") == before
    assert len(before) == 1
