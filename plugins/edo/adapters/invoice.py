"""УПД and счёт-фактура in the format of the tax service, `ON_NSCHFDOPPR` 5.03: read for people, never changed."""

from decimal import Decimal
from typing import Any

from plugins.edo.adapters.formal import NotFormal, bounded, day, decimal, number, party, require_version, text
from plugins.edo.schemas.documents import EdoInvoice, EdoInvoiceRow

_VERSION, _FORM = "5.03", "1115131"


def is_invoice(root: Any) -> bool:
    """Whether a file is of this format, whatever its version."""
    document = root.find("Документ")
    return root.tag == "Файл" and document is not None and document.get("КНД") == _FORM


def invoice(root: Any) -> EdoInvoice:
    """What the document says. Raises NotFormal."""
    require_version(root, _VERSION)
    document = root.find("Документ")
    head, table = document.find("СвСчФакт"), document.find("ТаблСчФакт")
    if head is None or table is None:
        raise NotFormal("нет сведений о документе или таблицы")
    total, currency = table.find("ВсегоОпл"), head.find("ДенИзм")
    return EdoInvoice(
        function=text(document, "Функция"),
        number=text(head, "НомерДок"),
        issued_on=day(head, "ДатаДок"),
        seller=party(head.find("СвПрод/ИдСв")),
        buyer=party(head.find("СвПокуп/ИдСв")),
        currency=text(currency, "НаимОКВ") or text(currency, "КодОКВ"),
        rows=[_row(row) for row in bounded(table.findall("СведТов"))],
        without_tax=decimal(total, "СтТовБезНДСВсего"),
        tax=_tax(total, "СумНалВсего"),
        total=decimal(total, "СтТовУчНалВсего"),
    )


def _row(row: Any) -> EdoInvoiceRow:
    return EdoInvoiceRow(
        name=text(row, "НаимТов"),
        unit=text(row, "НаимЕдИзм"),
        quantity=decimal(row, "КолТов"),
        price=decimal(row, "ЦенаТов"),
        without_tax=decimal(row, "СтТовБезНДС"),
        rate=text(row, "НалСт"),
        tax=_tax(row, "СумНал"),
        total=decimal(row, "СтТовУчНал"),
    )


def _tax(element: Any, name: str) -> Decimal | None:
    """The sum of the tax; None: there is none (`БезНДС`)."""
    return None if element is None else number(element.findtext(f"{name}/СумНал"))
