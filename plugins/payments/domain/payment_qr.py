"""The payment code of an invoice (ГОСТ Р 56042-2014): the requisites as text, and the picture of it. Pure."""

import io
from decimal import Decimal

import msgspec
import segno

from plugins.payments.domain.requisites import Requisites, check

_HEAD = "ST0001"
_UTF8 = "2"
_SEPARATORS = "|~_#$^&*/"
_LIMITS = {"Name": 160, "BankName": 45, "Purpose": 210, "Contract": 60}
_REQUIRED = ("Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc")
_ENCODINGS = {"1": "cp1251", "2": "utf-8", "3": "koi8-r"}


class PaymentCode(msgspec.Struct, frozen=True):
    """What the payer's bank reads from the picture."""

    payee: Requisites
    amount: Decimal
    """Roubles, at most two decimals."""
    purpose: str
    contract: str = ""


def text(code: PaymentCode) -> str:
    """The text of the code. Raises WrongRequisites, and ValueError for what the standard cannot hold."""
    check(code.payee, whole=True)
    kopecks = code.amount * 100
    if kopecks <= 0 or kopecks != kopecks.to_integral_value():
        raise ValueError(f"amount: {code.amount}")
    fields = {
        "Name": code.payee.name.replace("\u00a0", " "),
        "PersonalAcc": code.payee.account,
        "BankName": code.payee.bank,
        "BIC": code.payee.bic,
        "CorrespAcc": code.payee.correspondent or "0",
        "Sum": f"{kopecks:.0f}",
        "Purpose": code.purpose.replace("\u00a0", " "),
        "PayeeINN": code.payee.inn,
        "KPP": code.payee.kpp,
        "Contract": code.contract,
    }
    for name, value in fields.items():
        if len(value) > _LIMITS.get(name, 20) or not value.isprintable():
            raise ValueError(f"{name}: {value!r}")
    separator = next((mark for mark in _SEPARATORS if not any(mark in value for value in fields.values())), "")
    if not separator:
        raise ValueError("no separator is left for these values")
    return _HEAD + _UTF8 + "".join(f"{separator}{name}={value}" for name, value in fields.items() if value)


def read(content: bytes) -> dict[str, str]:
    """The fields of a code, as a bank's program reads them. Raises ValueError for what is no such code."""
    head, version = content[:6], content[6:7].decode("ascii", "replace")
    if head != _HEAD.encode() or version not in _ENCODINGS or len(content) < 8:
        raise ValueError("not a payment code")
    body = content[7:].decode(_ENCODINGS[version])
    pairs = [part.partition("=") for part in body[1:].split(body[0])]
    fields = {name: value for name, equals, value in pairs if equals}
    if len(fields) != len(pairs) or any(name not in fields for name in _REQUIRED):
        raise ValueError("a field is missing, broken or comes twice")
    return fields


def svg(code: PaymentCode) -> bytes:
    """The picture for pages and documents."""
    return _picture(code, "svg")


def png(code: PaymentCode) -> bytes:
    """The picture for letters, 4 pixels a module."""
    return _picture(code, "png")


def _picture(code: PaymentCode, kind: str) -> bytes:
    stream = io.BytesIO()
    segno.make_qr(text(code), error="m", encoding="utf-8").save(stream, kind=kind, scale=4, border=4)
    return stream.getvalue()
