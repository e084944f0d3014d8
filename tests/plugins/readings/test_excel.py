"""Excel channels over HTTP: templates, the integral file, the file of points."""

import io
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.readings.supplier import client
from tests.plugins.readings.workbooks import (
    CONSUMPTION,
    checked,
    entries,
    filled,
    remarks,
    sent,
    template_rows,
    upload,
    xls,
    xlsx,
)

VALUES = {("05601313", "Круглосуточный"): "16250,16", ("05601314", "День"): "110", ("05601314", "Ночь"): "210.5"}
HEADINGS = [
    "Код ЭО",
    "Наименование ЭО",
    "Статус ЭО",
    "Номер ПУ",
    "Наименование ИК",
    "Измеряемая величина",
    "Шкала",
    "Предыдущие показания",
    "Текущие показания",
]


async def form_values(caller: Caller) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """(meter, register) -> present reading and consumption, as the form shows them."""
    form = (await caller.get("/api/v1/readings/contracts/c1")).json()
    return {
        (meter["id"], register["code"]): (register["current"], register["consumption_shown"])
        for subject in form["objects"]
        for point in subject["points"]
        for meter in point["meters"]
        for register in meter["registers"]
    }


async def facts(cabinet: Cabinet, kind: str = "readings.submitted") -> list[Any]:
    """What the company reads in its feed."""
    company = await cabinet.service(f"reader{len(cabinet._callers)}", ("exchange.feed",))
    answer = await company.get("/api/v1/exchange/feed", params={"kind": kind, "after": 0})
    found: list[Any] = answer.json()["items"]
    return found


@pytest.mark.requirement("RDG-18")
async def test_the_kinds_of_files_of_a_contract(supplier: Cabinet) -> None:
    caller = await client(supplier, contracts=("c1", "c2"))
    kinds = (await caller.get("/api/v1/import-kinds", params={"contract_id": "c1"})).json()["items"]
    titles = [kind["title"] for kind in kinds if kind["kind"].startswith("readings.")]
    assert titles[:2] == ["Интегральные по договору", "Расход ТУ по договору"]
    assert set(titles) <= {"Интегральные по договору", "Расход ТУ по договору", "Почасовые"}
    without = (await caller.get("/api/v1/import-kinds", params={"contract_id": "c2"})).json()["items"]
    assert "Расход ТУ по договору" not in [kind["title"] for kind in without]
    body = xlsx([HEADINGS])
    assert (await upload(caller, body, contract_id="")).status_code == 422
    assert (await upload(caller, body, kind="")).status_code == 422
    assert (await upload(caller, body, kind="readings.other")).json()["errors"][0]["field"] == "kind"
    assert (await upload(caller, body, kind=CONSUMPTION, contract_id="c2")).json()["code"] == "imports.not_offered"
    assert (await upload(caller, body, contract_id="c3")).status_code == 404


@pytest.mark.requirement("RDG-19")
async def test_the_integral_template_holds_the_screen(supplier: Cabinet) -> None:
    caller = await client(supplier)
    rows = await template_rows(caller)
    assert rows[0] == HEADINGS
    assert [row[3:] for row in rows[1:]] == [
        ["05601313", "10186912-Орехово-Зуево г., Сосновый пр.", "А+", "Круглосуточный", "16249,16", ""],
        ["05601314", "Ввод 1", "А+", "День", "100", ""],
        ["05601314", "Ввод 1", "А+", "Ночь", "200,5", ""],
    ]
    assert rows[1][:3] == ["10186912_1", "Объект 10186912_1", "Ожидание"]
    answer = await caller.get("/api/v1/readings/contracts/c1/templates/integral")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet.protection.sheet
    assert [sheet.cell(2, column).protection.locked for column in range(1, 10)] == [True] * 8 + [False]
    done = await checked(supplier, caller, xlsx(filled(rows, VALUES)))
    await sent(supplier, caller, done["id"])
    assert [row[8] for row in (await template_rows(caller))[1:]] == ["16250,16", "110", "210,5"]
    accountant = await client(supplier, "Бухгалтер", email="buh@example.ru")
    assert (await accountant.get("/api/v1/readings/contracts/c1/templates/integral")).status_code == 403


@pytest.mark.requirement("RDG-20", "RDG-22")
@pytest.mark.parametrize(("write", "name"), [(xlsx, "показания.xlsx"), (xls, "показания.xls")])
async def test_a_filled_template_is_checked_and_sent(supplier: Cabinet, write: Any, name: str) -> None:
    caller = await client(supplier)
    rows = filled(await template_rows(caller), VALUES)
    done = await checked(supplier, caller, write(rows), name)
    assert (done["state"], done["file_name"], done["counts"]["new"]) == ("ready", name, 2), done
    assert await facts(supplier) == []
    first, second = await entries(caller, done["id"])
    line = first["lines"][0]
    assert (first["title"], line["given"], line["previous"], line["result"]) == (
        "Прибор учёта 05601313",
        "16250,16",
        "016 249,16",
        "1",
    )
    assert [one["result"] for one in second["lines"]] == ["200", "200"]
    after = await sent(supplier, caller, done["id"])
    assert (after["state"], after["message"]) == ("committed", "Показания сохранены")
    by_file = await form_values(caller)
    assert by_file == {
        ("m1", "A+.total"): ("16250.16", "1"),
        ("m2", "A+.T1"): ("110", "200"),
        ("m2", "A+.T2"): ("210.5", "200"),
    }
    assert [(fact["body"]["meter_id"], fact["body"]["channel"]) for fact in await facts(supplier)] == [
        ("m1", "file"),
        ("m2", "file"),
    ]
    receipt = await caller.get(f"/api/v1/readings/contracts/c1/submissions/{done['id']}")
    assert len(receipt.json()["devices"]) == 2
    listed = (await caller.get("/api/v1/imports", params={"contract_id": "c1"})).json()["items"]
    assert [(one["file_name"], one["size"]) for one in listed] == [(name, done["size"])]


@pytest.mark.requirement("RDG-20")
async def test_other_files_are_refused_and_nothing_is_stored(supplier: Cabinet) -> None:
    caller = await client(supplier)
    good = xlsx(filled(await template_rows(caller), VALUES))
    for content, name, code in (
        (good, "показания.csv", "imports.wrong_suffix"),
        (good, "показания", "imports.wrong_suffix"),
        (good, "показания.xlsm", "imports.wrong_suffix"),
        ("Показания: 15".encode(), "показания.xlsx", "imports.wrong_content"),
        ("Показания: 15".encode(), "показания.xls", "imports.wrong_content"),
        (b"", "показания.xlsx", "imports.empty_file"),
    ):
        assert (await upload(caller, content, name)).json()["code"] == code
    assert (await caller.get("/api/v1/imports", params={"contract_id": "c1"})).json()["items"] == []
    assert await facts(supplier) == []


@pytest.mark.requirement("RDG-21")
async def test_good_rows_are_saved_and_bad_ones_reported(supplier: Cabinet) -> None:
    caller = await client(supplier)
    rows = await template_rows(caller)
    partly = filled(rows, {**VALUES, ("05601314", "Ночь"): ""})
    stranger = ["20000000_1", "Объект 20000000_1", "Ожидание", "90000001", "Ввод", "А+", "Круглосуточный", "", "7"]
    done = await checked(supplier, caller, xlsx([*partly, stranger]))
    assert {name: count for name, count in done["counts"].items() if count} == {"new": 1, "refused": 2}
    zones, foreign = await entries(caller, done["id"], state="refused")
    assert remarks(zones) == [("required", 4, "I")]
    assert zones["lines"][1]["notes"][0]["message"] == "Заполните поле"
    assert remarks(foreign) == [("readings.unknown_meter", 5, "D")]
    await sent(supplier, caller, done["id"])
    assert [fact["body"]["meter_id"] for fact in await facts(supplier)] == ["m1"]
    # the marked copy, corrected, sends only what is new
    marked = await caller.get(f"/api/v1/imports/{done['id']}/marked")
    sheet = openpyxl.load_workbook(io.BytesIO(marked.content)).active
    assert sheet["J1"].value == "Причина"
    assert [sheet[f"J{row}"].value for row in (2, 4)] == [None, "Заполните поле"]
    assert "Такого прибора учёта" in sheet["J5"].value
    assert sheet["I4"].fill.fgColor.rgb == "FFFFC7CE"
    sheet["I4"] = 210.5
    sheet.delete_rows(5)
    corrected = io.BytesIO()
    sheet.parent.save(corrected)
    again = await checked(supplier, caller, corrected.getvalue())
    assert {name: count for name, count in again["counts"].items() if count} == {"new": 1, "unchanged": 1}
    await sent(supplier, caller, again["id"])
    assert [fact["body"]["meter_id"] for fact in await facts(supplier)] == ["m1", "m2"]


@pytest.mark.requirement("RDG-21")
async def test_altered_cells_statuses_and_empty_files(supplier: Cabinet) -> None:
    caller = await client(supplier)
    rows = filled(await template_rows(caller), VALUES)
    rows[1][1], rows[2][6] = "Чужой объект", "Пик"
    done = await checked(supplier, caller, xlsx(rows))
    first, second = await entries(caller, done["id"])
    assert remarks(first) == [("readings.altered_cell", 2, "B")]
    assert ("readings.unknown_register", 3, "G") in remarks(second)
    nothing_new = await caller.post(f"/api/v1/imports/{done['id']}/commit")
    assert nothing_new.json()["code"] == "imports.nothing_new"
    await supplier.load("readings.states", {"kind": "meter", "id": "m1", "status": "В обработке"})
    done = await checked(supplier, caller, xlsx(filled(await template_rows(caller), VALUES)))
    (refused,) = await entries(caller, done["id"], state="refused")
    assert remarks(refused) == [("readings.status_forbids", 2, "C")]
    one_only = filled(await template_rows(caller), {("05601314", "День"): 110, ("05601314", "Ночь"): 210.5})
    done = await checked(supplier, caller, xlsx(one_only))
    assert (done["counts"]["skipped"], done["counts"]["new"]) == (1, 1)
    empty = await checked(supplier, caller, xlsx(await template_rows(caller)))
    assert (empty["state"], empty["notes"][0]["code"]) == ("rejected", "imports.nothing_filled")
    assert (await caller.post(f"/api/v1/imports/{empty['id']}/commit")).status_code == 409
    assert await facts(supplier) == []


@pytest.mark.requirement("RDG-22")
async def test_a_staged_file_is_shown_replaced_and_removed_without_effect(supplier: Cabinet) -> None:
    caller = await client(supplier)
    body = xlsx(filled(await template_rows(caller), VALUES))
    first = await checked(supplier, caller, body, "первый.xlsx")
    second = await checked(supplier, caller, body, "второй.xlsx", replaces=first["id"])
    listed = (await caller.get("/api/v1/imports", params={"contract_id": "c1"})).json()["items"]
    assert [(one["file_name"], one["size"]) for one in listed] == [("второй.xlsx", len(body))]
    assert (await caller.delete(f"/api/v1/imports/{second['id']}")).status_code == 204
    assert (await caller.get("/api/v1/imports", params={"contract_id": "c1"})).json()["items"] == []
    assert await facts(supplier) == []
    assert set((await form_values(caller)).values()) == {(None, None)}


async def test_outside_of_the_window_no_file_is_taken(supplier: Cabinet) -> None:
    caller = await client(supplier)
    body = xlsx(filled(await template_rows(caller), VALUES))
    points = xlsx(await template_rows(caller, "consumption"))
    days = ((21, 21, 409), (22, 0, 201), (37, 20, 201), (37, 21, 409))  # of January, hour UTC
    for day, hour, status in days:
        month, day = (1, day) if day <= 31 else (2, day - 31)
        supplier.clock.set(datetime(2026, month, day, hour, 0, tzinfo=UTC))
        for kind, content in (("readings.integral", body), (CONSUMPTION, points)):
            answer = await upload(caller, content, kind=kind)
            if (day, hour) == (21, 21):  # midnight in Moscow has passed: the 22nd
                status = 201
            assert answer.status_code == status, (day, hour, answer.text)
            if status == 409:
                assert answer.json()["params"]["reason_code"] == "readings.window_closed"
                assert "22 января 2026 года по 6 февраля 2026 года" in answer.json()["detail"]


@pytest.mark.requirement("RDG-23")
async def test_the_template_of_points(supplier: Cabinet) -> None:
    caller = await client(supplier, contracts=("c1", "c2"))
    headings = ["Код ЭО", "Наименование ЭО", "Код ИК", "Наименование ТУ", "Расход, кВт·ч"]
    rows = await template_rows(caller, "consumption")
    assert rows == [headings, ["10186912_4", "Объект 10186912_4", "ИК-p4", "Освещение", ""]]
    assert await template_rows(caller, "consumption", "c2") == [headings]


@pytest.mark.requirement("RDG-24")
@pytest.mark.parametrize(("write", "name"), [(xlsx, "расход.xlsx"), (xls, "расход.xls")])
async def test_the_file_of_points(supplier: Cabinet, write: Any, name: str) -> None:
    caller = await client(supplier)
    headings, row = await template_rows(caller, "consumption")
    foreign = ["20000000_1", "Объект", "ИК-px", "Ввод", "5"]
    metered = ["10186912_1", "Объект", "ИК-p1", "Ввод", "5"]
    assert (await upload(caller, b"text", name, kind=CONSUMPTION)).json()["code"] == "imports.wrong_content"
    assert (await upload(caller, write([headings, row]), "расход.ods", kind=CONSUMPTION)).json()["code"] == (
        "imports.wrong_suffix"
    )
    for wrong in ("-5", "много"):
        bad = await checked(supplier, caller, write([headings, [*row[:4], wrong]]), name, kind=CONSUMPTION)
        (refused,) = await entries(caller, bad["id"])
        assert remarks(refused) == [("readings.value_format", 2, "E")]
    done = await checked(
        supplier, caller, write([headings, [*row[:4], 1500.5], foreign, metered]), name, kind=CONSUMPTION
    )
    assert (done["counts"]["new"], done["counts"]["refused"]) == (1, 2)
    unknown, with_meter = await entries(caller, done["id"], state="refused")
    assert remarks(unknown) == [("readings.unknown_point", 3, "C")]
    assert remarks(with_meter) == [("readings.metered_point", 4, "E")]
    answer = await caller.post(f"/api/v1/imports/{done['id']}/commit")
    assert answer.json()["message"] == "Показания успешно переданы. Данные будут обновлены в течение 10 минут"
    await supplier.drain()
    form = (await caller.get("/api/v1/readings/contracts/c1")).json()
    shown = [point["consumption"] for subject in form["objects"] for point in subject["points"] if point["id"] == "p4"]
    assert shown == ["1500.5"]
    (fact,) = await facts(supplier, "readings.consumption_submitted")
    assert (fact["body"]["value"], fact["body"]["channel"]) == ("1500.5", "file")


async def test_a_file_is_withdrawn_like_any_submission(supplier: Cabinet) -> None:
    caller = await client(supplier)
    done = await checked(supplier, caller, xlsx(filled(await template_rows(caller), VALUES)), send="true")
    assert done["state"] == "committed"
    gone = await caller.post(f"/api/v1/imports/{done['id']}/withdrawal")
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert len(await facts(supplier, "readings.withdrawn")) == 2
    assert set((await form_values(caller)).values()) == {(None, None)}


async def test_cells_that_excel_has_spoiled(supplier: Cabinet) -> None:
    caller = await client(supplier)
    rows = filled(await template_rows(caller), VALUES)

    def spoil(sheet: Any) -> None:
        sheet["I2"] = date(2026, 5, 12)
        sheet["I3"] = "=1+1"
        sheet["D4"] = 5601314
        sheet.row_dimensions[4].hidden = True

    done = await checked(supplier, caller, xlsx(rows, spoil))
    found = [remark for entry in await entries(caller, done["id"]) for remark in remarks(entry)]
    assert ("imports.date_cell", 2, "I") in found
    assert ("imports.formula", 3, "I") in found
    assert ("imports.number_cell", 4, "D") in found
    assert ("imports.hidden_row", 4, None) in found
    renamed = [["Код ЭО", "Объект", *rows[0][2:]], *rows[1:]]
    done = await checked(supplier, caller, xlsx(renamed))
    (note,) = done["notes"]
    assert (note["code"], note["row"]) == ("imports.columns_missing", 1)
    assert "«Наименование ЭО»" in note["message"]
