"""Documents in the formats of the tax service (XML): what their readers share.

The file is a stranger's: no entity is resolved, no DOCTYPE is taken, and size, elements and rows are bounded.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from plugins.edo.schemas.documents import EdoParty

MOST_BYTES = 20_000_000
MOST_ELEMENTS = 1_000_000
MOST_ROWS = 10_000
_LONGEST = 1000
"""Characters of a text that are shown."""
_NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,11})?", re.ASCII)


class NotFormal(Exception):
    """Not a document of a known format; the text says why, in Russian."""


def parsed(data: bytes) -> Any:
    """The element «Файл» of a document. Raises NotFormal."""
    if len(data) > MOST_BYTES:
        raise NotFormal("файл слишком большой")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise NotFormal("это не XML") from error
    if root.getroottree().docinfo.doctype:
        raise NotFormal("в файле есть DOCTYPE")
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise NotFormal("слишком много элементов")
    return root


def require_version(root: Any, version: str) -> None:
    """Raises NotFormal if the file is of another version of its format."""
    if root.get("ВерсФорм") != version:
        raise NotFormal(f"версия формата не {version}")


def bounded(rows: list[Any]) -> list[Any]:
    """The rows, if they are not too many. Raises NotFormal."""
    if len(rows) > MOST_ROWS:
        raise NotFormal(f"больше {MOST_ROWS} строк")
    return rows


def party(element: Any) -> EdoParty:
    """An organisation or a person by «ИдСв», which may be absent."""
    if element is None:
        return EdoParty("", "", "")
    legal = first(element, "СвЮЛУч", "СвЮЛ")
    if legal is not None:
        return EdoParty(text(legal, "НаимОрг"), text(legal, "ИННЮЛ"), text(legal, "КПП"))
    person = first(element, "СвИП", "СвФЛ")
    if person is None:
        return EdoParty("", "", "")
    names = " ".join(part for name in ("Фамилия", "Имя", "Отчество") if (part := text(person.find("ФИО"), name)))
    return EdoParty(f"ИП {names}".strip() if person.tag == "СвИП" else names, text(person, "ИННФЛ"), "")


def first(element: Any, *names: str) -> Any:
    """The first child that there is; None: none of them."""
    return next((found for name in names if (found := element.find(name)) is not None), None)


def text(element: Any, name: str) -> str:
    """An attribute; empty: there is none."""
    return "" if element is None else str(element.get(name, ""))[:_LONGEST]


def decimal(element: Any, name: str) -> Decimal | None:
    """An attribute that is a number. Raises NotFormal."""
    return None if element is None else number(element.get(name))


def number(written: str | None) -> Decimal | None:
    """A number as the formats write it. Raises NotFormal."""
    if written is None or not written.strip():
        return None
    if not _NUMBER.fullmatch(written.strip()):
        raise NotFormal("число записано не по формату")
    return Decimal(written.strip())


def day(element: Any, name: str) -> date:
    """An attribute that is a day. Raises NotFormal."""
    try:
        return datetime.strptime(element.get(name, ""), "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise NotFormal("дата записана не по формату") from error


def day_or_none(element: Any, name: str) -> date | None:
    """The same where it may be absent."""
    return day(element, name) if element.get(name) else None
