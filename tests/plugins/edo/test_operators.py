"""Documents that go through operators: whatever an operator does, nothing is lost and nothing is doubled."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.adapters.edo_operator_off import EdoOperatorOff
from core.context import Context
from core.ports.edo_operator import EdoOperator
from core.testing.cabinet import Cabinet, Caller
from core.testing.signing import Signatory
from plugins.edo.models import EdoDeed, EdoDocument, EdoOperatorEvent, EdoSending
from plugins.edo.services import polling, sending
from tests.plugins.edo.operators import (
    ANNA,
    COMPANY,
    COMPANY_TOO,
    KEP,
    PDF,
    STRANGER,
    Operators,
    again,
    answer,
    numbers,
    only,
    own,
    signed,
    state,
    tune,
)
from tests.plugins.edo.supplier import (
    DOCUMENTS,
    bell,
    create,
    deliver,
    good,
    happens,
    listed,
    members,
    put_file,
    sha256,
    shown,
    sign_simply,
    wrong,
)


async def count(cabinet: Cabinet, table: Any) -> int:
    async with Context(cabinet.runtime).uow() as uow:
        return int(await uow.scalar(sa.select(sa.func.count()).select_from(table)))


# ---- what comes
@pytest.mark.requirement("EDO-13")
async def test_a_document_of_the_companys_comes_through_its_operator(operators: Operators, signer: Caller) -> None:
    operators.arrive("15", kind="UniversalTransferDocument", function="InvoiceAndBasic")
    await operators.poll()
    found = await shown(signer, await only(signer))
    document = found["document"]
    assert (document["kind"], document["number"], document["issued_on"]) == ("УПД", "15", "2026-01-10")
    assert (document["contract_id"], document["method"], document["state"]) == ("C-KEP", "kep", "awaiting")
    assert (document["origin"], document["file_name"]) == ("company", "Акт 15.pdf")
    assert found["sha256"] == sha256(PDF)
    assert [(one["side"], one["method"], one["sha256"]) for one in found["signatures"]] == [
        ("company", "kep", sha256(PDF))
    ]
    assert found["transfer"] == {"state": "none", "title": "", "text": ""}
    assert (await signer.get(f"{DOCUMENTS}/{document['id']}/content")).content == PDF
    assert len([text for text in await bell(signer) if "Поступил документ: УПД № 15 от 10.01.2026" in text]) == 1
    kept = await members(await signer.get(f"{DOCUMENTS}/{document['id']}/archive"))
    assert any(COMPANY not in name and name.endswith("signature.json") for name in kept)
    assert wrong(await put_file(operators.cabinet, document["id"], b"%PDF other"), 404) == {"": "not_found"}
    told = await happens(operators.cabinet, {"id": "E-1", "document_id": document["id"], "action": "withdraw"})
    assert told[0]["code"] == "edo.at_operator"


@pytest.mark.parametrize("overlap", [0, 1, 3])
async def test_equal_timestamps_and_repeated_pages(operators: Operators, signer: Caller, overlap: int) -> None:
    tune(operators.cabinet, poll_page=4)
    operators.first.overlap = overlap
    for number in range(11):
        operators.arrive(str(number), bytes([65 + number]))
    await operators.poll()
    operators.arrive("11")
    await operators.poll()
    await operators.poll()
    assert set(await numbers(signer)) == {str(number) for number in range(12)}
    assert await count(operators.cabinet, EdoDocument) == 12
    assert (await operators.staff("operators"))[0]["failure"] == ""


async def test_two_pollers_at_once_and_one_that_starts_over(operators: Operators, signer: Caller) -> None:
    for number in range(5):
        operators.arrive(str(number))
    operators.cabinet.clock.move(timedelta(minutes=6))
    await asyncio.gather(*(polling.poll(Context(operators.cabinet.runtime), "first") for _ in range(3)))
    await operators.cabinet.drain()
    assert len(await listed(signer)) == 5
    async with Context(operators.cabinet.runtime).uow() as uow:
        await uow.execute(sa.text("UPDATE edo_polling SET cursor = ''"))
    await operators.poll()
    assert len(await listed(signer)) == 5
    assert await count(operators.cabinet, EdoDeed) == 5


async def test_a_page_whose_transaction_fails_is_read_again(
    operators: Operators, signer: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    operators.arrive()

    async def broken(*_: Any) -> int:
        raise ConnectionError("the database is gone")

    with monkeypatch.context() as patched:
        patched.setattr("plugins.edo.services.happening.take", broken)
        operators.cabinet.clock.move(timedelta(minutes=6))
        with pytest.raises(ConnectionError):
            await polling.poll(Context(operators.cabinet.runtime), "first")
    assert await listed(signer) == []
    await operators.poll()
    await only(signer)


async def test_one_operator_down_holds_up_nothing_of_the_other(operators: Operators, signer: Caller) -> None:
    operators.first.trouble = "down"
    operators.arrive("1")
    operators.second.book.post(COMPANY_TOO, ANNA, PDF, number="2")
    await operators.poll()
    assert set(await numbers(signer)) == {"2"}
    down, up = await operators.staff("operators")
    assert ("503" in down["failure"], up["failure"], up["connected"]) == (True, "", True)
    operators.first.trouble = ""
    await operators.poll()
    assert len(await listed(signer)) == 2


@pytest.mark.parametrize("trouble", ["garbage", "hasty", "stuck"])
async def test_a_lying_operator_is_not_believed(operators: Operators, signer: Caller, trouble: Any) -> None:
    for number in range(101):
        operators.arrive(str(number), b"x")
    operators.first.trouble = trouble
    await operators.poll()
    assert await listed(signer) == []
    assert (await operators.staff("operators"))[0]["failure"]
    operators.first.trouble = ""
    await operators.poll()
    assert await count(operators.cabinet, EdoDocument) == 101


async def test_boxes_of_nobodys_are_passed_over_and_read_when_they_become_known(
    operators: Operators, signer: Caller
) -> None:
    message_id, document_id = operators.book.post(COMPANY, STRANGER, PDF, number="1")
    operators.book.sign(STRANGER, message_id, document_id)
    operators.book.strange(COMPANY)
    operators.arrive("2")
    await operators.poll()
    assert set(await numbers(signer)) == {"2"}
    first = (await operators.staff("operators"))[0]
    assert (first["taken"], first["strange"], first["troubles"]) == (6, 3, 1)
    assert await operators.troubles() == ["not_understood"]
    await operators.cabinet.load("edo.boxes", {"contract_id": "C-PEP", "operator": "first", "box_id": STRANGER})
    staff = await operators.cabinet.staff("again@supplier.example", ["edo.operators"])
    good(await staff.post("/api/v1/staff/edo/operators/first/rereading"))
    assert (await staff.post("/api/v1/staff/edo/operators/third/rereading")).status_code == 404
    await operators.poll()
    found = await numbers(signer)
    assert sorted(found) == ["1", "2"]
    assert await state(signer, found["1"]) == ("signed", "none")


async def test_a_box_of_several_contracts(operators: Operators, signer: Caller) -> None:
    await operators.cabinet.load(
        "edo.boxes",
        {"contract_id": "C-PEP", "operator": "first", "box_id": KEP},
        {"contract_id": "C-BARE", "operator": "first", "box_id": STRANGER},
    )
    operators.arrive("1")
    operators.arrive("2", contract="C-PEP")
    operators.arrive("3", contract="C-OTHER")
    operators.book.post(COMPANY, STRANGER, PDF)
    await operators.poll()
    found = await shown(signer, await only(signer))
    assert (found["document"]["number"], found["document"]["contract_id"]) == ("2", "C-PEP")
    assert found["document"]["method"] == "kep"
    assert sorted(await operators.troubles()) == ["ambiguous_contract", "ambiguous_contract", "without_agreement"]


async def test_content_that_comes_later_never_or_too_large(operators: Operators, signer: Caller) -> None:
    _, late = operators.arrive("1")
    _, never = operators.arrive("2")
    operators.first.hidden = {late, never}
    tune(operators.cabinet, file_bytes=100)
    operators.arrive("3", b"x" * 101)
    operators.arrive("4", b"")
    await operators.poll()
    assert await listed(signer) == []
    assert await bell(signer) == []
    operators.first.hidden = {never}
    await operators.poll()
    assert (await shown(signer, await only(signer)))["document"]["number"] == "1"
    await operators.poll(60 * 24 * 8)
    await again(signer)
    await only(signer)
    assert sorted(await operators.troubles()) == ["file_empty", "file_missing", "file_too_large"]


async def test_a_whole_story_in_one_page(operators: Operators, signer: Caller) -> None:
    message_id, document_id = operators.arrive()
    operators.book.receipt(KEP, message_id, document_id)
    operators.book.sign(KEP, message_id, document_id)
    request = operators.book.revoke(KEP, message_id, document_id, "Ошибка в сумме")
    operators.book.reject(COMPANY, message_id, request, "Сумма верна")
    request = operators.book.revoke(COMPANY, message_id, document_id, "Всё-таки ошибка")
    operators.book.sign(KEP, message_id, request)
    await operators.poll()
    found = await shown(signer, await only(signer))
    assert found["document"]["state"] == "annulled"
    assert [(one["side"], one["action"], one["text"]) for one in found["history"]] == [
        ("company", "deliver", ""),
        ("client", "sign", ""),
        ("client", "request_annulment", "Ошибка в сумме"),
        ("company", "refuse", "Сумма верна"),
        ("company", "request_annulment", "Всё-таки ошибка"),
        ("client", "agree", ""),
    ]
    assert {one["sha256"] for one in found["signatures"]} == {sha256(PDF)}
    assert {one["side"]: one["signer"] for one in found["signatures"]} == {
        "company": "Тестэнерго",
        "client": "ООО «Ромашка»",
    }
    assert await operators.troubles() == []


async def test_an_answer_to_a_request_that_was_replaced(operators: Operators, signer: Caller) -> None:
    message_id, document_id = operators.arrive()
    operators.book.sign(KEP, message_id, document_id)
    old = operators.book.revoke(KEP, message_id, document_id, "Ошибка")
    operators.book.reject(COMPANY, message_id, old, "Нет")
    operators.book.revoke(KEP, message_id, document_id, "Всё-таки ошибка")
    operators.book.sign(COMPANY, message_id, old)
    await operators.poll()
    assert await state(signer, await only(signer)) == ("annulment_requested", "none")
    assert await operators.troubles() == ["unknown_document"]


async def test_the_company_takes_back_what_nobody_has_signed(operators: Operators, signer: Caller) -> None:
    message_id, document_id = operators.arrive()
    await operators.poll()
    operators.book.revoke(COMPANY, message_id, document_id, "Отправлен по ошибке")
    await operators.poll()
    assert (await shown(signer, await only(signer)))["document"]["state"] == "annulled"
    assert any("Отправлен по ошибке" in text for text in await bell(signer))


async def test_signatures_that_the_operator_finds_invalid(operators: Operators, signer: Caller) -> None:
    operators.arrive("1", sound=False)
    message_id, document_id = operators.arrive("2")
    operators.book.verdict(message_id, operators.book.signature_of(message_id, document_id), valid=False)
    message_id, document_id = operators.arrive("3")
    theirs = operators.book.sign(KEP, message_id, document_id)
    operators.book.verdict(message_id, theirs, valid=True)
    message_id, document_id = operators.arrive("4")
    theirs = operators.book.sign(KEP, message_id, document_id)
    operators.book.verdict(message_id, theirs, valid=False)
    message_id, document_id = operators.arrive("5", awaits=False)
    await operators.poll()
    found = {number: (await state(signer, one))[0] for number, one in (await numbers(signer)).items()}
    assert found == {
        "1": "invalid",
        "2": "invalid",
        "3": "signed",
        "4": "invalid",
        "5": "not_required",
    }


async def test_a_document_from_the_clients_box(operators: Operators, signer: Caller) -> None:
    message_id, document_id = operators.book.post(KEP, COMPANY, PDF, number="П-1", name="Письмо.pdf")
    await operators.poll()
    found = await shown(signer, await only(signer))
    assert (found["document"]["origin"], found["document"]["state"]) == ("client", "signed")
    assert found["actions"] == ["withdraw"]
    operators.book.sign(COMPANY, message_id, document_id)
    await operators.poll()
    found = await shown(signer, await only(signer))
    assert [one["action"] for one in found["history"]] == ["deliver", "sign", "confirm"]
    assert found["actions"] == ["request_annulment"]


async def test_what_the_state_does_not_allow_is_noted_and_holds_up_nothing(
    operators: Operators, signer: Caller
) -> None:
    message_id, document_id = operators.arrive("1")
    await operators.poll()
    await answer(signer, await only(signer), "rejection", reason="Не та сумма")
    operators.book.sign(KEP, message_id, document_id)
    operators.arrive("2")
    await operators.poll()
    assert len(await listed(signer)) == 2
    found = await shown(signer, (await numbers(signer))["1"])
    assert found["document"]["state"] == "rejected"
    assert found["history"][-1]["action"] == "noted"
    assert "подпись" in found["history"][-1]["text"]
    assert await operators.troubles() == ["impossible"]


# ---- what goes
@pytest.mark.requirement("EDO-13")
async def test_a_signature_goes_out_once_and_its_echo_changes_nothing(
    operators: Operators, signer: Caller, director: Signatory
) -> None:
    message_id, document_id = operators.arrive()
    await operators.poll()
    document = await only(signer)
    await signed(signer, director, document)
    assert await state(signer, document) == ("signed", "sending")
    await operators.cabinet.drain()
    assert await state(signer, document) == ("signed", "sent")
    (patch,) = operators.book.messages[message_id]["Patches"]
    (entity,) = patch["Entities"]
    assert (entity["ParentEntityId"], operators.book.contents[entity["EntityId"]][:1]) == (document_id, b"\x30")
    before = await shown(signer, document)
    await operators.poll()
    assert await shown(signer, document) == before
    assert len(before["signatures"]) == 2
    assert await operators.troubles() == []


@pytest.mark.requirement("EDO-13")
@pytest.mark.parametrize("conflicts", [False, True])
async def test_an_answer_that_got_lost_doubles_nothing(
    operators: Operators, signer: Caller, director: Signatory, conflicts: bool
) -> None:
    operators.first.lost_answers, operators.first.conflicts = 1, conflicts
    document = await own(signer, director)
    await operators.cabinet.drain()
    assert await state(signer, document) == ("signed", "sending")
    for _ in range(3):
        await operators.poll(11)
    assert await state(signer, document) == ("signed", "sent")
    assert operators.first.posted() == 1
    assert len(operators.book.messages) == 1
    assert await listed(signer) == [document]
    assert [one["action"] for one in (await shown(signer, document))["history"]] == ["deliver", "sign"]


async def test_an_operator_that_loses_our_tags(operators: Operators, signer: Caller, director: Signatory) -> None:
    operators.first.nameless = True
    message_id, document_id = operators.arrive("1")
    await operators.poll()
    theirs = await only(signer)
    await signed(signer, director, theirs)
    mine = await own(signer, director)
    await operators.cabinet.drain()
    assert [await state(signer, one) for one in (theirs, mine)] == [("signed", "sent")] * 2
    request = operators.book.revoke(COMPANY, message_id, document_id, "Ошибка")
    await operators.poll()
    await answer(signer, theirs, "annulment/answer", agree=True)
    await operators.poll()
    await operators.poll()
    assert operators.book.messages[message_id]["Patches"][-1]["Entities"][0]["ParentEntityId"] == request
    assert [await state(signer, one) for one in (theirs, mine)] == [("annulled", "sent"), ("signed", "sent")]
    assert len(await listed(signer)) == 2
    assert len((await shown(signer, mine))["signatures"]) == 1
    assert await operators.troubles() == []


async def test_a_worker_that_dies_after_sending(
    operators: Operators, signer: Caller, director: Signatory, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = await own(signer, director)

    async def dies(*_: Any, **__: Any) -> None:
        raise ConnectionError("the database is gone")

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_settle", dies)
        await operators.cabinet.drain(failing=True)
    assert operators.first.posted() == 1
    assert await state(signer, document) == ("signed", "sending")
    await operators.poll()
    assert operators.first.posted() == 1
    assert await state(signer, document) == ("signed", "sent")
    assert await listed(signer) == [document]


async def test_the_echo_may_come_before_the_answer(operators: Operators, signer: Caller, director: Signatory) -> None:
    operators.first.lost_answers = 1
    document = await own(signer, director)
    await operators.cabinet.drain()
    operators.cabinet.clock.move(timedelta(minutes=6))
    await polling.poll(Context(operators.cabinet.runtime), "first")
    assert await state(signer, document) == ("signed", "sent")
    await operators.poll()
    assert (operators.first.posted(), await listed(signer)) == (1, [document])


async def test_a_clients_document_and_everything_after_it(
    operators: Operators, signer: Caller, director: Signatory
) -> None:
    document = await own(signer, director)
    await operators.poll()
    ((message_id, message),) = operators.book.messages.items()
    entity = message["Entities"][0]
    assert entity["DocumentInfo"]["DocumentNumber"] == "7"
    assert operators.book.contents[entity["EntityId"]] == b"%PDF-1.7 mine"
    assert (await shown(signer, document))["actions"] == ["withdraw"]
    operators.book.sign(COMPANY, message_id, entity["EntityId"])
    await operators.poll()
    assert (await shown(signer, document))["actions"] == ["request_annulment"]
    await answer(signer, document, "annulment", reason="Задвоен")
    await operators.poll()
    request = operators.book.messages[message_id]["Patches"][-1]["Entities"][0]
    assert operators.book.contents[request["EntityId"]].decode() == "Задвоен"
    assert await state(signer, document) == ("annulment_requested", "sent")
    operators.book.reject(COMPANY, message_id, request["EntityId"], "Не задвоен")
    await operators.poll()
    assert await state(signer, document) == ("signed", "sent")
    operators.book.revoke(COMPANY, message_id, entity["EntityId"], "И правда")
    await operators.poll()
    assert (await shown(signer, document))["actions"] == ["agree", "refuse"]
    await answer(signer, document, "annulment/answer", agree=True)
    await operators.poll()
    assert await state(signer, document) == ("annulled", "sent")
    assert await operators.troubles() == []
    assert await listed(signer) == [document]


async def test_a_rejection_and_a_refusal_go_out(operators: Operators, signer: Caller, director: Signatory) -> None:
    message_id, document_id = operators.arrive("1")
    await operators.poll()
    document = await only(signer)
    await signed(signer, director, document)
    await operators.poll()
    request = operators.book.revoke(COMPANY, message_id, document_id, "Ошибка")
    await operators.poll()
    await answer(signer, document, "annulment/answer", agree=False, reason="Всё верно")
    await operators.poll()
    sent = operators.book.messages[message_id]["Patches"][-1]["Entities"][0]
    assert (sent["ParentEntityId"], operators.book.contents[sent["EntityId"]].decode()) == (request, "Всё верно")
    assert await state(signer, document) == ("signed", "sent")
    message_id, _ = operators.arrive("2")
    await operators.poll()
    other = next(one for one in await listed(signer) if one != document)
    await answer(signer, other, "rejection", reason="Не та сумма")
    await operators.poll()
    assert (
        operators.book.messages[message_id]["Patches"][-1]["Entities"][0]["AttachmentType"] == "XmlSignatureRejection"
    )
    assert await state(signer, other) == ("rejected", "sent")
    assert await operators.troubles() == []


async def test_a_withdrawal_waits_for_the_document(operators: Operators, signer: Caller, director: Signatory) -> None:
    operators.first.trouble = "down"
    document = await own(signer, director)
    await answer(signer, document, "withdrawal", reason="Ошибся")
    await operators.poll()
    assert await state(signer, document) == ("annulled", "sending")
    operators.first.trouble = ""
    for _ in range(3):
        await operators.poll(61)
    assert await state(signer, document) == ("annulled", "sent")
    (message,) = operators.book.messages.values()
    assert message["Patches"][0]["Entities"][0]["AttachmentType"] == "RevocationRequest"
    assert await count(operators.cabinet, EdoSending) == 2


async def test_an_operator_that_is_not_done_says_when_to_ask(
    operators: Operators, signer: Caller, director: Signatory
) -> None:
    operators.first.pending = 2
    document = await own(signer, director)
    await operators.cabinet.drain()
    operators.cabinet.clock.move(timedelta(seconds=6))
    await operators.cabinet.drain()
    assert operators.first.pending == 1  # asked for seven seconds
    for _ in range(2):
        operators.cabinet.clock.move(timedelta(seconds=7))
        await operators.cabinet.drain()
    assert await state(signer, document) == ("signed", "sent")


@pytest.mark.parametrize("status", [402, 403, 400])
async def test_what_is_refused_for_good_is_shown(
    operators: Operators, signer: Caller, director: Signatory, status: int
) -> None:
    operators.first.refusal = status
    document = await own(signer, director)
    await operators.cabinet.drain()
    found = await shown(signer, document)
    assert found["document"]["state"] == "signed"
    assert (found["transfer"]["state"], found["transfer"]["title"]) == ("refused", "Не принято оператором ЭДО")
    assert "Подписка на API закончилась" in found["transfer"]["text"]
    assert any("Оператор ЭДО не принял" in text for text in await bell(signer))
    (unsent,) = (await operators.staff("unsent"))["items"]
    assert (unsent["document_id"], unsent["action"], unsent["state"]) == (document, "deliver", "refused")
    for _ in range(3):
        await operators.poll(61)
    assert operators.first.posted() == 0
    operators.first.refusal = 0
    staff = await operators.cabinet.staff("repeats@supplier.example", ["edo.operators"])
    place = f"/api/v1/staff/edo/unsent/{unsent['id']}/repetition"
    assert good(await staff.post(place))["state"] == "sending"
    assert wrong(await staff.post(place), 409) == {"": "edo.not_refused"}
    assert (await staff.post("/api/v1/staff/edo/unsent/none/repetition")).status_code == 404
    await operators.cabinet.drain()
    assert await state(signer, document) == ("signed", "sent")
    assert (await operators.staff("unsent"))["items"] == []


async def test_a_conflict_without_an_echo_is_a_refusal_in_the_end(
    operators: Operators, signer: Caller, director: Signatory
) -> None:
    operators.first.refusal = 409
    document = await own(signer, director)
    await operators.poll()
    assert await state(signer, document) == ("signed", "sending")
    await operators.poll(60 * 25)
    await again(signer)
    assert await state(signer, document) == ("signed", "refused")


async def test_without_access_to_the_clients_box(operators: Operators, signer: Caller, director: Signatory) -> None:
    operators.arrive()
    await operators.poll()
    operators.first.foreign = {KEP}
    document = await only(signer)
    await signed(signer, director, document)
    await operators.cabinet.drain()
    assert (await shown(signer, document))["transfer"]["text"] == "Нет доступа к ящику (403)"


async def test_the_client_has_signed_at_the_operators_meanwhile(
    operators: Operators, signer: Caller, director: Signatory
) -> None:
    message_id, document_id = operators.arrive()
    await operators.poll()
    document = await only(signer)
    operators.book.sign(KEP, message_id, document_id)
    await signed(signer, director, document)
    await operators.poll()
    assert await state(signer, document) == ("signed", "refused")
    found = await shown(signer, document)
    assert [one["action"] for one in found["history"]] == ["deliver", "sign", "noted"]
    assert await operators.troubles() == ["impossible"]


async def test_what_does_not_concern_an_operator_stays_in_the_exchange(
    operators: Operators, signer: Caller, director: Signatory
) -> None:
    await deliver(operators.cabinet, "D-1", "C-KEP")
    await signed(signer, director, "D-1")
    made = good(await create(signer, "C-PEP"))["id"]
    await sign_simply(operators.cabinet, signer, made)
    await operators.poll()
    assert (operators.first.posted(), operators.second.posted()) == (0, 0)
    assert await state(signer, "D-1") == ("signed", "none")
    assert await state(signer, made) == ("signed", "none")
    assert await count(operators.cabinet, EdoOperatorEvent) == 0


async def test_the_second_operator_takes_what_belongs_to_it(
    operators: Operators, signer: Caller, director: Signatory
) -> None:
    operators.second.book.post(COMPANY_TOO, ANNA, PDF, number="2")
    operators.first.trouble = "down"
    await operators.poll()
    document = await only(signer)
    await signed(signer, director, document)
    await operators.poll()
    assert await state(signer, document) == ("signed", "sent")
    assert (operators.first.posted(), operators.second.posted()) == (0, 1)


async def test_an_operator_that_was_switched_off_keeps_what_waits(
    operators: Operators, signer: Caller, director: Signatory
) -> None:
    ports: Any = operators.cabinet.runtime.ports
    real, ports[EdoOperator] = ports[EdoOperator], EdoOperatorOff()
    document = await own(signer, director)
    await operators.poll()
    assert await state(signer, document) == ("signed", "sending")
    ports[EdoOperator] = real
    await operators.poll(61)
    assert await state(signer, document) == ("signed", "sent")


async def test_staff_needs_its_scope(operators: Operators) -> None:
    staff = await operators.cabinet.staff("nobody@supplier.example", [])
    for path in ("operators", "troubles", "unsent"):
        assert (await staff.get(f"/api/v1/staff/edo/{path}")).status_code == 403
