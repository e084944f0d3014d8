"""1CClientBankExchange: payment orders that an accountant loads into a bank client, and the statements of a bank. Pure.

The format is lines `key=value` between markers, usually in windows-1251. What is wrong with one document of a statement
is told of that document; what makes the file doubtful as a whole refuses it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from plugins.payments.domain.requisites import Requisites, check

MARK = "1CClientBankExchange"
PURPOSE = 210
"""Characters of a purpose that banks take."""
_END, _END_DOCUMENT, _END_ACCOUNT = "КонецФайла", "КонецДокумента", "КонецРасчСчет"
_ENCODINGS = {"windows": "cp1251", "dos": "cp866", "utf-8": "utf-8", "utf8": "utf-8"}
_VERSIONS = ("1.01", "1.02", "1.03")
_MOST_DOCUMENTS = 100_000
_LONGEST_LINE = 10_000
_AMOUNT = re.compile(r"\d{1,15}([.,]\d{1,2})?", re.ASCII)
_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
_KEY = re.compile(r"[А-ЯЁа-яёA-Za-z0-9_]{1,60}")
_WORD = re.compile(r"[0-9A-Za-zА-ЯЁа-яё]+(?:[-/.][0-9A-Za-zА-ЯЁа-яё]+)*")


class BrokenFile(ValueError):
    """The file cannot be trusted: `code` is format, encoding, version, truncated or too_large."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(f"{code} at line {line}" if line else code)
        self.code, self.line = code, line


class PaymentOrder(msgspec.Struct, frozen=True):
    """A payment order («платёжное поручение»)."""

    number: str
    made_on: date
    amount: Decimal
    """Roubles, at most two decimals."""
    payer: Requisites
    payee: Requisites
    purpose: str


class Paid(msgspec.Struct, frozen=True):
    """A document of a bank's statement."""

    line: int
    """Where it begins in the file."""
    kind: str
    number: str
    made_on: date
    amount: Decimal
    payer: Requisites
    payee: Requisites
    purpose: str
    received_on: date | None
    """«ДатаПоступило»: when it reached the payee's account."""
    debited_on: date | None

    @property
    def key(self) -> tuple[date, str, Decimal, str]:
        """By which a document that comes again is recognised."""
        return self.made_on, self.number, self.amount, self.payer.account


class Fault(msgspec.Struct, frozen=True):
    """Why a document of a statement cannot be used: a field and the line where the document begins."""

    line: int
    field: str


class Statement(msgspec.Struct, frozen=True):
    """A bank's statement."""

    documents: tuple[Paid, ...]
    faults: tuple[Fault, ...]


# ---- writing
def write(orders: Sequence[PaymentOrder], made_at: datetime, sender: str) -> bytes:
    """A file for a bank client. `made_at` is local. Raises WrongRequisites, ValueError for what it cannot hold."""
    days = [order.made_on for order in orders]
    if not days:
        raise ValueError("no payment orders")
    lines = [MARK]
    lines += _pairs(
        ВерсияФормата="1.03",
        Кодировка="Windows",
        Отправитель=sender,
        Получатель="",
        ДатаСоздания=_day(made_at.date()),
        ВремяСоздания=f"{made_at:%H:%M:%S}",
        ДатаНачала=_day(min(days)),
        ДатаКонца=_day(max(days)),
    )
    accounts = dict.fromkeys(order.payer.account for order in orders if order.payer.account)
    lines += [f"РасчСчет={account}" for account in accounts]
    lines += ["Документ=Платежное поручение"]
    for order in orders:
        lines += _order_lines(order)
    return "\r\n".join([*lines, _END, ""]).encode("cp1251")


def _order_lines(order: PaymentOrder) -> Iterator[str]:
    check(order.payer, whole=False)
    check(order.payee, whole=True)
    if order.amount <= 0 or order.amount != round(order.amount, 2):
        raise ValueError(f"amount: {order.amount}")
    if not order.number.isascii() or not order.number.isdecimal() or len(order.number) > 6:
        raise ValueError(f"number: {order.number!r}")
    if not 0 < len(order.purpose) <= PURPOSE:
        raise ValueError(f"purpose: {len(order.purpose)} characters")
    yield "СекцияДокумент=Платежное поручение"
    yield from _pairs(Номер=order.number, Дата=_day(order.made_on), Сумма=f"{order.amount:.2f}")
    yield from _party_lines("Плательщик", order.payer)
    yield from _party_lines("Получатель", order.payee)
    yield from _pairs(ВидОплаты="01", Очередность="5", НазначениеПлатежа=order.purpose)
    yield _END_DOCUMENT


def _party_lines(role: str, party: Requisites) -> Iterator[str]:
    values = {
        f"{role}Счет": party.account,
        role: f"ИНН {party.inn} {party.name}" if party.inn else party.name,
        f"{role}ИНН": party.inn,
        f"{role}КПП": party.kpp,
        f"{role}1": party.name,
        f"{role}РасчСчет": party.account,
        f"{role}Банк1": party.bank,
        f"{role}БИК": party.bic,
        f"{role}Корсчет": party.correspondent,
    }
    yield from _pairs(**values)


def _pairs(**values: str) -> Iterator[str]:
    for key, text in values.items():
        value = text.replace("\u00a0", " ")
        if any(not character.isprintable() for character in value):
            raise ValueError(f"{key}: a character that no line can hold")
        yield f"{key}={value}"


def _day(day: date) -> str:
    return f"{day:%d.%m}.{day.year:04d}"


# ---- reading
def read(content: bytes) -> Statement:
    """The documents of a statement, in order. Raises BrokenFile."""
    lines = _lines(content)
    header = _header(lines)
    if header.get("ВерсияФормата", "") not in _VERSIONS:
        raise BrokenFile("version")
    documents: list[Paid] = []
    faults: list[Fault] = []
    for line, kind, fields in _sections(lines):
        if len(documents) + len(faults) >= _MOST_DOCUMENTS:
            raise BrokenFile("too_large", line)
        found = _document(line, kind, fields)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            documents.append(found)
    return Statement(tuple(documents), tuple(faults))


def _lines(content: bytes) -> list[str]:
    text = _text(content)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].strip() != MARK:
        raise BrokenFile("format", 1)
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_LINE or "\0" in line:
            raise BrokenFile("format", number)
    while lines and not lines[-1].strip():
        lines.pop()
    if lines[-1].strip() != _END:
        raise BrokenFile("truncated", len(lines))
    return lines


def _text(content: bytes) -> str:
    """By what the file says of its encoding; the word for it is itself encoded, so each is tried."""
    if content.startswith(b"\xef\xbb\xbf"):
        return _decoded(content[3:], "utf-8")
    for encoding in ("utf-8", "cp1251", "cp866"):
        found = re.search(r"^Кодировка=\s*([\w-]+)\s*$", content[:4096].decode(encoding, "replace"), re.MULTILINE)
        if found:
            if found[1].lower() not in _ENCODINGS:
                raise BrokenFile("encoding")
            return _decoded(content, encoding)
    raise BrokenFile("encoding" if content.startswith(MARK.encode()) else "format")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BrokenFile("encoding") from error


def _header(lines: Sequence[str]) -> dict[str, str]:
    header: dict[str, str] = {}
    for line in lines[1:]:
        key, equals, value = line.partition("=")
        if not equals or key.startswith("Секция"):
            break
        header.setdefault(key.strip(), value.strip())
    return header


def _sections(lines: Sequence[str]) -> Iterator[tuple[int, str, dict[str, list[str]]]]:
    """(line, kind, key -> its values) of each document."""
    begun, kind, last = 0, "", ""
    fields: dict[str, list[str]] = {}
    for number, line in enumerate(lines, 1):
        key, equals, value = (part.strip() for part in line.partition("="))
        if key == "СекцияДокумент":
            if begun:
                raise BrokenFile("truncated", number)
            begun, kind, last, fields = number, value, "", {}
        elif key == _END_DOCUMENT:
            if not begun:
                raise BrokenFile("format", number)
            yield begun, kind, fields
            begun = 0
        elif begun and equals and _KEY.fullmatch(key):
            fields.setdefault(key, []).append(value)
            last = key
        elif begun and line.strip():
            if key in (_END, _END_ACCOUNT) or not last.startswith("НазначениеПлатежа"):
                raise BrokenFile("truncated" if key == _END else "format", number)
            fields[last][-1] = f"{fields[last][-1]} {line.strip()}"  # banks break long purposes
    if begun:
        raise BrokenFile("truncated", begun)


def _document(line: int, kind: str, fields: dict[str, list[str]]) -> Paid | Fault:
    try:
        return Paid(
            line=line,
            kind=kind,
            number=_one(fields, "Номер"),
            made_on=_read_day(fields, "Дата", required=True),  # type: ignore[arg-type]
            amount=_read_amount(fields),
            payer=_party(fields, "Плательщик"),
            payee=_party(fields, "Получатель"),
            purpose=_purpose(fields),
            received_on=_read_day(fields, "ДатаПоступило"),
            debited_on=_read_day(fields, "ДатаСписано"),
        )
    except LookupError as error:
        return Fault(line, str(error.args[0]))


def _one(fields: dict[str, list[str]], key: str) -> str:
    """The value of a key; none is empty. Raises LookupError when two differ: nobody knows which counts."""
    values = set(fields.get(key, [""]))
    if len(values) != 1:
        raise LookupError(key)
    return values.pop()


def _read_day(fields: dict[str, list[str]], key: str, *, required: bool = False) -> date | None:
    text = _one(fields, key)
    if not text and not required:
        return None
    found = _DATE.fullmatch(text)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    raise LookupError(key)


def _read_amount(fields: dict[str, list[str]]) -> Decimal:
    text = _one(fields, "Сумма")
    amount = Decimal(text.replace(",", ".")) if _AMOUNT.fullmatch(text) else Decimal(0)
    if amount <= 0:
        raise LookupError("Сумма")
    return amount.quantize(Decimal("0.01"))


def _party(fields: dict[str, list[str]], role: str) -> Requisites:
    account = _one(fields, f"{role}Счет") or _one(fields, f"{role}РасчСчет")
    return Requisites(
        name=_one(fields, f"{role}1") or _one(fields, role),
        inn=_one(fields, f"{role}ИНН"),
        kpp=_one(fields, f"{role}КПП"),
        account=account,
        bank=_one(fields, f"{role}Банк1"),
        bic=_one(fields, f"{role}БИК"),
        correspondent=_one(fields, f"{role}Корсчет"),
    )


def _purpose(fields: dict[str, list[str]]) -> str:
    whole = _one(fields, "НазначениеПлатежа")
    parts = [_one(fields, f"НазначениеПлатежа{number}") for number in range(1, 7)]
    return whole or " ".join(part for part in parts if part)


# ---- what came in, and for whom
def income(documents: Iterable[Paid], accounts: Collection[str]) -> list[Paid]:
    """What reached one of our accounts, each document once."""
    found: dict[tuple[date, str, Decimal, str], Paid] = {}
    for document in documents:
        if document.received_on is not None and document.payee.account in accounts:
            found.setdefault(document.key, document)
    return list(found.values())


def words(purpose: str) -> list[str]:
    """Everything in a purpose that may be the number of a contract or a bill, each once, in order."""
    return list(dict.fromkeys(_WORD.findall(purpose)))
