"""The readable view of УПД, счёт-фактура and акт сверки, printed forms, hostile XML."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.testing.cabinet import Cabinet, Caller
from plugins.edo.adapters.formal import NotFormal
from plugins.edo.schemas.documents import EdoInvoice, EdoReconciliation
from plugins.edo.services.viewing import read
from tests.plugins.edo.supplier import (
    DOCUMENTS,
    announced,
    deliver,
    good,
    members,
    put_file,
    sign_simply,
    wrong,
)

ROW = (
    '<СведТов НомСтр="{n}" НаимТов="Электроэнергия" НаимЕдИзм="кВт·ч" КолТов="1000" ЦенаТов="7.25"'
    ' СтТовБезНДС="7250.00" НалСт="20%" СтТовУчНал="8700.00"><СумНал><СумНал>1450.00</СумНал></СумНал></СведТов>'
)


def upd(rows: str = ROW.format(n=1), version: str = "5.03", encoding: str = "windows-1251", head: str = "") -> bytes:
    """A УПД as accounting systems write it."""
    text = f"""<?xml version="1.0" encoding="{encoding}"?>{head}
<Файл ИдФайл="ON_NSCHFDOPPR_1" ВерсФорм="{version}" ВерсПрог="1С">
  <Документ КНД="1115131" Функция="СЧФДОП">
    <СвСчФакт НомерДок="77/1" ДатаДок="31.01.2026">
      <СвПрод><ИдСв><СвЮЛУч НаимОрг="АО «Тестэнерго»" ИННЮЛ="7830002293" КПП="783001001"/></ИдСв></СвПрод>
      <СвПокуп><ИдСв><СвИП ИННФЛ="500100732259"><ФИО Фамилия="Петров" Имя="Пётр"/></СвИП></ИдСв></СвПокуп>
      <ДенИзм КодОКВ="643" НаимОКВ="Российский рубль"/>
    </СвСчФакт>
    <ТаблСчФакт>{rows}
      <ВсегоОпл СтТовБезНДСВсего="7250.00" СтТовУчНалВсего="8700.00">
        <СумНалВсего><СумНал>1450.00</СумНал></СумНалВсего></ВсегоОпл>
    </ТаблСчФакт>
  </Документ>
</Файл>"""
    return text.encode("utf-8" if encoding == "utf-8" else "cp1251", "xmlcharrefreplace")


def invoice(data: bytes) -> EdoInvoice:
    found = read(data)
    assert isinstance(found, EdoInvoice)
    return found


def test_an_invoice_says_what_its_xml_says() -> None:
    said = invoice(upd())
    assert (said.function, said.number, said.issued_on.isoformat()) == ("СЧФДОП", "77/1", "2026-01-31")
    assert (said.seller.name, said.seller.inn, said.seller.kpp) == ("АО «Тестэнерго»", "7830002293", "783001001")
    assert (said.buyer.name, said.buyer.inn) == ("ИП Петров Пётр", "500100732259")
    (row,) = said.rows
    assert (row.name, row.unit, row.rate) == ("Электроэнергия", "кВт·ч", "20%")
    assert (row.quantity, row.price, row.tax) == (Decimal(1000), Decimal("7.25"), Decimal(1450))
    assert (said.without_tax, said.tax, said.total) == (Decimal(7250), Decimal(1450), Decimal(8700))
    assert said == invoice(upd(encoding="utf-8"))


def test_without_tax_there_is_no_sum_of_it() -> None:
    row = '<СведТов НаимТов="Услуга" НалСт="без НДС"><СумНал><БезНДС>без НДС</БезНДС></СумНал></СведТов>'
    (found,) = invoice(upd(row)).rows
    assert (found.tax, found.total, found.rate) == (None, None, "без НДС")


OPERATION = '<СвОпер НомСтр="{n}" ДатаОпер="{on}" НаимОпер="{what}" {side}="{sum}"/>'
BALANCES = 'СальдоНачДеб="{0}" СальдоНачКр="0" ОборотДеб="{1}" ОборотКр="{2}" СальдоКонДеб="{3}" СальдоКонКр="0"'


def act(more: str = "", version: str = "5.01") -> bytes:
    """An act of reconciliation as an accounting system writes it: a bill and its payment of one contract."""
    bill = OPERATION.format(n=1, on="31.01.2026", what="Реализация", side="СумДебет", sum="8700.00")
    paid = OPERATION.format(n=2, on="10.02.2026", what="Оплата", side="СумКредит", sum="5000.50")
    return f"""<?xml version="1.0" encoding="windows-1251"?>
<Файл ИдФайл="ON_AKTSVEROTP_1" ВерсФорм="{version}" ВерсПрог="1С">
  <Документ НомерАкт="7" ДатаНачПер="01.01.2026" ДатаОкПер="31.03.2026" ДатаИнфОтпр="02.04.2026" ВрИнфОтпр="10:00:00">
    <СвДокКрАкт>
      <СвОтпр><ИдСв><СвЮЛУч НаимОрг="АО «Тестэнерго»" ИННЮЛ="7830002293" КПП="783001001"/></ИдСв></СвОтпр>
      <СвПол><ИдСв><СвФЛ ИННФЛ="500100732259"><ФИО Фамилия="Петров" Имя="Пётр"/></СвФЛ></ИдСв></СвПол>
    </СвДокКрАкт>
    <ТаблАкт {BALANCES.format("100", "8700", "5000.5", "3799.50")}>
      <ДогСв НомДог="77-1" ДатаДог="01.02.2020" {BALANCES.format("100", "8700", "5000.5", "3799.50")}>
        <ДокСв НаимДок="УПД" НомДок="12" ДатаДок="31.01.2026">{bill}</ДокСв>
        <ДокСв НаимДок="Платёжное поручение" НомДок="3" ДатаДок="10.02.2026">{paid}</ДокСв>{more}
      </ДогСв>
    </ТаблАкт>
  </Документ>
</Файл>""".encode("cp1251")


def test_an_act_of_reconciliation_says_what_its_xml_says() -> None:
    said = read(act())
    assert isinstance(said, EdoReconciliation)
    assert (said.number, str(said.issued_on), str(said.begins_on), str(said.ends_on)) == (
        "7",
        "2026-04-02",
        "2026-01-01",
        "2026-03-31",
    )
    assert (said.sender.inn, said.recipient.name) == ("7830002293", "Петров Пётр")
    (contract,) = said.contracts
    assert (contract.number, str(contract.signed_on)) == ("77-1", "2020-02-01")
    assert [(row.operation, row.document, row.debit, row.credit) for row in contract.rows] == [
        ("Реализация", "УПД № 12 от 31.01.2026", Decimal(8700), None),
        ("Оплата", "Платёжное поручение № 3 от 10.02.2026", None, Decimal("5000.5")),
    ]
    assert said.balances == contract.balances
    assert (said.balances.opening_debit, said.balances.closing_debit) == (Decimal(100), Decimal("3799.5"))


BOMB = '<!DOCTYPE Файл [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "an entity": lambda: upd('<СведТов НаимТов="&b;"/>', head=BOMB),
    "a DOCTYPE alone": lambda: upd(head="<!DOCTYPE Файл>"),
    "a file of the machine": lambda: upd(head='<!DOCTYPE Файл [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "too many rows": lambda: upd('<СведТов НаимТов="я"/>' * 10_001),
    "too deep": lambda: b"<a>" * 1000 + b"</a>" * 1000,
    "another version": lambda: upd(version="5.01"),
    "a strange number": lambda: upd('<СведТов НаимТов="я" КолТов="1e999999"/>'),
    "a strange day": lambda: upd().replace(b"31.01.2026", b"31.02.2026"),
    "another document": lambda: upd().replace(b"1115131", b"1115133"),
    "an unknown encoding": lambda: b'<?xml version="1.0" encoding="nonsense"?><a/>',
    "an act of another version": lambda: act(version="5.02"),
    "an act without a table": lambda: act().replace("ТаблАкт".encode("cp1251"), "Таблица".encode("cp1251")),
    "an act of a strange day": lambda: act().replace(b"31.03.2026", b"31.06.2026"),
    "an act of a strange sum": lambda: act().replace(b"5000.50", b"5e3"),
    "an act of too many operations": lambda: act(
        '<ДокСв НаимДок="я" ДатаДок="01.01.2026"><СвОпер ДатаОпер="01.01.2026"/></ДокСв>' * 10_000
    ),
    "nothing": lambda: b"",
    "a PDF": lambda: b"%PDF-1.7",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name: str) -> None:
    with pytest.raises(NotFormal):
        read(HOSTILE[name]())


@given(st.sampled_from([upd, act]), st.integers(0, 2000), st.binary(max_size=8))
def test_whatever_is_done_to_a_file_it_is_read_or_refused(made: Callable[[], bytes], at: int, junk: bytes) -> None:
    whole = made()
    with suppress(NotFormal):  # any other exception fails the test
        read(whole[:at] + junk + whole[at + len(junk) :])


@pytest.mark.requirement("EDO-04", "EDO-12")
async def test_an_invoice_is_shown_and_printed(supplier: Cabinet, anna: Caller) -> None:
    row = announced("D-1", kind="УПД", file_name="УПД.xml", signature="pep", number="77/1")
    await supplier.load("edo.documents", row)
    good(await put_file(supplier, "D-1", upd()))
    shown = good(await anna.get(f"{DOCUMENTS}/D-1/view"))
    assert (shown["form"], shown["number"], shown["total"]) == ("invoice", "77/1", "8700.00")
    assert shown["rows"][0]["tax"] == "1450.00"
    await sign_simply(supplier, anna, "D-1")
    printed = await anna.get(f"{DOCUMENTS}/D-1/printed")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    kept = await members(await anna.get(f"{DOCUMENTS}/D-1/archive"))
    assert sorted(kept) == ["УПД. Печатная форма.pdf", "УПД.1.signature.json", "УПД.xml"]
    assert kept["УПД.xml"] == upd()
    assert kept["УПД. Печатная форма.pdf"] == printed.content


@pytest.mark.requirement("EDO-04", "EDO-12")
async def test_an_act_of_reconciliation_is_shown_and_printed(supplier: Cabinet, anna: Caller) -> None:
    await supplier.load("edo.documents", announced("D-1", file_name="Акт.xml", signature="pep", number="7"))
    good(await put_file(supplier, "D-1", act()))
    shown = good(await anna.get(f"{DOCUMENTS}/D-1/view"))
    assert (shown["form"], shown["number"], shown["ends_on"]) == ("reconciliation", "7", "2026-03-31")
    assert shown["contracts"][0]["rows"][1]["credit"] == "5000.50"
    assert shown["balances"]["closing_debit"] == "3799.50"
    printed = await anna.get(f"{DOCUMENTS}/D-1/printed")
    assert printed.content.startswith(b"%PDF-")


@pytest.mark.requirement("EDO-04")
async def test_what_is_no_invoice_has_a_printed_form_but_no_view(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    assert wrong(await anna.get(f"{DOCUMENTS}/D-1/view"), 409) == {"": "edo.no_view"}
    assert (await anna.get(f"{DOCUMENTS}/D-1/printed")).content.startswith(b"%PDF-")
    await deliver(supplier, "D-9", "C-OTHER")
    for path in ("view", "printed"):
        assert (await anna.get(f"{DOCUMENTS}/D-9/{path}")).status_code == 404
