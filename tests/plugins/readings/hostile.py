"""Workbooks that mean harm, or that something has gone wrong with; and a source of endless mutations."""

import io
import random
import re
import zipfile
from collections.abc import Callable

Parts = dict[str, bytes]
SHEET = "xl/worksheets/sheet1.xml"
_NUMBERS = (b"0", b"-1", b"1048577", b"999999999999999999", b"1e999", b"NaN", b"", b"1,5", b"0x10", b"\xd9\xa3")
_SCRAPS = (
    b"<row/>",
    b'<row r="-5"><c/></row>',
    b'<c r="A0"><v>1</v></c>',
    b'<c r="ZZZZZZZZ1" t="s"><v>99999</v></c>',
    b'<c t="s"><v>-1</v></c>',
    b'<c t="inlineStr"><is/></c>',
    b"<v></v>",
    b"<f>1+1</f>",
    b"&lol;",
    b"&#0;",
    b"<![CDATA[x]]>",
    b"<!-- x -->",
    b"<?x y?>",
    b"\x00",
    b"\xff\xfe",
    b"<a:b/>",
    b"</row>",
    b"]]>",
)


def parts_of(content: bytes) -> Parts:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}


def packed(parts: Parts) -> bytes:
    """A workbook of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return out.getvalue()


# ---- made to harm
def with_sheet(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with its sheet changed."""
    parts = parts_of(content)
    parts[SHEET] = change(parts[SHEET])
    return packed(parts)


def zip_bomb(content: bytes) -> bytes:
    """A sheet of 300 MB in a file of some hundred kilobytes."""
    parts, out, filler = parts_of(content), io.BytesIO(), b"<row><c><v>1</v></c></row>" * 40_000
    before, end, after = parts.pop(SHEET).partition(b"</sheetData>")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)
        with book.open(SHEET, "w") as sheet:
            sheet.write(before)
            for _ in range(290):
                sheet.write(filler)
            sheet.write(end + after)
    return out.getvalue()


def far_cell(content: bytes) -> bytes:
    """A value in the last cell that there can be."""
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_sheet(content, lambda sheet: sheet.replace(b"</sheetData>", cell))


def entity_bomb(content: bytes) -> bytes:
    """Entities of entities, ten to the ninth."""
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 10)
    )
    doctype = b"<!DOCTYPE worksheet [" + entities + b"]>"

    def change(sheet: bytes) -> bytes:
        start = sheet.index(b"<worksheet")
        return sheet[:start] + doctype + sheet[start:].replace(b"<t>", b"<t>&a9;", 1)

    return with_sheet(content, change)


def external_entity(content: bytes) -> bytes:
    """An entity that is a file of the server."""
    doctype = b'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'

    def change(sheet: bytes) -> bytes:
        start = sheet.index(b"<worksheet")
        return sheet[:start] + doctype + sheet[start:].replace(b"<t>", b"<t>&x;", 1)

    return with_sheet(content, change)


def with_macros(content: bytes) -> bytes:
    """A book with a project of macros."""
    return packed({**parts_of(content), "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def lying_sizes(content: bytes) -> bytes:
    """The zip's directory says that every part is tiny."""
    out = bytearray(content)
    at = out.find(b"PK\x01\x02")
    while at >= 0:
        out[at + 24 : at + 28] = (16).to_bytes(4, "little")
        at = out.find(b"PK\x01\x02", at + 4)
    return bytes(out)


def encrypted() -> bytes:
    """The beginning of what Excel makes of a book with a password."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1500 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 3000
    )


# ---- mutations
def mutated(content: bytes, parts: Parts, source: random.Random) -> bytes:
    """One mutation: of the file's bytes, of a part's bytes, or of a part's markup."""
    kind = source.random()
    if kind < 0.25:
        return bytes_(content, source)
    name = SHEET if kind < 0.8 else source.choice(sorted(parts))
    part = parts[name]
    for _ in range(source.randint(1, 4)):
        part = source.choice((bytes_, _attribute, _scrap, _cut_tag, _repeat))(part, source)
    return packed({**parts, name: part})


def bytes_(data: bytes, source: random.Random) -> bytes:
    if not data:
        return data
    at, length = source.randrange(len(data)), source.randint(1, 40)
    match source.randrange(4):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + source.randbytes(length) + data[at + length :]
        case 2:
            return data[:at] + data[at + length :]
        case _:
            return data[:at] + source.randbytes(length) + data[at:]


def _attribute(data: bytes, source: random.Random) -> bytes:
    found = list(re.finditer(rb'"[^"<>]*"', data))
    if not found:
        return data
    place = source.choice(found)
    return data[: place.start() + 1] + source.choice(_NUMBERS) + data[place.end() - 1 :]


def _scrap(data: bytes, source: random.Random) -> bytes:
    places = [found.start() for found in re.finditer(rb"<", data)]
    at = source.choice(places) if places else 0
    return data[:at] + source.choice(_SCRAPS) + data[at:]


def _cut_tag(data: bytes, source: random.Random) -> bytes:
    found = list(re.finditer(rb"<[^<>]*>", data))
    if not found:
        return data
    place = source.choice(found)
    return data[: place.start()] + data[place.end() :]


def _repeat(data: bytes, source: random.Random) -> bytes:
    found = list(re.finditer(rb"<(row|c|si|sheet|xf)\b.*?</\1>", data, re.DOTALL))
    if not found:
        return data
    place = source.choice(found)
    return data[: place.end()] + place[0] * source.randint(1, 50) + data[place.end() :]
