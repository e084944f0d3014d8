"""Paying from one's own bank: payment orders, QR codes, statements."""

from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.testing.cabinet import Cabinet, config_for_tests
from tests.plugins.payments.supplier import C1, PAY, bill, client

PAYEE = {
    "name": "АО «Тестэнерго»",
    "inn": "7830002293",
    "kpp": "783001001",
    "account": "40702810600000000777",
    "bank": "АО «Северный банк»",
    "bic": "044030001",
    "correspondent_account": "30101810300000000002",
}
STATEMENT = "/api/v1/exchange/payments/statement"


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"payments": {"payee": PAYEE}})


async def test_payment_orders_load_into_a_bank_client(supplier: Cabinet) -> None:
    requisites = {"bank": "ПАО «Банк»", "bank_account": "40702810700000000001", "bic": "044030002", "kpp": "783002002"}
    contract = {"id": "c1", "number": "50050002775582", "name": "ООО «Радуга»", "inn": "7830002293"}
    await supplier.load("contracts", contract | requisites)
    await supplier.load(
        "payments.bills", bill("b1", "3269237.58"), bill("b2", "106483.39", None), bill("b0", "1", remaining="0")
    )
    caller = await client(supplier)
    got = await caller.get(f"{C1}/bank-orders", params={"bill_id": ["b1"]})
    assert got.headers["content-disposition"].startswith("attachment")
    text = got.content.decode("cp1251")
    lines = text.split("\r\n")
    assert lines[:3] == ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows"]
    assert lines[-2:] == ["КонецФайла", ""]
    for line in (
        "СекцияДокумент=Платежное поручение",
        "Дата=25.01.2026",
        "Сумма=3269237.58",
        "ПлательщикСчет=40702810700000000001",
        "ПлательщикИНН=7830002293",
        "ПолучательСчет=40702810600000000777",
        "Получатель1=АО «Тестэнерго»",
        "ПолучательБИК=044030001",
        "НазначениеПлатежа=Оплата по договору №50050002775582, Основная реализация № b1 от 10.01.2026",
    ):
        assert line in lines, line
    every = (await caller.get(f"{C1}/bank-orders")).content.decode("cp1251")
    assert (every.count("СекцияДокумент"), every.count("КонецДокумента")) == (2, 2)
    wrong = await caller.get(f"{C1}/bank-orders", params={"bill_id": ["b1", "b0"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "bill_id[1]")
    engineer = await client(supplier, "Энергетик", email="energetik@raduga.example")
    for path in (f"{C1}/bank-orders", f"{C1}/bills/b1/qr"):
        assert (await engineer.get(path)).status_code == 403
    image = await caller.get(f"{C1}/bills/b1/qr")
    assert (image.headers["content-type"], image.content[:4]) == ("image/png", b"\x89PNG")
    assert (await caller.get(f"{C1}/bills/b0/qr")).status_code == 404
    assert (await caller.get(f"{PAY}/contracts/c2/bills/b1/qr")).status_code == 404


def statement(*documents: dict[str, str], encoding: str = "Windows") -> bytes:
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", f"Кодировка={encoding}", "СекцияРасчСчет", "КонецРасчСчет"]
    for document in documents:
        lines += ["СекцияДокумент=Платежное поручение", *[f"{k}={v}" for k, v in document.items()], "КонецДокумента"]
    codecs = {"Windows": "cp1251", "DOS": "cp866", "UTF-8": "utf-8"}
    return "\r\n".join([*lines, "КонецФайла"]).encode(codecs[encoding])


def arrived(number: str, amount: str, purpose: str, inn: str = "", **more: str) -> dict[str, str]:
    common = {"Номер": number, "Дата": "17.01.2026", "ДатаПоступило": "18.01.2026", "Сумма": amount}
    payer = {"ПлательщикИНН": inn, "ПлательщикСчет": "40702810000000000009", "ПлательщикБанк1": "БАНК ГПБ (АО)"}
    return common | payer | {"ПолучательСчет": PAYEE["account"], "НазначениеПлатежа": purpose} | more


async def deliver(cabinet: Cabinet, content: bytes) -> Any:
    company = await cabinet.service()
    return await company.put(STATEMENT, content=content)


@pytest.mark.parametrize("encoding", ["Windows", "DOS", "UTF-8"])
async def test_a_statement_enters_the_history_once(supplier: Cabinet, encoding: str) -> None:
    await supplier.load("contracts", {"id": "c9", "number": "9", "name": "ООО «Один»", "inn": "7707083893"})
    content = statement(
        arrived("113", "3269237.58", "Оплата по договору № 50050002775582 за декабрь, в т.ч. НДС"),
        arrived("114", "100", "За электроэнергию", "7707083893"),
        arrived("115", "5.5", "За электроэнергию", "7830002293"),  # three contracts have this number
        arrived("116", "7", "Договоры 50050002775582 и 50120002000032"),
        arrived("117", "8", "Ушло", ДатаПоступило=""),
        arrived("118", "9", "Чужой счёт", ПолучательСчет="40702810000000000111"),
        encoding=encoding,
    )
    for times in range(2):
        told = (await deliver(supplier, content)).json()
        assert (told["documents"], told["taken"], told["repeated"]) == ((4, 2, 0), (4, 0, 2))[times]
        assert [(one["number"], one["amount"]) for one in told["unmatched"]] == [("115", "5.50"), ("116", "7.00")]
    caller = await client(supplier, contracts=("c1", "c9"))
    shown = (await caller.get(f"{PAY}/history")).json()["items"]
    assert {(one["contract_id"], one["payer"], one["amount"], one["status"]) for one in shown} == {
        ("c1", "БАНК ГПБ (АО) № 113 от 18.01.2026", "3269237.58", "Проведён"),
        ("c9", "БАНК ГПБ (АО) № 114 от 18.01.2026", "100.00", "Проведён"),
    }
    await supplier.drain()
    assert (await caller.put(STATEMENT, content=content)).status_code == 403


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        "1CClientBankExchange\r\n".encode("cp1251"),
        statement(arrived("1", "1", ""))[:-20],
        statement(arrived("1", "1", ""), encoding="UTF-8").replace(b"UTF-8", b"KOI-8"),
    ],
)
async def test_what_is_no_statement_is_refused_whole(supplier: Cabinet, content: bytes) -> None:
    refused = await deliver(supplier, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "payments.not_a_statement")


async def test_a_broken_document_does_not_hold_up_the_others(supplier: Cabinet) -> None:
    content = statement(
        arrived("1", "сто", "Оплата по договору 50050002775582"),
        arrived("2", "2", "Оплата по договору 50050002775582"),
        arrived("3", "3", "Оплата по договору 50050002775582", Дата="31.02.2026"),
    )
    told = (await deliver(supplier, content)).json()
    assert (told["taken"], [fault["field"] for fault in told["faults"]]) == (1, ["Сумма", "Дата"])


async def test_a_number_that_two_contracts_bear_says_nothing_by_itself(supplier: Cabinet) -> None:
    closed = {"id": "c0", "number": "777", "name": "ООО «Ранее»", "inn": "7707083893", "closed_on": "2025-01-01"}
    await supplier.load("contracts", closed, {"id": "c9", "number": "777", "name": "ООО «Позже»", "inn": "7830002293"})
    told = (await deliver(supplier, statement(arrived("113", "5", "Оплата по договору № 777", "7736050003")))).json()
    assert (told["taken"], [one["number"] for one in told["unmatched"]]) == (0, ["113"])
    told = (await deliver(supplier, statement(arrived("114", "5", "Оплата по договору № 777", "7707083893")))).json()
    assert (told["taken"], told["unmatched"]) == (1, [])  # of the two, the one of the payer
    before = await client(supplier, contracts=("c0",))
    after = await client(supplier, contracts=("c9",), email="posle@example.ru")
    period = {"month_from": "2026-01-01"}
    for caller, amounts in ((before, ["5.00"]), (after, [])):
        lines = (await caller.get(f"{PAY}/history", params=period)).json()["items"]
        assert [line["amount"] for line in lines] == amounts
