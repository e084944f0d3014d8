"""Addresses, cards and filters (5.6.1)."""

import pytest

from core.contracts.public import hold
from core.sdk import Context
from core.testing.cabinet import Cabinet, Caller
from tests.plugins.household.supplier import (
    FOREIGN,
    GARDEN,
    NAVY,
    cards,
    code,
    details,
    enter,
    filled,
    meters,
    save,
    template,
    transmit,
)

CARDS = "/api/v1/household/cards"


async def alone(cabinet: Cabinet) -> Caller:
    """A client with one flat of his own and no contract."""
    caller = await cabinet.client("flat@dom.example")
    row = {"id": "AT-X", "account_id": "A-9", "email": "flat@dom.example"}
    await cabinet.load("household.attachments", row)
    return caller


@pytest.mark.requirement("HHD-01")
async def test_accounts_of_a_contract_and_of_ones_own_are_one_list(houses: Cabinet, manager: Caller) -> None:
    await houses.load("household.attachments", {"id": "AT-M", "account_id": "A-9", "email": "manager@dom.example"})
    await houses.load("household.attachments", {"id": "AT-2B", "account_id": "A-2", "email": "manager@dom.example"})
    found = (await manager.get("/api/v1/household/houses")).json()["items"]
    assert [house["id"] for house in found] == [GARDEN, NAVY, FOREIGN]
    assert [card["id"] for card in (await cards(manager))["items"]] == ["A-1", "A-2", "A-10"], "attached twice, once"
    own = await enter(manager, "M-9", t1="10")
    assert own["zones"][0]["status"]["text"] == "Готово к передаче"
    assert (await transmit(manager, houses, house_id=FOREIGN))["sent"] == 1


@pytest.mark.requirement("HHD-01")
async def test_a_client_without_accounts_sees_none_and_transmits_nothing(houses: Cabinet, manager: Caller) -> None:
    stranger = await houses.client("nobody@dom.example")
    assert (await stranger.get("/api/v1/household/houses")).json() == {"items": [], "next": None}
    nothing = await stranger.post("/api/v1/household/transmissions", json={})
    assert (nothing.status_code, await code(nothing)) == (409, "household.no_accounts")
    for path in (f"{CARDS}?house_id={NAVY}", f"/api/v1/household/transmitted?house_id={NAVY}"):
        assert (await stranger.get(path)).status_code == 404
    entry = await stranger.patch("/api/v1/household/meters/M-1/reading", json={"t1": "1"})
    assert entry.status_code == 404
    assert (await manager.patch("/api/v1/household/meters/M-9/reading", json={"t1": "1"})).status_code == 404


@pytest.mark.requirement("ROL-25")
async def test_the_accountant_does_not_work_with_accounts_of_the_contract(houses: Cabinet, manager: Caller) -> None:
    accountant = await houses.client("buh@dom.example")
    account = (await accountant.get("/api/v1/sessions/current")).json()["account_id"]
    async with Context(houses.runtime).uow() as uow:
        await hold(uow, account, "C-1", "Бухгалтер", None)
    assert (await accountant.get("/api/v1/household/houses")).json()["items"] == []
    assert (await accountant.get(CARDS, params={"house_id": NAVY})).status_code == 404


@pytest.mark.requirement("HHD-02")
async def test_attaching_and_detaching_show_at_once(houses: Cabinet, manager: Caller) -> None:
    staff = await houses.staff(scopes=["household.attach"])
    url = "/api/v1/staff/household/attachments"
    made = await staff.post(url, json={"account_id": "A-9", "contract_id": "C-1"})
    assert made.status_code == 201, made.text
    assert (await cards(manager, FOREIGN))["items"][0]["id"] == "A-9"
    again = await staff.post(url, json={"account_id": "A-9", "contract_id": "C-1"})
    assert (again.status_code, await code(again)) == (409, "household.attached")
    listed = (await staff.get(url, params={"limit": 500})).json()["items"]
    assert made.json() in listed
    assert (await staff.delete(f"{url}/{made.json()['id']}")).status_code == 204
    assert (await staff.delete(f"{url}/{made.json()['id']}")).status_code == 404
    assert (await manager.get(CARDS, params={"house_id": FOREIGN})).status_code == 404
    assert (await manager.post(url, json={"account_id": "A-9", "contract_id": "C-1"})).status_code == 403


@pytest.mark.requirement("HHD-02")
@pytest.mark.repeats("attach_household_account")
async def test_what_cannot_be_attached_is_named(houses: Cabinet) -> None:
    staff = await houses.staff(scopes=["household.attach"])
    url = "/api/v1/staff/household/attachments"
    for body, expected in (
        ({"account_id": "A-0", "contract_id": "C-1"}, "household.unknown_account"),
        ({"account_id": "A-1", "contract_id": "C-0"}, "household.unknown_contract"),
        ({"account_id": "A-1", "email": "nobody@nowhere.example"}, "household.unknown_client"),
        ({"account_id": "A-1"}, "household.one_holder"),
        ({"account_id": "A-1", "contract_id": "C-1", "email": "a@b.example"}, "household.one_holder"),
    ):
        answer = await staff.post(url, json=body)
        assert (answer.status_code, await code(answer)) == (422, expected), body
    await houses.client("flat@dom.example", confirmed=False)
    unproven = await staff.post(url, json={"account_id": "A-1", "email": "flat@dom.example"})
    assert await code(unproven) == "household.unknown_client", "whoever has not proven his address"
    key = {"Idempotency-Key": "k-1"}
    first = await staff.post(url, json={"account_id": "A-9", "contract_id": "C-1"}, headers=key)
    second = await staff.post(url, json={"account_id": "A-9", "contract_id": "C-1"}, headers=key)
    assert first.json() == second.json()


@pytest.mark.requirement("HHD-04")
async def test_the_only_address_needs_no_name_and_parts_of_an_address_find_it(houses: Cabinet, manager: Caller) -> None:
    caller = await alone(houses)
    assert (await cards(caller, None))["house"]["id"] == FOREIGN
    several = await manager.get(CARDS)
    assert (several.status_code, await code(several)) == (422, "household.house_needed")
    assert (await manager.get(CARDS, params={"house_id": FOREIGN})).status_code == 404
    for part, expected in (("флотск", [NAVY]), ("ОНЕГОРСК", [GARDEN, NAVY]), ("100%", []), ("Чужая", [])):
        found = (await manager.get("/api/v1/household/houses", params={"search": part})).json()["items"]
        assert [house["id"] for house in found] == expected, part
    one = (await manager.get("/api/v1/household/houses", params={"limit": 1})).json()
    rest = (await manager.get("/api/v1/household/houses", params={"limit": 1, "cursor": one["next"]})).json()
    assert [*one["items"], *rest["items"]] == (await manager.get("/api/v1/household/houses")).json()["items"]


@pytest.mark.requirement("HHD-05", "HHD-06", "HHD-09", "HHD-10")
async def test_the_cards_of_an_address(houses: Cabinet, manager: Caller) -> None:
    screen = await cards(manager)
    assert [card["title"] for card in screen["items"]] == ["Квартира 1", "Квартира 2", "Квартира 10"]
    assert [card["number_text"] for card in screen["items"]] == ["ЛС №000001", "ЛС №000002", "ЛС №000010"]
    assert screen["meters_text"] == "Всего 3 ПУ"
    assert screen["waiting_text"] == "Ожидают передачи показаний по 3 ПУ"
    assert screen["window_text"] == "Передача показаний доступна с 20.01.2026 по 28.01.2026"
    assert screen["can_transmit"] is True
    one, three, faulty = (card["meters"][0] for card in screen["items"])
    assert (one["number"], one["model"], one["coefficient"]) == ("0000111", "Меркурий 201", "1")
    assert [zone["zone"] for zone in one["zones"]] == ["T1"]
    assert one["zones"][0]["previous_text"] == "05 598 за Июль 2022"
    assert one["discrepancies"] == []
    assert one["state"] == "Работает, нет несоответствия"
    assert [zone["previous_text"] for zone in three["zones"]] == [
        "001 000 от 24.12.2025",
        "002 000 от 24.12.2025",
        "003 000 от 24.12.2025",
    ]
    assert faulty["discrepancies"] == ["Истёк срок поверки", "Нет пломбы"]
    first = await cards(manager, limit=2)
    rest = await cards(manager, limit=2, cursor=first["next"])
    assert [card["id"] for card in [*first["items"], *rest["items"]]] == ["A-1", "A-2", "A-10"]
    await enter(manager, "M-1", t1="5600")
    await transmit(manager, houses, house_id=NAVY)
    assert (await cards(manager))["waiting"] == 2


@pytest.mark.requirement("HHD-07")
async def test_the_two_sortings(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-2", t1="1", t2="2", t3="3")
    await enter(manager, "M-1", t1="123456")  # longer than the register

    async def ids(**params: str) -> list[str]:
        return [card["id"] for card in (await cards(manager, **params))["items"]]

    assert await ids() == ["A-1", "A-2", "A-10"]
    assert await ids(order="filled") == ["A-1", "A-2", "A-10"]
    assert await ids(order="unfilled") == ["A-10", "A-1", "A-2"]
    assert await ids(shown="errors") == ["A-1"]
    assert await ids(shown="errors", order="unfilled") == ["A-1"]
    await enter(manager, "M-10", t1="7")
    assert await ids(shown="errors") == ["A-1", "A-10"]
    for wrong in ({"order": "best"}, {"shown": "some"}):
        assert (await manager.get(CARDS, params={"house_id": NAVY, **wrong})).status_code in (400, 422)
    paged = await cards(manager, order="unfilled", limit=1)
    assert (await cards(manager, order="unfilled", limit=2, cursor=paged["next"]))["items"][0]["id"] != "A-10"


@pytest.mark.requirement("HHD-08")
async def test_filters_work_one_at_a_time(houses: Cabinet, manager: Caller) -> None:
    for name, value, expected in (
        ("flat", "10", ["A-10"]),
        ("meter", "0000222", ["A-2"]),
        ("account", "000001", ["A-1"]),
        ("flat", "77", []),
    ):
        found = await cards(manager, **{name: value})
        assert [card["id"] for card in found["items"]] == expected
        assert found["meters"] == 3, "the numbers are of the address"
    two = await manager.get(CARDS, params={"house_id": NAVY, "flat": "1", "meter": "0000111"})
    assert (two.status_code, await code(two)) == (422, "household.one_filter")
    for field, part, expected in (
        ("flat", "1", ["1", "10"]),
        ("meter", "222", ["0000222"]),
        ("account", "00001", ["000001", "000010"]),
    ):
        url = "/api/v1/household/options"
        found = (await manager.get(url, params={"field": field, "house_id": NAVY, "search": part})).json()["items"]
        assert [option["value"] for option in found] == expected, field
    assert (await manager.get(f"/api/v1/household/options?field=flat&house_id={FOREIGN}")).status_code == 404


@pytest.mark.requirement("HHD-03")
async def test_without_settings_there_is_no_notice(manager: Caller) -> None:
    assert (await manager.get("/api/v1/household/notice")).json() == {"text": None, "title": None, "link": None}


@pytest.mark.requirement("HHD-23")
async def test_the_schedule_of_a_branch_is_the_companys(houses: Cabinet, manager: Caller) -> None:
    later = {"branch": "Север", "month": "2026-01-01", "opens_on": "2026-01-26", "closes_on": "2026-01-30"}
    await houses.load("household.schedules", later)
    screen = await cards(manager)
    assert (screen["window"]["opens_on"], screen["can_transmit"]) == ("2026-01-26", False)
    refused = await manager.post("/api/v1/household/transmissions", json={"house_id": NAVY})
    assert (refused.status_code, await code(refused)) == (409, "household.period_closed")
    assert "с 26.01.2026 по 30.01.2026" in refused.json()["detail"]
    await houses.load("household.schedules", {"branch": "Север", "month": "2026-01-01", "deleted": True})
    assert (await cards(manager))["window"] is None
    unset = await manager.post("/api/v1/household/transmissions", json={"house_id": NAVY})
    assert await code(unset) == "household.no_schedule"
    entry = await manager.patch("/api/v1/household/meters/M-1/reading", json={"t1": "1"})
    assert (entry.status_code, await code(entry)) == (409, "household.no_schedule")


async def test_a_removed_contract_takes_its_accounts_along(houses: Cabinet, manager: Caller) -> None:
    import_id = await save(manager, houses, filled(await template(manager, NAVY), {"0000111": [6000]}), NAVY)
    assert (await details(manager, import_id))["file"]["loaded"] == 1
    assert (await manager.delete("/api/v1/contracts/C-1")).status_code in (200, 204)
    assert (await manager.get("/api/v1/household/houses")).json()["items"] == []
    assert (await manager.post("/api/v1/household/transmissions", json={"import_id": import_id})).status_code in (
        404,
        202,
    )
    assert (await manager.patch("/api/v1/household/meters/M-1/reading", json={"t1": "1"})).status_code == 404


async def test_a_meter_that_was_removed_is_gone(houses: Cabinet, manager: Caller) -> None:
    row = {"id": "M-1", "account_id": "A-1", "number": "0000111", "model": "М", "zones": 1, "digits": 5}
    await houses.load("household.meters", row | {"removed_on": "2026-01-10"})
    assert "M-1" not in await meters(manager)
    assert (await manager.patch("/api/v1/household/meters/M-1/reading", json={"t1": "1"})).status_code == 404
