"""Template, upload, statistics, history of files (5.6.3, 5.6.5)."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from core.testing.cabinet import Cabinet, Caller
from plugins.household.services import undoing
from tests.plugins.household.supplier import (
    FOREIGN,
    GARDEN,
    NAVY,
    code,
    details,
    enter,
    facts,
    filled,
    meter,
    meters,
    save,
    template,
    texts,
    transmit,
    upload,
)

HEADS = (
    "Адрес",
    "Квартира",
    "Номер ЛС",
    "Тариф",
    "Номер счетчика",
    "Марка счетчика",
    "Предыдущее показание Т1",
    "Предыдущее показание Т2",
    "Предыдущее показание Т3",
    "Показание Т1",
    "Показание Т2",
    "Показание Т3",
    "Дата показания",
)
FILES = "/api/v1/household/files"


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content)).active


@pytest.mark.requirement("HHD-19", "HHD-20")
async def test_the_template_has_a_row_for_each_meter_and_locks_the_rest(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000", taken_on="2026-01-24")
    sheet = sheet_of(await template(manager, NAVY))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert tuple(rows[0]) == HEADS
    assert rows[1][:6] == ["г. Онегорск, ул. Флотская, д. 1", "1", "000001", "Однотарифный", "0000111", "Меркурий 201"]
    assert rows[1][6:] == ["5598", None, None, "6000", None, None, "24.01.2026"]
    assert rows[2][3:9] == ["Трехтарифный", "0000222", "Энергомера СЕ 102", "1000", "2000", "3000"]
    assert [row[1] for row in rows[1:]] == ["1", "2", "10"]
    assert sheet.protection.sheet is True
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {"J2", "M2", "J3", "K3", "L3", "M3", "J4", "M4"}


@pytest.mark.requirement("HHD-18")
async def test_templates_and_files_for_one_several_and_all_addresses(houses: Cabinet, manager: Caller) -> None:
    numbers = [row[4].value for row in sheet_of(await template(manager, NAVY, GARDEN)).iter_rows(min_row=2)]
    assert numbers == ["0000555", "0000111", "0000222", "0001010"]
    every = await template(manager, every=True)
    assert sheet_of(every).max_row == 5
    url = "/api/v1/household/template"
    assert (await manager.get(url, params={"house_id": FOREIGN})).status_code == 404
    assert (await manager.get(url, params=[("house_id", NAVY), ("house_id", FOREIGN)])).status_code == 404
    unnamed = await manager.get(url)
    assert (unnamed.status_code, await code(unnamed)) == (422, "household.house_needed")
    content = filled(every, {"0000111": [6000], "0000555": [150]})
    params = {"kind": "household.readings", "name": "Шаблон.xlsx"}
    without = await manager.post("/api/v1/imports", params=params, content=content)
    assert (without.status_code, await code(without)) == (422, "household.house_needed")
    for house_id in (FOREIGN, "H-0"):
        foreign = await manager.post("/api/v1/imports", params=params | {"part": house_id}, content=content)
        assert foreign.status_code == 404
    only = await save(manager, houses, content, NAVY)
    assert (await details(manager, only))["file"]["status"] == "Загружен частично"
    both = await save(manager, houses, content, "all")
    assert (await details(manager, both))["file"]["loaded"] == 2
    await houses.load("household.attachments", {"id": "AT-F", "account_id": "A-9", "email": "manager@dom.example"})
    stranger = await houses.client("alone@dom.example")
    await houses.load("household.attachments", {"id": "AT-G", "account_id": "A-9", "email": "alone@dom.example"})
    assert sheet_of(await template(stranger)).max_row == 2
    assert (await details(stranger, await save(stranger, houses, filled(await template(stranger), {"0000999": [5]}))))[
        "file"
    ]["status"] == "Загружен"


@pytest.mark.requirement("HHD-20")
async def test_altered_cells_are_not_trusted(houses: Cabinet, manager: Caller) -> None:
    content = await template(manager, NAVY)
    for column, row, value, expected in (
        ("C", 2, "000009", "household.row_unknown"),  # somebody else's account
        ("C", 2, "000002", "household.meter_unknown"),
        ("E", 2, "0000999", "household.meter_unknown"),
        ("A", 2, "г. Онегорск, ул. Другая", "household.altered"),
        ("B", 2, "7", "household.altered"),
        ("K", 2, "55", "household.zone_absent"),  # a second zone of a single-zone meter
        ("C", 2, 1, "number_cell"),
    ):
        book = openpyxl.load_workbook(BytesIO(filled(content, {"0000111": [6000]})))
        book.active[f"{column}{row}"].value = value
        target = BytesIO()
        book.save(target)
        import_id = await save(manager, houses, target.getvalue(), NAVY)
        (entry,) = (await manager.get(f"/api/v1/imports/{import_id}/entries?state=refused")).json()["items"]
        found = [note["code"] for note in entry["notes"]]
        assert any(one.endswith(expected) for one in found), (column, value, found)
        file = (await details(manager, import_id))["file"]
        assert (file["status"], file["loaded"]) == ("Не загружен", 0)
    assert (await meters(manager))["M-1"]["zones"][0]["value"] is None
    stranger = await houses.client("look@dom.example")
    await houses.load("household.attachments", {"id": "AT-L", "account_id": "A-9", "email": "look@dom.example"})
    assert (await meters(stranger, FOREIGN))["M-9"]["zones"][0]["value"] is None


@pytest.mark.requirement("HHD-21")
async def test_only_new_workbooks_are_taken_and_nothing_is_stored_before_saving(
    houses: Cabinet, manager: Caller
) -> None:
    content = filled(await template(manager, NAVY), {"0000111": [6000]})
    params = {"kind": "household.readings", "part": NAVY}
    for name, body in (
        ("a.xls", content),
        ("a.csv", b"1;2"),
        ("a.xlsx", b"just text"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0"),
    ):
        answer = await manager.post("/api/v1/imports", params=params | {"name": name}, content=body)
        assert answer.status_code in (415, 422), (name, answer.text)
    first = await upload(manager, content, NAVY)
    await houses.drain()
    assert (await meters(manager))["M-1"]["zones"][0]["value"] is None
    assert (await manager.get(FILES)).json()["items"] == [], "not saved, not in the history"
    replacing = await manager.post(
        "/api/v1/imports", params=params | {"name": "b.xlsx", "replaces": first}, content=content
    )
    assert replacing.status_code == 201
    assert (await manager.get(f"/api/v1/imports/{first}")).status_code == 404
    assert (await manager.delete(f"/api/v1/imports/{replacing.json()['id']}")).status_code == 204


@pytest.mark.requirement("HHD-22")
async def test_a_branch_without_a_schedule_and_a_strange_workbook(houses: Cabinet, manager: Caller) -> None:
    await houses.load("household.houses", {"id": GARDEN, "branch": "Юг", "address": "г. Онегорск, Садовый пр., д. 5"})
    content = filled(await template(manager, every=True), {"0000555": [150], "0000111": [6000]})
    import_id = await save(manager, houses, content, "all")
    found = await details(manager, import_id)
    assert (found["file"]["loaded"], found["file"]["not_loaded"]) == (1, 1)
    garden = next(row for row in found["items"] if row["meter_number"] == "0000555")
    assert garden["remarks"] == ["Для отделения не задан период передачи показаний"]
    book = openpyxl.Workbook()
    book.active.append(["Адрес", "Квартира", "Сумма"])
    target = BytesIO()
    book.save(target)
    strange = await save(manager, houses, target.getvalue(), NAVY)
    item = (await manager.get(f"/api/v1/imports/{strange}")).json()
    assert item["state"] == "rejected"
    assert "«Номер ЛС»" in item["notes"][0]["message"]


@pytest.mark.requirement("HHD-24", "HHD-25")
async def test_statistics_and_transmission_of_a_file(houses: Cabinet, manager: Caller) -> None:
    content = filled(await template(manager, NAVY, GARDEN), {"0000222": [1100, 2100, 9999999], "0000111": ["abc"]})
    content = filled(content, {"0000555": ["150,5"]})
    import_id = await save(manager, houses, content, NAVY, GARDEN)
    file = (await details(manager, import_id))["file"]
    assert (file["loaded"], file["faulty"], file["not_loaded"]) == (3, 1, 1)
    assert file["status"] == "Загружен частично"
    assert await facts(houses) == []
    shown = await meters(manager)
    assert texts(shown["M-2"]) == ["Готово к передаче", "Готово к передаче", "Не соответствует значности ПУ"]
    assert shown["M-1"]["zones"][0]["value"] is None
    await enter(manager, "M-2", t3="3100")  # editable like any other
    await enter(manager, "M-1", t1="6000")  # not of this file
    done = await transmit(manager, houses, import_id=import_id)
    assert [fact["body"]["meter_number"] for fact in await facts(houses)] == ["0000555"], "M-2 was changed by hand"
    assert done["sent"] == 1
    later = await transmit(manager, houses, house_id=NAVY)
    assert later["sent"] == 2
    assert {fact["body"]["source"] for fact in await facts(houses)} == {"file", "screen"}
    assert (await manager.post("/api/v1/household/transmissions", json={"import_id": "none"})).status_code == 404


async def test_a_second_upload_of_what_was_transmitted_changes_nothing(houses: Cabinet, manager: Caller) -> None:
    content = filled(await template(manager, NAVY), {"0000111": [6000]})
    await transmit(manager, houses, import_id=await save(manager, houses, content, NAVY))
    again = await save(manager, houses, content, NAVY)
    (entry,) = (await manager.get(f"/api/v1/imports/{again}/entries?state=refused")).json()["items"]
    assert entry["notes"][0]["code"] == "household.transmitted"
    assert len(await facts(houses)) == 1


@pytest.mark.requirement("HHD-35")
@pytest.mark.parametrize(
    ("values", "status", "partly"),
    [
        ([1100, 2100, 3100], "Загружен", 0),
        ([1100, 2100, 9999999], "Загружен", 0),  # loaded with its error
        ([1100, "x", 3100], "Загружен частично", 1),
        (["x", "x", "x"], "Не загружен", 0),
    ],
)
async def test_a_file_has_one_status_wherever_it_is_shown(
    houses: Cabinet, manager: Caller, values: list[Any], status: str, partly: int
) -> None:
    import_id = await save(manager, houses, filled(await template(manager, NAVY), {"0000222": values}), NAVY)
    item = (await manager.get(f"/api/v1/imports/{import_id}")).json()
    file = (await details(manager, import_id))["file"]
    assert (item["state_text"], file["status"], item["counts"]["partly"]) == (status, status, partly)


@pytest.mark.requirement("HHD-33", "HHD-35")
async def test_the_history_of_files(houses: Cabinet, manager: Caller) -> None:
    content = filled(await template(manager, NAVY), {"0000111": [6000]})
    await save(manager, houses, content, NAVY)
    houses.clock.move(timedelta(seconds=61))
    await save(manager, houses, filled(content, {"0000222": ["x"]}), NAVY, name="Март.уточнение.xlsx")
    second, first = (await manager.get(FILES)).json()["items"]
    assert (first["name"], first["status"], first["uploaded_text"]) == ("Шаблон", "Загружен", "25.01.2026 12:00:00")
    assert (second["name"], second["status"], second["uploaded_text"]) == (
        "Март.уточнение",
        "Загружен частично",
        "25.01.2026 12:01:01",
    )
    for shown in (first, second):
        assert (await manager.get(f"/api/v1/imports/{shown['id']}")).json()["state_text"] == shown["status"]
    original = await manager.get(f"/api/v1/imports/{first['id']}/original")
    assert original.content == content
    assert "%D0%A8%D0%B0%D0%B1%D0%BB%D0%BE%D0%BD.xlsx" in original.headers["content-disposition"]
    neighbour = await houses.client("neighbour@dom.example")
    await houses.link(neighbour, "78000000012345", "uk@dom.example")
    assert (await neighbour.get(FILES)).json()["items"] == []
    for path in (f"/api/v1/imports/{first['id']}/original", f"{FILES}/{first['id']}"):
        assert (await neighbour.get(path)).status_code == 404
    assert (await neighbour.post(f"{FILES}/{first['id']}/undo")).status_code == 404
    page = (await manager.get(FILES, params={"limit": 1})).json()
    assert (await manager.get(FILES, params={"limit": 1, "cursor": page["next"]})).json()["items"] == [first]


@pytest.mark.requirement("HHD-36")
async def test_the_details_are_those_of_the_upload(houses: Cabinet, manager: Caller) -> None:
    content = filled(await template(manager, NAVY), {"0000111": [5000], "0000222": [1100, "x", 3100]})
    import_id = await save(manager, houses, content, NAVY)
    await enter(manager, "M-1", t1="7000")
    one, three = (await details(manager, import_id))["items"]
    assert (one["account_number"], one["meter_number"]) == ("000001", "0000111")
    assert (one["values"], one["results"], one["taken_on"]) == (["5000"], ["Готово к передаче"], "25.01.2026")
    assert three["values"] == ["1100", "x", "3100"]
    incomplete = "Для многотарифного ПУ введены показания не по всем зонам"
    assert (three["results"][0], three["results"][2]) == (incomplete, incomplete)
    assert three["results"][1].startswith("Не загружено; Показание — это")


async def test_dates_of_a_file_in_every_guise(houses: Cabinet, manager: Caller) -> None:
    for given, expected in (
        (None, "2026-01-25"),
        ("24.01.2026", "2026-01-24"),
        (date(2026, 1, 23), "2026-01-23"),
        (datetime(2026, 1, 22, 15, 30), "2026-01-22"),  # noqa: DTZ001 - Excel knows no zones
        (46043, "2026-01-21"),
    ):
        content = filled(await template(manager, GARDEN), {"0000555": [150, None, None, given]})
        await save(manager, houses, content, GARDEN)
        assert (await meters(manager, GARDEN))["M-5"]["taken_on"] == expected, given
    for wrong in ("сегодня", "32.01.2026", "2026-13-01"):
        content = filled(await template(manager, GARDEN), {"0000555": [160, None, None, wrong]})
        import_id = await save(manager, houses, content, GARDEN)
        (row,) = (await details(manager, import_id))["items"]
        assert row["remarks"] == ["Дата показания — в виде ДД.ММ.ГГГГ"], wrong
    outside = filled(await template(manager, GARDEN), {"0000555": [170, None, None, "01.01.2026"]})
    await save(manager, houses, outside, GARDEN)
    assert texts((await meters(manager, GARDEN))["M-5"]) == ["Невозможна передача показаний на указанную дату"]


async def test_bad_rows_have_their_reason_in_the_marked_copy(houses: Cabinet, manager: Caller) -> None:
    book = openpyxl.load_workbook(BytesIO(filled(await template(manager, NAVY), {"0000111": ["-5"], "0000222": [1]})))
    sheet = book.active
    sheet.append([cell.value for cell in sheet[2]])  # the same meter twice
    target = BytesIO()
    book.save(target)
    import_id = await save(manager, houses, target.getvalue(), NAVY)
    refused = (await manager.get(f"/api/v1/imports/{import_id}/entries?state=refused")).json()["items"]
    codes = {note["code"] for entry in refused for note in [*entry["notes"], *entry["lines"][0]["notes"]]}
    assert {"household.number_format", "household.meter_twice"} <= codes
    marked = await manager.get(f"/api/v1/imports/{import_id}/marked")
    assert marked.status_code == 200
    text = " ".join(str(cell.value) for row in sheet_of(marked.content).iter_rows() for cell in row)
    assert "Показание — это неотрицательное число" in text


async def test_a_replaced_meter_is_told_from_an_unknown_account(houses: Cabinet, manager: Caller) -> None:
    content = filled(await template(manager, GARDEN), {"0000555": [150]})
    await houses.load("household.meters", meter("M-5", "A-5", "0000555", removed_on="2026-01-20"))
    await houses.load("household.meters", meter("M-6", "A-5", "0000666"))
    (row,) = (await details(manager, await save(manager, houses, content, GARDEN)))["items"]
    assert row["remarks"][0].startswith("У лицевого счёта нет такого прибора учёта")


async def test_a_file_is_undone_before_it_is_transmitted(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="5700", taken_on="2026-01-23")
    content = filled(await template(manager, NAVY), {"0000111": [6000], "0000222": [1100, 2100, 3100]})
    import_id = await save(manager, houses, content, NAVY)
    assert (await meters(manager))["M-1"]["zones"][0]["value"] == "6000"
    undone = await manager.post(f"{FILES}/{import_id}/undo")
    assert (undone.status_code, undone.json()["undone"]) == (200, True)
    after = await meters(manager)
    assert (after["M-1"]["zones"][0]["value"], after["M-1"]["taken_on"]) == ("5700", "2026-01-23")
    assert after["M-2"]["zones"][0]["value"] is None
    assert (await manager.post(f"{FILES}/{import_id}/undo")).status_code == 200
    second = await save(manager, houses, content, NAVY)
    await transmit(manager, houses, import_id=second)
    late = await manager.post(f"{FILES}/{second}/undo")
    assert (late.status_code, await code(late)) == (409, "household.file_transmitted")


async def test_what_was_taken_away_from_the_client_is_not_undone_by_him(houses: Cabinet, manager: Caller) -> None:
    content = filled(await template(manager, NAVY), {"0000111": [6000], "0000222": [1100, 2100, 3100]})
    import_id = await save(manager, houses, content, NAVY)
    await houses.load("household.attachments", {"id": "AT-1", "deleted": True})
    assert (await manager.post(f"{FILES}/{import_id}/undo")).json()["undone"] is True
    assert (await meters(manager))["M-2"]["zones"][0]["value"] is None
    await houses.load("household.attachments", {"id": "AT-1", "account_id": "A-1", "contract_id": "C-1"})
    assert (await meters(manager))["M-1"]["zones"][0]["value"] == "6000"
    again = await save(manager, houses, content, NAVY)
    for number in (1, 2, 10):
        await houses.load("household.attachments", {"id": f"AT-{number}", "deleted": True})
    assert (await manager.post(f"{FILES}/{again}/undo")).json()["undone"] is False
    await houses.load("household.attachments", {"id": "AT-2", "account_id": "A-2", "contract_id": "C-1"})
    assert [zone["value"] for zone in (await meters(manager))["M-2"]["zones"]] == ["1100", "2100", "3100"]


async def test_a_large_file_is_undone_piece_by_piece(
    houses: Cabinet, manager: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "_ROWS", 1)
    content = filled(await template(manager, NAVY), {"0000111": [6000], "0000222": [1100, 2100, 3100]})
    import_id = await save(manager, houses, content, NAVY)
    assert (await manager.post(f"{FILES}/{import_id}/undo")).json()["undone"] is True
    after = await meters(manager)
    assert [after[one]["zones"][0]["value"] for one in ("M-1", "M-2")] == [None, None]


@pytest.mark.requirement("HHD-36")
async def test_numbers_are_shown_whatever_they_hold(houses: Cabinet, manager: Caller) -> None:
    strange = "77, ПУ 5"
    await houses.load("household.accounts", {"id": "A-5", "house_id": GARDEN, "number": strange, "flat": "5"})
    content = filled(await template(manager, GARDEN), {"0000555": [150]})
    (row,) = (await details(manager, await save(manager, houses, content, GARDEN)))["items"]
    assert (row["account_number"], row["meter_number"], row["values"]) == (strange, "0000555", ["150"])
