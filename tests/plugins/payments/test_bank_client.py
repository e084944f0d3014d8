"""Files of bank clients and payment codes: what is written is read back, what is broken is refused."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.payments.domain import bank_client, payment_qr
from plugins.payments.domain.bank_client import BrokenFile, PaymentOrder, income, read, words, write
from plugins.payments.domain.payment_qr import PaymentCode
from plugins.payments.domain.requisites import Requisites, WrongRequisites, check, fits

PAYEE = Requisites(
    name='ООО "Онегорская сбытовая компания"',
    inn="9801000019",
    kpp="980101001",
    account="40702810438000034726",
    bank="ПАО СБЕРБАНК",
    bic="044525225",
    correspondent="30101810400000000225",
)
PAYER = Requisites(name='ООО "Хлебозавод № 1"', inn="9801000026", kpp="980101001")
MADE = datetime(2026, 1, 25, 12, 0, tzinfo=UTC)
PURPOSE = "Оплата по договору № 98010000000001, счет № 67309 от 20.01.2026, в т.ч. НДС 22 %"


def order(**changes: Any) -> PaymentOrder:
    usual = PaymentOrder("113", date(2026, 1, 25), Decimal("3269237.58"), PAYER, PAYEE, PURPOSE)
    return msgspec.structs.replace(usual, **changes)


def statement(*documents: str, version: str = "1.03", encoding: str = "Windows") -> bytes:
    """A bank's file around the given documents."""
    head = f"1CClientBankExchange\r\nВерсияФормата={version}\r\nКодировка={encoding}\r\nСекцияРасчСчет\r\n"
    head += f"РасчСчет={PAYEE.account}\r\nНачальныйОстаток=0.00\r\nКонецРасчСчет\r\n"
    codec = {"Windows": "cp1251", "DOS": "cp866"}.get(encoding, "utf-8")
    return (head + "".join(documents) + "КонецФайла\r\n").encode(codec)


def document(**changes: str) -> str:
    """A document of a statement: money from PAYER on our account."""
    fields = {
        "Номер": "113",
        "Дата": "17.12.2025",
        "Сумма": "1000.50",
        "ПлательщикСчет": "40702810500000000001",
        "ПлательщикИНН": PAYER.inn,
        "Плательщик1": PAYER.name,
        "ПолучательСчет": PAYEE.account,
        "ДатаПоступило": "18.12.2025",
        "НазначениеПлатежа": PURPOSE,
    }
    lines = "".join(f"{key}={value}\r\n" for key, value in (fields | changes).items())
    return f"СекцияДокумент=Платежное поручение\r\n{lines}КонецДокумента\r\n"


# ---- writing
def test_an_order_as_bank_clients_want_it() -> None:
    text = write([order()], MADE, "Онегорск").decode("cp1251")
    lines = text.split("\r\n")
    assert lines[:3] == ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows"]
    assert lines[-2:] == ["КонецФайла", ""]
    for line in (
        "ДатаСоздания=25.01.2026",
        "ВремяСоздания=12:00:00",
        "Документ=Платежное поручение",
        "СекцияДокумент=Платежное поручение",
        "Номер=113",
        "Дата=25.01.2026",
        "Сумма=3269237.58",
        "ПлательщикИНН=9801000026",
        "ПолучательСчет=40702810438000034726",
        "ПолучательБИК=044525225",
        "ПолучательКорсчет=30101810400000000225",
        f"НазначениеПлатежа={PURPOSE}",
        "КонецДокумента",
    ):
        assert lines.count(line) == 1, line


TEXT = st.text(st.sampled_from("АБВЁабвё ABC abc 0123456789 №«»\"'.,;:=-/%()"), min_size=1, max_size=60).map(
    lambda text: " ".join(text.split()) or "x"
)
AMOUNTS = st.decimals(Decimal("0.01"), Decimal("999999999999.99"), places=2)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
ORDERS = st.builds(
    PaymentOrder,
    number=st.integers(1, 999_999).map(str),
    made_on=DAYS,
    amount=AMOUNTS,
    payer=st.builds(Requisites, name=TEXT, inn=st.sampled_from(["", "9801000026", "980100000181"])),
    payee=st.just(PAYEE),
    purpose=TEXT,
)


@given(st.lists(ORDERS, min_size=1, max_size=5))
def test_what_is_written_is_read_back(orders: list[PaymentOrder]) -> None:
    found = read(write(orders, MADE, "Онегорск"))
    assert found.faults == ()
    assert [
        PaymentOrder(item.number, item.made_on, item.amount, item.payer, item.payee, item.purpose)
        for item in found.documents
    ] == orders


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal(0)},
        {"amount": Decimal(-1)},
        {"amount": Decimal("1.001")},
        {"number": ""},
        {"number": "1234567"},
        {"number": "А-1"},
        {"purpose": ""},
        {"purpose": "а" * 211},
        {"purpose": "счет\r\nСумма=1"},
        {"purpose": "1000 ₽"},
        {"payer": Requisites(name="x", inn="123")},
        {"payer": Requisites(name="x\nСумма=1")},
        {"payer": Requisites(name="x", account="40702810438000034726")},
        {"payee": msgspec.structs.replace(PAYEE, account="")},
        {"payee": msgspec.structs.replace(PAYEE, account="40702810438000034727")},
        {"payee": msgspec.structs.replace(PAYEE, bic="044525593")},
        {"payee": msgspec.structs.replace(PAYEE, bank=" ")},
    ],
)
def test_an_order_that_no_bank_takes_is_not_written(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        write([order(), order(**change)], MADE, "Онегорск")


def test_a_file_without_orders_is_none() -> None:
    with pytest.raises(ValueError, match="no payment orders"):
        write([], MADE, "Онегорск")


# ---- requisites
def test_check_digits() -> None:
    assert fits("225", "40702810438000034726")
    assert fits("025", "30101810400000000225")
    wrong = [f"{digit}0702810438000034726" for digit in "012356789"]
    assert not any(fits("225", account) for account in wrong)
    check(PAYEE, whole=True)
    with pytest.raises(WrongRequisites) as refused:
        check(msgspec.structs.replace(PAYEE, correspondent="30101810400000000226"), whole=True)
    assert refused.value.field == "correspondent"


# ---- reading
@pytest.mark.parametrize("encoding", ["Windows", "DOS", "UTF-8"])
@pytest.mark.parametrize("version", ["1.01", "1.02", "1.03"])
def test_statements_of_every_encoding(encoding: str, version: str) -> None:
    text = document(НазначениеПлатежа="Оплата по договору 98010000000001")
    [paid] = read(statement(text, encoding=encoding, version=version)).documents
    assert (paid.number, paid.made_on, paid.amount) == ("113", date(2025, 12, 17), Decimal("1000.50"))
    assert (paid.payer.inn, paid.payee.account) == (PAYER.inn, PAYEE.account)
    assert paid.received_on == date(2025, 12, 18)
    assert words(paid.purpose)[-1] == "98010000000001"


def test_a_byte_order_mark_and_unix_lines() -> None:
    content = statement(document(), encoding="UTF-8").replace(b"\r\n", b"\n")
    assert len(read(b"\xef\xbb\xbf" + content).documents) == 1


def test_a_purpose_in_parts_and_over_lines() -> None:
    parts = document(НазначениеПлатежа="", НазначениеПлатежа1="Оплата", НазначениеПлатежа2="по договору 1")
    broken = document(НазначениеПлатежа="Оплата\r\nпо договору 1")
    assert [paid.purpose for paid in read(statement(parts, broken)).documents] == ["Оплата по договору 1"] * 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"Сумма": "0"}, "Сумма"),
        ({"Сумма": "-1.00"}, "Сумма"),
        ({"Сумма": "1e3"}, "Сумма"),
        ({"Сумма": "1 000.00"}, "Сумма"),
        ({"Сумма": "1.005"}, "Сумма"),
        ({"Сумма": ""}, "Сумма"),
        ({"Сумма": "1.00\r\nСумма=2.00"}, "Сумма"),
        ({"Дата": "31.02.2026"}, "Дата"),
        ({"Дата": ""}, "Дата"),
        ({"ДатаПоступило": "вчера"}, "ДатаПоступило"),
        ({"ПолучательСчет": "1\r\nПолучательСчет=2"}, "ПолучательСчет"),
    ],
)
def test_a_broken_document_blocks_no_other(change: dict[str, str], field: str) -> None:
    found = read(statement(document(), document(**change), document(Номер="114")))
    assert [paid.number for paid in found.documents] == ["113", "114"]
    assert [fault.field for fault in found.faults] == [field]
    assert found.faults[0].line > found.documents[0].line


WHOLE = statement(document(), document(Номер="114"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "format"),
        (b"PK\x03\x04", "format"),
        (b"1CClientBankExchange\r\n", "encoding"),
        (WHOLE.replace(b"1CClient", b"2CClient"), "format"),
        (WHOLE.replace("Windows".encode("cp1251"), b"EBCDIC"), "encoding"),
        (WHOLE.replace(b"1.03", b"2.00"), "version"),
        (WHOLE.replace("КонецФайла".encode("cp1251"), b""), "truncated"),
        (WHOLE.replace("КонецДокумента".encode("cp1251"), b"", 1), "truncated"),
        (WHOLE[: len(WHOLE) // 2], "truncated"),
        (WHOLE.replace(b"113", b"\x00\x00\x00"), "format"),
        (WHOLE.replace(b"113", b"1" * 10_001), "format"),
        (statement(document(), encoding="UTF-8").replace(b"113", b"\xff\xff\xff"), "encoding"),
        (statement("КонецДокумента\r\n"), "format"),
    ],
)
def test_a_broken_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BrokenFile) as refused:
        read(content)
    assert refused.value.code == code


@given(st.integers(0, len(WHOLE) - 3))
def test_a_file_cut_off_anywhere_is_refused(end: int) -> None:
    with pytest.raises(BrokenFile):
        read(WHOLE[:end])


@given(st.binary(max_size=400), st.integers(0, len(WHOLE)), st.integers(0, 40))
def test_noise_is_refused_or_read_but_never_crashes(noise: bytes, place: int, skipped: int) -> None:
    for content in (noise, WHOLE[:place] + noise + WHOLE[place + skipped :]):
        try:
            found = read(content)
        except BrokenFile:
            continue
        assert all(paid.amount > 0 for paid in found.documents)


def test_only_income_counts_and_once() -> None:
    found = read(
        statement(
            document(),
            document(),
            document(Номер="114"),
            document(Номер="115", ДатаПоступило=""),
            document(Номер="116", ПолучательСчет="40702810500000000001"),
        )
    )
    assert [paid.number for paid in income(found.documents, {PAYEE.account})] == ["113", "114"]


def test_numbers_are_found_in_purposes() -> None:
    assert words("Оплата по дог.№98010000000001, счет N67309/2 (Э-61-49814), НДС 22%") == [
        "Оплата",
        "по",
        "дог",
        "98010000000001",
        "счет",
        "N67309/2",
        "Э-61-49814",
        "НДС",
        "22",
    ]


# ---- the payment code
CODE = PaymentCode(PAYEE, Decimal("3452.38"), "Оплата по договору № 98010000000001", "98010000000001")


def test_the_text_of_a_code() -> None:
    assert payment_qr.text(CODE) == (
        'ST00012|Name=ООО "Онегорская сбытовая компания"|PersonalAcc=40702810438000034726|BankName=ПАО СБЕРБАНК'
        "|BIC=044525225|CorrespAcc=30101810400000000225|Sum=345238|Purpose=Оплата по договору № 98010000000001"
        "|PayeeINN=9801000019|KPP=980101001|Contract=98010000000001"
    )


@given(AMOUNTS, st.text(st.sampled_from("АБВ абв |~_#$^&*="), min_size=1, max_size=30))
def test_a_code_is_read_back(amount: Decimal, purpose: str) -> None:
    code = msgspec.structs.replace(CODE, amount=amount, purpose=purpose)
    try:
        content = payment_qr.text(code).encode()
    except ValueError:
        assert all(mark in purpose for mark in "|~_#$^&*")
        return
    fields = payment_qr.read(content)
    assert (fields["Purpose"], Decimal(fields["Sum"]) / 100) == (purpose, amount)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal(0)},
        {"amount": Decimal("0.001")},
        {"amount": Decimal(10) ** 19},
        {"purpose": "а" * 211},
        {"purpose": "а\nб"},
        {"payee": msgspec.structs.replace(PAYEE, name="а" * 161)},
        {"payee": msgspec.structs.replace(PAYEE, bank="а" * 46)},
        {"payee": msgspec.structs.replace(PAYEE, account="1")},
    ],
)
def test_what_the_standard_cannot_hold_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        payment_qr.text(msgspec.structs.replace(CODE, **change))


@pytest.mark.parametrize("content", [b"", b"ST00012", b"ST00019|Name=x", b"ST00012|Name=x", b"QR", b"ST00012|a|b"])
def test_other_codes_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        payment_qr.read(content)


def test_the_pictures() -> None:
    assert payment_qr.png(CODE).startswith(b"\x89PNG\r\n")
    root = ET.fromstring(payment_qr.svg(CODE))
    assert re.sub(r"\{.*\}", "", root.tag) == "svg"
    assert bank_client.MARK not in payment_qr.text(CODE)
