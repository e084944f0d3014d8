"""Entry by hand (5.6.2): every value is checked, stored and gets its status."""

from datetime import timedelta

import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.household.supplier import accept_all, code, enter, facts, meters, sign_in_again, texts, transmit

READY = "Готово к передаче"
INCOMPLETE = "Для многотарифного ПУ введены показания не по всем зонам"
WRONG_DATE = "Невозможна передача показаний на указанную дату"
ALL_ZERO = "Показания по всем зонам одновременно равны 0"
TOO_LONG = "Не соответствует значности ПУ"
METER_STATE = "Состояние ПУ не допускает внесение показаний"


@pytest.mark.requirement("HHD-11")
async def test_a_value_is_stored_with_its_status_and_todays_date(houses: Cabinet, manager: Caller) -> None:
    item = await enter(manager, "M-1", t1="5 600".replace(" ", ""))
    assert texts(item) == [READY]
    assert (item["zones"][0]["value"], item["taken_on"], item["taken_on_text"]) == ("5600", "2026-01-25", "25.01.2026")
    assert (await meters(manager))["M-1"] == item
    assert await facts(houses) == [], "nothing is transmitted by it"
    for wrong in ("12a", "-5", "", " ", "1e3", "NaN", "1_0", "5601.123", "1" * 16, "١٢"):
        answer = await manager.patch("/api/v1/household/meters/M-1/reading", json={"t1": wrong})
        assert (answer.status_code, await code(answer)) == (422, "household.number_format"), wrong
    both = await manager.patch("/api/v1/household/meters/M-1/reading", json={"t1": "x", "t2": "1"})
    assert [error["field"] for error in both.json()["errors"]] == ["t1", "t2"]
    assert (await meters(manager))["M-1"] == item
    assert (await enter(manager, "M-1", t1="5600,50"))["zones"][0]["value"] == "5600.5"


@pytest.mark.requirement("HHD-11")
async def test_today_is_the_day_in_moscow(houses: Cabinet, manager: Caller) -> None:
    houses.clock.move(timedelta(hours=10, minutes=30))  # 22:30 in Moscow, 19:30 UTC
    assert (await enter(manager, "M-1", t1="1"))["taken_on"] == "2026-01-25"
    houses.clock.move(timedelta(hours=2))
    assert (await enter(manager, "M-5", t1="1"))["taken_on"] == "2026-01-26"


@pytest.mark.requirement("HHD-12")
async def test_every_zone_is_needed(manager: Caller) -> None:
    assert texts(await enter(manager, "M-2", t1="1100")) == [INCOMPLETE, None, None]
    assert texts(await enter(manager, "M-2", t2="2100")) == [INCOMPLETE, INCOMPLETE, None]
    assert texts(await enter(manager, "M-2", t3="3100")) == [READY, READY, READY]
    assert texts(await enter(manager, "M-2", t2=None)) == [INCOMPLETE, None, INCOMPLETE]


@pytest.mark.requirement("HHD-13")
async def test_the_register_bounds_the_value(manager: Caller) -> None:
    for value, expected in (
        ("123456", TOO_LONG),
        ("05789", READY),
        ("99999", READY),
        ("99999.9", READY),
        ("100000", TOO_LONG),
    ):
        assert texts(await enter(manager, "M-1", t1=value)) == [expected], value
    assert texts(await enter(manager, "M-2", t1="1", t2="9999999", t3="3")) == [READY, TOO_LONG, READY]


@pytest.mark.requirement("HHD-14")
async def test_a_meter_whose_state_forbids_it_is_never_transmitted(houses: Cabinet, manager: Caller) -> None:
    assert texts(await enter(manager, "M-10", t1="7")) == [METER_STATE]
    done = await transmit(manager, houses, house_id="H-1")
    assert (done["sent"], done["message"]) == (0, "Показания не переданы, проверьте показания с ошибками")
    assert await facts(houses) == []


@pytest.mark.requirement("HHD-15")
async def test_the_date_lies_within_the_period_and_not_ahead(manager: Caller) -> None:
    for day, expected in (
        ("2026-01-19", WRONG_DATE),
        ("2026-01-20", READY),
        ("2026-01-25", READY),
        ("2026-01-26", WRONG_DATE),
        ("2026-01-29", WRONG_DATE),
    ):
        assert texts(await enter(manager, "M-1", t1="6000", taken_on=day)) == [expected], day
    assert texts(await enter(manager, "M-1", taken_on="2026-01-24")) == [READY]


@pytest.mark.requirement("HHD-16")
async def test_not_every_zone_is_zero(manager: Caller) -> None:
    assert texts(await enter(manager, "M-2", t1="0", t2="0", t3="0.00")) == [ALL_ZERO] * 3
    assert ALL_ZERO not in texts(await enter(manager, "M-2", t2="1"))


@pytest.mark.requirement("HHD-17")
async def test_values_change_until_they_are_transmitted(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    item = await enter(manager, "M-1", t1="6001", taken_on="2026-01-24")
    assert (item["zones"][0]["value"], item["taken_on"]) == ("6001", "2026-01-24")
    cleared = await enter(manager, "M-1", t1=None)
    assert (cleared["zones"][0]["value"], cleared["zones"][0]["status"], cleared["taken_on"]) == (None, None, None)
    await enter(manager, "M-1", t1="6002")
    await transmit(manager, houses, house_id="H-1")
    under_way = await manager.patch("/api/v1/household/meters/M-1/reading", json={"t1": "6003"})
    assert (under_way.status_code, await code(under_way)) == (409, "household.transmitted")
    await accept_all(houses)
    for body in ({"t1": "6003"}, {"taken_on": "2026-01-23"}, {"t1": None}):
        answer = await manager.patch("/api/v1/household/meters/M-1/reading", json=body)
        assert (answer.status_code, await code(answer)) == (409, "household.transmitted")
    after = (await meters(manager))["M-1"]
    assert (after["zones"][0]["value"], texts(after), after["editable"]) == ("6002", ["Передано"], False)


@pytest.mark.requirement("HHD-29")
async def test_less_than_before_is_a_warning_and_may_be_transmitted(houses: Cabinet, manager: Caller) -> None:
    more = (await enter(manager, "M-1", t1="5599"))["zones"][0]["status"]
    assert (more["text"], more["severity"], more["in_billing"]) == (READY, "ok", False)
    less = (await enter(manager, "M-1", t1="5597"))["zones"][0]["status"]
    assert (less["text"], less["severity"], less["stage"]) == (READY, "warning", "local")
    assert "меньше предыдущего" in less["hint"]
    assert (await transmit(manager, houses, house_id="H-1"))["sent"] == 1
    wrong = (await enter(manager, "M-2", t1="1"))["zones"][0]["status"]
    assert (wrong["severity"], wrong["hint"]) == ("error", INCOMPLETE)


async def test_a_new_period_begins_empty(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    following = {"branch": "Север", "month": "2026-02-01", "opens_on": "2026-02-20", "closes_on": "2026-02-28"}
    await houses.load("household.schedules", following)
    houses.clock.move(timedelta(days=30))
    await sign_in_again(houses, manager)
    item = (await meters(manager))["M-1"]
    assert (item["zones"][0]["value"], item["editable"]) == (None, True)
