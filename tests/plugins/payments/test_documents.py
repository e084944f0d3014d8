"""Documents, acts and the history of payments, over HTTP."""

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import msgspec
import openpyxl
import pytest
import sqlalchemy as sa

from core.db.tables import Outbox
from core.ports.files import Files
from core.ports.mail import Mail, MailUnavailable
from core.testing.cabinet import Cabinet, Caller
from tests.plugins.payments.bank import Bank
from tests.plugins.payments.supplier import C1, PAY, bill, client, feed, start

DOCUMENTS = f"{C1}/documents"
TYPES = ["все", "акт приема-передачи", "ведомость приема-передачи", "счет-фактура", "счет на оплату"]
YEAR = {"month_from": "2025-11-01", "month_to": "2026-01-31"}
MESSAGE = (
    "Документ будет отправлен на ваш электронный адрес после формирования. "
    "Время подготовки может составить до 10 минут."
)


def document(key: str, kind: str = "счет на оплату", issued_on: str = "2026-01-10", **more: Any) -> dict[str, Any]:
    common = {"id": key, "contract_id": "c1", "kind": kind, "number": key, "file_name": f"Документ {key}.pdf"}
    return common | {"issued_on": issued_on} | more


def act(key: str, **more: Any) -> dict[str, Any]:
    period = {"period_from": "2025-01-01", "period_to": "2025-12-31"}
    return document(key, "акт сверки", "2026-01-20") | period | more


async def deliver(cabinet: Cabinet, key: str, content: bytes) -> None:
    company = await cabinet.service()
    answer = await company.put(f"/api/v1/exchange/payments/documents/{key}/content", content=content)
    assert (answer.status_code, answer.json()["size"]) == (200, len(content))


async def ids(caller: Caller, place: str = DOCUMENTS, **params: str) -> list[str]:
    answer = await caller.get(place, params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.requirement("PAY-17", "PAY-18")
async def test_documents_are_filtered_by_contract_type_and_period(supplier: Cabinet) -> None:
    await supplier.load(
        "payments.documents",
        *[document(f"{number}", kind, f"2026-01-{number + 10}") for number, kind in enumerate(TYPES[1:])],
        document("nov", issued_on="2025-11-30"),
        document("dec", issued_on="2026-01-05", month="2025-12-01"),
        document("two", contract_id="c2"),
        document("three", contract_id="c3"),
        act("A"),
    )
    caller = await client(supplier, contracts=("c1", "c2"))
    shown = (await caller.get(DOCUMENTS)).json()
    assert (shown["types"], shown["period"]) == (TYPES, {"month_from": "2026-01-01", "month_to": "2026-01-01"})
    assert [item["id"] for item in shown["items"]] == ["3", "2", "1", "0"]
    assert await ids(caller, **YEAR) == ["3", "2", "1", "0", "dec", "nov"]
    assert await ids(caller, month_from="2025-11-15", month_to="2025-12-01") == ["dec", "nov"]
    for number, kind in enumerate(TYPES[1:]):
        assert await ids(caller, type=kind) == [f"{number}"]
    assert await ids(caller, type="счет на оплату", month_from="2025-11-01", month_to="2025-12-31") == ["dec", "nov"]
    assert await ids(caller, f"{PAY}/documents") == ["3", "2", "1", "two", "0"]
    assert await ids(caller, f"{PAY}/contracts/c2/documents") == ["two"]
    assert (await caller.get(f"{PAY}/contracts/c3/documents")).status_code == 404
    assert (await caller.get(DOCUMENTS, params={"type": "акт сверки"})).status_code in (400, 422)
    reversed_range = await caller.get(DOCUMENTS, params={"month_from": "2026-01-01", "month_to": "2025-12-01"})
    assert reversed_range.status_code == 422
    page = (await caller.get(DOCUMENTS, params=YEAR | {"limit": "4"})).json()
    assert await ids(caller, **YEAR, limit="4", cursor=page["next"]) == ["dec", "nov"]


@pytest.mark.requirement("PAY-19", "ROL-20")
async def test_a_document_is_downloaded_or_shown_in_a_tab(supplier: Cabinet) -> None:
    await supplier.load("payments.documents", document("1"), document("2", file_name="С.html"))
    caller = await client(supplier)
    place = f"{DOCUMENTS}/1/content"
    missing = await caller.get(place)
    assert (missing.status_code, missing.json()["code"]) == (409, "payments.without_file")
    await deliver(supplier, "1", b"old")
    await deliver(supplier, "1", b"%PDF-1.7 content")
    await deliver(supplier, "2", b"<script>")
    got = await caller.get(place)
    assert (got.content, got.headers["content-type"]) == (b"%PDF-1.7 content", "application/pdf")
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%94")
    shown = await caller.get(place, params={"inline": "true"})
    assert shown.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
    unsafe = await caller.get(f"{DOCUMENTS}/2/content", params={"inline": "true"})
    assert unsafe.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in unsafe.headers["content-security-policy"]
    assert (await caller.get(f"{PAY}/contracts/c2/documents/1/content")).status_code == 404
    other = await client(supplier, contracts=("c2",), email="other@elegaz.example")
    assert (await other.get(f"{PAY}/contracts/c2/documents/1/content")).status_code == 404
    engineer = await client(supplier, "Энергетик", email="energetik@raduga.example")
    for path in (DOCUMENTS, place, f"{C1}/archive?month=2026-01-01", f"{C1}/acts"):
        assert (await engineer.get(path)).status_code == 403, path
    assert (await engineer.post(f"{DOCUMENTS}/1/letters", json={"email": "a@b.example"})).status_code == 403
    assert await ids(engineer, f"{PAY}/documents") == []
    company = await supplier.service("stranger", ["exchange.feed"])
    assert (await company.put("/api/v1/exchange/payments/documents/1/content", content=b"x")).status_code == 403


@pytest.mark.requirement("PAY-20")
@pytest.mark.repeats("send_payments_document")
async def test_a_document_is_sent_once_it_is_there(supplier: Cabinet) -> None:
    await supplier.load("payments.documents", document("1"))
    caller = await client(supplier)
    place, to = f"{DOCUMENTS}/1/letters", "kto-ugodno@company.example"
    key = {"Idempotency-Key": "0194a3c2-4444"}
    for _ in range(2):
        sent = await caller.post(place, json={"email": to}, headers=key)
        assert (sent.status_code, sent.json()["message"]) == (202, MESSAGE)
    assert await supplier.letters(to) == []
    await deliver(supplier, "1", b"%PDF-1.7 content")
    supplier.clock.move(timedelta(minutes=1))
    ports: Any = supplier.runtime.ports
    mail = ports[Mail]

    class Broken:
        async def send(self, message: Any) -> None:
            raise MailUnavailable("away")

    ports[Mail] = Broken()
    assert (await supplier.drain(failing=True)).failed
    ports[Mail] = mail
    supplier.clock.move(timedelta(minutes=9))
    (letter,) = await supplier.letters(to)
    assert letter.subject == "счет на оплату № 1 от 10.01.2026"
    assert [(file.name, file.content) for file in letter.files] == [("Документ 1.pdf", b"%PDF-1.7 content")]
    supplier.clock.move(timedelta(hours=5))
    assert len(await supplier.letters(to)) == 1
    for email in ("", "no address"):
        assert (await caller.post(place, json={"email": email})).status_code == 422
    assert (await caller.post(f"{DOCUMENTS}/9/letters", json={"email": to})).status_code == 404


@pytest.mark.requirement("PAY-21")
async def test_only_a_document_with_a_debt_is_payable(supplier: Cabinet, bank: Bank) -> None:
    await supplier.load("payments.bills", bill("b1", "100"), bill("b2", "50", remaining="0"))
    await supplier.load(
        "payments.documents",
        document("1", bill_id="b1"),
        document("2", bill_id="b2"),
        document("3", "акт приема-передачи"),
    )
    caller = await client(supplier)
    shown = {item["id"]: (item["bill_id"], item["to_pay"]) for item in (await caller.get(DOCUMENTS)).json()["items"]}
    assert shown == {"1": ("b1", "100.00"), "2": (None, None), "3": (None, None)}
    for key in ("b2", "3"):
        assert (await start(caller, mode="bills", bills=[key])).status_code == 422
    assert (await start(caller, mode="bills", bills=["b1"])).json()["amount"] == "100.00"


@pytest.mark.requirement("PAY-22")
async def test_acts_are_listed_downloaded_and_sent(supplier: Cabinet) -> None:
    await supplier.load("payments.documents", act("A-1"), act("A-2", contract_id="c2"), document("1"))
    await deliver(supplier, "A-1", b"%PDF-1.7 act")
    caller = await client(supplier)
    (shown,) = (await caller.get(f"{C1}/acts")).json()["items"]
    assert (shown["number"], shown["issued_on"], shown["period_from"], shown["period_to"], shown["state"]) == (
        "A-1",
        "2026-01-20",
        "2025-01-01",
        "2025-12-31",
        "issued",
    )
    assert (await caller.get(f"{DOCUMENTS}/A-1/content")).content == b"%PDF-1.7 act"
    sent = await caller.post(f"{DOCUMENTS}/A-1/letters", json={"email": "a@b.example"})
    assert (sent.status_code, sent.json()["message"]) == (202, MESSAGE)
    (letter,) = await supplier.letters("a@b.example")
    assert letter.subject == "акт сверки № A-1 от 20.01.2026"
    assert (await caller.get(f"{PAY}/contracts/c2/acts")).status_code == 404
    assert (await caller.get(f"{DOCUMENTS}/A-2/content")).status_code == 404
    engineer = await client(supplier, "Энергетик", email="energetik@raduga.example")
    assert (await engineer.get(f"{C1}/acts")).status_code == 403
    assert (await engineer.get(f"{DOCUMENTS}/A-1/content")).status_code == 403


@pytest.mark.requirement("PAY-23", "ROL-15")
@pytest.mark.repeats("order_payments_act")
async def test_an_act_is_ordered_and_posted(supplier: Cabinet) -> None:
    caller = await client(supplier)
    colleague = await client(supplier, "Руководитель", email="director@raduga.example")
    engineer = await client(supplier, "Энергетик", email="energetik@raduga.example")
    place, period = f"{C1}/acts", {"period_from": "2025-01-01", "period_to": "2025-12-31"}
    assert (await engineer.post(place, json=period)).status_code == 403
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"period_from": "2025-01-01"},
        {"period_from": "2025-02-01", "period_to": "2025-01-01"},
        {"period_from": "2026-01-01", "period_to": "2026-01-26"},
        {"period_from": "1999-01-01", "period_to": "2025-01-01"},
    )
    for body in wrong:
        assert (await caller.post(place, json=body)).status_code == 422, body
    assert (await caller.post(f"{PAY}/contracts/c2/acts", json=period)).status_code == 404
    assert await feed(supplier) == []
    key = {"Idempotency-Key": "0194a3c2-5555"}
    (first, again) = [await caller.post(place, json=period, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json())
    order_id = first.json()["id"]
    (fact,) = await feed(supplier)
    assert (fact["kind"], fact["body"]["order_id"]) == ("payments.act_ordered", order_id)
    assert [item["state"] for item in (await colleague.get(place)).json()["items"]] == ["ordered"]
    for _ in range(2):
        await supplier.load("payments.documents", act("A-1", order_id=order_id))
    for one in (caller, colleague):
        (shown,) = (await one.get(place)).json()["items"]
        assert (shown["id"], shown["state"], shown["number"]) == ("A-1", "issued", "A-1")
    await supplier.drain()
    topics = [
        [item["topic"] for item in (await one.get("/api/v1/notifications")).json()["items"]]
        for one in (caller, colleague)
    ]
    assert topics == [["Готов акт сверки"], []]


async def test_the_documents_of_a_month_come_in_one_archive(supplier: Cabinet) -> None:
    await supplier.load(
        "payments.documents",
        document("1"),
        document("2", file_name="Документ 1.pdf"),
        document("3", file_name="без файла.pdf"),
        document("4", file_name="ДОКУМЕНТ 1.pdf"),
        document("dec", issued_on="2025-12-10"),
    )
    contents = {"1": b"%PDF one" * 50_000, "2": b"two", "4": b"four"}
    for key, content in contents.items():
        await deliver(supplier, key, content)
    caller = await client(supplier)
    got = await caller.get(f"{C1}/archive", params={"month": "2026-01-15"})
    assert got.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(got.content)) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == {
            "Документ 1.pdf": contents["1"],
            "Документ 1 (2).pdf": contents["2"],
            "ДОКУМЕНТ 1 (3).pdf": contents["4"],  # where capital letters count for nothing, none is overwritten
        }
    empty = await caller.get(f"{C1}/archive", params={"month": "2025-12-01"})
    assert (empty.status_code, empty.json()["code"]) == (409, "payments.nothing_to_pack")


async def test_a_replaced_file_goes_after_a_day(supplier: Cabinet) -> None:
    await supplier.load("payments.documents", document("1"))
    await deliver(supplier, "1", b"one")
    await deliver(supplier, "1", b"two")
    files = supplier.runtime.ports[Files]
    await supplier.drain()
    folder = [path for path in supplier.runtime.data_dir.rglob("*") if path.is_file() and "payments" in str(path)]
    assert len(folder) >= 2
    supplier.clock.move(timedelta(days=2))
    await supplier.drain()
    left = [path for path in supplier.runtime.data_dir.rglob("*") if path.is_file() and "payments" in str(path)]
    assert len(left) == len(folder) - 1
    assert files is not None


# ---- history
PURPOSE = "Оплата за электроэнергию по договору № 50050002775582, " * 10


def executed(key: str, paid_on: str, **more: Any) -> dict[str, Any]:
    common = {"id": key, "contract_id": "c1", "number": key, "amount": "3269237.58", "status": "Проведён"}
    return common | {"paid_on": paid_on, "bank": "БАНК ГПБ (АО)", "purpose": PURPOSE} | more


@pytest.mark.requirement("PAY-24", "PAY-25", "ROL-18")
async def test_the_history_shows_the_current_month_unless_asked(supplier: Cabinet) -> None:
    await supplier.load(
        "payments.executed",
        executed("113", "2022-12-17"),
        executed("114", "2026-01-05"),
        executed("115", "2026-01-15", bank=None),
        executed("116", "2025-12-31"),
        executed("200", "2026-01-10", contract_id="c2"),
        executed("300", "2026-01-11", contract_id="c3"),
    )
    caller = await client(supplier, contracts=("c1", "c2"))
    place = f"{C1}/history"
    shown = (await caller.get(place)).json()
    assert shown["period"] == {"month_from": "2026-01-01", "month_to": "2026-01-01"}
    assert [item["id"] for item in shown["items"]] == ["115", "114"]
    assert [item["payer"] for item in shown["items"]] == ["№ 115 от 15.01.2026", "БАНК ГПБ (АО) № 114 от 05.01.2026"]
    (old,) = (await caller.get(place, params={"month_from": "2022-12-01"})).json()["items"]
    assert old == {
        "id": "113",
        "contract_id": "c1",
        "contract_number": "50050002775582",
        "payer": "БАНК ГПБ (АО) № 113 от 17.12.2022",
        "bank": "БАНК ГПБ (АО)",
        "number": "113",
        "paid_on": "2022-12-17",
        "amount": "3269237.58",
        "status": "Проведён",
        "purpose": PURPOSE,
        "payment_id": None,
    }
    assert await ids(caller, place, month_from="2025-12-01", month_to="2026-01-01") == ["115", "114", "116"]
    assert await ids(caller, f"{PAY}/history") == ["115", "200", "114"]
    assert (await caller.get(f"{PAY}/contracts/c3/history")).status_code == 404
    wrong = await caller.get(place, params={"month_from": "2026-01-01", "month_to": "2025-12-01"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "month_to")
    engineer = await client(supplier, "Энергетик", email="energetik@raduga.example")
    for path in (place, f"{place}/workbook"):
        assert (await engineer.get(path)).status_code == 403
    assert await ids(engineer, f"{PAY}/history") == []


@pytest.mark.requirement("PAY-26")
async def test_the_workbook_holds_the_rows_of_the_list(supplier: Cabinet) -> None:
    await supplier.load(
        "payments.executed", executed("114", "2026-01-05"), executed("115", "2026-01-06", number="=1+1")
    )
    caller = await client(supplier)

    async def sheet(place: str, **params: str) -> list[list[Any]]:
        got = await caller.get(f"{place}/workbook", params=params)
        assert ".xlsx" in got.headers["content-disposition"]
        book = openpyxl.load_workbook(io.BytesIO(got.content))
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]

    heading = ["Договор", "Платёж", "Дата", "Сумма оплаты, руб.", "Статус", "Назначение платежа"]
    rows = await sheet(f"{C1}/history")
    assert rows[0] == heading
    assert [(row[1], row[2].date(), row[3], row[4], row[5]) for row in rows[1:]] == [
        ("БАНК ГПБ (АО) № =1+1 от 06.01.2026", date(2026, 1, 6), 3269237.58, "Проведён", PURPOSE),
        ("БАНК ГПБ (АО) № 114 от 05.01.2026", date(2026, 1, 5), 3269237.58, "Проведён", PURPOSE),
    ]
    assert len(await sheet(f"{PAY}/history")) == 3
    assert await sheet(f"{C1}/history", month_from="2025-11-01") == [heading]


# ---- what the company feeds in, and who hears of it
@pytest.mark.requirement("PAY-27")
async def test_what_is_loaded_is_visible_at_once_and_loading_again_changes_nothing(supplier: Cabinet) -> None:
    caller = await client(supplier)

    async def everything() -> Any:
        paths = (f"{PAY}/contracts", DOCUMENTS, f"{C1}/acts", f"{C1}/history", "/api/v1/notifications")
        await supplier.drain()
        return [(await caller.get(path)).json() for path in paths]

    for number in range(2):
        await supplier.load("payments.bills", bill("b1", "100", due_on=None))
        await supplier.load("payments.balances", {"contract_id": "c1", "advance": "5", "overpayment": "6"})
        await supplier.load("payments.documents", document("1", bill_id="b1"), act("A-1"))
        await supplier.load("payments.executed", executed("114", "2026-01-05"))
        if number == 0:
            first = await everything()
    assert await everything() == first
    assert [item["topic"] for item in first[4]["items"]] == ["Оплата проведена", "Выставлен счёт"]
    assert (first[0]["items"][0]["figures"]["to_pay"], len(first[1]["items"]), len(first[3]["items"])) == (
        "100.00",
        1,
        1,
    )
    for name in ("bills", "balances", "documents", "executed"):
        assert (await caller.post(f"/api/v1/exchange/payments.{name}", content=b"{}")).status_code == 403


async def switch(caller: Caller, **switches: bool) -> None:
    named = {name.replace("_", "."): on for name, on in switches.items()}
    answer = await caller.patch("/api/v1/notifications/preferences/contracts/c1", json={"switches": named})
    assert answer.status_code == 200, answer.text


async def bell(caller: Caller) -> list[str]:
    return [item["topic"] for item in (await caller.get("/api/v1/notifications")).json()["items"]]


@pytest.mark.requirement("NTF-16")
async def test_a_bill_is_announced_to_whoever_wants_it(supplier: Cabinet) -> None:
    on = await client(supplier)
    off = await client(supplier, "Руководитель", email="director@raduga.example")
    engineer = await client(supplier, "Энергетик", email="energetik@raduga.example")
    await switch(on, payments_bills=True)
    await switch(off, payments_bills=False)
    await supplier.load("payments.bills", bill("b1", "3269237.58"), bill("old", "5", issued_on="2024-01-01"))
    counts = [
        len([letter for letter in await supplier.letters(email) if "Выставлен счёт" in letter.subject])
        for email in ("buh@raduga.example", "director@raduga.example", "energetik@raduga.example")
    ]
    assert counts == [1, 0, 0]
    assert [await bell(one) for one in (on, off, engineer)] == [["Выставлен счёт"], ["Выставлен счёт"], []]
    (letter,) = [one for one in await supplier.letters("buh@raduga.example") if "Выставлен" in one.subject]
    assert "«Основная реализация № b1» на 3\u00a0269\u00a0237,58 руб., оплатить до 30.01.2026" in letter.text


@pytest.mark.requirement("NTF-16", "NTF-17")
async def test_nothing_is_ordered_for_contracts_that_nobody_holds(supplier: Cabinet) -> None:
    await client(supplier)
    await supplier.load("contract_emails", {"contract_id": "c2", "email": "new@raduga.example"})
    pending = await supplier.client("new@raduga.example")
    added = await pending.post("/api/v1/contracts", json={"number": "50120002000032", "email": "new@raduga.example"})
    assert added.status_code == 202, added.text
    held = [bill(f"h{number}", "10") for number in range(2)]
    nobodys = [bill(f"n{number}", "10", contract_id=("c2", "c3")[number % 2]) for number in range(500)]
    await supplier.load("payments.bills", *held, *nobodys)
    await supplier.load("payments.executed", executed("1", "2026-01-05"), executed("2", "2026-01-05", contract_id="c3"))
    orders = sa.select(Outbox.dedup_key).where(Outbox.job == "notifications.notify").order_by(Outbox.id)
    async with supplier.runtime.database.writer.begin() as connection:
        ordered = [str(key) for key in (await connection.execute(orders)).scalars()]
    assert [key.removeprefix("notifications.notify:") for key in ordered] == [
        "payments.bills:h0",
        "payments.bills:h1",
        "payments.paid:1",
    ]


@pytest.mark.requirement("NTF-17")
async def test_a_payment_is_announced_once(supplier: Cabinet, bank: Bank) -> None:
    on = await client(supplier)
    off = await client(supplier, "Руководитель", email="director@raduga.example")
    silent = await client(supplier, "Администратор", email="admin@raduga.example")
    await switch(on, payments_paid=True)
    await switch(off, payments_paid=False)
    mute = await silent.patch("/api/v1/notifications/preferences", json={"email": False})
    assert mute.status_code == 200, mute.text
    number = (await start(on, mode="prepayment", amount="10")).json()["id"]
    bank.pay(number)
    callback = {"orderNumber": number, "operation": "deposited", "sign": "genuine"}
    for _ in range(3):
        await supplier.anonymous().get(f"{PAY}/callback", params=callback)
        await supplier.drain()
    posted = executed("E-1", "2026-01-25", amount="10", payment_id=number)
    await supplier.load("payments.executed", posted)
    counts = [
        len([letter for letter in await supplier.letters(email) if letter.subject == "Оплата проведена"])
        for email in ("buh@raduga.example", "director@raduga.example", "admin@raduga.example")
    ]
    assert counts == [1, 0, 0]
    assert await bell(on) == ["Оплата проведена"]


async def test_a_line_break_at_the_end_of_a_name_or_an_amount_is_refused(supplier: Cabinet) -> None:
    company = await supplier.service()
    named = document("d1")
    for dataset, row, field in (
        ("documents", named | {"file_name": "1.pdf\n"}, "file_name"),
        ("bills", bill("b1", "1.50\n", remaining="1.50"), "amount"),
    ):
        answer = await company.post(f"/api/v1/exchange/payments.{dataset}", content=msgspec.json.encode(row))
        told = msgspec.json.decode(answer.content.splitlines()[0])
        assert (told["status"], told.get("field"), told.get("code")) == ("refused", field, "wrong_format")
