"""Certificates, ПЭП, КЭП, rejection, annulment (EDO-06 to EDO-12)."""

import asyncio
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.context import Context
from core.contracts.public import release
from core.sdk import Forgetter
from core.testing.cabinet import Cabinet, Caller
from core.testing.signing import Authority, Signatory
from plugins.edo.models import EdoDocument, EdoSignature, EdoSigning
from tests.plugins.edo.supplier import (
    DOCUMENTS,
    EDO,
    INN,
    MAIL,
    OTHER_INN,
    account_of,
    add_certificate,
    announced,
    bell,
    body_of,
    client,
    code_of,
    create,
    deliver,
    facts,
    good,
    happens,
    listed,
    members,
    order_code,
    put_file,
    sha256,
    shown,
    sign_qualified,
    sign_simply,
    text_of,
    upload,
    wrong,
)

CERTIFICATES = f"{EDO}/certificates"
SIMPLE = f"{EDO}/signatures/simple"
QUALIFIED = f"{EDO}/signatures/qualified"


# ---- certificates
@pytest.mark.requirement("EDO-06", "EDO-07", "EDO-02", "EDO-03")
@pytest.mark.repeats("add_edo_certificate")
async def test_a_certificate_opens_the_full_page(supplier: Cabinet, director: Signatory) -> None:
    anna = await client(supplier, "C-KEP")
    data = {"inn": INN, "file": await upload(anna, director.certificate, "ключ.cer")}
    key = {"Idempotency-Key": "add-a-certificate-1"}
    added = good(await anna.post(CERTIFICATES, json=data, headers=key))
    assert added["message"] == "Сертификат успешно добавлен"
    assert good(await anna.post(CERTIFICATES, json=data, headers=key)) == added
    (listed_one,) = good(await anna.get("/api/v1/signatures/certificates"))["items"]
    assert (listed_one["id"], listed_one["inn"], listed_one["organisation"]) == (added["id"], INN, "ООО «Ромашка»")
    page = good(await anna.get(EDO))
    assert (page["page"], page["registered"]) == ("full", True)
    assert (await anna.get(DOCUMENTS)).status_code == 200
    assert good(await anna.get("/api/v1/uploads"))["items"] == []


@pytest.mark.requirement("EDO-06", "EDO-07")
async def test_certificates_that_are_not_added(
    supplier: Cabinet, anna: Caller, ca: Authority, director: Signatory
) -> None:
    async def refusal(**data: str) -> dict[str, str]:
        answer = await anna.post(CERTIFICATES, json=data)
        assert answer.json()["code"] == "edo.certificate_not_added"
        assert "Сертификат не добавлен" in (answer.json()["title"], answer.json()["detail"])
        return wrong(answer)

    good_file = await upload(anna, director.certificate, "ключ.cer")
    assert await refusal(file=good_file) == {"inn": "required"}
    assert await refusal(inn=INN) == {"file": "required"}
    assert await refusal(inn=OTHER_INN, file=good_file) == {"inn": "edo.not_own_organisation"}
    assert await refusal(inn=INN, file="none") == {"file": "uploads.unknown"}
    text = await upload(anna, b"just a text", "ключ.cer")
    assert await refusal(inn=INN, file=text) == {"file": "signatures.not_certificate"}
    long = await upload(anna, b"0" * 70_000, "ключ.cer")
    assert await refusal(inn=INN, file=long) == {"file": "signatures.certificate_too_large"}
    foreign = await upload(anna, ca.issue(inn=OTHER_INN).certificate, "ключ.cer")
    assert await refusal(inn=INN, file=foreign) == {"file": "signatures.wrong_inn"}
    boris = await client(supplier, "C-KEP", email="boris@example.ru")
    good(await add_certificate(boris, director))
    assert await refusal(inn=INN, file=good_file) == {"file": "signatures.certificate_taken"}
    assert good(await anna.get("/api/v1/signatures/certificates"))["items"] == []


# ---- ПЭП
@pytest.mark.requirement("EDO-10", "EDO-12")
async def test_two_documents_are_signed_by_a_code(supplier: Cabinet, anna: Caller) -> None:
    for document_id in ("D-1", "D-2", "D-3"):
        await deliver(supplier, document_id)
    signed = await sign_simply(supplier, anna, "D-1", "D-2")
    assert [(one["document_id"], one["status"], one["method"]) for one in signed["documents"]] == [
        ("D-1", "Подписан", "pep"),
        ("D-2", "Подписан", "pep"),
    ]
    assert await listed(anna, filter="to_sign") == ["D-3"]
    assert await listed(anna, filter="signed") == ["D-2", "D-1"]
    (signature,) = (await shown(anna, "D-1"))["signatures"]
    assert (signature["signer"], signature["method"]) == ("Иванова Анна", "pep")
    assert signature["sha256"] == sha256(body_of("D-1"))
    for part in ("Иванова Анна", "№ 1 от 10.01.2026", "78000000012345", "Акт 1.pdf", sha256(body_of("D-1"))):
        assert part in signature["statement"]
    kept = await members(await anna.get(f"{DOCUMENTS}/D-1/archive"))
    assert kept["Акт 1.pdf"] == body_of("D-1")
    proof = json.loads(kept["Акт 1.1.signature.json"])
    assert (proof["signer"], proof["statement"]) == ("Иванова Анна", signature["statement"])
    assert MAIL in proof["proof"]
    assert [fact["body"]["document_id"] for fact in await facts(supplier)] == ["D-1", "D-2"]
    assert wrong(await order_code(anna, "D-1"), 409) == {"": "edo.already_signed"}


@pytest.mark.requirement("EDO-10")
@pytest.mark.repeats("order_edo_code")
async def test_a_code_repeated_is_sent_once(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    key = {"Idempotency-Key": "order-a-code-1"}
    data = {"documents": ["D-1"]}
    first = good(await anna.post(f"{EDO}/signing-codes", json=data, headers=key))
    assert good(await anna.post(f"{EDO}/signing-codes", json=data, headers=key)) == first
    letters = [one for one in await supplier.letters(MAIL) if one.subject.startswith("Код для подписания")]
    assert len(letters) == 1
    assert "акт приема-передачи № 1 от 10.01.2026" in letters[0].text
    assert (await order_code(anna, "D-1")).status_code == 429
    supplier.clock.move(timedelta(minutes=2))
    second = good(await order_code(anna, "D-1"))
    old = {"signing_id": first["signing_id"], "code": await code_of(supplier)}
    assert wrong(await anna.post(SIMPLE, json=old)) == {"": "edo.code_expired"}
    good(await anna.post(SIMPLE, json=old | {"signing_id": second["signing_id"]}))


@pytest.mark.requirement("EDO-10")
async def test_a_set_is_signed_whole_or_not_at_all(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    await deliver(supplier, "D-2", "C-KEP")
    await deliver(supplier, "D-3", kind="счет-фактура")
    await deliver(supplier, "D-9", "C-OTHER")
    assert wrong(await order_code(anna, "D-1", "D-2", "D-3")) == {
        "documents[1]": "edo.other_method",
        "documents[2]": "edo.other_method",
    }
    assert wrong(await order_code(anna, "D-1", "D-9"), 404) == {"": "not_found"}
    assert wrong(await order_code(anna, "D-1", "D-1")) == {"documents[1]": "edo.repeated"}
    assert await listed(anna, filter="signed") == []


@pytest.mark.requirement("EDO-10")
async def test_wrong_and_old_codes_sign_nothing(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    signing_id = good(await order_code(anna, "D-1"))["signing_id"]
    code = await code_of(supplier)
    other = f"{(int(code) + 1) % 100_000:05}"
    boris = await client(supplier, "C-PEP", email="boris@example.ru")
    stolen = await boris.post(SIMPLE, json={"signing_id": signing_id, "code": code})
    assert wrong(stolen) == {"": "edo.code_expired"}
    for _ in range(5):
        answer = await anna.post(SIMPLE, json={"signing_id": signing_id, "code": other})
        assert wrong(answer) == {"": "edo.code_wrong"}
    assert wrong(await anna.post(SIMPLE, json={"signing_id": signing_id, "code": code})) == {"": "edo.code_expired"}
    supplier.clock.move(timedelta(minutes=2))
    signing_id = good(await order_code(anna, "D-1"))["signing_id"]
    code = await code_of(supplier)
    supplier.clock.move(timedelta(minutes=11))
    assert wrong(await anna.post(SIMPLE, json={"signing_id": signing_id, "code": code})) == {"": "edo.code_expired"}
    assert await listed(anna, filter="to_sign") == ["D-1"]


@pytest.mark.requirement("EDO-10")
async def test_a_code_signs_only_what_it_was_sent_for(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    await deliver(supplier, "D-2")
    signing_id = good(await order_code(anna, "D-1", "D-2"))["signing_id"]
    data = {"signing_id": signing_id, "code": await code_of(supplier)}
    good(await put_file(supplier, "D-2", b"%PDF-1.7 another"))
    assert wrong(await anna.post(SIMPLE, json=data), 409) == {"": "edo.changed"}
    good(await anna.post(f"{DOCUMENTS}/D-2/rejection", json={"reason": "Не тот файл"}))
    assert wrong(await anna.post(SIMPLE, json=data), 409) == {"": "edo.wrong_state"}
    assert (await shown(anna, "D-1"))["signatures"] == []
    async with Context(supplier.runtime).uow() as uow:
        await release(uow, await account_of(anna), "C-PEP")
    good(await add_certificate(anna, Authority().issue(inn=INN)))
    assert (await anna.post(SIMPLE, json=data)).status_code == 404


@pytest.mark.requirement("EDO-10")
@pytest.mark.parametrize(
    "changed", [{"number": "77"}, {"issued_on": "2026-01-11"}, {"file_name": "Иное.pdf"}, {"contract_id": "C-OWN"}]
)
async def test_a_code_signs_only_the_particulars_that_were_shown(supplier: Cabinet, changed: dict[str, str]) -> None:
    own = {"id": "C-OWN", "number": "78000000012349", "name": "ООО «Ромашка»", "inn": INN, "kpp": "783001001"}
    await supplier.load("contracts", own | {"signature": "pep", "signed_on": "2025-12-01"})
    anna = await client(supplier, "C-PEP", "C-OWN")
    await deliver(supplier, "D-1")
    signing_id = good(await order_code(anna, "D-1"))["signing_id"]
    data = {"signing_id": signing_id, "code": await code_of(supplier)}
    await supplier.load("edo.documents", announced("D-1") | changed)
    assert wrong(await anna.post(SIMPLE, json=data), 409) == {"": "edo.changed"}
    found = await shown(anna, "D-1")
    assert (found["document"]["state"], found["signatures"]) == ("awaiting", [])


# ---- КЭП
@pytest.mark.requirement("EDO-11", "EDO-12")
async def test_documents_are_signed_by_certificate(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    for document_id in ("D-1", "D-2"):
        await deliver(supplier, document_id, "C-KEP")
    assert wrong(await sign_qualified(anna, director, "D-1")) == {"documents[0]": "edo.certificate_unknown"}
    certificate = good(await add_certificate(anna, director))["id"]
    signed = good(await sign_qualified(anna, director, "D-1", "D-2", certificate=certificate))
    assert {one["status"] for one in signed["documents"]} == {"Подписан"}
    assert await listed(anna, filter="to_sign") == []
    kept = await members(await anna.get(f"{DOCUMENTS}/D-1/archive"))
    assert kept["Акт 1.pdf"] == body_of("D-1")
    assert kept["Акт 1.1.certificate.cer"] == director.certificate
    assert kept["Акт 1.1.signature.sig"][:1] == b"\x30"
    company = await supplier.service("reader", ("exchange.feed",))
    assert await members(await company.get("/api/v1/exchange/edo/documents/D-1/archive")) == kept
    assert wrong(await sign_qualified(anna, director, "D-1"), 409) == {"": "edo.already_signed"}
    assert [fact["body"]["method"] for fact in await facts(supplier)] == ["kep", "kep"]


@pytest.mark.requirement("EDO-11")
async def test_signatures_that_sign_nothing(
    supplier: Cabinet, anna: Caller, ca: Authority, director: Signatory
) -> None:
    for document_id in ("D-1", "D-2"):
        await deliver(supplier, document_id, "C-KEP")
    good(await add_certificate(anna, director))

    async def refused(*signed: bytes) -> dict[str, str]:
        documents = [
            {"id": f"D-{number}", "signature": signature.decode()} for number, signature in enumerate(signed, 1)
        ]
        return wrong(await anna.post(QUALIFIED, json={"documents": documents}))

    fine = director.sign_base64(body_of("D-1"))
    invalid = {"documents[1].signature": "edo.signature_invalid"}
    assert await refused(fine, director.sign_base64(body_of("D-1"))) == invalid  # of other bytes
    assert await refused(fine, ca.issue(inn=INN).sign_base64(body_of("D-2"))) == invalid  # not registered
    assert await refused(fine, ca.issue(inn=OTHER_INN).sign_base64(body_of("D-2"))) == invalid
    assert await refused(fine, b"bm90IGEgc2lnbmF0dXJl") == invalid
    for document_id in ("D-1", "D-2"):
        found = await shown(anna, document_id)
        assert (found["document"]["state"], found["signatures"]) == ("awaiting", [])
    await deliver(supplier, "D-3")
    assert wrong(await sign_qualified(anna, director, "D-3")) == {"documents[0]": "edo.other_method"}
    supplier.clock.move(timedelta(days=3650))
    answer = await anna.post("/api/v1/sessions", json={"email": MAIL, "password": "Abcdef12"})
    anna.sign(answer.json()["token"])
    assert (await sign_qualified(anna, director, "D-1")).status_code == 422  # the certificate is over


# ---- what else may happen
@pytest.mark.requirement("EDO-04", "EDO-12")
async def test_a_document_is_rejected_with_a_reason(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    assert wrong(await anna.post(f"{DOCUMENTS}/D-1/rejection", json={"reason": " "})) == {"reason": "wrong_format"}
    found = good(await anna.post(f"{DOCUMENTS}/D-1/rejection", json={"reason": "Ошибка в сумме"}))
    assert (found["document"]["status"], found["actions"]) == ("Отклонён", [])
    assert found["history"][-1]["text"] == "Ошибка в сумме"
    (fact,) = await facts(supplier)
    assert (fact["kind"], fact["body"]["action"], fact["body"]["text"]) == ("edo.answered", "reject", "Ошибка в сумме")
    again = await anna.post(f"{DOCUMENTS}/D-1/rejection", json={"reason": "Ошибка в сумме"})
    assert wrong(again, 409) == {"": "edo.wrong_state"}
    assert wrong(await order_code(anna, "D-1"), 409) == {"": "edo.wrong_state"}


@pytest.mark.requirement("EDO-04")
async def test_annulment_needs_the_other_side(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    await sign_simply(supplier, anna, "D-1")
    asked = good(await anna.post(f"{DOCUMENTS}/D-1/annulment", json={"reason": "Задвоен"}))
    assert (asked["document"]["status"], asked["actions"]) == ("Аннулирование запрошено", [])
    own = await anna.post(f"{DOCUMENTS}/D-1/annulment/answer", json={"agree": True})
    assert wrong(own, 409) == {"": "edo.wrong_state"}
    await happens(supplier, {"id": "E-1", "document_id": "D-1", "action": "refuse", "text": "Документ верен"})
    assert (await shown(anna, "D-1"))["document"]["status"] == "Подписан"
    assert any("Документ верен" in text for text in await bell(anna))
    late = await anna.post(f"{DOCUMENTS}/D-1/annulment/answer", json={"agree": True})
    assert (wrong(late, 409), "«Подписан»" in late.text) == ({"": "edo.wrong_state"}, True)
    again = await anna.post(f"{DOCUMENTS}/D-1/rejection", json={"reason": "Передумали"})
    assert wrong(again, 409) == {"": "edo.wrong_state"}
    await happens(supplier, {"id": "E-2", "document_id": "D-1", "action": "request_annulment"})
    assert (await shown(anna, "D-1"))["actions"] == ["agree", "refuse"]
    agreed = good(await anna.post(f"{DOCUMENTS}/D-1/annulment/answer", json={"agree": True}))
    assert agreed["document"]["status"] == "Аннулирован"
    actions = [fact["body"].get("action") for fact in await facts(supplier)]
    assert actions == [None, "request_annulment", "agree"]


@pytest.mark.requirement("EDO-05", "EDO-13")
async def test_the_company_confirms_or_invalidates_what_a_client_created(supplier: Cabinet, anna: Caller) -> None:
    made = good(await create(anna))["id"]
    await sign_simply(supplier, anna, made)
    await happens(supplier, {"id": "E-1", "document_id": made, "action": "confirm", "signer": "Сидоров Сидор"})
    found = await shown(anna, made)
    assert [(one["side"], one["signer"]) for one in found["signatures"]] == [
        ("client", "Иванова Анна"),
        ("company", "Сидоров Сидор"),
    ]
    assert [one["method"] for one in found["signatures"]] == ["pep", "none"]
    form = await text_of(await anna.get(f"{DOCUMENTS}/{made}/printed"))
    assert "Подтверждено энергосбытовой компанией" in form
    assert "квалифицированная" not in form
    await happens(supplier, {"id": "E-2", "document_id": made, "action": "invalidate", "text": "Нет полномочий"})
    assert (await shown(anna, made))["document"]["status"] == "Подпись недействительна"


@pytest.mark.requirement("EDO-13")
async def test_a_confirmation_names_its_signer(supplier: Cabinet, anna: Caller) -> None:
    made = good(await create(anna))["id"]
    await sign_simply(supplier, anna, made)
    bare = {"id": "E-1", "document_id": made, "action": "confirm"}
    for row in (bare, bare | {"signer": " "}):
        (answer, *_) = await happens(supplier, row)
        assert (answer["code"], answer["field"]) == ("required", "signer")
    assert len((await shown(anna, made))["signatures"]) == 1


@pytest.mark.requirement("EDO-11")
async def test_of_two_signatures_at_once_one_is_kept(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    await deliver(supplier, "D-1", "C-KEP")
    good(await add_certificate(anna, director))
    answers = await asyncio.gather(*(sign_qualified(anna, director, "D-1") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"edo.already_signed"}
    assert len((await shown(anna, "D-1"))["signatures"]) == 1
    assert len(await facts(supplier)) == 1


async def test_a_forgotten_person_leaves_the_signature_and_takes_the_account(
    supplier: Cabinet, anna: Caller, director: Signatory
) -> None:
    await deliver(supplier, "D-1")
    await deliver(supplier, "D-2")
    made = good(await create(anna))["id"]
    await sign_simply(supplier, anna, "D-1", made)
    supplier.clock.move(timedelta(minutes=2))
    signing_id = good(await order_code(anna, "D-2"))["signing_id"]
    waiting = {"signing_id": signing_id, "code": await code_of(supplier)}
    account_id = await account_of(anna)
    (forgetter,) = [one for one in supplier.host.manifest.declared[Forgetter] if one.name == "edo.signer"]
    async with Context(supplier.runtime).uow() as uow:
        await forgetter.forget(uow, account_id)
        for column in (EdoSignature.account_id, EdoDocument.created_by, EdoSigning.account_id):
            left = await uow.scalar(sa.select(sa.func.count()).where(column == account_id))
            assert left == 0
    assert wrong(await anna.post(SIMPLE, json=waiting)) == {"": "edo.code_expired"}
    assert [one["signer"] for one in (await shown(anna, "D-1"))["signatures"]] == ["Иванова Анна"]
    assert (await shown(anna, made))["document"]["state"] == "signed"
