"""Files come in: in one request, and in as many as it takes."""

import hashlib

from core.testing.cabinet import Cabinet, Caller
from core.testing.suites.files import MEBI, pattern
from tests.core.uploads.conftest import PDF, TUS, announce, send, stored, upload


async def test_a_file_in_one_request(cabinet: Cabinet, client: Caller) -> None:
    answer = await upload(client, PDF)
    assert answer.status_code == 201, answer.text
    item = answer.json()
    assert (item["name"], item["size"], item["received"], item["state"]) == ("акт.pdf", len(PDF), len(PDF), "stored")
    assert item["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (item["media_type"], item["preview"]) == ("application/pdf", True)
    content = await client.get(f"/api/v1/uploads/{item['id']}/content")
    assert content.content == PDF
    assert content.headers["content-disposition"].startswith("attachment;")
    assert [one["id"] for one in (await client.get("/api/v1/uploads")).json()["items"]] == [item["id"]]


async def test_a_file_in_parts(cabinet: Cabinet, client: Caller) -> None:
    content = pattern(12 * MEBI + 345)
    address = await announce(client, len(content))
    offset = 0
    for size in (7 * MEBI, 1, 5 * MEBI + 344):
        answer = await send(client, address, offset, content[offset : offset + size])
        assert answer.status_code == 204, answer.text
        offset += size
        assert answer.headers["upload-offset"] == str(offset)
        head = await client.head(address, headers=TUS)
        assert (head.status_code, head.headers["upload-offset"]) == (200, str(offset))
        assert head.headers["cache-control"] == "no-store"
    item = (await client.get(address)).json()
    assert (item["state"], item["sha256"]) == ("stored", hashlib.sha256(content).hexdigest())
    assert (await client.get(f"{address}/content")).content == content
    await cabinet.drain()
    assert len(stored(cabinet)) == 1, "the parts are deleted"
