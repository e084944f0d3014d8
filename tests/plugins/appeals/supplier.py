"""A supplier with contracts, objects and devices, and what the tests do as clients and as staff."""

from typing import Any

import httpx
import msgspec

from core.context import Context
from core.contracts.public import hold
from core.sdk import ROLES
from core.testing.cabinet import Cabinet, Caller
from core.testing.signing import Signatory

APPEALS = "/api/v1/appeals"
STAFF = "/api/v1/staff/appeals"
INN, OTHER_INN = "7830002293", "7707083893"
SCOPES = ("appeals.answer", "appeals.decide", "uploads.attach")
CONTRACTS = (
    {"id": "C-1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": INN, "kpp": "783001001"},
    {"id": "C-2", "number": "78000000012346", "name": "ПАО «Василёк»", "inn": OTHER_INN, "kpp": "773601001"},
)
PARTY = {
    "inn": OTHER_INN,
    "kpp": "773601001",
    "name": "Публичное акционерное общество «Василёк»",
    "short_name": "ПАО «Василёк»",
    "ogrn": "1027700132195",
    "okpo": "00032537",
    "address": "117997, г Москва, ул Вавилова, д 19",
    "manager_post": "Президент",
    "manager_name": "Петров Пётр Петрович",
}
CONCLUSION = "Заключение договора энергоснабжения"
CHANGE = "Изменение договора энергоснабжения"
TERMINATION = "Расторжение договора энергоснабжения"
EDO = "Оформление соглашения о переходе на ЭДО"
SUPPORT, DEVICE, LKK = "Техническая поддержка", "Общие вопросы по ПУ", "ЛКК ЮЛ"
ENTITY = "Юридическое лицо"
CONTACT = {"given_name": "Анна", "surname": "Иванова", "phone": "+79218662294", "email": "anna@example.ru"}
REQUIRED = ("application", "registration", "tax_registration", "authority", "ownership", "connection_act")


async def found_supplier(cabinet: Cabinet) -> None:
    """Two contracts, each with an object and a device."""
    await cabinet.load("contracts", *CONTRACTS)
    address = "г Санкт-Петербург, ул Садовая, д 5, к 2"
    for number in (1, 2):
        place = {"id": f"O-{number}", "contract_id": f"C-{number}", "number": f"10{number}", "name": "Цех"}
        await cabinet.load("energy_objects", {**place, "address": address})
        point = {"id": f"P-{number}", "energy_object_id": f"O-{number}", "name": "ВРУ-1"}
        await cabinet.load("metering_points", point)
        meter = {"id": f"M-{number}", "metering_point_id": f"P-{number}", "number": f"151501{number}"}
        await cabinet.load("meters", {**meter, "model": "Меркурий 230", "coefficient": "1", "digits": 6})


async def client(cabinet: Cabinet, email: str = "ivanova@example.ru", *contracts: str, role: str = ROLES[1]) -> Caller:
    """A client who holds contracts."""
    caller = await cabinet.client(email)
    account_id = await account_of(caller)
    async with Context(cabinet.runtime).uow() as uow:
        for contract_id in contracts or ("C-1",):
            await hold(uow, account_id, contract_id, role, None)
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


async def begin(caller: Caller, topic: str, section: str | None = None, contract: str = "C-1", **more: Any) -> Any:
    """«Тип обращения» of a new appeal."""
    values = {"contract": contract, "topic": topic, **({"section": section} if section else {}), **more}
    return good(await caller.post(APPEALS, json={"values": values}))


async def step(caller: Caller, appeal_id: str, name: str, **values: Any) -> httpx.Response:
    """«Дальше»"""
    return await caller.put(f"{APPEALS}/{appeal_id}/steps/{name}", json={"values": values})


async def upload(caller: Caller, content: bytes, name: str = "акт.pdf", place: str = "/api/v1/uploads") -> str:
    """An upload that waits to be attached."""
    answer = await caller.post(
        place, params={"name": name}, content=content, headers={"Content-Type": "application/octet-stream"}
    )
    found: str = good(answer)["id"]
    return found


async def attach(
    caller: Caller, appeal_id: str, field: str, content: bytes = b"%PDF-1.7 1", name: str = "акт.pdf"
) -> httpx.Response:
    """Uploads a file and attaches it to a kind of documents."""
    upload_id = await upload(caller, content, name)
    return await caller.put(f"{APPEALS}/{appeal_id}/files/{upload_id}", params={"field": field})


async def send(caller: Caller, appeal_id: str, signatures: Any = None) -> httpx.Response:
    """«Отправить», «Подписать и отправить»"""
    return await caller.post(f"{APPEALS}/{appeal_id}/submission", json={"signatures": signatures or []})


async def tab(caller: Caller, name: str = "open") -> list[Any]:
    """The appeals of a tab."""
    items: list[Any] = good(await caller.get(APPEALS, params={"tab": name}))["items"]
    return items


async def card(caller: Caller, appeal_id: str) -> Any:
    return good(await caller.get(f"{APPEALS}/{appeal_id}"))


async def unread(caller: Caller) -> int:
    count: int = good(await caller.get(f"{APPEALS}/unread"))["appeals"]
    return count


# ---- whole appeals
async def ask_support(cabinet: Cabinet, caller: Caller, text: str = "Не проходит оплата", **more: Any) -> str:
    """An open question to support."""
    appeal_id: str = (await begin(caller, SUPPORT, "Оплата через ЛКК"))["id"]
    good(await step(caller, appeal_id, "information", text=text, **more))
    good(await send(caller, appeal_id))
    await cabinet.drain()
    return appeal_id


async def fill_certificate(caller: Caller, appeal_id: str, signatory: Signatory, **values: Any) -> Any:
    """«Выбор сертификата» with a new certificate of the contract's organisation."""
    good(await attach(caller, appeal_id, "certificate.certificate_file", signatory.certificate, "aaa.cer"))
    new = {"certificate_choice": "new", "organisation": f"{INN}-783001001"}
    return good(await step(caller, appeal_id, "certificate", **{**new, **values}))


POWER = {"power": "Менее 150 кВт", "addresses": ["г Москва, ул Свободы, д 71", "г Москва, ул Мира, д 1"]}
EXTRA: dict[str, dict[str, Any]] = {
    CONCLUSION: POWER,
    CHANGE: POWER,
    TERMINATION: {"reason": "Смена собственника"},
    EDO: {},
}
APPLICANT = {
    "given_name": "Анны",
    "surname": "Ивановой",
    "position": "генерального директора",
    "email": "anna@example.ru",
    "operator": 'АО "ПФ "СКБ Контур"',
    "authority_kind": "Выписка из приказа",
}
BRANCH = "Северо-Западное ТО, г Москва, ул Свободы, д. 71, к. 3"


async def fill_signed(
    caller: Caller, topic: str, signatory: Signatory, contract: str = "C-1", **certificate: Any
) -> Any:
    """A signed appeal up to «Подписание»; returns its form."""
    appeal_id = (await begin(caller, topic, contract=contract, subsection=ENTITY))["id"]
    await fill_certificate(caller, appeal_id, signatory, **EXTRA[topic], **certificate)
    return await fill_rest(caller, appeal_id, topic)


async def fill_rest(caller: Caller, appeal_id: str, topic: str) -> Any:
    """The steps after the certificate."""
    if topic == CONCLUSION:
        good(await step(caller, appeal_id, "branch", branch=BRANCH))
    if topic == EDO:
        good(await step(caller, appeal_id, "applicant", **APPLICANT))
    good(await step(caller, appeal_id, "contact", **CONTACT))
    for field in REQUIRED if topic == CONCLUSION else ("application", *(("authority",) if topic == EDO else ())):
        good(await attach(caller, appeal_id, f"documents.{field}", f"%PDF-1.7 {field}".encode(), f"{field}.pdf"))
    return good(await step(caller, appeal_id, "documents"))


async def signatures(caller: Caller, appeal_id: str, files: Any, signatory: Signatory) -> list[dict[str, str]]:
    """What the browser plug-in makes of the documents."""
    made = []
    for file in files:
        content = (await caller.get(f"{APPEALS}/{appeal_id}/files/{file['id']}")).content
        made.append({"file_id": file["id"], "signature": signatory.sign_base64(content).decode()})
    return made


async def send_signed(cabinet: Cabinet, caller: Caller, form: Any, signatory: Signatory) -> Any:
    """Signs every document and sends; returns the card after the job."""
    made = await signatures(caller, form["id"], form["to_sign"], signatory)
    answer = good(await send(caller, form["id"], made))
    assert (answer["state"], answer["text"]) == ("sending", "Идет отправка обращения")
    await cabinet.drain()
    return await card(caller, form["id"])


def registry(cabinet: Cabinet, *parties: dict[str, str], name: str = "organisations.ndjson") -> None:
    """What the embedded directory knows."""
    path = cabinet.runtime.data_dir / name
    path.write_bytes(b"\n".join(msgspec.json.encode(party) for party in parties))
