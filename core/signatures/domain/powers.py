"""Machine-readable powers of attorney (МЧД): the formats 5.03 and EMCHD_1, and whether one covers a signature."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
from lxml import etree

from core.ports.signatures import CertificateInfo
from core.sdk import ErrorKind
from core.signatures.errors.powers import (
    POWER_EXPIRED,
    POWER_JOINT,
    POWER_MALFORMED,
    POWER_NOT_YET_VALID,
    POWER_POWERS,
    POWER_PRINCIPAL,
    POWER_REPRESENTATIVE,
    POWER_SUBSTITUTED,
    POWER_TOO_LARGE,
    POWER_VERSION,
)

MOST_BYTES = 1024 * 1024
MOST_ELEMENTS = 20_000
VERSIONS = ("5.03", "EMCHD_1")


class Refused(Exception):
    """Why a power of attorney does not do: a kind with its parameters."""

    def __init__(self, kind: ErrorKind, **params: Any) -> None:
        super().__init__(kind.code)
        self.kind, self.params = kind, params


class Representative(msgspec.Struct, frozen=True):
    """Who may act; what is not said is empty."""

    inn: str
    organisation_inn: str
    snils: str
    name: str


class PowerOfAttorney(msgspec.Struct, frozen=True):
    """What a power of attorney says."""

    number: str
    version: str
    valid_from: date
    valid_until: date
    """The last day."""
    principals: tuple[str, ...]
    """INN of those who gave it."""
    representatives: tuple[Representative, ...]
    codes: tuple[str, ...]
    """КодПолн"""
    text: str
    """Powers in words."""
    joint: bool
    """The representatives act together only."""
    substituted: bool
    """Given by a representative («передоверие»), not by the organisation itself."""


def read(data: bytes) -> PowerOfAttorney:
    """A power of attorney from its XML. Raises Refused."""
    if len(data) > MOST_BYTES:
        raise Refused(POWER_TOO_LARGE, kilobytes=MOST_BYTES // 1024)
    root = _parsed(data)
    versions = [value for one in root.iter() if (value := one.get("ВерсФорм"))]
    if not versions:
        raise Refused(POWER_MALFORMED, what="не указана версия формата")
    if versions[0] not in VERSIONS:
        raise Refused(POWER_VERSION, version=versions[0][:20])
    about = next(_named(root, "СвДов", "СвПереДовер"), None)
    if about is None:
        raise Refused(POWER_MALFORMED, what="нет сведений о доверенности")
    principals = tuple(inn for one in _named(root, "СвДоверит") if (inn := _principal(one)))
    representatives = tuple(_representative(one) for one in _named(root, "СвУпПред"))
    codes = tuple(code.strip() for one in root.iter() if (code := one.get("КодПолн") or _text_of(one, "КодПолн")))
    text = " ".join(
        value.strip() for one in root.iter() if (value := one.get("ТекстПолн") or _text_of(one, "ТекстПолн"))
    )
    if not principals or not representatives or not (codes or text):
        raise Refused(POWER_MALFORMED, what="нет доверителя, представителя или полномочий")
    return PowerOfAttorney(
        number=_said(about, "НомДовер"),
        version=versions[0],
        valid_from=_day(_said(about, "ДатаНачДейст") or _said(about, "ДатаВыдДовер"), "дата выдачи"),
        valid_until=_day(_said(about, "СрокДейст"), "срок действия"),
        principals=principals,
        representatives=representatives,
        codes=codes,
        text=text,
        joint=any(one.get("ПрСовмПолн") == "1" for one in root.iter()),
        substituted=next(_named(root, "СвПереДовер", "Передовер", "ПередовДовер"), None) is not None,
    )


def check(
    power: PowerOfAttorney, certificate: CertificateInfo, inn: str, today: date, needed: Sequence[str] = ()
) -> None:
    """Raises Refused unless the power lets the holder of the certificate sign for the organisation today.

    `needed`: codes of powers of which it must hold one; empty: any power will do.
    """
    if power.substituted:
        raise Refused(POWER_SUBSTITUTED)
    if today < power.valid_from:
        raise Refused(POWER_NOT_YET_VALID, day=f"{power.valid_from:%d.%m.%Y}")
    if today > power.valid_until:
        raise Refused(POWER_EXPIRED, day=f"{power.valid_until:%d.%m.%Y}")
    if inn not in power.principals:
        raise Refused(POWER_PRINCIPAL, inn=inn)
    if not any(_is(one, certificate) for one in power.representatives):
        raise Refused(POWER_REPRESENTATIVE, person=power.representatives[0].name or "—")
    if power.joint and len(power.representatives) > 1:
        raise Refused(POWER_JOINT)
    if needed and not set(needed) & set(power.codes):
        raise Refused(POWER_POWERS, powers=", ".join(needed))


def _is(representative: Representative, certificate: CertificateInfo) -> bool:
    """The certificate names the representative: by every identifier that both know, and by one at least."""
    if certificate.holder == "organisation":
        return bool(certificate.inn) and representative.organisation_inn == certificate.inn
    pairs = ((representative.inn, certificate.person_inn), (representative.snils, certificate.snils))
    both = [(one, other) for one, other in pairs if one and other]
    return bool(both) and all(one == other for one, other in both)


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(POWER_MALFORMED, what="это не XML") from error
    if root.getroottree().docinfo.doctype:
        raise Refused(POWER_MALFORMED, what="в файле есть DOCTYPE")
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise Refused(POWER_MALFORMED, what="слишком много элементов")
    for strange in list(root.iter(etree.Comment, etree.PI, etree.Entity)):
        if strange.getparent() is not None:
            strange.getparent().remove(strange)
    return root


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _named(root: Any, *names: str) -> Iterator[Any]:
    return (one for one in root.iter() if _local(one) in names)


def _text_of(element: Any, name: str) -> str:
    return element.text or "" if _local(element) == name else ""


def _said(element: Any, name: str) -> str:
    """An attribute of an element or of what is inside it, or the text of such an element."""
    for one in element.iter():
        if value := one.get(name) or _text_of(one, name):
            return str(value).strip()
    return ""


def _principal(element: Any) -> str:
    for one in element.iter():
        if inn := one.get("ИННЮЛ") or (one.get("ИННФЛ") if one.get("ОГРНИП") else ""):
            return str(inn)
    return ""


def _representative(element: Any) -> Representative:
    names = [_said(one, part) for one in _named(element, "ФИО") for part in ("Фамилия", "Имя", "Отчество")]
    return Representative(
        inn=_said(element, "ИННФЛ"),
        organisation_inn=_said(element, "ИННЮЛ"),
        snils=re.sub(r"[^0-9]", "", _said(element, "СНИЛС")),
        name=" ".join(part for part in names[:3] if part)[:200],
    )


def _day(text: str, what: str) -> date:
    try:
        if found := re.fullmatch(r"(\d{2})\.(\d{2})\.(\d{4})", text, re.ASCII):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(POWER_MALFORMED, what=what) from error
