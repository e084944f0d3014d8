"""Акт сверки взаимных расчётов in the format of the tax service, `ON_AKTSVEROTP` 5.01 (order ЕД-7-26/405@, the sender's
part): read for people, never changed.
"""

from typing import Any

from plugins.edo.adapters.formal import (
    NotFormal,
    bounded,
    day,
    day_or_none,
    decimal,
    party,
    require_version,
    text,
)
from plugins.edo.domain import title
from plugins.edo.schemas.documents import (
    EdoBalances,
    EdoReconciliation,
    EdoReconciliationContract,
    EdoReconciliationRow,
)

_VERSION, _PREFIX = "5.01", "ON_AKTSVEROTP_"


def is_reconciliation(root: Any) -> bool:
    """Whether a file is of this format, whatever its version."""
    return root.tag == "Файл" and str(root.get("ИдФайл", "")).startswith(_PREFIX)


def reconciliation(root: Any) -> EdoReconciliation:
    """What the act says. Raises NotFormal."""
    require_version(root, _VERSION)
    document = root.find("Документ")
    table = None if document is None else document.find("ТаблАкт")
    if table is None:
        raise NotFormal("нет сведений о документе или таблицы")
    bounded(table.findall(".//СвОпер"))
    return EdoReconciliation(
        number=text(document, "НомерАкт"),
        issued_on=day(document, "ДатаИнфОтпр"),
        begins_on=day(document, "ДатаНачПер"),
        ends_on=day(document, "ДатаОкПер"),
        sender=party(document.find("СвДокКрАкт/СвОтпр/ИдСв")),
        recipient=party(document.find("СвДокКрАкт/СвПол/ИдСв")),
        contracts=[_contract(one) for one in table.findall("ДогСв")],
        balances=_balances(table),
    )


def _contract(element: Any) -> EdoReconciliationContract:
    return EdoReconciliationContract(
        number=text(element, "НомДог"),
        signed_on=day_or_none(element, "ДатаДог"),
        rows=[_row(document, one) for document in element.findall("ДокСв") for one in document.findall("СвОпер")],
        balances=_balances(element),
    )


def _row(document: Any, operation: Any) -> EdoReconciliationRow:
    return EdoReconciliationRow(
        on=day(operation, "ДатаОпер"),
        operation=text(operation, "НаимОпер"),
        document=title(text(document, "НаимДок"), text(document, "НомДок"), day(document, "ДатаДок")),
        debit=decimal(operation, "СумДебет"),
        credit=decimal(operation, "СумКредит"),
    )


def _balances(element: Any) -> EdoBalances:
    return EdoBalances(
        opening_debit=decimal(element, "СальдоНачДеб"),
        opening_credit=decimal(element, "СальдоНачКр"),
        debit=decimal(element, "ОборотДеб"),
        credit=decimal(element, "ОборотКр"),
        closing_debit=decimal(element, "СальдоКонДеб"),
        closing_credit=decimal(element, "СальдоКонКр"),
    )
