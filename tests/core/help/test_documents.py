"""Documents over HTTP: published in versions, read and downloaded by anybody."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
import sqlalchemy as sa

from core.db.tables import Audit
from core.testing.cabinet import Cabinet, Caller
from core.testing.clock import MovableClock

PLACE = "/api/v1/documents"
STAFF = "/api/v1/staff/documents"
FIRST, SECOND = b"%PDF-1.7 one" * 20_000, b"%PDF-1.7 two" * 30_000
SIGNING = ("КриптоПро CSP", "КриптоПро ЭЦП Browser plug-in", "Настройка доверенных сайтов", "Проверить работу плагина")


async def publisher(cabinet: Cabinet) -> Caller:
    """Somebody who may publish."""
    return await cabinet.staff(scopes=["help.publish"])


async def upload(staff: Caller, kind: str, version: str, content: bytes, name: str, title: str = "Документ") -> Any:
    """Publishes a file; the answer's body."""
    answer = await staff.put(
        f"{STAFF}/{kind}/versions/{version}/file", params={"title": title, "name": name}, content=content
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def downloaded(caller: Caller, path: str) -> tuple[bytes, str]:
    """Content and file name of a safe download."""
    answer = await caller.get(f"{PLACE}/{path}")
    assert answer.status_code == 200, answer.text
    kind, _, name = answer.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert (kind, answer.headers["x-content-type-options"]) == ("attachment", "nosniff")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer.content, unquote(name)


def kept(cabinet: Cabinet) -> list[Path]:
    """The files in the store."""
    return [path for path in (cabinet.runtime.data_dir / "files").rglob("*") if path.is_file()]


@pytest.mark.requirement("HLP-05")
async def test_the_manual_is_downloaded_and_replaced(cabinet: Cabinet, clock: MovableClock) -> None:
    staff, anybody, client = await publisher(cabinet), cabinet.anonymous(), await cabinet.client()
    own = (await anybody.get(f"{PLACE}/manual")).json()
    assert (own["version"], own["published_at"], own["file_name"]) == ("1", None, "manual-1.txt")
    content, name = await downloaded(anybody, "manual/content")
    assert (content.decode(), name) == (own["text"], "manual-1.txt")

    published = await upload(staff, "manual", "3.10", FIRST, "Инструкция 3.10.pdf", "Инструкция пользователя")
    assert published == {
        "kind": "manual",
        "title": "Инструкция пользователя",
        "version": "3.10",
        "published_at": clock.now().isoformat().replace("+00:00", "Z"),
        "file_name": "Инструкция 3.10.pdf",
        "size": len(FIRST),
        "link": None,
    }
    for caller in (anybody, client):
        assert (await caller.get(f"{PLACE}/manual")).json() == published | {"text": None}
        assert await downloaded(caller, "manual/content") == (FIRST, "Инструкция 3.10.pdf")
    await upload(staff, "manual", "3.11", SECOND, "Инструкция 3.11.pdf")  # at the same moment of the clock
    assert (await anybody.get(f"{PLACE}/manual")).json()["version"] == "3.11"
    assert await downloaded(anybody, "manual/content") == (SECOND, "Инструкция 3.11.pdf")

    versions = (await anybody.get(f"{PLACE}/manual/versions")).json()["items"]
    assert [item["version"] for item in versions] == ["3.11", "3.10", "1"]
    assert await downloaded(anybody, "manual/versions/3.10/content") == (FIRST, "Инструкция 3.10.pdf")
    assert (await downloaded(anybody, "manual/versions/1/content"))[0] == content
    assert (await anybody.get(f"{PLACE}/manual/versions/3.10")).json() == published | {"text": None}
    assert (await anybody.get(f"{PLACE}/manual/versions/1")).json() == own


async def test_what_was_published_is_not_replaced(cabinet: Cabinet) -> None:
    staff, anybody = await publisher(cabinet), cabinet.anonymous()
    await upload(staff, "manual", "2", FIRST, "a.pdf")
    for path, request in (
        ("file", {"params": {"title": "Другое", "name": "b.pdf"}, "content": SECOND}),
        ("text", {"json": {"title": "Другое", "text": "Другое"}}),
    ):
        answer = await staff.put(f"{STAFF}/manual/versions/2/{path}", **request)
        assert (answer.status_code, answer.json()["code"]) == (409, "help_version_taken")
        assert "«2»" in answer.json()["detail"]
    assert await downloaded(anybody, "manual/content") == (FIRST, "a.pdf")
    assert len((await anybody.get(f"{PLACE}/manual/versions")).json()["items"]) == 2


@pytest.mark.parametrize(
    ("place", "params", "content"),
    [
        ("manual/versions/2", {"title": "Документ", "name": "a.pdf"}, b""),
        ("manual/versions/2", {"name": "a.pdf"}, FIRST),
        ("manual/versions/2", {"title": "Документ"}, FIRST),
        ("manual/versions/2", {"title": " ", "name": "a.pdf"}, FIRST),
        ("manual/versions/2", {"title": "Документ", "name": "../a.pdf"}, FIRST),
        ("manual/versions/2", {"title": "Документ", "name": "a.pdf\n"}, FIRST),
        ("manual/versions/2", {"title": "Документ", "name": "a.pdf", "link": "javascript:alert(1)"}, FIRST),
        ("manual/versions/-2", {"title": "Документ", "name": "a.pdf"}, FIRST),
        ("Manual/versions/2", {"title": "Документ", "name": "a.pdf"}, FIRST),
    ],
)
async def test_a_wrong_upload_is_refused(cabinet: Cabinet, place: str, params: dict[str, str], content: bytes) -> None:
    staff = await publisher(cabinet)
    answer = await staff.put(f"{STAFF}/{place}/file", params=params, content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert (await cabinet.anonymous().get(f"{PLACE}/manual")).json()["version"] == "1"
    assert kept(cabinet) == []
    await upload(staff, "manual", "2", FIRST, "a.pdf")
    assert len(kept(cabinet)) == 1


@pytest.mark.requirement("HLP-05")
async def test_only_staff_with_the_scope_publishes(cabinet: Cabinet) -> None:
    editor = await cabinet.staff(scopes=["help.edit"])
    for stranger in (await cabinet.client(), editor, await cabinet.service()):
        params = {"title": "Чужое", "name": "a.pdf"}
        answer = await stranger.put(f"{STAFF}/manual/versions/2/file", params=params, content=FIRST)
        assert answer.status_code == 403
        answer = await stranger.put(f"{STAFF}/agreement/versions/2/text", json={"title": "Чужое", "text": "Чужое"})
        assert answer.status_code == 403
    assert (await cabinet.anonymous().get(f"{PLACE}/agreement")).json()["version"] == "1"


async def test_a_publication_is_on_record(cabinet: Cabinet) -> None:
    staff = await publisher(cabinet)
    await upload(staff, "tariffs", "2026", FIRST, "tariffs.pdf")
    async with cabinet.runtime.database.writer.connect() as connection:
        made = sa.select(Audit.actor, Audit.subject, Audit.details).where(Audit.action == "help.document_published")
        ((actor, subject, details),) = (await connection.execute(made)).all()
    assert (actor.startswith("staff:"), subject) == (True, "tariffs")
    assert msgspec.json.decode(details)["version"] == "2026"


async def test_what_does_not_exist_is_not_found(cabinet: Cabinet) -> None:
    anybody = cabinet.anonymous()
    for path in ("secrets", "secrets/content", "secrets/versions", "secrets/versions/1", "manual/versions/7"):
        assert (await anybody.get(f"{PLACE}/{path}")).status_code == 404
    assert (await anybody.get(f"{PLACE}/manual/versions/7/content")).status_code == 404


@pytest.mark.requirement("HLP-10", "HLP-11")
async def test_instructions_for_signing_are_read_without_a_session(cabinet: Cabinet) -> None:
    anybody, portal = cabinet.anonymous(), cabinet.host.config.host.base_url
    offered = {item["kind"]: item for item in (await anybody.get(PLACE)).json()["items"]}
    assert list(offered) == ["agreement", "manual", "public-key", "signing-software"]
    software = (await anybody.get(f"{PLACE}/signing-software")).json()
    assert software["link"] == "https://cryptopro.ru/products/cades/plugin"
    assert software["title"] == "Программы для электронной подписи"
    assert all(words in software["text"] for words in (*SIGNING, portal, "«Да»"))
    key = (await anybody.get(f"{PLACE}/public-key")).json()
    assert all(words in key["text"] for words in ("Экспортировать сертификаты", "в DER (*.cer)", "Не перепутайте"))
    for kind, shown in (("signing-software", software), ("public-key", key)):
        content, name = await downloaded(anybody, f"{kind}/content")
        assert (content.decode(), name) == (shown["text"], f"{kind}-1.txt")
        assert offered[kind] == {name: value for name, value in shown.items() if name != "text"}
    assert (await anybody.get("/api/v1/help/company")).json()["portal_url"] == portal


@pytest.mark.requirement("HLP-10", "HLP-11")
async def test_the_supplier_publishes_instructions_of_its_own(cabinet: Cabinet) -> None:
    staff, anybody = await publisher(cabinet), cabinet.anonymous()
    form = {"title": "Подпись", "text": "Позвоните нам {supplier}.", "link": "https://supplier.example/sign"}
    answer = await staff.put(f"{STAFF}/signing-software/versions/2/text", json=form)
    assert answer.status_code == 200, answer.text
    shown = (await anybody.get(f"{PLACE}/signing-software")).json()
    assert {name: shown[name] for name in form} == form  # as it was written: braces mean nothing in it
    assert (await downloaded(anybody, "signing-software/content"))[0].decode() == form["text"]
    await upload(staff, "public-key", "2", FIRST, "Экспорт ключа.pdf")
    assert await downloaded(anybody, "public-key/content") == (FIRST, "Экспорт ключа.pdf")
