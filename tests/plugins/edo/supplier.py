"""A supplier who exchanges documents, and what the tests do as clients and as the company."""

import hashlib
import re
import subprocess
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import msgspec

from core.context import Context
from core.contracts.public import hold
from core.sdk import ROLES
from core.testing.cabinet import Cabinet, Caller
from core.testing.signing import Signatory

EDO = "/api/v1/edo"
DOCUMENTS = f"{EDO}/documents"
INN, OTHER_INN = "7830002293", "7707083893"
MAIL = "ivanova@example.ru"
CONTRACTS: tuple[dict[str, Any], ...] = (
    {"id": "C-PEP", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": INN, "signature": "pep"},
    {"id": "C-KEP", "number": "78000000012346", "name": "ООО «Ромашка»", "inn": INN, "signature": "kep"},
    {"id": "C-BARE", "number": "78000000012347", "name": "ООО «Ромашка»", "inn": INN},
    {"id": "C-OTHER", "number": "78000000012348", "name": "ПАО «Василёк»", "inn": OTHER_INN, "signature": "pep"},
)
PDF = b"%PDF-1.7 "


async def found_supplier(cabinet: Cabinet) -> None:
    """Contracts with ПЭП, with КЭП, without an agreement, and somebody else's."""
    rows = [
        row | {"kpp": "783001001"} | ({"signed_on": "2025-12-01"} if "signature" in row else {}) for row in CONTRACTS
    ]
    await cabinet.load("contracts", *rows)


async def client(cabinet: Cabinet, *contracts: str, email: str = MAIL, role: str = ROLES[1]) -> Caller:
    """A client who holds contracts."""
    caller = await cabinet.client(email)
    async with Context(cabinet.runtime).uow() as uow:
        for contract_id in contracts:
            await hold(uow, await account_of(caller), contract_id, role, None)
    return caller


async def account_of(caller: Caller) -> str:
    account_id: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    return account_id


def good(answer: httpx.Response) -> Any:
    """The JSON of an answer that must be fine."""
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def wrong(answer: httpx.Response, status: int = 422) -> dict[str, str]:
    """field -> code of a refusal; without fields the code alone stands at ''."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    return {error["field"]: error["code"] for error in body.get("errors", [])} or {"": body["code"]}


def announced(document_id: str, contract_id: str = "C-PEP", **more: Any) -> dict[str, Any]:
    """A row of `edo.documents`."""
    row = {
        "id": document_id,
        "contract_id": contract_id,
        "kind": "акт приема-передачи",
        "number": document_id[2:],
        "issued_on": "2026-01-10",
        "file_name": f"Акт {document_id[2:]}.pdf",
    }
    return row | more


def body_of(document_id: str) -> bytes:
    return PDF + document_id.encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def put_file(cabinet: Cabinet, document_id: str, content: bytes | None = None) -> httpx.Response:
    """The company delivers a file."""
    company = await cabinet.service("edo", ("exchange.load",))
    place = f"/api/v1/exchange/edo/documents/{document_id}/content"
    return await company.put(place, content=body_of(document_id) if content is None else content)


async def deliver(cabinet: Cabinet, document_id: str, contract_id: str = "C-PEP", **more: Any) -> None:
    """A document with its file."""
    await cabinet.load("edo.documents", announced(document_id, contract_id, **more))
    good(await put_file(cabinet, document_id))
    await cabinet.drain()


async def happens(cabinet: Cabinet, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """The company does something; returns the answers, row by row."""
    company = await cabinet.service("edo", ("exchange.load:*", "exchange.load"))
    rows = [{"at": "2026-01-20T09:00:00Z"} | event for event in events]
    answer = await company.post(
        "/api/v1/exchange/edo.events", content=b"\n".join(msgspec.json.encode(row) for row in rows)
    )
    assert answer.status_code == 200, answer.text
    await cabinet.drain()
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


async def listed(caller: Caller, **params: str) -> list[str]:
    """Identifiers of the documents in a list."""
    return [item["id"] for item in good(await caller.get(DOCUMENTS, params=params))["items"]]


async def counts(caller: Caller) -> dict[str, int]:
    """Predefined filter -> its count."""
    return {one["name"]: one["count"] for one in good(await caller.get(DOCUMENTS))["filters"]}


async def shown(caller: Caller, document_id: str) -> Any:
    return good(await caller.get(f"{DOCUMENTS}/{document_id}"))


async def upload(caller: Caller, content: bytes, name: str = "письмо.pdf") -> str:
    """An upload that waits to be attached."""
    answer = await caller.post(
        "/api/v1/uploads",
        params={"name": name},
        content=content,
        headers={"Content-Type": "application/octet-stream"},
    )
    upload_id: str = good(answer)["id"]
    return upload_id


async def create(caller: Caller, contract_id: str = "C-PEP", content: bytes = PDF + b"mine", **more: Any) -> Any:
    """«Создать документ»"""
    file = await upload(caller, content)
    data = {"contract_id": contract_id, "kind": "письмо", "file": file, "number": "7", "name": "О переносе срока"}
    return await caller.post(DOCUMENTS, json=data | more)


async def add_certificate(caller: Caller, signatory: Signatory, inn: str = INN) -> httpx.Response:
    """«Новый сертификат»"""
    file = await upload(caller, signatory.certificate, "ключ.cer")
    return await caller.post(f"{EDO}/certificates", json={"inn": inn, "file": file})


async def order_code(caller: Caller, *document_ids: str) -> httpx.Response:
    return await caller.post(f"{EDO}/signing-codes", json={"documents": list(document_ids)})


async def code_of(cabinet: Cabinet, email: str = MAIL) -> str:
    """The code of the newest letter about signing."""
    letters = [one for one in await cabinet.letters(email) if one.subject.startswith("Код для подписания")]
    found = re.search(r"\b\d{5}\b", letters[0].subject)
    assert found
    return found[0]


async def sign_simply(cabinet: Cabinet, caller: Caller, *document_ids: str) -> Any:
    """Orders a code, reads it, signs."""
    signing_id = good(await order_code(caller, *document_ids))["signing_id"]
    data = {"signing_id": signing_id, "code": await code_of(cabinet)}
    return good(await caller.post(f"{EDO}/signatures/simple", json=data))


async def sign_qualified(caller: Caller, signatory: Signatory, *document_ids: str, **more: Any) -> httpx.Response:
    """Signs the content of documents by КЭП."""
    signed = []
    for document_id in document_ids:
        content = (await caller.get(f"{DOCUMENTS}/{document_id}/content")).content
        signed.append({"id": document_id, "signature": signatory.sign_base64(content).decode()})
    return await caller.post(f"{EDO}/signatures/qualified", json={"documents": signed, **more})


async def members(answer: httpx.Response) -> dict[str, bytes]:
    """Name -> content of an archive."""
    assert answer.status_code == 200, answer.text
    with ZipFile(BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def text_of(answer: httpx.Response) -> str:
    """What a printed form says, on one line."""
    assert answer.status_code == 200, answer.text
    told = subprocess.run(["pdftotext", "-", "-"], input=answer.content, capture_output=True, check=True)
    return " ".join(told.stdout.decode().split())


async def facts(cabinet: Cabinet) -> list[dict[str, Any]]:
    """What the company reads in its feed."""
    company = await cabinet.service(f"reader{len(cabinet._callers)}", ("exchange.feed",))
    answer = await company.get("/api/v1/exchange/feed", params={"kind": "edo.", "after": 0, "limit": 500})
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def bell(caller: Caller) -> list[str]:
    """Texts of the caller's notifications, the newest first."""
    return [item["text"] for item in good(await caller.get("/api/v1/notifications"))["items"]]
