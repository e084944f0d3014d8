"""УПД and счёт-фактура in the format of the tax service, `ON_NSCHFDOPPR` 5.03: read for people, never changed.

The file is a stranger's: no entity is resolved, no DOCTYPE is taken, and size, elements and rows are bounded.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from plugins.edo.schemas.documents import EdoInvoice, EdoInvoiceRow, EdoParty

MOST_BYTES = 20_000_000
MOST_ELEMENTS = 1_000_000
MOST_ROWS = 10_000
_VERSION, _FORM = "5.03", "1115131"
_LONGEST = 1000
"""Characters of a text that are shown."""
_NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,11})?", re.ASCII)


class NoInvoice(Exception):
    """Not a document of this format; the text says why, in Russian."""


def read(data: bytes) -> EdoInvoice:
    """What the document says. Raises NoInvoice."""
    root = _parsed(data)
    document = root.find("Документ")
    if root.tag != "Файл" or document is None or document.get("КНД") != _FORM:
        raise NoInvoice("это не УПД и не счёт-фактура")
    if root.get("ВерсФорм") != _VERSION:
        raise NoInvoice(f"версия формата не {_VERSION}")
    head, table = document.find("СвСчФакт"), document.find("ТаблСчФакт")
    if head is None or table is None:
        raise NoInvoice("нет сведений о документе или таблицы")
    rows = table.findall("СведТов")
    if len(rows) > MOST_ROWS:
        raise NoInvoice(f"больше {MOST_ROWS} строк")
    total = table.find("ВсегоОпл")
    currency = head.find("ДенИзм")
    return EdoInvoice(
        function=_text(document, "Функция"),
        number=_text(head, "НомерДок"),
        issued_on=_day(head, "ДатаДок"),
        seller=_party(head.find("СвПрод/ИдСв")),
        buyer=_party(head.find("СвПокуп/ИдСв")),
        currency=_text(currency, "НаимОКВ") or _text(currency, "КодОКВ"),
        rows=[_row(row) for row in rows],
        without_tax=_decimal(total, "СтТовБезНДСВсего"),
        tax=_tax(total, "СумНалВсего"),
        total=_decimal(total, "СтТовУчНалВсего"),
    )


def _parsed(data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise NoInvoice("файл слишком большой")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise NoInvoice("это не XML") from error
    if root.getroottree().docinfo.doctype:
        raise NoInvoice("в файле есть DOCTYPE")
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise NoInvoice("слишком много элементов")
    return root


def _row(row: Any) -> EdoInvoiceRow:
    return EdoInvoiceRow(
        name=_text(row, "НаимТов"),
        unit=_text(row, "НаимЕдИзм"),
        quantity=_decimal(row, "КолТов"),
        price=_decimal(row, "ЦенаТов"),
        without_tax=_decimal(row, "СтТовБезНДС"),
        rate=_text(row, "НалСт"),
        tax=_tax(row, "СумНал"),
        total=_decimal(row, "СтТовУчНал"),
    )


def _party(element: Any) -> EdoParty:
    if element is None:
        return EdoParty("", "", "")
    legal, entrepreneur = element.find("СвЮЛУч"), element.find("СвИП")
    if legal is not None:
        return EdoParty(_text(legal, "НаимОрг"), _text(legal, "ИННЮЛ"), _text(legal, "КПП"))
    if entrepreneur is not None:
        person = entrepreneur.find("ФИО")
        names = " ".join(part for name in ("Фамилия", "Имя", "Отчество") if (part := _text(person, name)))
        return EdoParty(f"ИП {names}".strip(), _text(entrepreneur, "ИННФЛ"), "")
    return EdoParty("", "", "")


def _text(element: Any, name: str) -> str:
    return "" if element is None else str(element.get(name, ""))[:_LONGEST]


def _decimal(element: Any, name: str) -> Decimal | None:
    return None if element is None else _number(element.get(name))


def _tax(element: Any, name: str) -> Decimal | None:
    """The sum of the tax; None: there is none (`БезНДС`)."""
    return None if element is None else _number(element.findtext(f"{name}/СумНал"))


def _number(text: str | None) -> Decimal | None:
    if text is None or not text.strip():
        return None
    if not _NUMBER.fullmatch(text.strip()):
        raise NoInvoice("число записано не по формату")
    return Decimal(text.strip())


def _day(element: Any, name: str) -> date:
    try:
        return datetime.strptime(element.get(name, ""), "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise NoInvoice("дата записана не по формату") from error
