"""«Управление уведомлениями»: the switches, and what they do to letters, over HTTP."""

from typing import Any

import pytest
import sqlalchemy as sa

from core.context import Context
from core.contracts.public import grant
from core.notifications.public import reminded
from core.sdk import NotificationKind
from core.testing.cabinet import Cabinet, Caller
from tests.core.notifications.bills import (
    BILL,
    DOCUMENT,
    PAYMENT,
    QUIET,
    account_of,
    contract,
    link,
    raise_notice,
    topics,
    unread,
)

PREFERENCES = "/api/v1/notifications/preferences"
ME = "ivanova@example.ru"
OBJECT = {
    "id": "E-3",
    "contract_id": "C-3",
    "number": "1",
    "name": "Цех",
    "address": "Санкт-Петербург",
    "price_category": 1,
}
DEFAULTS = {
    "email": True,
    "advertising": False,
    "magazine": {"on": False, "title": "Подписка на журнал «ЭнергодIALOG»"},
    "readings_start": {"on": False, "days": 4},
    "readings_end": {"on": False, "days": 2},
    "kinds": [{"name": BILL.name, "title": "О счетах"}, {"name": PAYMENT.name, "title": "Об оплате"}],
}


async def read(caller: Caller) -> dict[str, Any]:
    preferences: dict[str, Any] = (await caller.get(PREFERENCES)).json()
    return preferences


async def change(caller: Caller, **changes: Any) -> dict[str, Any]:
    answer = await caller.patch(PREFERENCES, json=changes)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    assert changed == await read(caller)
    return changed


async def switches(caller: Caller) -> dict[str, dict[str, bool]]:
    items = (await caller.get(f"{PREFERENCES}/contracts")).json()["items"]
    return {item["contract_id"]: item["switches"] for item in items}


async def letters_of(cabinet: Cabinet, kind: NotificationKind, to: str = ME) -> int:
    """How many letters of a kind (its title is the subject) an address has got."""
    return sum(letter.subject == kind.title for letter in await cabinet.letters(to))


@pytest.mark.requirement("NTF-21")
async def test_a_new_account_has_the_documented_defaults(cabinet: Cabinet) -> None:
    assert await read(await cabinet.client()) == DEFAULTS
    consenting = await cabinet.register("petrov@example.ru", advertising=True)
    names = {"surname": "Петров", "given_name": "Пётр"}
    await consenting.put("/api/v1/profile/personal-data", json=names)
    await consenting.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-95"})
    assert await read(consenting) == DEFAULTS | {"advertising": True}
    await contract(cabinet, 1)
    await link(cabinet, consenting, 1)
    assert await switches(consenting) == {"C-1": {BILL.name: True, PAYMENT.name: True}}


@pytest.mark.requirement("NTF-14")
async def test_the_reminders_keep_their_own_days(client: Caller) -> None:
    changed = await change(client, readings_start={"on": True, "days": 4}, readings_end={"on": True, "days": 2})
    assert changed == DEFAULTS | {"readings_start": {"on": True, "days": 4}, "readings_end": {"on": True, "days": 2}}
    changed = await change(client, readings_start={"days": 15})
    assert (changed["readings_start"], changed["readings_end"]) == ({"on": True, "days": 15}, {"on": True, "days": 2})
    changed = await change(client, readings_start={"on": False}, readings_end={"days": 1})
    assert (changed["readings_start"], changed["readings_end"]) == ({"on": False, "days": 15}, {"on": True, "days": 1})
    before = await read(client)
    for name in ("readings_start", "readings_end"):
        for days in (0, 16, -1, 2.5, "3", "три", True):
            answer = await client.patch(PREFERENCES, json={name: {"on": True, "days": days}})
            assert answer.status_code == 422, days
            assert [error["field"] for error in answer.json()["errors"]] == [f"{name}.days"]
    assert await read(client) == before


async def test_who_wants_a_reminder_is_found_by_a_query(cabinet: Cabinet, client: Caller) -> None:
    account_id = await account_of(client)

    async def wants(edge: Any, days: int) -> bool:
        async with cabinet.runtime.database.writer.connect() as connection:
            return bool(await connection.scalar(sa.select(reminded(account_id, edge, days))))

    assert not await wants("start", 4), "off by default"
    await change(client, readings_start={"on": True}, readings_end={"on": True, "days": 7})
    assert [await wants("start", days) for days in (3, 4, 5)] == [False, True, False]
    assert [await wants("end", days) for days in (2, 7)] == [False, True]
    await change(client, email=False)
    assert not await wants("start", 4)


@pytest.mark.requirement("NTF-15")
async def test_the_magazine_is_switched_alone_and_reaches_its_subscribers(
    cabinet: Cabinet, editor: Caller, client: Caller
) -> None:
    silent, stranger = await cabinet.client("petrov@example.ru"), await cabinet.client("novikov@example.ru")
    on = {"magazine": {"on": True, "title": "Подписка на журнал «ЭнергодIALOG»"}}
    assert await change(client, magazine=True) == DEFAULTS | on
    assert await change(client, magazine=False) == DEFAULTS
    assert await change(client, magazine=True) == DEFAULTS | on
    await change(silent, magazine=True, email=False)
    await change(stranger, advertising=True)
    await mail(cabinet, editor, "magazine")
    assert await receivers(cabinet) == [ME]


async def mail(cabinet: Cabinet, editor: Caller, kind: str, topic: str = "Рассылка") -> str:
    answer = await editor.post("/api/v1/staff/mailings", json={"kind": kind, "topic": topic, "text": "Новости"})
    assert answer.status_code == 202, answer.text
    await cabinet.drain()
    mailing_id: str = answer.json()["id"]
    return mailing_id


async def receivers(cabinet: Cabinet, topic: str = "Рассылка") -> list[str]:
    return sorted(letter.to for letter in await cabinet.letters() if letter.subject == topic)


@pytest.mark.requirement("NTF-13")
async def test_advertising_reaches_those_who_want_it(cabinet: Cabinet, editor: Caller, client: Caller) -> None:
    silent = await cabinet.client("petrov@example.ru")
    await cabinet.client("novikov@example.ru")
    unconfirmed = await cabinet.client("new@example.ru", confirmed=False)
    await mail(cabinet, editor, "advertising", "Первая")
    assert await receivers(cabinet, "Первая") == []
    for one in (client, silent, unconfirmed):
        await change(one, advertising=True)
    await change(silent, email=False)
    await mail(cabinet, editor, "advertising", "Вторая")
    assert await receivers(cabinet, "Вторая") == [ME]
    (letter,) = [one for one in await cabinet.letters(ME) if one.subject == "Вторая"]
    assert "/profile/notifications" in letter.text
    await change(silent, email=True)
    await change(client, advertising=False)
    await mail(cabinet, editor, "advertising", "Третья")
    assert await receivers(cabinet, "Третья") == ["petrov@example.ru"]
    (profile,) = [(await client.get("/api/v1/profile")).json()]
    assert profile["advertising"] is False, "one value, wherever it is read"


@pytest.mark.requirement("NTF-11")
async def test_each_contract_has_switches_of_its_own(cabinet: Cabinet, client: Caller) -> None:
    for number in (1, 2, 3):
        await contract(cabinet, number)
    for number in (1, 2):
        await link(cabinet, client, number)
    both = {BILL.name: True, PAYMENT.name: True}
    assert await switches(client) == {"C-1": both, "C-2": both}
    off = {"switches": {BILL.name: False}}
    answer = await client.patch(f"{PREFERENCES}/contracts/C-2", json=off)
    assert (answer.status_code, answer.json()["switches"]) == (200, both | {BILL.name: False})
    assert await switches(client) == {"C-1": both, "C-2": both | {BILL.name: False}}
    await link(cabinet, client, 3)
    await client.delete("/api/v1/contracts/C-1")
    assert await switches(client) == {"C-2": both | {BILL.name: False}, "C-3": both}
    for foreign in ("C-1", "C-9"):
        assert (await client.patch(f"{PREFERENCES}/contracts/{foreign}", json=off)).status_code == 404
    stranger = await cabinet.client("petrov@example.ru")
    assert (await stranger.patch(f"{PREFERENCES}/contracts/C-2", json=off)).status_code == 404
    strange = {"switches": {BILL.name: True, DOCUMENT.name: False, "weather.rain": True}}
    answer = await client.patch(f"{PREFERENCES}/contracts/C-2", json=strange)
    assert [error["field"] for error in answer.json()["errors"]] == [
        f"switches.{DOCUMENT.name}",
        "switches.weather.rain",
    ]
    assert (await switches(client))["C-2"] == both | {BILL.name: False}, "all or nothing"


async def test_contracts_come_in_pages_and_a_pending_one_does_not(cabinet: Cabinet, client: Caller) -> None:
    for number in (1, 2, 3):
        await contract(cabinet, number)
        await link(cabinet, client, number)
    await contract(cabinet, 4)
    await client.post("/api/v1/contracts", json={"number": f"{4:014}", "email": "c4@company.example"})
    first = (await client.get(f"{PREFERENCES}/contracts", params={"limit": 2})).json()
    assert [(item["number"], item["name"]) for item in first["items"]] == [
        (f"{1:014}", "ООО «Дом 1»"),
        (f"{2:014}", "ООО «Дом 2»"),
    ]
    last = (await client.get(f"{PREFERENCES}/contracts", params={"cursor": first["next"]})).json()
    assert [item["contract_id"] for item in last["items"]] == ["C-3"]
    assert last["next"] is None


@pytest.mark.requirement("NTF-12")
async def test_the_master_switch_stops_mail_and_keeps_the_others(
    cabinet: Cabinet, editor: Caller, client: Caller
) -> None:
    await contract(cabinet, 1)
    await link(cabinet, client, 1)
    on = {"on": True}
    before = await change(client, advertising=True, magazine=True, readings_start=on, readings_end=on)
    assert await change(client, email=False) == before | {"email": False}
    assert (await switches(client))["C-1"] == {BILL.name: True, PAYMENT.name: True}
    for kind in (BILL, PAYMENT):
        await raise_notice(cabinet, kind, contract_id="C-1")
    await mail(cabinet, editor, "advertising", "Реклама")
    await mail(cabinet, editor, "magazine", "Журнал")
    subjects = {letter.subject for letter in await cabinet.letters(ME)}
    assert not subjects & {"Реклама", "Журнал", "О счетах", "Об оплате"}
    assert await unread(client) == 2, "the bell is not governed by it"
    # what goes out in any case
    await raise_notice(cabinet, DOCUMENT, accounts=[await account_of(client)])
    assert await letters_of(cabinet, DOCUMENT) == 1
    await contract(cabinet, 2)
    await link(cabinet, client, 2)
    await cabinet.anonymous().post("/api/v1/recovery", json={"email": ME})
    await contract(cabinet, 3)
    await cabinet.load("energy_objects", OBJECT)
    chief = await cabinet.client("chief@example.ru")
    await grant(Context(cabinet.runtime), await account_of(chief), "C-3", "Администратор")
    assignment = {"role": "Бухгалтер", "email": ME, "energy_objects": ["E-3"]}
    answer = await chief.post("/api/v1/roles/contracts/C-3/users", json=assignment)
    assert answer.status_code == 201, answer.text
    subjects = {letter.subject for letter in await cabinet.letters(ME)}
    assert {"Восстановление пароля", "Вам назначена роль «Бухгалтер»"} <= subjects
    assert len(await cabinet.letters("c2@company.example")) == 1, "the link that confirms the contract"
    await change(client, email=True)
    for kind in (BILL, PAYMENT):
        await raise_notice(cabinet, kind, contract_id="C-1")
        assert await letters_of(cabinet, kind) == 1
    await mail(cabinet, editor, "advertising", "Реклама")
    assert await receivers(cabinet, "Реклама") == [ME]


async def test_a_contracts_switch_governs_its_letters_only(cabinet: Cabinet, client: Caller) -> None:
    for number in (1, 2):
        await contract(cabinet, number)
        await link(cabinet, client, number)
    await client.patch(f"{PREFERENCES}/contracts/C-1", json={"switches": {BILL.name: False}})
    await raise_notice(cabinet, BILL, contract_id="C-1", text="первый")
    assert (await letters_of(cabinet, BILL), await unread(client)) == (0, 1)
    await raise_notice(cabinet, BILL, contract_id="C-2", text="второй")
    await raise_notice(cabinet, PAYMENT, contract_id="C-1")
    assert (await letters_of(cabinet, BILL), await letters_of(cabinet, PAYMENT), await unread(client)) == (1, 1, 3)
    await raise_notice(cabinet, QUIET, accounts=[await account_of(client)])
    assert (await letters_of(cabinet, QUIET), await topics(client)) == (
        0,
        ["Файл проверен", "Об оплате", "О счетах", "О счетах"],
    )


async def test_unknown_settings_are_refused(client: Caller) -> None:
    answer = await client.patch(PREFERENCES, json={"sms": True, "email": "yes"})
    assert sorted(error["field"] for error in answer.json()["errors"]) == ["email", "sms"]
    assert await read(client) == DEFAULTS
