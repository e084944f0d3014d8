"""Who has the section, the list and its filters, files, what the company feeds in (EDO-01 to EDO-05)."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.context import Context
from core.contracts.public import release
from core.sdk import ROLES
from core.testing.cabinet import Cabinet, Caller
from tests.plugins.edo.supplier import (
    DOCUMENTS,
    EDO,
    account_of,
    announced,
    bell,
    body_of,
    client,
    counts,
    create,
    deliver,
    facts,
    good,
    happens,
    listed,
    put_file,
    sha256,
    shown,
    upload,
    wrong,
)

TITLE = "Электронный документооборот"


async def menu(caller: Caller) -> dict[str, Any]:
    return {one["title"]: one for one in good(await caller.get("/api/v1/menu"))["items"]}


async def every_call(caller: Caller) -> list[int]:
    """The statuses of all calls of the section."""
    reason = {"reason": "Не тот"}
    calls: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("GET", "/documents", None),
        ("GET", "/documents/D-1", None),
        ("GET", "/documents/D-1/content", None),
        ("GET", "/documents/D-1/archive", None),
        ("POST", "/documents", {"contract_id": "C-BARE", "kind": "письмо", "file": "x"}),
        ("POST", "/documents/D-1/rejection", reason),
        ("POST", "/documents/D-1/withdrawal", reason),
        ("POST", "/documents/D-1/annulment", reason),
        ("POST", "/documents/D-1/annulment/answer", {"agree": True}),
        ("POST", "/certificates", {"inn": "7830002293", "file": "x"}),
        ("POST", "/signing-codes", {"documents": ["D-1"]}),
        ("POST", "/signatures/simple", {"signing_id": "x", "code": "12345"}),
        ("POST", "/signatures/qualified", {"documents": [{"id": "D-1", "signature": "x"}]}),
    ]
    return [(await caller.request(method, EDO + path, json=body)).status_code for method, path, body in calls]


@pytest.mark.requirement("EDO-01", "HLP-08", "CTR-12")
async def test_the_section_exists_while_a_contract_has_an_agreement(supplier: Cabinet) -> None:
    anna = await client(supplier, "C-BARE")
    assert TITLE not in await menu(anna)
    assert set(await every_call(anna)) == {403}
    assert wrong(await anna.get(EDO), 403) == {"": "edo.unavailable"}
    await supplier.load(
        "contracts",
        {
            "id": "C-BARE",
            "number": "78000000012347",
            "name": "ООО «Ромашка»",
            "inn": "7830002293",
            "signature": "pep",
            "signed_on": "2026-01-09",
        },
    )
    await deliver(supplier, "D-1", "C-BARE")
    assert (await menu(anna))[TITLE]["counter"] == 1
    assert await listed(anna) == ["D-1"]
    async with Context(supplier.runtime).uow() as uow:
        await release(uow, await account_of(anna), "C-BARE")
    assert TITLE not in await menu(anna)
    assert set(await every_call(anna)) == {403}


@pytest.mark.requirement("ROL-25")
async def test_the_role_of_documents_is_needed(supplier: Cabinet) -> None:
    await deliver(supplier, "D-1")
    for number, role in enumerate(ROLES):
        caller = await client(supplier, "C-PEP", email=f"role{number}@example.ru", role=role)
        seen = role != "Энергетик"
        assert (TITLE in await menu(caller)) == seen
        assert (await caller.get(DOCUMENTS)).status_code == (200 if seen else 403)


@pytest.mark.requirement("EDO-02", "EDO-03", "EDO-08", "EDO-09")
async def test_which_page_is_shown(supplier: Cabinet) -> None:
    only_kep = await client(supplier, "C-KEP", email="kep@example.ru")
    page = good(await only_kep.get(EDO))
    assert (page["page"], page["registered"]) == ("certificate", False)
    assert wrong(await only_kep.get(DOCUMENTS), 409) == {"": "edo.certificate_needed"}
    for link in page["instructions"]:
        assert good(await only_kep.get(link["url"]))["title"]
    assert "AdBlock" in page["notice"]
    for email, contracts in (("pep@example.ru", ("C-PEP",)), ("both@example.ru", ("C-PEP", "C-KEP"))):
        caller = await client(supplier, *contracts, email=email)
        page = good(await caller.get(EDO))
        assert (page["page"], page["registered"]) == ("full", False)
        assert [one["id"] for one in page["contracts"]] == list(contracts)
        assert (await caller.get(DOCUMENTS)).status_code == 200


@pytest.mark.requirement("EDO-13", "EDO-04")
async def test_a_delivered_document_is_shown_and_told_of(supplier: Cabinet, anna: Caller) -> None:
    await supplier.load("edo.documents", announced("D-1"))
    assert await listed(anna) == []  # without its file there is nothing to be read or signed
    assert (await anna.get(f"{DOCUMENTS}/D-1")).status_code == 404
    good(await put_file(supplier, "D-1"))
    good(await put_file(supplier, "D-1"))  # once more
    await supplier.drain()
    assert await listed(anna, filter="to_sign") == ["D-1"]
    assert [text for text in await bell(anna) if "акт приема-передачи № 1 от 10.01.2026" in text][1:] == []
    found = await shown(anna, "D-1")
    assert (found["document"]["status"], found["document"]["method"]) == ("На подписании", "pep")
    assert found["sha256"] == sha256(body_of("D-1"))
    assert found["actions"] == ["sign", "reject"]
    content = await anna.get(f"{DOCUMENTS}/D-1/content")
    assert content.content == body_of("D-1")
    assert content.headers["content-disposition"].startswith("attachment")
    inline = await anna.get(f"{DOCUMENTS}/D-1/content", params={"inline": "true"})
    assert (inline.headers["content-type"], inline.content) == ("application/pdf", body_of("D-1"))


@pytest.mark.requirement("EDO-04")
async def test_foreign_documents_are_missing_ones(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-9", "C-OTHER")
    assert await listed(anna) == []
    for path in ("", "/content", "/archive"):
        assert (await anna.get(f"{DOCUMENTS}/D-9{path}")).status_code == 404
    assert (await anna.post(f"{DOCUMENTS}/D-9/rejection", json={"reason": "Нет"})).status_code == 404


@pytest.mark.requirement("EDO-04")
async def test_filters_intersect(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1", number="А-100%", issued_on="2026-01-10")
    await deliver(supplier, "D-2", number="А-1000", issued_on="2026-01-12", kind="акт сверки")
    await deliver(supplier, "D-3", "C-KEP", number="Б-7", issued_on="2026-01-15", name="Ведомость за ДЕКАБРЬ")
    await deliver(supplier, "D-4", signature="none", number="Б-8", issued_on="2026-01-20")
    assert await listed(anna) == ["D-4", "D-3", "D-2", "D-1"]
    assert await counts(anna) == {"all": 4, "to_sign": 3, "signed": 0, "rejected": 0, "annulment": 0}
    assert await listed(anna, filter="to_sign") == ["D-3", "D-2", "D-1"]
    assert await listed(anna, search="100%") == ["D-1"]
    assert await listed(anna, search="а-100") == ["D-2", "D-1"]
    assert await listed(anna, search="декабрь") == ["D-3"]
    assert await listed(anna, contract="C-KEP") == ["D-3"]
    assert await listed(anna, contract="C-OTHER") == []
    assert await listed(anna, kind="акт сверки") == ["D-2"]
    assert await listed(anna, date_from="2026-01-12", date_to="2026-01-15") == ["D-3", "D-2"]
    assert await listed(anna, date_from="2026-01-12", search="а-", filter="to_sign") == ["D-2"]
    backwards = {"date_from": "2026-01-15", "date_to": "2026-01-12"}
    assert wrong(await anna.get(DOCUMENTS, params=backwards)) == {"date_from": "edo.period_reversed"}
    first = good(await anna.get(DOCUMENTS, params={"limit": 3}))
    rest = good(await anna.get(DOCUMENTS, params={"limit": 3, "cursor": first["next"]}))
    assert [one["id"] for one in first["items"] + rest["items"]] == ["D-4", "D-3", "D-2", "D-1"]
    assert (await shown(anna, "D-4"))["document"]["status"] == "Подпись не требуется"


@pytest.mark.requirement("EDO-13")
async def test_rows_that_cannot_be(supplier: Cabinet, anna: Caller) -> None:
    company = await supplier.service("rows", ("exchange.load:*", "exchange.load"))

    async def refused(row: dict[str, Any]) -> str:
        answer = await company.post("/api/v1/exchange/edo.documents", content=json.dumps(row).encode())
        first: str = json.loads(answer.content.splitlines()[0])["code"]
        return first

    assert await refused(announced("D-1", "C-BARE")) == "edo.without_agreement"
    await deliver(supplier, "D-1")
    await supplier.load("edo.documents", announced("D-1", name="Исправлено"))
    assert (await shown(anna, "D-1"))["document"]["name"] == "Исправлено"
    good(await anna.post(f"{DOCUMENTS}/D-1/rejection", json={"reason": "Ошибка в сумме"}))
    assert await refused(announced("D-1", name="Ещё раз")) == "edo.not_changeable"
    await supplier.load("edo.documents", announced("D-1", name="Исправлено"))  # nothing new
    assert wrong(await put_file(supplier, "D-1", b"%PDF other"), 409) == {"": "edo.content_fixed"}
    assert (await put_file(supplier, "D-0")).status_code == 404
    await supplier.load("edo.documents", announced("D-2"))
    assert wrong(await put_file(supplier, "D-2", b"")) == {"": "edo.file_empty"}
    assert await listed(anna) == ["D-1"]


@pytest.mark.requirement("EDO-13")
async def test_rows_of_one_batch_that_correct_each_other(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    rows = [
        announced("D-1", number="А-1"),
        announced("D-2"),
        announced("D-2", number="А-2", signature="none"),
        announced("D-1", number="А-11", name="Последнее слово"),
    ]
    await supplier.load("edo.documents", *rows)
    good(await put_file(supplier, "D-2"))
    found = {one["id"]: one for one in good(await anna.get(DOCUMENTS))["items"]}
    assert {key: (one["number"], one["state"]) for key, one in found.items()} == {
        "D-1": ("А-11", "awaiting"),
        "D-2": ("А-2", "not_required"),
    }
    assert await listed(anna, search="последнее") == ["D-1"]
    assert len((await shown(anna, "D-1"))["history"]) == 1


@pytest.mark.requirement("EDO-05")
@pytest.mark.repeats("create_edo_document")
async def test_a_client_creates_a_document(supplier: Cabinet, anna: Caller) -> None:
    file = await upload(anna, b"%PDF-1.7 mine", "письмо.pdf")
    data = {"contract_id": "C-PEP", "kind": "письмо", "file": file, "number": "7", "comment": "Прошу ответить"}
    key = {"Idempotency-Key": "create-a-document-1"}
    made = good(await anna.post(DOCUMENTS, json=data, headers=key))
    assert good(await anna.post(DOCUMENTS, json=data, headers=key)) == made
    assert (made["origin"], made["status"], made["file_name"]) == ("client", "На подписании", "письмо.pdf")
    assert await listed(anna) == [made["id"]]
    found = await shown(anna, made["id"])
    assert (found["comment"], found["actions"]) == ("Прошу ответить", ["sign", "withdraw"])
    (fact,) = await facts(supplier)
    assert (fact["kind"], fact["body"]["sha256"]) == ("edo.created", sha256(b"%PDF-1.7 mine"))
    company = await supplier.service("reader", ("exchange.feed",))
    place = f"/api/v1/exchange/edo/documents/{made['id']}"
    assert (await company.get(f"{place}/content")).content == b"%PDF-1.7 mine"
    assert wrong(await create(anna, "C-OTHER"), 404) == {"": "not_found"}
    assert wrong(await create(anna, file=file)) == {"file": "uploads.unknown"}
    good(await anna.post(f"{DOCUMENTS}/{made['id']}/withdrawal", json={"reason": "Ошибся"}))
    assert (await shown(anna, made["id"]))["document"]["status"] == "Аннулирован"


@pytest.mark.requirement("EDO-05")
async def test_a_contract_without_the_agreement_takes_no_documents(supplier: Cabinet) -> None:
    anna = await client(supplier, "C-PEP", "C-BARE")
    assert wrong(await create(anna, "C-BARE")) == {"contract_id": "edo.without_agreement"}
    assert wrong(await create(anna, kind="счет-фактура")) == {"kind": "not_a_choice"}
    assert await listed(anna) == []


@pytest.mark.requirement("EDO-13")
async def test_the_company_answers_once(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    withdrawn = {"id": "E-1", "document_id": "D-1", "action": "withdraw", "text": "Отправлен по ошибке"}
    await happens(supplier, withdrawn, withdrawn)
    await happens(supplier, withdrawn)
    found = await shown(anna, "D-1")
    assert found["document"]["status"] == "Аннулирован"
    assert [deed["action"] for deed in found["history"]] == ["deliver", "withdraw"]
    assert len([text for text in await bell(anna) if "Отправлен по ошибке" in text]) == 1
    again = {"id": "E-2", "document_id": "D-1", "action": "invalidate"}
    answers = await happens(supplier, again, {"id": "E-3", "document_id": "D-0", "action": "invalidate"})
    assert [one["code"] for one in answers[:2]] == ["edo.impossible", "edo.unknown_document"]


@pytest.mark.requirement("EDO-13")
async def test_a_moment_without_a_zone_refuses_its_row_alone(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    rows = [
        {"id": f"E-{number}", "document_id": "D-1", "action": "withdraw", "at": at}
        for number, at in enumerate(("2026-01-20T09:00:00", "2026-01-20T09:00:00+03:00"), 1)
    ]
    answers = await happens(supplier, *rows)
    assert [(one["code"], one["field"]) for one in answers[:1]] == [("wrong_format", "at")]
    assert (await shown(anna, "D-1"))["document"]["status"] == "Аннулирован"


@pytest.mark.requirement("EDO-13")
async def test_the_history_tells_when_the_company_did_it(supplier: Cabinet, anna: Caller) -> None:
    for number in range(1, 4):
        await deliver(supplier, f"D-{number}")
    came = datetime.fromisoformat((await shown(anna, "D-1"))["history"][0]["at"])
    supplier.clock.move(timedelta(days=2))
    done = {"D-1": came + timedelta(days=1), "D-2": came + timedelta(days=30), "D-3": came - timedelta(days=1)}
    events = [{"id": f"E-{one}", "document_id": one, "action": "withdraw", "at": at} for one, at in done.items()]
    await happens(supplier, *events)
    told = [datetime.fromisoformat((await shown(anna, one))["history"][-1]["at"]) for one in done]
    assert told[0] == done["D-1"]
    assert told[1] == supplier.clock.now()  # never later than it is
    assert told[2] == datetime.fromisoformat(
        (await shown(anna, "D-3"))["history"][0]["at"]
    )  # nor before what it answers
