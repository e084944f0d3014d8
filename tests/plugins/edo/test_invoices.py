"""The readable view of УПД and счёт-фактура, printed forms, hostile XML."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.testing.cabinet import Cabinet, Caller
from plugins.edo.adapters.invoice_xml import NoInvoice, read
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


def test_an_invoice_says_what_its_xml_says() -> None:
    said = read(upd())
    assert (said.function, said.number, said.issued_on.isoformat()) == ("СЧФДОП", "77/1", "2026-01-31")
    assert (said.seller.name, said.seller.inn, said.seller.kpp) == ("АО «Тестэнерго»", "7830002293", "783001001")
    assert (said.buyer.name, said.buyer.inn) == ("ИП Петров Пётр", "500100732259")
    (row,) = said.rows
    assert (row.name, row.unit, row.rate) == ("Электроэнергия", "кВт·ч", "20%")
    assert (row.quantity, row.price, row.tax) == (Decimal(1000), Decimal("7.25"), Decimal(1450))
    assert (said.without_tax, said.tax, said.total) == (Decimal(7250), Decimal(1450), Decimal(8700))
    assert said == read(upd(encoding="utf-8"))


def test_without_tax_there_is_no_sum_of_it() -> None:
    row = '<СведТов НаимТов="Услуга" НалСт="без НДС"><СумНал><БезНДС>без НДС</БезНДС></СумНал></СведТов>'
    (found,) = read(upd(row)).rows
    assert (found.tax, found.total, found.rate) == (None, None, "без НДС")


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
    "nothing": lambda: b"",
    "a PDF": lambda: b"%PDF-1.7",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name: str) -> None:
    with pytest.raises(NoInvoice):
        read(HOSTILE[name]())


@given(st.integers(0, 1200), st.binary(max_size=8))
def test_whatever_is_done_to_a_file_it_is_read_or_refused(at: int, junk: bytes) -> None:
    whole = upd()
    with suppress(NoInvoice):  # any other exception fails the test
        read(whole[:at] + junk + whole[at + len(junk) :])


@pytest.mark.requirement("EDO-04", "EDO-12")
async def test_an_invoice_is_shown_and_printed(supplier: Cabinet, anna: Caller) -> None:
    row = announced("D-1", kind="УПД", file_name="УПД.xml", signature="pep", number="77/1")
    await supplier.load("edo.documents", row)
    good(await put_file(supplier, "D-1", upd()))
    shown = good(await anna.get(f"{DOCUMENTS}/D-1/view"))
    assert (shown["number"], shown["total"], shown["rows"][0]["tax"]) == ("77/1", "8700.00", "1450.00")
    await sign_simply(supplier, anna, "D-1")
    printed = await anna.get(f"{DOCUMENTS}/D-1/printed")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    kept = await members(await anna.get(f"{DOCUMENTS}/D-1/archive"))
    assert sorted(kept) == ["УПД. Печатная форма.pdf", "УПД.1.signature.json", "УПД.xml"]
    assert kept["УПД.xml"] == upd()
    assert kept["УПД. Печатная форма.pdf"] == printed.content


@pytest.mark.requirement("EDO-04")
async def test_what_is_no_invoice_has_a_printed_form_but_no_view(supplier: Cabinet, anna: Caller) -> None:
    await deliver(supplier, "D-1")
    assert wrong(await anna.get(f"{DOCUMENTS}/D-1/view"), 409) == {"": "edo.no_view"}
    assert (await anna.get(f"{DOCUMENTS}/D-1/printed")).content.startswith(b"%PDF-")
    await deliver(supplier, "D-9", "C-OTHER")
    for path in ("view", "printed"):
        assert (await anna.get(f"{DOCUMENTS}/D-9/{path}")).status_code == 404
