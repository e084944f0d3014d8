"""A file is its uploader's until a plugin attaches it to something."""

import io
import zipfile
from datetime import timedelta

import pytest

from core.config import Config
from core.errors import Problem
from core.sdk import Context, Forgetter
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from core.uploads import public
from tests.core.uploads.conftest import PDF, PNG, account_of, announce, context, send, stored, upload

OWNER = "appeals.appeal:1"
LIMITS = {"waiting_files": 3, "waiting_bytes": 1000, "max_bytes": 700, "hourly_files": 12}


@pytest.fixture
def host_config(database_url: str, tmp_path: object, enabled_plugins: list[str]) -> Config:
    """Limits that a test can reach."""
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"uploads": LIMITS})  # type: ignore[arg-type]


async def adopt(cabinet: Cabinet, account_id: str, ids: list[str], owner: str = OWNER) -> list[public.Attached]:
    async with context(cabinet).uow() as uow:
        return await public.adopt(uow, account_id, ids, owner=owner)


async def test_what_is_attached_belongs_to_its_owner(cabinet: Cabinet, client: Caller) -> None:
    account = await account_of(client)
    ids = [(await upload(client, content, name)).json()["id"] for content, name in ((PDF, "б.pdf"), (b"a", "а.txt"))]
    files = await adopt(cabinet, account, ids)
    assert [(file.id, file.name, file.size) for file in files] == [(ids[0], "б.pdf", len(PDF)), (ids[1], "а.txt", 1)]
    assert files[0].owner == OWNER
    for upload_id in ids:
        assert (await client.get(f"/api/v1/uploads/{upload_id}")).status_code == 404
        assert (await client.delete(f"/api/v1/uploads/{upload_id}")).status_code == 404
    assert (await client.get("/api/v1/uploads")).json()["items"] == []
    cabinet.clock.move(timedelta(days=400))
    await cabinet.drain()
    assert await public.attached(context(cabinet), [OWNER, "appeals.appeal:2"]) == files
    assert await adopt(cabinet, account, ids) == files, "attaching again changes nothing"
    with pytest.raises(Problem):
        await adopt(cabinet, account, ids, "edo.document:1")
    with pytest.raises(Problem):
        await public.found(context(cabinet), "edo.document:1", ids[0])
    assert await public.found(context(cabinet), OWNER, ids[0]) == files[0]
    assert b"".join([piece async for piece in public.content(context(cabinet), files[0], start=1, end=4)]) == PDF[1:4]
    async with context(cabinet).uow() as uow:
        await public.remove_owned(uow, [OWNER])
    await cabinet.drain()
    assert stored(cabinet) == set()
    assert await public.attached(context(cabinet), [OWNER]) == []


async def test_every_file_that_cannot_be_attached_is_named(cabinet: Cabinet, client: Caller) -> None:
    stranger = await cabinet.client("stranger@example.ru")
    own = (await upload(client, b"own")).json()["id"]
    open_one = (await announce(client, 5)).rpartition("/")[2]
    foreign = (await upload(stranger, b"foreign")).json()["id"]
    with pytest.raises(Problem) as refused:
        await adopt(cabinet, await account_of(client), [own, own, foreign, open_one, "nonsense"])
    assert [(error.field, error.kind.code) for error in refused.value.errors] == [
        ("files[1]", "uploads.repeated"),
        ("files[2]", "uploads.unknown"),
        ("files[3]", "uploads.incomplete"),
        ("files[4]", "uploads.unknown"),
    ]
    assert (await client.get(f"/api/v1/uploads/{own}")).status_code == 200, "nothing was attached"


async def test_a_rolled_back_transaction_attaches_nothing(cabinet: Cabinet, client: Caller) -> None:
    upload_id = (await upload(client, b"own")).json()["id"]
    account = await account_of(client)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the whole transaction is what fails
        async with context(cabinet).uow() as uow:
            await public.adopt(uow, account, [upload_id], owner=OWNER)
            raise ZeroDivisionError
    assert (await client.get(f"/api/v1/uploads/{upload_id}")).status_code == 200


async def test_a_foreign_file_looks_like_a_missing_one(cabinet: Cabinet, client: Caller) -> None:
    stranger = await cabinet.client("stranger@example.ru")
    address = await announce(client, 5)
    for path in (address, "/api/v1/uploads/nonsense"):
        answers = [
            await stranger.get(path),
            await stranger.get(f"{path}/content"),
            await send(stranger, path, 0, b"12345"),
            await stranger.delete(path),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    assert (await stranger.get("/api/v1/uploads")).json()["items"] == []
    assert (await client.get(address)).json()["received"] == 0


async def test_staff_upload_at_a_place_of_their_own(cabinet: Cabinet, client: Caller) -> None:
    staff = await cabinet.staff(scopes=["uploads.attach"])
    answer = await upload(staff, PDF, place="/api/v1/staff/uploads")
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/v1/staff/uploads/{answer.json()['id']}"
    assert (await client.get(f"/api/v1/uploads/{answer.json()['id']}")).status_code == 404
    assert (await upload(staff, PDF)).status_code == 403
    assert (await upload(client, PDF, place="/api/v1/staff/uploads")).status_code == 403
    assert (
        await upload(await cabinet.staff("b@supplier.example"), PDF, place="/api/v1/staff/uploads")
    ).status_code == 403
    (attached,) = await adopt(cabinet, await account_of(staff), [answer.json()["id"]])
    assert attached.size == len(PDF)


# ---- limits and the end
async def test_limits(cabinet: Cabinet, client: Caller) -> None:
    code = {413: "uploads.too_large"}
    large = await upload(client, bytes(701))
    assert (large.status_code, large.json()["code"]) == (413, code[413])
    announced = await client.post("/api/v1/uploads", params={"name": "a"}, headers={"Upload-Length": "701"})
    assert announced.json()["code"] == "uploads.too_large"
    assert (await upload(client, b"")).json()["code"] == "uploads.empty"
    assert (await client.post("/api/v1/uploads", content=b"x")).json()["errors"][0]["field"] == "name"
    assert (await upload(client, bytes(600))).status_code == 201
    assert (await upload(client, bytes(401))).json()["code"] == "uploads.no_room"
    second = await client.post("/api/v1/uploads", params={"name": "a"}, headers={"Upload-Length": "401"})
    assert second.json()["code"] == "uploads.no_room"
    await announce(client, 300)
    assert (await upload(client, bytes(101))).json()["code"] == "uploads.no_room", "what is announced has its room"
    assert (await upload(client, b"3")).status_code == 201
    assert (await upload(client, b"4")).json()["code"] == "uploads.too_many"
    assert len(stored(cabinet)) == 2, "what is refused leaves nothing behind"
    await adopt(cabinet, await account_of(client), [(await client.get("/api/v1/uploads")).json()["items"][0]["id"]])
    assert (await upload(client, b"4")).status_code == 201, "what is attached takes no room"


async def test_uploads_are_counted_by_the_hour(cabinet: Cabinet, client: Caller) -> None:
    for _ in range(12):
        item = (await upload(client, b"x")).json()
        assert (await client.delete(f"/api/v1/uploads/{item['id']}")).status_code == 204
    answer = await upload(client, b"x")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")


async def test_what_is_not_attached_expires(cabinet: Cabinet, client: Caller) -> None:
    complete = (await upload(client, b"x")).json()["id"]
    cabinet.clock.move(timedelta(hours=1))
    address = await announce(client, 5)
    assert (await send(client, address, 0, b"123")).status_code == 204
    cabinet.clock.move(timedelta(hours=71))
    assert (await client.get(f"/api/v1/uploads/{complete}")).status_code == 404, "before any job has run"
    with pytest.raises(Problem):
        await adopt(cabinet, await account_of(client), [complete])
    await cabinet.drain()
    assert len(stored(cabinet)) == 1
    cabinet.clock.move(timedelta(hours=1))
    assert (await send(client, address, 3, b"45")).status_code == 404
    await cabinet.drain()
    assert stored(cabinet) == set()


async def test_a_person_who_leaves_takes_along_what_is_not_attached(cabinet: Cabinet, client: Caller) -> None:
    account = await account_of(client)
    attached = (await upload(client, b"attached")).json()["id"]
    await upload(client, b"waiting")
    await adopt(cabinet, account, [attached])
    (forgetter,) = [one for one in cabinet.host.manifest.declared[Forgetter] if one.name == "uploads.files"]
    async with context(cabinet).uow() as uow:
        await forgetter.forget(uow, account)
    await cabinet.drain()
    assert len(stored(cabinet)) == 1
    assert [file.id for file in await public.attached(context(cabinet), [OWNER])] == [attached]


# ---- sending
async def test_previews_are_what_a_file_begins_as(cabinet: Cabinet, client: Caller) -> None:
    hostile = {
        "page.html": PNG + b"<script>alert(1)</script>",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "script.html": b"<html><script>alert(1)</script>",
        "late.pdf": b"<html>\n%PDF-1.7",
    }
    for name, content in hostile.items():
        item = (await upload(client, content[:300], name)).json()
        shown = await client.get(f"/api/v1/uploads/{item['id']}/content", params={"preview": "true"})
        saved = await client.get(f"/api/v1/uploads/{item['id']}/content")
        assert saved.headers["content-type"] == "application/octet-stream"
        assert saved.headers["content-disposition"].startswith("attachment;")
        assert saved.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in saved.headers["content-security-policy"]
        if name == "page.html":
            assert shown.headers["content-type"] == "image/png"
            assert shown.headers["content-disposition"] == "inline; filename*=UTF-8''page.html.png"
            assert "script-src" not in shown.headers["content-security-policy"]
            assert "default-src 'none'" in shown.headers["content-security-policy"]
        else:
            assert (shown.status_code, shown.json()["code"]) == (409, "uploads.no_preview"), name
        await client.delete(f"/api/v1/uploads/{item['id']}")


async def test_several_files_as_one_archive(cabinet: Cabinet, client: Caller) -> None:
    ids = [(await upload(client, text, "Акт.txt")).json()["id"] for text in (b"one", b"two", b"three")]
    files = await adopt(cabinet, await account_of(client), ids)
    sent = await public.archive(Context(cabinet.runtime), files, "Обращение 1.zip")
    body = b"".join([bytes(piece) async for piece in sent.iterator])  # type: ignore[union-attr, arg-type]
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "Акт.txt": b"one",
        "Акт (2).txt": b"two",
        "Акт (3).txt": b"three",
    }
    assert sent.headers["Content-Disposition"].startswith("attachment;")
