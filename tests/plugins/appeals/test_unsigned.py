"""Appeals of two steps (support, device, «ЛКК ЮЛ») and support without a contract."""

from typing import Any

import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.appeals.supplier import (
    APPEALS,
    DEVICE,
    LKK,
    OTHER_INN,
    PARTY,
    SUPPORT,
    ask_support,
    attach,
    begin,
    card,
    client,
    good,
    registry,
    send,
    step,
    tab,
    wrong,
)

NOTICE = {
    "surname": "Иванова",
    "given_name": "Анна",
    "phone": "8 921 866-22-94",
    "email": "Anna@example.ru",
    "object": "O-1",
    "device": "M-1",
    "device_state": "Неисправен",
    "city": "г Санкт-Петербург",
    "street": "ул Садовая",
    "house": "д 5",
}
FAULT = "Уведомление о неисправности ПУ"


@pytest.mark.requirement("APL-46", "APL-50", "APL-32", "APL-04", "APL-05", "APL-12", "APL-08")
@pytest.mark.repeats("begin_appeal", "send_appeal")
async def test_a_question_to_support(supplier: Cabinet, anna: Caller) -> None:
    values = {"contract": "C-1", "topic": SUPPORT, "section": "Оплата через ЛКК"}
    key = {"Idempotency-Key": "begin-1"}
    form = good(await anna.post(APPEALS, json={"values": values}, headers=key))
    assert good(await anna.post(APPEALS, json={"values": values}, headers=key)) == form
    assert (form["current"], form["total"]) == (2, 2)
    assert [one["title"] for one in form["steps"]] == ["Тип обращения", "Информация по обращению"]
    assert await tab(anna) == []
    appeal_id = form["id"]
    assert wrong(await step(anna, appeal_id, "information", text="  ")) == {"text": "required"}
    assert wrong(await send(anna, appeal_id), 409) == {"": "appeals.step_not_reached"}
    for name in ("снимок.png", "счёт.pdf"):
        good(await attach(anna, appeal_id, "information.files", name.encode(), name))
    good(await step(anna, appeal_id, "information", text="Не проходит оплата"))
    key = {"Idempotency-Key": "send-1"}
    sending = await anna.post(f"{APPEALS}/{appeal_id}/submission", json={}, headers=key)
    assert (sending.status_code, sending.json()["text"]) == (202, "Идет отправка обращения")
    assert (await anna.post(f"{APPEALS}/{appeal_id}/submission", json={}, headers=key)).json() == sending.json()
    assert wrong(await send(anna, appeal_id), 409) == {"": "appeals.sending"}
    await supplier.drain()
    shown = await card(anna, appeal_id)
    assert (shown["state"], shown["resolution"], shown["sending"]) == (
        "open",
        "Принято",
        "Обращение успешно отправлено",
    )
    assert (shown["number"], shown["source"], shown["person_type"]) == ("0000001-26-77-Ю-Л", "Личный кабинет", "-")
    assert [file["name"] for file in shown["messages"][-1]["files"]] == ["снимок.png", "счёт.pdf"]
    assert wrong(await send(anna, appeal_id), 409) == {"": "appeals.not_editable"}
    (item,) = await tab(anna)
    assert (item["title"], item["section"], item["contract"]) == (
        "ЛКК",
        "Оплата через ЛКК",
        "ООО «Ромашка» (78000000012345)",
    )


@pytest.mark.requirement("APL-06")
async def test_the_dialogue_begins_by_itself(supplier: Cabinet, anna: Caller) -> None:
    shown = await card(anna, await ask_support(supplier, anna))
    receipt, accepted, own = shown["messages"]
    assert "25.01.2026" in receipt["text"]
    assert shown["number"] in receipt["text"]
    assert accepted["text"] == "Ваше обращение принято к рассмотрению"
    assert (own["author"], own["own"], own["text"]) == ("Вы", True, "Не проходит оплата")
    assert {message["author"] for message in (receipt, accepted)} == {"Администратор"}


@pytest.mark.requirement("APL-10", "APL-11", "APL-07", "APL-46", "APL-47", "APL-52", "APL-38")
@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({}, {"contract": "required", "topic": "required"}),
        ({"contract": "C-1", "topic": "Погода"}, {"topic": "not_a_choice"}),
        ({"contract": "C-1", "topic": SUPPORT}, {"section": "required"}),
        ({"contract": "C-1", "topic": SUPPORT, "section": FAULT}, {"section": "not_a_choice"}),
        ({"contract": "C-2", "topic": SUPPORT, "section": "Оплата через ЛКК"}, {"contract": "not_a_choice"}),
        ({"contract": "none", "topic": SUPPORT, "section": "Оплата через ЛКК"}, {"section": "not_a_choice"}),
        ({"contract": "none", "topic": DEVICE}, {"contract": "appeals.contract_needed"}),
        ({"contract": "none", "topic": LKK, "section": "Права доступа"}, {"contract": "appeals.contract_needed"}),
        ({"contract": "C-1", "topic": DEVICE, "section": "Оплата через ЛКК"}, {"section": "not_a_choice"}),
        (
            {"contract": "C-1", "topic": SUPPORT, "section": "Оплата через ЛКК", "subsection": "Юридическое лицо"},
            {"subsection": "unknown_field"},
        ),
        ({"contract": {"a": 1}, "topic": ["x"]}, {"contract": "required", "topic": "required"}),
    ],
)
async def test_a_wrong_choice_is_named(anna: Caller, values: dict[str, Any], problems: dict[str, str]) -> None:
    assert wrong(await anna.post(APPEALS, json={"values": values})) == problems


@pytest.mark.requirement("APL-11")
async def test_a_pending_contract_is_not_ones_own(supplier: Cabinet, anna: Caller) -> None:
    await supplier.load("contract_emails", {"contract_id": "C-2", "email": "dogovor@example.ru"})
    added = await anna.post("/api/v1/contracts", json={"number": "78000000012346", "email": "dogovor@example.ru"})
    assert added.status_code == 202
    values = {"contract": "C-2", "topic": DEVICE}
    assert wrong(await anna.post(APPEALS, json={"values": values})) == {"contract": "not_a_choice"}


@pytest.mark.requirement("APL-48", "APL-49", "APL-17", "APL-12")
async def test_support_without_a_contract_names_the_organisation(supplier: Cabinet) -> None:
    newcomer = await supplier.client("novikov@example.ru")
    registry(supplier, PARTY)
    form = await begin(newcomer, SUPPORT, contract="none")
    assert (form["kind"], form["current"], form["total"]) == ("support_without_contract", 2, 4)
    assert [one["title"] for one in form["steps"]] == ["Тип обращения", "ИНН", "Информация", "Информация по обращению"]
    appeal_id = form["id"]
    found = good(await newcomer.get(f"{APPEALS}/organisations", params={"inn": OTHER_INN}))["items"]
    assert found == [PARTY]
    assert wrong(await step(newcomer, appeal_id, "information", text="Да"), 409) == {"": "appeals.step_not_reached"}
    assert wrong(await step(newcomer, appeal_id, "inn", inn=OTHER_INN)) == {"found": "required"}
    assert wrong(await step(newcomer, appeal_id, "inn", inn="7707083894", found="x"))["inn"] == "wrong_format"
    assert wrong(await step(newcomer, appeal_id, "inn", inn=OTHER_INN, found="x")) == {"found": "not_a_choice"}
    form = good(await step(newcomer, appeal_id, "inn", inn=OTHER_INN, found=f"{OTHER_INN}-773601001"))
    assert form["step"]["title"] == "Информация"
    assert {line["name"]: line["value"] for line in form["shown"]} == {
        "Полное наименование организации": PARTY["name"],
        "Краткое наименование организации": PARTY["short_name"],
        "ИНН": PARTY["inn"],
        "ОКПО": PARTY["okpo"],
        "ОГРН": PARTY["ogrn"],
        "КПП": PARTY["kpp"],
        "Должность руководителя": PARTY["manager_post"],
        "ФИО руководителя": PARTY["manager_name"],
        "Адрес места нахождения": PARTY["address"],
    }
    good(await step(newcomer, appeal_id, "organisation", inn="1", ogrn="2"))
    good(await step(newcomer, appeal_id, "information", text="Не могу добавить договор"))
    good(await send(newcomer, appeal_id))
    await supplier.drain()
    shown = await card(newcomer, appeal_id)
    information = next(group for group in shown["groups"] if group["title"] == "Информация")
    assert {"name": "ИНН", "value": OTHER_INN} in information["values"]
    assert shown["contract"] is None


@pytest.mark.requirement("APL-51")
@pytest.mark.parametrize("topic", [SUPPORT, LKK, DEVICE])
async def test_a_call_back_is_ordered_with_its_hours(supplier: Cabinet, anna: Caller, topic: str) -> None:
    section = {SUPPORT: "Оплата через ЛКК", LKK: "Затруднение в добавлении договора", DEVICE: FAULT}[topic]
    form = await begin(anna, topic, section)
    assert form["defaults"]["callback_name"] == "Иванова Анна"
    assert form["defaults"]["callback_phone"] == "+79218662294"
    filled: dict[str, Any] = NOTICE if topic == DEVICE else {"text": "Позвоните"}

    async def submit(**values: Any) -> Any:
        return await step(anna, form["id"], "information", **filled, **values)

    assert good(await submit())["values"]["information"].get("callback") is None
    assert wrong(await submit(callback=True, callback_name=" ")) == {
        "callback_name": "required",
        "callback_phone": "required",
    }
    who = {"callback": True, "callback_name": "Пётр", "callback_phone": "+79210000000"}
    late = {"from": "16:00", "to": "08:00"}
    assert wrong(await submit(**who, callback_hours=late)) == {"callback_hours.to": "out_of_range"}
    good(await submit(**who, callback_hours={"from": "08:00", "to": "16:00"}))
    good(await send(anna, form["id"]))
    await supplier.drain()
    lines = {line["name"]: line["value"] for line in (await card(anna, form["id"]))["groups"][0]["values"]}
    assert (lines["ФИО"], lines["Удобное время звонка"]) == ("Пётр", "с 08:00 по 16:00")


@pytest.mark.requirement("APL-52", "APL-53", "APL-54", "APL-55", "APL-56", "APL-36")
async def test_a_notice_of_a_broken_device(supplier: Cabinet, anna: Caller) -> None:
    form = await begin(anna, DEVICE)
    assert form["values"]["type"]["section"] == FAULT
    assert form["total"] == 2
    assert {name: form["defaults"][name] for name in ("surname", "email", "object", "device", "street", "house")} == {
        "surname": "Иванова",
        "email": "ivanova@example.ru",
        "object": "O-1",
        "device": "M-1",
        "street": "ул Садовая",
        "house": "д 5, к 2",
    }
    assert [one["value"] for one in form["choices"]["device"]] == ["M-1"]

    async def submit(**changes: Any) -> Any:
        return await step(anna, form["id"], "information", **{**NOTICE, **changes})

    assert wrong(await step(anna, form["id"], "information")) == dict.fromkeys(NOTICE, "required")
    assert wrong(await submit(object="O-2")) == {"object": "not_a_choice", "device": "not_a_choice"}
    assert wrong(await submit(device="M-2")) == {"device": "not_a_choice"}
    assert wrong(await submit(device_state="Новый")) == {"device_state": "not_a_choice"}
    assert wrong(await submit(phone="нет", email="нет")) == {"phone": "wrong_format", "email": "wrong_format"}
    assert wrong(await submit(current_transformer=True)) == {"current_transformer_state": "required"}
    stored = good(await submit(current_transformer=False, current_transformer_state="Исправен"))
    assert "current_transformer_state" not in stored["values"]["information"]
    good(await submit(voltage_transformer=True, voltage_transformer_state="Истёк срок МПИ"))
    good(await send(anna, form["id"]))
    await supplier.drain()
    (item,) = await tab(anna)
    assert item["title"] == "Работоспособность"
    lines = {line["name"]: line["value"] for line in (await card(anna, form["id"]))["groups"][0]["values"]}
    assert (lines["Номер счётчика"], lines["Состояние ТН"]) == ("1515011", "Истёк срок МПИ")
    profile = good(await anna.get("/api/v1/profile"))
    assert profile["email"] == "ivanova@example.ru"


@pytest.mark.requirement("APL-70", "APL-57", "APL-36")
async def test_the_older_topic_has_three_sections(supplier: Cabinet, anna: Caller) -> None:
    for section in ("Затруднение в добавлении договора", FAULT, "Права доступа"):
        form = await begin(anna, LKK, section)
        assert form["total"] == 2
        assert wrong(await step(anna, form["id"], "information"))
        good(await step(anna, form["id"], "information", **(NOTICE if section == FAULT else {"text": "Прошу"})))
        assert wrong(await anna.put(f"{APPEALS}/{form['id']}/draft"), 409) == {"": "appeals.no_drafts"}
        good(await send(anna, form["id"]))
        await supplier.drain()
        shown = await card(anna, form["id"])
        assert (shown["heading"], shown["topic"], shown["section"]) == ("[Принято] ЛКК ЮЛ", LKK, section)
    assert {item["title"] for item in await tab(anna)} == {"ЛКК"}
    assert await tab(anna, "drafts") == []


@pytest.mark.requirement("APL-01")
async def test_appeals_of_others_are_not_there(supplier: Cabinet, anna: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    stranger = await client(supplier, "boris@example.ru")  # holds the same contract
    assert await tab(stranger) == []
    missing = "0194a3c2-0000-7000-8000-000000000000"
    for path in ("", "/form", "/archive"):
        told = [await stranger.get(f"{APPEALS}/{key}{path}") for key in (appeal_id, missing)]
        assert [answer.status_code for answer in told] == [404, 404], path
    for method, path, body in (
        ("PUT", "/steps/information", {"values": {}}),
        ("PUT", "/draft", None),
        ("PUT", "/withdrawal", {"text": "нет"}),
        ("POST", "/submission", {}),
        ("POST", "/messages", {"text": "нет"}),
        ("DELETE", "", None),
    ):
        answer = await stranger.request(method, f"{APPEALS}/{appeal_id}{path}", json=body)
        assert answer.status_code == 404, path
