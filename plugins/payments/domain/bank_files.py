"""Files between an accountant and a bank: payment orders and statements of 1CClientBankExchange, the payment QR code
(GOST R 56042-2014). Pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

_HEAD = "1CClientBankExchange"
_ENCODINGS = {"Windows": "cp1251", "DOS": "cp866", "UTF-8": "utf-8", "UTF8": "utf-8"}
_DECLARED = re.compile("Кодировка=([A-Za-z0-9-]+)")
_NUMBER = re.compile(r"\d{5,20}", re.ASCII)
_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?", re.ASCII)
_DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)


class Party(msgspec.Struct, frozen=True):
    """Somebody with a bank account; what is unknown is empty."""

    name: str
    inn: str
    kpp: str
    account: str
    bank: str
    bic: str
    correspondent: str


class PaymentOrder(msgspec.Struct, frozen=True):
    """A «Платежное поручение»."""

    number: str
    day: date
    amount: Decimal
    payer: Party
    payee: Party
    purpose: str


class Income(msgspec.Struct, frozen=True):
    """Money that arrived at our account, by a statement."""

    number: str
    day: date
    received: date
    amount: Decimal
    payer_inn: str
    payer_account: str
    payer_bank: str
    purpose: str

    @property
    def key(self) -> str:
        """The same document has the same key in every statement."""
        text = "|".join((self.day.isoformat(), self.number, f"{self.amount:.2f}", self.payer_account))
        return f"bank-{hashlib.sha256(text.encode()).hexdigest()[:32]}"

    @property
    def numbers(self) -> list[str]:
        """What may be a contract's number in the purpose."""
        return _NUMBER.findall(self.purpose)


class NotAStatement(ValueError):
    """Why a file cannot be read."""


# ---- orders out
def orders_file(orders: Sequence[PaymentOrder], made: datetime) -> bytes:
    """The file that a bank client loads, in Windows-1251. `made` is business time."""
    days = [order.day for order in orders]
    head = {
        "ВерсияФормата": "1.03",
        "Кодировка": "Windows",
        "Отправитель": "Личный кабинет",
        "ДатаСоздания": f"{made:%d.%m.%Y}",
        "ВремяСоздания": f"{made:%H:%M:%S}",
        "ДатаНачала": f"{min(days):%d.%m.%Y}",
        "ДатаКонца": f"{max(days):%d.%m.%Y}",
        "РасчСчет": orders[0].payer.account,
        "Документ": "Платежное поручение",
    }
    lines = [_HEAD, *_lines(head)]
    for order in orders:
        lines += ["СекцияДокумент=Платежное поручение", *_lines(_fields(order)), "КонецДокумента"]
    return "\r\n".join([*lines, "КонецФайла", ""]).encode("cp1251", "replace")


def _fields(order: PaymentOrder) -> dict[str, str]:
    common = {"Номер": order.number, "Дата": f"{order.day:%d.%m.%Y}", "Сумма": f"{order.amount:.2f}"}
    return {
        **common,
        **_party("Плательщик", order.payer),
        **_party("Получатель", order.payee),
        "ВидОплаты": "01",
        "Очередность": "5",
        "НазначениеПлатежа": order.purpose,
    }


def _party(who: str, party: Party) -> dict[str, str]:
    return {
        f"{who}Счет": party.account,
        who: f"ИНН {party.inn} {party.name}",
        f"{who}ИНН": party.inn,
        f"{who}КПП": party.kpp,
        f"{who}1": party.name,
        f"{who}РасчСчет": party.account,
        f"{who}Банк1": party.bank,
        f"{who}БИК": party.bic,
        f"{who}Корсчет": party.correspondent,
    }


def _lines(fields: Mapping[str, str]) -> Iterator[str]:
    return (f"{name}={' '.join(value.split())}" for name, value in fields.items())


# ---- the QR code
def qr_text(payee: Party, amount: Decimal, purpose: str) -> str:
    """The text of a payment QR code, in UTF-8 (`ST00012`)."""
    fields = {
        "Name": payee.name,
        "PersonalAcc": payee.account,
        "BankName": payee.bank,
        "BIC": payee.bic,
        "CorrespAcc": payee.correspondent,
        "Sum": str(int(amount * 100)),
        "Purpose": purpose,
        "PayeeINN": payee.inn,
        "KPP": payee.kpp,
    }
    told = [f"{name}={' '.join(value.replace('|', ' ').split())}" for name, value in fields.items() if value]
    return "|".join(["ST00012", *told])


# ---- statements in
def incomes(content: bytes, account: str) -> list[Income]:
    """What a statement says has arrived at `account`. Raises NotAStatement."""
    found: list[Income] = []
    section: dict[str, str] | None = None
    for number, line in enumerate(_text(content).splitlines(), 1):
        name, _, value = line.strip().partition("=")
        if name == "СекцияДокумент":
            section = {}
        elif name == "КонецДокумента" and section is not None:
            if (income := _income(section, account, number)) is not None:
                found.append(income)
            section = None
        elif section is not None:
            section[name] = value.strip()
    return found


def _text(content: bytes) -> str:
    """Decoded as the file itself says: by the encoding in which its field «Кодировка» names that very encoding."""
    for encoding in ("utf-8-sig", "cp1251", "cp866"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        declared = _DECLARED.search(text[:1000])
        if text.startswith(_HEAD) and declared and _ENCODINGS.get(declared[1], "") == encoding.removesuffix("-sig"):
            return text
    raise NotAStatement("not a file of 1CClientBankExchange")


def _income(section: Mapping[str, str], account: str, line: int) -> Income | None:
    received = section.get("ДатаПоступило", "")
    ours = section.get("ПолучательСчет") or section.get("ПолучательРасчСчет", "")
    if not received or ours != account:
        return None
    try:
        match = _AMOUNT.fullmatch(section.get("Сумма", ""))
        if match is None:
            raise ValueError("amount")
        amount = Decimal(f"{match[1]}.{(match[2] or '').ljust(2, '0')}")
        return Income(
            section.get("Номер", ""),
            _day(section.get("Дата", "")),
            _day(received),
            amount,
            section.get("ПлательщикИНН", ""),
            section.get("ПлательщикСчет") or section.get("ПлательщикРасчСчет", ""),
            section.get("ПлательщикБанк1", ""),
            section.get("НазначениеПлатежа", ""),
        )
    except ValueError as error:
        raise NotAStatement(f"the document that ends in line {line} cannot be read") from error


def _day(text: str) -> date:
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return date(int(match[3]), int(match[2]), int(match[1]))
