"""The four signed kinds: certificate, documents, signatures, what becomes of them."""

from typing import Any

import pytest

from core.testing.cabinet import Cabinet, Caller
from core.testing.signing import Authority, Signatory
from tests.plugins.appeals.supplier import (
    APPEALS,
    BRANCH,
    CHANGE,
    CONCLUSION,
    CONTACT,
    EDO,
    ENTITY,
    EXTRA,
    INN,
    OTHER_INN,
    PARTY,
    POWER,
    REQUIRED,
    TERMINATION,
    account_of,
    attach,
    begin,
    card,
    client,
    fill_certificate,
    fill_rest,
    fill_signed,
    good,
    registry,
    send,
    send_signed,
    signatures,
    step,
    tab,
    upload,
    wrong,
)

MISMATCH = (
    "Произошла ошибка при регистрации обращения. Документы подписаны сертификатом, который не совпадает с его открытым "
    "ключом или открытый ключ не зарегистрирован в системе. Пожалуйста, изучите процесс подачи заявки в руководстве "
    "пользователя"
)
STEPS = {
    CONCLUSION: [
        "Тип обращения",
        "Выбор сертификата",
        "Отделение",
        "Контактная информация",
        "Документы",
        "Подписание",
    ],
    CHANGE: ["Тип обращения", "Выбор сертификата", "Контактная информация", "Документы", "Подписание"],
    TERMINATION: ["Тип обращения", "Выбор сертификата", "Контактная информация", "Документы", "Подписание"],
    EDO: [
        "Тип обращения",
        "Выбор сертификата",
        "Контактная информация заявителя",
        "Контактная информация",
        "Документы",
        "Подписание",
    ],
}
SECTIONS = {
    CONCLUSION: "Заключение договора; Включение объекта в действующий договор",
    CHANGE: "Заявка на изменение договора энергоснабжения",
    TERMINATION: "Заявка на расторжение договора энергоснабжения",
    EDO: EDO,
}
each_signed = pytest.mark.parametrize("topic", [CONCLUSION, CHANGE, TERMINATION, EDO])


async def registered(caller: Caller) -> list[Any]:
    items: list[Any] = good(await caller.get("/api/v1/signatures/certificates"))["items"]
    return items


@each_signed
@pytest.mark.requirement(
    "APL-08",
    "APL-12",
    "APL-13",
    "APL-20",
    "APL-30",
    "APL-31",
    "APL-32",
    "APL-35",
    "APL-36",
    "APL-37",
    "APL-40",
    "APL-43",
)
async def test_a_signed_appeal_from_the_first_step_to_its_number(
    supplier: Cabinet, anna: Caller, director: Signatory, topic: str
) -> None:
    form = await fill_signed(anna, topic, director)
    assert [one["title"] for one in form["steps"]] == STEPS[topic]
    assert (form["current"], form["total"], form["step"]["name"]) == (len(STEPS[topic]),) * 2 + ("signing",)
    assert form["values"]["type"]["section"] == SECTIONS[topic]
    assert all(len(file["sha256"]) == 64 for file in form["to_sign"])
    assert "aaa.cer" not in {file["name"] for file in form["to_sign"]}
    assert await registered(anna) == []
    missing = wrong(await send(anna, form["id"]))
    assert missing == {"signatures": "appeals.signature_missing"}
    shown = await send_signed(supplier, anna, form, director)
    assert (shown["state"], shown["sending"]) == ("open", "Обращение успешно отправлено")
    assert shown["number"].endswith("-Ю-Л")
    assert shown["person_type"] == ENTITY
    assert shown["messages"][-1]["text"] == "Обращение от клиента личного кабинета"
    (block,) = shown["blocks"]
    assert block["title"] == "Подписанные документы"
    assert {file["id"] for file in block["files"]} == {file["id"] for file in form["to_sign"]}
    assert [(one["inn"], one["organisation"]) for one in await registered(anna)] == [(INN, "ООО «Ромашка»")]
    (item,) = await tab(anna)
    assert item["title"] == topic
    assert (item["object_address"] is not None) == (topic in (CONCLUSION, CHANGE))
    assert await tab(anna, "drafts") == []
    proof = await anna.get(f"{APPEALS}/{form['id']}/files/{form['to_sign'][0]['id']}/evidence")
    assert proof.content.startswith(b"PK")


@each_signed
@pytest.mark.requirement("APL-33", "APL-35", "APL-20", "APL-31")
async def test_another_key_leaves_a_draft_that_can_be_signed_again(
    supplier: Cabinet, anna: Caller, director: Signatory, ca: Authority, topic: str
) -> None:
    form = await fill_signed(anna, topic, director)
    shown = await send_signed(supplier, anna, form, ca.issue(inn=INN))
    assert (shown["state"], shown["failure"]["text"]) == ("draft", MISMATCH)
    assert await tab(anna) == []
    (item,) = await tab(anna, "drafts")
    assert (item["resolution"], item["number"], item["title"]) == ("Черновик", None, topic)
    assert await registered(anna) == []
    again = good(await anna.get(f"{APPEALS}/{form['id']}/form"))
    assert again["values"] == form["values"]
    assert again["files"] == form["files"]
    assert (await send_signed(supplier, anna, again, director))["state"] == "open"
    assert await tab(anna, "drafts") == []


@pytest.mark.requirement("APL-31", "APL-33")
async def test_a_signature_of_other_content_is_no_signature(
    supplier: Cabinet, anna: Caller, director: Signatory
) -> None:
    form = await fill_signed(anna, CHANGE, director)
    forged = [{"file_id": file["id"], "signature": director.sign_base64(b"other").decode()} for file in form["to_sign"]]
    good(await send(anna, form["id"], forged))
    await supplier.drain()
    assert (await card(anna, form["id"]))["failure"] == {"code": "appeals.key_mismatch", "text": MISMATCH}
    stray = [*forged, {"file_id": "x", "signature": "AA=="}]
    assert wrong(await send(anna, form["id"], stray)) == {"signatures[1].file_id": "appeals.signature_of_nothing"}


@pytest.mark.requirement("APL-15", "APL-14")
async def test_a_certificate_stays_with_its_account(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    await send_signed(supplier, anna, await fill_signed(anna, CHANGE, director), director)
    boris = await client(supplier, "boris@example.ru")
    form = await fill_signed(boris, CHANGE, director)
    shown = await send_signed(supplier, boris, form, director)
    assert (shown["state"], shown["failure"]["text"]) == ("draft", MISMATCH)
    assert await registered(boris) == []
    existing = {"certificate_choice": "existing", **POWER}
    refused = await step(boris, form["id"], "certificate", certificate="x", **existing)
    assert wrong(refused) == {"certificate": "not_a_choice"}


@pytest.mark.requirement("APL-14")
async def test_an_existing_certificate_signs_for_its_organisation(
    supplier: Cabinet, anna: Caller, director: Signatory
) -> None:
    await send_signed(supplier, anna, await fill_signed(anna, CHANGE, director), director)
    form = await begin(anna, TERMINATION, subsection=ENTITY)
    (option,) = form["choices"]["certificate"]
    assert option["details"]["inn"] == INN
    assert wrong(await step(anna, form["id"], "certificate", reason="Смена собственника")) == {
        "certificate_choice": "required"
    }
    good(
        await step(
            anna,
            form["id"],
            "certificate",
            certificate_choice="existing",
            certificate=option["value"],
            reason="Смена собственника",
        )
    )
    form = await fill_rest(anna, form["id"], TERMINATION)
    assert (await send_signed(supplier, anna, form, director))["state"] == "open"
    holder = await client(supplier, "anna2@example.ru", "C-2")
    assert (await begin(holder, CHANGE, contract="C-2", subsection=ENTITY))["choices"]["certificate"] == []
    without = await begin(anna, CONCLUSION, contract="none", subsection=ENTITY)
    assert len(without["choices"]["certificate"]) == 1


@pytest.mark.requirement("APL-16", "APL-17", "APL-15")
async def test_another_organisation_is_found_by_its_inn(supplier: Cabinet, anna: Caller, ca: Authority) -> None:
    registry(supplier, PARTY)
    form = await begin(anna, CONCLUSION, contract="none", subsection=ENTITY)
    appeal_id = form["id"]
    assert [one["title"] for one in form["choices"]["organisation"]] == ["ООО «Ромашка»", "Другая"]
    other = ca.issue(inn=OTHER_INN)
    good(await attach(anna, appeal_id, "certificate.certificate_file", other.certificate, "b.cer"))
    foreign = {"certificate_choice": "new", "organisation": f"{OTHER_INN}-773601001", **POWER}
    assert wrong(await step(anna, appeal_id, "certificate", **foreign)) == {"organisation": "not_a_choice"}
    new = {"certificate_choice": "new", "organisation": "other", **POWER}
    assert wrong(await step(anna, appeal_id, "certificate", **new)) == {"inn": "required", "found": "required"}
    chosen = await step(anna, appeal_id, "certificate", **new, inn=OTHER_INN, found=f"{OTHER_INN}-773601001")
    party = good(chosen)["party"]
    assert (party["name"], party["inn"], party["kpp"]) == (PARTY["name"], OTHER_INN, "773601001")
    shown = await send_signed(supplier, anna, await fill_rest(anna, appeal_id, CONCLUSION), other)
    assert shown["state"] == "open"
    replaced = await begin(anna, CONCLUSION, contract="none", subsection=ENTITY)
    form = await fill_certificate(anna, replaced["id"], other, **new, inn=OTHER_INN, found=f"{OTHER_INN}-773601001")
    own = {**new, "organisation": f"{INN}-783001001"}
    assert good(await step(anna, replaced["id"], "certificate", **own))["party"]["inn"] == INN


@pytest.mark.requirement("APL-19", "APL-20")
async def test_only_a_certificate_in_der_is_taken(
    supplier: Cabinet, anna: Caller, director: Signatory, ca: Authority
) -> None:
    appeal_id = (await begin(anna, CHANGE, subsection=ENTITY))["id"]
    field = "certificate.certificate_file"
    pem = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    for content, name, code in (
        (pem, "a.cer", "signatures.certificate_pem"),
        (director.certificate[:300], "a.cer", "signatures.certificate_truncated"),
        (b"\x30\x03\x02\x01\x03", "a.cer", "signatures.not_certificate"),
        (b"x" * 70_000, "a.cer", "signatures.certificate_too_large"),
    ):
        assert wrong(await attach(anna, appeal_id, field, content, name)) == {"": code}
    for name in ("a.pfx", "a.txt", "aaa.cert", "cer"):
        refused = await attach(anna, appeal_id, field, director.certificate, name)
        assert wrong(refused) == {"file_id": "appeals.file_suffix"}
    new = {"certificate_choice": "new", "organisation": f"{INN}-783001001", **POWER}
    assert wrong(await step(anna, appeal_id, "certificate", **new)) == {"certificate_file": "required"}
    first = good(await attach(anna, appeal_id, field, ca.issue(inn=INN).certificate, "первый.CER"))
    assert (first["name"], first["size"] > 500) == ("первый.CER", True)
    assert wrong(await attach(anna, appeal_id, field, director.certificate, "b.cer"), 409) == {"": "appeals.one_file"}
    assert (await anna.delete(f"{APPEALS}/{appeal_id}/files/{first['id']}")).status_code == 204
    good(await attach(anna, appeal_id, field, director.certificate, "b.cer"))
    form = good(await step(anna, appeal_id, "certificate", **new))
    assert [file["name"] for file in form["files"]] == ["b.cer"]
    assert await registered(anna) == []
    shown = await send_signed(supplier, anna, await fill_rest(anna, appeal_id, CHANGE), director)
    assert shown["state"] == "open"


@pytest.mark.requirement("APL-21", "APL-22", "APL-37", "APL-41", "APL-43", "APL-10")
async def test_power_addresses_and_reason(anna: Caller, director: Signatory) -> None:
    for topic in (CONCLUSION, CHANGE):
        appeal_id = (await begin(anna, topic, subsection=ENTITY))["id"]
        form = await fill_certificate(anna, appeal_id, director, **POWER)
        assert form["values"]["certificate"]["addresses"] == POWER["addresses"]
        new = {"certificate_choice": "new", "organisation": f"{INN}-783001001"}
        assert wrong(await step(anna, appeal_id, "certificate", **new)) == {
            "power": "required",
            "addresses": "required",
        }
        bad = {"power": "1 кВт", "addresses": ["дом", " "]}
        assert wrong(await step(anna, appeal_id, "certificate", **new, **bad)) == {
            "power": "not_a_choice",
            "addresses[1]": "required",
        }
    appeal_id = (await begin(anna, TERMINATION, subsection=ENTITY))["id"]
    await fill_certificate(anna, appeal_id, director, reason="Смена собственника")
    assert wrong(await step(anna, appeal_id, "certificate", **new)) == {"reason": "required"}
    for planned, code in (("01.12.2026", "wrong_format"), ("2026-01-24", "out_of_range")):
        refused = await step(anna, appeal_id, "certificate", **new, reason="Смена собственника", planned=planned)
        assert wrong(refused) == {"planned": code}
    assert wrong(await step(anna, appeal_id, "certificate", **new, reason="Так")) == {"reason": "not_a_choice"}
    full = {"reason": "Смена собственника", "comment": "Продан цех", "planned": "2026-12-01"}
    good(await step(anna, appeal_id, "certificate", **new, **full))
    assert wrong(await anna.post(APPEALS, json={"values": {"contract": "C-1", "topic": CHANGE}})) == {
        "subsection": "required"
    }


@pytest.mark.requirement("APL-23", "APL-24")
async def test_branch_and_contacts(anna: Caller, director: Signatory) -> None:
    appeal_id = (await begin(anna, CONCLUSION, contract="none", subsection=ENTITY))["id"]
    await fill_certificate(anna, appeal_id, director, **POWER)
    assert wrong(await step(anna, appeal_id, "branch")) == {"branch": "required"}
    assert wrong(await step(anna, appeal_id, "branch", branch="Луна")) == {"branch": "not_a_choice"}
    form = good(await step(anna, appeal_id, "branch", branch=BRANCH))
    assert form["defaults"] == {
        "given_name": "Анна",
        "surname": "Иванова",
        "phone": "+79218662294",
        "email": "ivanova@example.ru",
    }
    assert wrong(await step(anna, appeal_id, "contact", given_name="А", phone="1", email="а")) == {
        "surname": "required",
        "phone": "wrong_format",
        "email": "wrong_format",
    }
    form = good(await step(anna, appeal_id, "contact", **{**CONTACT, "surname": "Петрова"}))
    assert form["values"]["contact"]["surname"] == "Петрова"
    assert good(await anna.get("/api/v1/profile"))["surname"] == "Иванова"


@pytest.mark.requirement("APL-44", "APL-43")
async def test_the_applicant_of_the_edo_agreement(anna: Caller, director: Signatory) -> None:
    form = await fill_signed(anna, EDO, director)
    both = form["values"]["applicant"]["given_name"], form["values"]["contact"]["given_name"]
    assert both == ("Анны", "Анна")
    applicant = form["values"]["applicant"]
    assert wrong(await step(anna, form["id"], "applicant")) == dict.fromkeys(applicant, "required")
    good(await step(anna, form["id"], "applicant", **{**applicant, "position": "я" * 100}))
    for change, code in (
        ({"position": "я" * 101}, "too_long"),
        ({"operator": "Никто"}, "not_a_choice"),
        ({"authority_kind": "Письмо"}, "not_a_choice"),
    ):
        refused = await step(anna, form["id"], "applicant", **{**applicant, **change})
        assert list(wrong(refused).values()) == [code]


@each_signed
@pytest.mark.requirement("APL-25", "APL-26", "APL-27", "APL-39", "APL-42", "APL-45")
async def test_required_documents_and_how_many_of_each(anna: Caller, director: Signatory, topic: str) -> None:
    form = await fill_signed(anna, topic, director)
    appeal_id = form["id"]
    required = REQUIRED if topic == CONCLUSION else ("application", *(("authority",) if topic == EDO else ()))
    many = {"ownership", "connection_act", "admission_act", "reservation_act"} if topic == CONCLUSION else {"more"}
    view = good(await anna.get(f"{APPEALS}/{appeal_id}/form", params={"step": "documents"}))
    uploads = {slot["field"].removeprefix("documents."): slot["upload"] for slot in view["slots"]}
    fields = {field["name"]: field for field in view["step"]["fields"]}
    assert {name for name, field in fields.items() if field["required"]} == set(required)
    assert {name for name, field in fields.items() if field["many"]} == many
    assert uploads == {name: name in many or name not in required for name in fields}
    for number, name in enumerate(fields):
        for copy in (1, 2):
            answer = await attach(anna, appeal_id, f"documents.{name}", f"{number} {copy}".encode(), f"{name} {copy}")
            if name in many or (name not in required and copy == 1):
                good(answer)
            else:
                assert wrong(answer, 409) == {"": "appeals.one_file"}
    for file in form["to_sign"]:
        if file["field"] == "documents.application":
            good(await anna.delete(f"{APPEALS}/{appeal_id}/files/{file['id']}"))
            assert wrong(await step(anna, appeal_id, "documents")) == {"application": "required"}
            assert wrong(await send(anna, appeal_id), 409) == {"": "appeals.step_not_reached"}
    good(await attach(anna, appeal_id, "documents.application", b"new", "новое.docx"))
    form = good(await step(anna, appeal_id, "documents"))
    assert "новое.docx" in {file["name"] for file in form["to_sign"]}


@pytest.mark.requirement("APL-28", "APL-29")
async def test_any_file_comes_back_as_it_was(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    form = await fill_signed(anna, CHANGE, director)
    path = f"{APPEALS}/{form['id']}/files"
    strange = good(await attach(anna, form["id"], "documents.more", b"\x00\xff" * 5000, "../../etc/п\u202easswd.xyz"))
    assert "/" not in strange["name"]
    assert "\u202e" not in strange["name"]
    answer = await anna.get(f"{path}/{strange['id']}")
    assert answer.content == b"\x00\xff" * 5000
    assert answer.headers["content-disposition"].startswith("attachment")
    picture = good(
        await attach(
            anna, form["id"], "documents.more", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"1" * 100, "план.png"
        )
    )
    shown = await anna.get(f"{path}/{picture['id']}", params={"preview": "true"})
    assert shown.headers["content-type"] == "image/png", shown.text
    page = good(await attach(anna, form["id"], "documents.more", b"<script>alert(1)</script>", "план2.png"))
    assert (await anna.get(f"{path}/{page['id']}", params={"preview": "true"})).status_code in (409, 415, 422)
    boris = await client(supplier, "boris@example.ru")
    assert (await boris.get(f"{path}/{picture['id']}")).status_code == 404
    mine = await upload(boris, b"mine")
    foreign = await anna.put(f"{path}/{mine}", params={"field": "documents.more"})
    assert list(wrong(foreign)) == ["file_id[0]"]
    for file in (strange, page):
        assert (await anna.delete(f"{path}/{file['id']}")).status_code == 204
    form = good(await step(anna, form["id"], "documents"))
    assert (await send_signed(supplier, anna, form, director))["state"] == "open"
    assert wrong(await anna.delete(f"{path}/{picture['id']}"), 409) == {"": "appeals.not_editable"}
    assert (await anna.get(f"{path}/{picture['id']}")).content.startswith(b"\x89PNG")
    assert (await anna.get(f"{APPEALS}/{form['id']}/archive")).content.startswith(b"PK")


@pytest.mark.requirement("APL-11", "APL-60", "APL-10", "APL-38")
async def test_going_back_keeps_what_is_still_right(supplier: Cabinet, director: Signatory) -> None:
    anna = await client(supplier, "anna@example.ru", "C-1", "C-2")
    await send_signed(supplier, anna, await fill_signed(anna, CHANGE, director), director)
    form = await begin(anna, CHANGE, subsection=ENTITY)
    (option,) = form["choices"]["certificate"]
    existing = {"certificate_choice": "existing", "certificate": option["value"]}
    good(await step(anna, form["id"], "certificate", **existing, **POWER))
    form = await fill_rest(anna, form["id"], CHANGE)
    assert form["current"] == 5
    good(await step(anna, form["id"], "contact", **{**CONTACT, "surname": "Петрова"}))
    assert good(await anna.get(f"{APPEALS}/{form['id']}/form"))["current"] == 5
    type_step = {**form["values"]["type"], "contract": "C-2"}
    back = good(await step(anna, form["id"], "type", **type_step))
    assert (back["current"], back["step"]["name"]) == (2, "certificate")  # another organisation has other certificates
    assert back["values"]["contact"]["surname"] == "Петрова"
    assert wrong(await step(anna, form["id"], "documents"), 409) == {"": "appeals.step_not_reached"}
    again = good(await step(anna, form["id"], "type", **{**type_step, "contract": "C-1"}))
    good(await step(anna, form["id"], "certificate", **existing, **POWER))
    assert again["id"] == form["id"]
    refused = await step(anna, form["id"], "type", **{**type_step, "contract": "none"})
    assert wrong(refused) == {"contract": "appeals.contract_needed"}


@pytest.mark.requirement("APL-07", "APL-25", "APL-09", "APL-43")
async def test_a_client_draws_any_kind_from_the_catalogue(anna: Caller) -> None:
    kinds = {one["name"]: one for one in good(await anna.get(f"{APPEALS}/kinds"))["items"]}
    assert {one["topic"] for one in kinds.values() if one["signed"]} == set(EXTRA)
    for name, kind in kinds.items():
        form = good(await anna.get(f"{APPEALS}/kinds/{name}"))
        assert [one["title"] for one in form["forms"]] == kind["steps"]
        assert [one["position"] for one in form["forms"]] == list(range(1, len(kind["steps"]) + 1))
        assert all(one["json_schema"]["type"] == "object" for one in form["forms"])
    documents = good(await anna.get(f"{APPEALS}/kinds/conclusion"))["forms"][4]["fields"]
    assert [field["required"] for field in documents] == [True] * 6 + [False] * 3
    assert documents[0]["title"] == "Заявление о заключении Договора/Контракта"
    assert (await anna.get(f"{APPEALS}/kinds/unknown")).status_code == 404


async def test_two_sendings_make_one_appeal(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    form = await fill_signed(anna, CHANGE, director)
    made = await signatures(anna, form["id"], form["to_sign"], director)
    good(await send(anna, form["id"], made))
    assert wrong(await send(anna, form["id"], made), 409) == {"": "appeals.sending"}
    assert wrong(await anna.delete(f"{APPEALS}/{form['id']}"), 409) == {"": "appeals.sending"}
    await supplier.drain()
    assert len(await tab(anna)) == 1
    assert await account_of(anna)
