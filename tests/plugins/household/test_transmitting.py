"""Transmission, billing's answers, history (5.6.4, 5.6.6)."""

from datetime import timedelta

import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.cursors import assert_refused
from tests.plugins.household.supplier import (
    FOREIGN,
    GARDEN,
    NAVY,
    accept_all,
    billing_says,
    cards,
    code,
    enter,
    facts,
    meter,
    meters,
    sign_in_again,
    texts,
    transmission,
    transmit,
)

ALL = "Показания успешно переданы"
SOME = "Часть показаний не передана, проверьте показания с ошибками"
NONE = "Показания не переданы, проверьте показания с ошибками"
NOTHING = "Нет показаний для передачи, заполните показания"
BILLING = (
    "Невозможна передача показаний на указанную дату",
    "Показания по всем зонам одновременно равны 0",
    "Для многотарифного ПУ введены показания не по всем зонам",
    "Несоответствие количества показаний типу учета",
    "Абонент не расчетный",
    "12 - Нарушение допустимого периода передачи показаний",
)
URL = "/api/v1/household/transmissions"


@pytest.mark.requirement("HHD-26", "HHD-32")
async def test_only_what_is_ready_reaches_billing(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    await enter(manager, "M-2", t1="1100")  # two zones are missing
    await enter(manager, "M-5", t1="200")  # another address
    sent = await transmit(manager, houses, house_id=NAVY)
    (fact,) = await facts(houses)
    assert fact["kind"] == "household.submitted"
    assert fact["body"]["meter_number"] == "0000111"
    assert fact["body"]["values"] == [{"zone": "T1", "value": "6000"}]
    assert (fact["body"]["month"], fact["body"]["taken_on"], fact["body"]["source"]) == (
        "2026-01-01",
        "2026-01-25",
        "screen",
    )
    assert (sent["sent"], sent["failed"]) == (1, 1)
    left = await meters(manager)
    assert left["M-2"]["zones"][0]["status"]["code"] == "incomplete"
    assert texts((await meters(manager, GARDEN))["M-5"]) == ["Готово к передаче"]


@pytest.mark.requirement("HHD-27")
async def test_the_period_bounds_the_transmission(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    houses.clock.move(timedelta(days=3))  # the last day
    assert (await cards(manager))["can_transmit"] is True
    houses.clock.move(timedelta(days=1))
    assert (await cards(manager))["can_transmit"] is False
    late = await manager.post(URL, json={"house_id": NAVY})
    assert (late.status_code, await code(late)) == (409, "household.period_closed")
    assert "с 20.01.2026 по 28.01.2026" in late.json()["detail"]
    assert await facts(houses) == []
    one_day = {"branch": "Север", "month": "2026-01-01", "opens_on": "2026-01-29", "closes_on": "2026-01-29"}
    await houses.load("household.schedules", one_day)
    await enter(manager, "M-1", taken_on="2026-01-29")
    assert (await transmit(manager, houses, house_id=NAVY))["sent"] == 1


@pytest.mark.requirement("HHD-27")
async def test_a_meter_that_broke_after_entry_is_not_sent(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    await houses.load("household.meters", meter("M-1", "A-1", "0000111", works=False, discrepancies=["Нет пломбы"]))
    done = await transmit(manager, houses, house_id=NAVY)
    assert (done["state"], done["sent"], done["message"]) == ("done", 0, NONE)
    assert texts((await meters(manager))["M-1"]) == ["Состояние ПУ не допускает внесение показаний"]
    assert await facts(houses) == []


@pytest.mark.requirement("HHD-28", "HHD-30")
async def test_all_passed(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    await enter(manager, "M-2", t1="1100", t2="2100", t3="3100")
    started = await transmit(manager, houses, house_id=NAVY)
    assert (started["state"], started["message"], started["waiting"]) == ("running", None, 2)
    await accept_all(houses)
    done = await transmission(manager, started["id"])
    assert (done["state"], done["message"], done["passed"]) == ("done", ALL, 2)
    after = await meters(manager)
    assert [texts(after[one]) for one in ("M-1", "M-2")] == [["Передано"], ["Передано"] * 3]
    assert all(zone["status"]["in_billing"] for zone in after["M-2"]["zones"])


@pytest.mark.requirement("HHD-28")
async def test_some_passed(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    await enter(manager, "M-2", t1="1100", t2="2100", t3="3100")
    started = await transmit(manager, houses, house_id=NAVY)
    first, second = await facts(houses)
    await billing_says(
        houses,
        {"fact_id": first["id"], "outcome": "accepted"},
        {"fact_id": second["id"], "outcome": "refused", "text": BILLING[4]},
    )
    assert (await transmission(manager, started["id"]))["message"] == SOME


@pytest.mark.requirement("HHD-28")
async def test_all_that_was_ready_passed_and_another_is_in_error(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    await enter(manager, "M-2", t1="1100")
    started = await transmit(manager, houses, house_id=NAVY)
    await accept_all(houses)
    assert (await transmission(manager, started["id"]))["message"] == SOME


@pytest.mark.requirement("HHD-28")
async def test_billing_is_away_and_nothing_is_lost_or_doubled(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    started = await transmit(manager, houses, house_id=NAVY)
    houses.clock.move(timedelta(minutes=16))
    ended = await transmission(manager, started["id"])
    assert (ended["state"], ended["message"], ended["waiting"]) == ("done", NONE, 1)
    status = (await meters(manager))["M-1"]["zones"][0]["status"]
    assert (status["text"], status["in_billing"]) == ("Готово к передаче", False)
    again = await transmit(manager, houses, house_id=NAVY)
    assert (again["sent"], again["message"]) == (0, NONE)
    assert len(await facts(houses)) == 1, "what is under way is not sent twice"
    await accept_all(houses)
    assert texts((await meters(manager))["M-1"]) == ["Передано"]
    assert (await transmission(manager, started["id"]))["message"] == ALL


@pytest.mark.requirement("HHD-28")
async def test_nothing_filled_in(houses: Cabinet, manager: Caller) -> None:
    empty = await transmit(manager, houses, house_id=NAVY)
    assert (empty["state"], empty["message"]) == ("done", NOTHING)
    await enter(manager, "M-1", t1="6000")
    await transmit(manager, houses, house_id=NAVY)
    await accept_all(houses)
    assert (await transmit(manager, houses, house_id=NAVY))["message"] == NOTHING
    assert len(await facts(houses)) == 1


@pytest.mark.requirement("HHD-31")
@pytest.mark.parametrize("words", BILLING)
async def test_billings_own_words_stand_at_the_zone_until_it_is_corrected(
    houses: Cabinet, manager: Caller, words: str
) -> None:
    await enter(manager, "M-2", t1="1100", t2="2100", t3="3100")
    started = await transmit(manager, houses, house_id=NAVY)
    (fact,) = await facts(houses)
    refused = {"fact_id": fact["id"], "outcome": "refused", "text": words, "item": "T2"}
    await billing_says(houses, {"fact_id": fact["id"], "outcome": "accepted", "item": "T1"}, refused)
    item = (await meters(manager))["M-2"]
    status = item["zones"][1]["status"]
    assert (status["text"], status["severity"], status["stage"]) == (words, "error", "billing")
    assert (await transmission(manager, started["id"]))["message"] == NONE
    assert [card["id"] for card in (await cards(manager, shown="errors"))["items"]] == ["A-2"]
    corrected = await enter(manager, "M-2", t2="2101")
    assert texts(corrected) == ["Готово к передаче"] * 3
    await billing_says(houses, {"fact_id": fact["id"], "outcome": "accepted"})
    assert texts((await meters(manager))["M-2"]) == ["Готово к передаче"] * 3, "an old answer changes nothing new"
    await transmit(manager, houses, house_id=NAVY)
    assert len(await facts(houses)) == 2


async def test_the_author_is_told_once_that_billing_refuses(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    await enter(manager, "M-2", t1="1100", t2="2100", t3="3100")
    await transmit(manager, houses, house_id=NAVY)
    houses.clock.move(timedelta(minutes=16))  # the transmission is over, nobody looks at it
    first, second = await facts(houses)
    await billing_says(houses, {"fact_id": first["id"], "outcome": "refused", "text": BILLING[0]})
    await billing_says(houses, {"fact_id": second["id"], "outcome": "refused", "text": BILLING[1]})
    (told,) = [one for one in (await manager.get("/api/v1/notifications")).json()["items"] if one["kind"]]
    assert (told["kind"], told["topic"]) == ("household.refused", "Показания не приняты")
    assert "ул. Флотская, д. 1" in told["text"]
    letters = await houses.letters("manager@dom.example")
    assert [one.subject for one in letters if told["topic"] in one.subject] != []
    await enter(manager, "M-1", t1="6001")
    await transmit(manager, houses, house_id=NAVY)
    fact = (await facts(houses))[-1]
    await billing_says(houses, {"fact_id": fact["id"], "outcome": "accepted"})
    assert len([one for one in (await manager.get("/api/v1/notifications")).json()["items"] if one["kind"]]) == 1


@pytest.mark.repeats("transmit_household")
async def test_the_order_repeated_is_one_transmission(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    key = {"Idempotency-Key": "once"}
    first = await manager.post(URL, json={"house_id": NAVY}, headers=key)
    second = await manager.post(URL, json={"house_id": NAVY}, headers=key)
    assert first.json() == second.json()
    busy = await manager.post(URL, json={"house_id": NAVY})
    assert (busy.status_code, await code(busy)) == (409, "household.transmitting")
    await houses.drain()
    assert len(await facts(houses)) == 1
    assert (await manager.post(URL, json={"house_id": FOREIGN})).status_code == 404
    stranger = await houses.client("stranger@dom.example")
    assert (await stranger.get(f"{URL}/{first.json()['id']}")).status_code == 404


async def test_an_unconfirmed_address_transmits_nothing(houses: Cabinet) -> None:
    caller = await houses.client("fresh@dom.example", confirmed=False)
    answer = await caller.post(URL, json={"house_id": NAVY})
    assert (answer.status_code, await code(answer)) == (403, "email_not_confirmed")


# ---- history
@pytest.mark.requirement("HHD-37", "HHD-38")
async def test_what_was_transmitted(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-2", t1="1100", t2="2100", t3="3100", taken_on="2026-01-24")
    await enter(manager, "M-1", t1="6000")
    await transmit(manager, houses, house_id=NAVY)
    one, three = await facts(houses)
    await billing_says(
        houses,
        {"fact_id": one["id"], "outcome": "accepted"},
        {"fact_id": three["id"], "outcome": "refused", "text": BILLING[5], "item": "T3"},
    )
    url = "/api/v1/household/transmitted"
    items = {item["meter_number"]: item for item in (await manager.get(url, params={"house_id": NAVY})).json()["items"]}
    single, triple = items["0000111"], items["0000222"]
    assert (single["model"], single["kind"], single["taken_on_text"]) == ("Меркурий 201", "Однотарифный", "25.01.2026")
    assert single["zones"] == [{"zone": "T1", "value": "6000", "in_billing": "Передано"}]
    assert (single["billed_month"], single["source"]) == (None, "Введено на странице")
    assert (triple["kind"], triple["zones"][2]["in_billing"]) == ("Трехтарифный", BILLING[5])
    await houses.load("household.billed", {"meter_id": "M-1", "month": "2026-01-01", "billed_month": "2026-02-01"})
    (found,) = (await manager.get(url, params={"house_id": NAVY, "meter_id": "M-1"})).json()["items"]
    assert found["billed_month"] == "2026-02-01"
    several = await manager.get(url)
    assert (several.status_code, await code(several)) == (422, "household.house_needed")
    for params in ({"house_id": FOREIGN}, {"house_id": NAVY, "meter_id": "M-5"}):
        assert (await manager.get(url, params=params)).status_code == 404
    first = (await manager.get(url, params={"house_id": NAVY, "limit": 1})).json()
    rest = (await manager.get(url, params={"house_id": NAVY, "limit": 1, "cursor": first["next"]})).json()
    assert {first["items"][0]["id"], rest["items"][0]["id"]} == {single["id"], triple["id"]}
    await assert_refused(manager, url, "x", house_id=NAVY)


@pytest.mark.requirement("HHD-34", "HHD-37")
async def test_the_history_reaches_two_months_back(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    await transmit(manager, houses, house_id=NAVY)
    for path in ("/api/v1/household/transmitted?house_id=H-1", "/api/v1/household/files?limit=10"):
        fine = await manager.get(f"{path}&date_from=2025-11-01&date_to=2026-01-25")
        assert fine.status_code == 200
        early = await manager.get(f"{path}&date_from=2025-10-31")
        assert (early.status_code, await code(early)) == (422, "household.period_too_early")
        reversed_range = await manager.get(f"{path}&date_from=2026-01-20&date_to=2026-01-19")
        assert (reversed_range.status_code, await code(reversed_range)) == (422, "household.period_reversed")
    url = "/api/v1/household/transmitted"
    assert len((await manager.get(url, params={"house_id": NAVY, "date_to": "2026-01-24"})).json()["items"]) == 0
    houses.clock.move(timedelta(days=70))  # April: January is out of reach
    await sign_in_again(houses, manager)
    assert (await manager.get(url, params={"house_id": NAVY})).json()["items"] == []
