"""The dialogue: both sides write, the counter counts, documents are signed, appeals are withdrawn and closed."""

from datetime import timedelta
from typing import Any

import pytest

from core.testing.cabinet import Cabinet, Caller
from core.testing.clock import MovableClock
from core.testing.signing import Authority, Signatory
from tests.cursors import assert_refused
from tests.plugins.appeals.supplier import (
    APPEALS,
    CHANGE,
    CONCLUSION,
    INN,
    STAFF,
    ask_support,
    card,
    client,
    fill_signed,
    good,
    send_signed,
    signatures,
    tab,
    unread,
    upload,
    wrong,
)

UPLOADS = "/api/v1/staff/uploads"


async def answer(support: Caller, appeal_id: str, text: str = "Уточните", *files: str) -> Any:
    return good(await support.post(f"{STAFF}/{appeal_id}/messages", json={"text": text, "files": list(files)}))


async def block(support: Caller, appeal_id: str, kind: str, *contents: bytes) -> Any:
    files = [await upload(support, content, f"{kind}.pdf", UPLOADS) for content in contents]
    return good(await support.post(f"{STAFF}/{appeal_id}/blocks", json={"kind": kind, "files": files}))


@pytest.mark.requirement("APL-03", "APL-62", "APL-69")
async def test_the_counter_counts_appeals_with_news(supplier: Cabinet, anna: Caller, support: Caller) -> None:
    one, two = await ask_support(supplier, anna), await ask_support(supplier, anna)
    assert await unread(anna) == 2  # the receipts
    for appeal_id in (one, two):
        await card(anna, appeal_id)
    assert await unread(anna) == 0
    for appeal_id in (one, one, two):
        await answer(support, appeal_id)
    assert await unread(anna) == 2
    menu = {item["name"]: item for item in good(await anna.get("/api/v1/menu"))["items"]}
    assert menu["appeals.appeals"]["counter"] == 2
    await card(anna, one)
    assert await unread(anna) == 1
    good(await anna.post(f"{APPEALS}/{one}/messages", json={"text": "Вот"}))
    assert await unread(anna) == 1


async def test_a_forged_cursor_is_refused(supplier: Cabinet, anna: Caller, support: Caller) -> None:
    for caller, path in ((anna, APPEALS), (support, STAFF)):
        await assert_refused(caller, path, "x", tab="open")


@pytest.mark.requirement("APL-02", "APL-65", "APL-62", "APL-50")
@pytest.mark.repeats("write_to_appeal")
async def test_the_client_writes_with_files(
    supplier: Cabinet, clock: MovableClock, anna: Caller, support: Caller
) -> None:
    appeal_id = await ask_support(supplier, anna)
    clock.move(timedelta(minutes=1))
    later = await ask_support(supplier, anna)
    assert [item["id"] for item in await tab(anna)] == [later, appeal_id]
    clock.move(timedelta(minutes=1))
    file_id = await upload(anna, b"%PDF-1.7 x", "чек.pdf")
    body: Any = {"text": "Вот чек", "files": [file_id]}
    key = {"Idempotency-Key": "message-1"}
    first = good(await anna.post(f"{APPEALS}/{appeal_id}/messages", json=body, headers=key))
    assert good(await anna.post(f"{APPEALS}/{appeal_id}/messages", json=body, headers=key)) == first
    messages = (await card(anna, appeal_id))["messages"]
    assert [message["text"] for message in messages].count("Вот чек") == 1
    assert (messages[-1]["author"], messages[-1]["files"][0]["name"]) == ("Вы", "чек.pdf")
    assert sorted(messages, key=lambda message: message["created_at"]) == messages
    assert [item["id"] for item in await tab(anna)] == [appeal_id, later]
    assert (await tab(anna))[0]["day"] == "2026-01-25"
    for body in ({"text": " "}, {"text": ""}, {}):
        assert "text" in wrong(await anna.post(f"{APPEALS}/{appeal_id}/messages", json=body))
    again = {"text": "Ещё", "files": [file_id]}
    assert wrong(await anna.post(f"{APPEALS}/{appeal_id}/messages", json=again)) == {"files[0]": "appeals.file_unknown"}
    staff_view = good(await support.get(f"{STAFF}/{appeal_id}"))
    assert staff_view["card"]["messages"][-1]["text"] == "Вот чек"
    content = await support.get(f"{STAFF}/{appeal_id}/files/{file_id}", params={"preview": "true"})
    assert content.content == b"%PDF-1.7 x"


@pytest.mark.requirement("APL-69", "APL-04")
@pytest.mark.repeats("answer_appeal", "add_appeal_block")
async def test_staff_take_answer_and_close(supplier: Cabinet, anna: Caller, support: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    queue = good(await support.get(STAFF))["items"]
    assert [(item["id"], item["resolution"]) for item in queue] == [(appeal_id, "Принято")]
    good(await support.put(f"{STAFF}/{appeal_id}/work"))
    assert (await card(anna, appeal_id))["heading"] == "[Решается] Техническая поддержка"
    assert good(await support.get(STAFF, params={"resolution": "Решается"}))["items"][0]["taken_by"]
    file_id = await upload(support, b"%PDF-1.7 answer", "ответ.pdf", UPLOADS)
    body: Any = {"text": "Исправлено", "files": [file_id]}
    key = {"Idempotency-Key": "answer-1"}
    first = good(await support.post(f"{STAFF}/{appeal_id}/messages", json=body, headers=key))
    assert good(await support.post(f"{STAFF}/{appeal_id}/messages", json=body, headers=key)) == first
    letter = {"kind": "letter", "files": [await upload(support, b"%PDF-1.7 l", "письмо.pdf", UPLOADS)]}
    key = {"Idempotency-Key": "block-1"}
    first = good(await support.post(f"{STAFF}/{appeal_id}/blocks", json=letter, headers=key))
    assert good(await support.post(f"{STAFF}/{appeal_id}/blocks", json=letter, headers=key)) == first
    await supplier.drain()
    bell = good(await anna.get("/api/v1/notifications"))["items"]
    assert any("Исправлено" in item["text"] for item in bell)
    assert any("Исправлено" in letter.text for letter in await supplier.letters("ivanova@example.ru"))
    assert await unread(anna) == 1
    await anna.put("/api/v1/profile/phone", json={"phone": "+79990000000"})
    author = good(await support.get(f"{STAFF}/{appeal_id}"))["author"]
    assert (author["email"], author["phone"]) == ("ivanova@example.ru", "+79990000000")
    good(await support.put(f"{STAFF}/{appeal_id}/resolution", json={"text": "На согласовании"}))
    assert (await card(anna, appeal_id))["resolution"] == "На согласовании"
    good(await support.put(f"{STAFF}/{appeal_id}/closing", json={"text": "Готово"}))
    shown = await card(anna, appeal_id)
    assert (shown["state"], shown["resolution"], shown["messages"][-1]["text"]) == ("closed", "Закрыто", "Готово")
    assert ([item["id"] for item in await tab(anna, "closed")], await tab(anna)) == ([appeal_id], [])
    for method, path, body in (
        ("PUT", "work", None),
        ("POST", "messages", {"text": "а"}),
        ("PUT", "closing", {"text": "а"}),
        ("PUT", "resolution", {"text": "а"}),
        ("PUT", "correspondence", {"allowed": True}),
    ):
        refused = await support.request(method, f"{STAFF}/{appeal_id}/{path}", json=body)
        assert wrong(refused, 409) == {"": "appeals.not_open"}, path
    assert good(await support.get(STAFF, params={"tab": "closed", "resolution": "Закрыто"}))["items"]


@pytest.mark.requirement("APL-69")
async def test_the_company_s_side_is_closed_to_clients(supplier: Cabinet, anna: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    for method, path in (("GET", ""), ("PUT", "/work"), ("PUT", "/decision"), ("POST", "/messages")):
        answered = await anna.request(method, f"{STAFF}/{appeal_id}{path}", json={"text": "а", "decision": "grant"})
        assert answered.status_code == 403, path
    without = await supplier.staff("other@supplier.example", scopes=["roles.answer"])
    assert (await without.get(f"{STAFF}/{appeal_id}")).status_code == 403
    limited = await supplier.staff("limited@supplier.example", scopes=["appeals.answer"])
    body = {"text": "а", "decision": "grant"}
    assert (await limited.put(f"{STAFF}/{appeal_id}/decision", json=body)).status_code == 403


@pytest.mark.requirement("APL-66")
async def test_correspondence_may_be_closed(supplier: Cabinet, anna: Caller, support: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    good(await support.put(f"{STAFF}/{appeal_id}/correspondence", json={"allowed": False}))
    shown = await card(anna, appeal_id)
    assert (shown["correspondence"], shown["correspondence_text"]) == (
        False,
        "По данному обращению переписка недоступна",
    )
    refused = await anna.post(f"{APPEALS}/{appeal_id}/messages", json={"text": "а"})
    assert wrong(refused, 409) == {"": "appeals.no_correspondence"}
    assert len((await card(anna, appeal_id))["messages"]) == 3
    good(await support.put(f"{STAFF}/{appeal_id}/correspondence", json={"allowed": True}))
    good(await anna.post(f"{APPEALS}/{appeal_id}/messages", json={"text": "а"}))


@pytest.mark.requirement("APL-67", "APL-68")
async def test_an_appeal_is_withdrawn_for_good(
    supplier: Cabinet, anna: Caller, director: Signatory, support: Caller
) -> None:
    form = await fill_signed(anna, CONCLUSION, director)
    appeal_id = form["id"]
    body = {"text": "Передумали"}
    assert wrong(await anna.put(f"{APPEALS}/{appeal_id}/withdrawal", json=body), 409) == {"": "appeals.not_open"}
    await send_signed(supplier, anna, form, director)
    await block(support, appeal_id, "offer", b"%PDF-1.7 offer")
    assert "text" in wrong(await anna.put(f"{APPEALS}/{appeal_id}/withdrawal", json={"text": " "}))
    assert (await card(anna, appeal_id))["state"] == "open"
    stranger = await client(supplier, "boris@example.ru")
    assert (await stranger.put(f"{APPEALS}/{appeal_id}/withdrawal", json=body)).status_code == 404
    good(await anna.put(f"{APPEALS}/{appeal_id}/withdrawal", json=body))
    shown = await card(anna, appeal_id)
    assert (shown["state"], shown["resolution"], shown["groups"]) == ("closed", "Закрыто", [])
    assert [message["text"] for message in shown["messages"]][-2] == "Передумали"
    assert "завершена по причине регистрации отказа от заявки" in shown["messages"][-1]["text"]
    assert [one["kind"] for one in shown["blocks"]] == ["signed"]
    file_id = shown["blocks"][0]["files"][0]["id"]
    assert (await anna.get(f"{APPEALS}/{appeal_id}/files/{file_id}")).status_code == 200
    assert ([item["id"] for item in await tab(anna, "closed")], await tab(anna)) == ([appeal_id], [])
    for method, path, content in (
        ("PUT", "withdrawal", body),
        ("POST", "messages", body),
        ("PUT", "signatures", {"signatures": [{"file_id": file_id, "signature": "AA=="}]}),
        ("POST", "submission", {}),
    ):
        assert (await anna.request(method, f"{APPEALS}/{appeal_id}/{path}", json=content)).status_code == 409, path


@pytest.mark.requirement("APL-63", "APL-64", "APL-33")
async def test_the_company_asks_for_signatures(
    supplier: Cabinet, anna: Caller, director: Signatory, ca: Authority, support: Caller
) -> None:
    form = await fill_signed(anna, CHANGE, director)
    appeal_id = form["id"]
    await send_signed(supplier, anna, form, director)
    path = f"{APPEALS}/{appeal_id}/signatures"
    nothing = {"signatures": [{"file_id": "x", "signature": "AA=="}]}
    assert wrong(await anna.put(path, json=nothing), 409) == {"": "appeals.nothing_to_sign"}
    asked = await block(support, appeal_id, "to_sign", b"%PDF-1.7 one", b"%PDF-1.7 two")
    good(await anna.post(f"{APPEALS}/{appeal_id}/messages", json={"text": "Вижу"}))
    shown = await card(anna, appeal_id)
    assert [one["title"] for one in shown["blocks"]] == ["Подписанные документы", "На подписание"]
    files = asked["files"]
    foreign = await signatures(anna, appeal_id, files, ca.issue(inn=INN))
    assert wrong(await anna.put(path, json={"signatures": foreign})) == {"": "appeals.key_mismatch"}
    own = await signatures(anna, appeal_id, files, director)
    assert wrong(await anna.put(path, json={"signatures": own[:1]})) == {"signatures": "appeals.signature_missing"}
    stranger = await client(supplier, "boris@example.ru")
    assert (await stranger.put(path, json={"signatures": own})).status_code == 404
    good(await anna.put(path, json={"signatures": own}))
    (signed,) = (await card(anna, appeal_id))["blocks"]
    assert {file["id"] for file in files} < {file["id"] for file in signed["files"]}
    assert all(file["signed"] for file in signed["files"])
    proof = await support.get(f"{STAFF}/{appeal_id}/files/{files[0]['id']}/evidence")
    assert proof.content.startswith(b"PK")
    assert wrong(await anna.put(path, json={"signatures": own}), 409) == {"": "appeals.nothing_to_sign"}


@pytest.mark.requirement("APL-61", "APL-05")
async def test_the_card_shows_what_was_filled_in(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    shown = await send_signed(supplier, anna, await fill_signed(anna, CONCLUSION, director), director)
    assert shown["heading"] == f"[Принято] {CONCLUSION}"
    titles = ["Выбор сертификата", "Отделение", "Контактная информация", "Приложенные файлы"]
    assert [group["title"] for group in shown["groups"]] == titles
    certificate = {line["name"]: line["value"] for line in shown["groups"][0]["values"]}
    assert certificate["Сертификат"] == "Зарегистрировать новый сертификат"
    assert certificate["Название организации"] == "ООО «Ромашка»"
    assert certificate["Адрес энергопринимающего оборудования"] == "г Москва, ул Свободы, д 71; г Москва, ул Мира, д 1"
    assert [file["name"] for file in shown["groups"][0]["files"]] == ["aaa.cer"]
    assert len(shown["groups"][3]["files"]) == 6
    assert shown["registered_at"] == shown["created_at"]
