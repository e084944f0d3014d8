"""`.xlsx`: a zip of XML, of which every declared size is a claim. Limits hold while it is read, too."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from lxml import etree

from core.importing import FileRefused, Note
from core.imports.errors import (
    TOO_MANY_ROWS,
    WORKBOOK_BROKEN,
    WORKBOOK_ENCRYPTED,
    WORKBOOK_MACROS,
    WORKBOOK_TOO_LARGE,
)
from core.imports.workbooks.cells import (
    LONGEST_TEXT,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    DateCell,
    ErrorCell,
    FormulaCell,
    SheetRow,
    number_text,
)

MOST_PARTS = 1_000
MOST_BYTES = 200_000_000
"""Unpacked, all parts together."""
MOST_TEXTS = 40_000_000
"""Unpacked bytes of the shared texts, which have to be in memory."""
LONGEST_ITEM = 2_000_000
"""Bytes of a row, or of whatever stands between two: 16,384 cells of a usual length are less."""
LONGEST_FORMAT = 255
"""Characters: Excel takes no more. The time to look at one grows with the square of its length."""
MOST_SHARED = 400_000
MOST_RATIO = 300
MOST_SHEETS = 50
_SMALL = 1_000_000  # bytes up to which any ratio will do
_HEAD = 2_000_000  # of the parts that describe the book
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DATE_LETTERS = re.compile(r"[dmhysDMHYSДдМмГгЧчСс]")
_SECURE: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}
_BROKEN = (
    zipfile.BadZipFile,
    etree.LxmlError,
    zlib.error,
    EOFError,
    OSError,
    KeyError,
    IndexError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


class _Part:
    """A part of the zip, read no further than its limit, nor far without coming to the end of an item.

    The parser holds what it has read of an item, or of anything between items, as a tree that is dozens of times larger
    than its text: an honest item is short.
    """

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file, self._left, self._since = file, left, 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(65_536 if size < 0 else size)
        self._left -= len(data)
        self._since += len(data)
        if self._left < 0 or self._since > LONGEST_ITEM:
            raise FileRefused(Note.of(WORKBOOK_TOO_LARGE))
        return data

    def item(self) -> None:
        """An item has ended, and is let go of."""
        self._since = 0


class Xlsx:
    """An open workbook. Raises FileRefused for whatever is wrong with it as a whole."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise FileRefused(Note.of(WORKBOOK_BROKEN)) from error
        try:
            self._check()
            self._dates = self._date_styles()
            self._shared: list[str] | None = None
            self._columns: dict[str, int] = {}
        except _BROKEN as error:
            self._zip.close()
            raise FileRefused(Note.of(WORKBOOK_BROKEN)) from error
        except FileRefused:
            self._zip.close()
            raise

    def close(self) -> None:
        self._zip.close()

    def sheets(self) -> list[tuple[str, str]]:
        """Title and part of every sheet, in the order of the book."""
        try:
            return self._sheets()
        except _BROKEN as error:
            raise FileRefused(Note.of(WORKBOOK_BROKEN)) from error

    def rows(self, part: str) -> Iterator[SheetRow]:
        """The rows of a sheet that hold anything, as they come."""
        try:
            if self._shared is None:
                self._shared = self._texts()
            yield from self._rows(part, self._shared)
        except FileRefused:
            raise
        except _BROKEN as error:
            raise FileRefused(Note.of(WORKBOOK_BROKEN)) from error

    # ---- the zip
    def _check(self) -> None:
        parts = self._zip.infolist()
        names = {part.filename for part in parts}
        if any(part.flag_bits & 1 for part in parts):
            raise FileRefused(Note.of(WORKBOOK_ENCRYPTED))
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise FileRefused(Note.of(WORKBOOK_TOO_LARGE))
        for part in parts:
            if part.file_size > _SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1):
                raise FileRefused(Note.of(WORKBOOK_TOO_LARGE))
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise FileRefused(Note.of(WORKBOOK_MACROS))
        if len(names) != len(parts) or "xl/workbook.xml" not in names:
            raise FileRefused(Note.of(WORKBOOK_BROKEN))

    def _document(self, part: str) -> etree._Element:
        with self._zip.open(part) as file:
            data = file.read(_HEAD + 1)
        if len(data) > _HEAD:
            raise FileRefused(Note.of(WORKBOOK_TOO_LARGE))
        root = etree.fromstring(data, etree.XMLParser(**_SECURE))
        _refuse_doctype(root)
        return root

    def _sheets(self) -> list[tuple[str, str]]:
        targets = {
            relation.get("Id"): relation.get("Target") or ""
            for relation in self._document("xl/_rels/workbook.xml.rels")
        }
        known = set(self._zip.namelist())
        found: list[tuple[str, str]] = []
        for sheet in self._document("xl/workbook.xml").iterfind("{*}sheets/{*}sheet"):
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT)) or ""
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in known and len(found) < MOST_SHEETS:
                found.append((str(sheet.get("name") or ""), part))
        return found

    def _date_styles(self) -> frozenset[str]:
        """The cell styles that show a number as a day or a time."""
        if "xl/styles.xml" not in self._zip.namelist():
            return frozenset()
        styles = self._document("xl/styles.xml")
        written = styles.iterfind("{*}numFmts/{*}numFmt")
        formats = {item.get("numFmtId"): (item.get("formatCode") or "")[:LONGEST_FORMAT] for item in written}
        used = [style.get("numFmtId") or "0" for style in styles.iterfind("{*}cellXfs/{*}xf")]
        dates = {number for number in set(used) if _is_date(number, formats)}
        return frozenset(str(index) for index, number in enumerate(used) if number in dates)

    def _texts(self) -> list[str]:
        """The shared texts."""
        if "xl/sharedStrings.xml" not in self._zip.namelist():
            return []
        texts: list[str] = []
        with self._zip.open("xl/sharedStrings.xml") as file:
            part: Any = _Part(file, MOST_TEXTS)
            for _, item in etree.iterparse(part, events=("end",), tag="{*}si", **_SECURE):
                if not texts:
                    _refuse_doctype(item)
                texts.append(_text_of(item))
                part.item()
                if len(texts) > MOST_SHARED:
                    raise FileRefused(Note.of(WORKBOOK_TOO_LARGE))
                _drop(item)
        return texts

    def _rows(self, name: str, texts: list[str]) -> Iterator[SheetRow]:
        number = count = 0
        with self._zip.open(name) as file:
            part: Any = _Part(file, MOST_BYTES)
            for _, row in etree.iterparse(part, events=("end",), tag=("{*}row", "{*}sheetData"), **_SECURE):
                if row.tag.endswith("}sheetData"):
                    return
                if not number:
                    _refuse_doctype(row)
                part.item()
                given = row.get("r")
                number = int(given) if given else number + 1
                cells = self._cells(row, texts)
                if cells:
                    count += 1
                    if count > MOST_ROWS:
                        raise FileRefused(Note.of(TOO_MANY_ROWS, most=MOST_ROWS))
                    yield SheetRow(number, row.get("hidden") in ("1", "true"), cells)
                _drop(row)

    def _cells(self, row: Any, texts: list[str]) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        columns = self._columns
        column = -1
        for item in row:
            place = item.get("r")
            if place is None:
                column += 1
            else:
                letters = place.rstrip("0123456789")
                found = columns.get(letters)
                column = columns.setdefault(letters, _column(letters)) if found is None else found
            if column >= MOST_COLUMNS or not len(item):
                continue
            cell = self._cell(item, texts)
            if cell:
                cells[column] = cell
        return cells

    def _cell(self, item: Any, texts: list[str]) -> Cell | None:
        kind = item.get("t")
        first = item[0]
        if kind == "inlineStr" and len(first) == 1 and len(item) == 1:  # what most writers of our days write
            raw = first[0].text
            return Cell(raw[:LONGEST_TEXT].strip()) if raw else None
        raw, formula = _parts(item)
        if formula:
            return FormulaCell(raw[:LONGEST_TEXT] or "=")
        if kind == "s":
            return Cell(texts[_index(raw)].strip()) if raw else None
        if kind in ("inlineStr", "str"):
            return Cell(raw[:LONGEST_TEXT].strip())
        if not raw:
            return None
        if kind in ("b", "e"):
            return ErrorCell(raw[:LONGEST_TEXT])
        if kind == "d" or item.get("s") in self._dates:
            return DateCell(raw[:LONGEST_TEXT])
        return number_text(raw.strip()[:LONGEST_TEXT])


def _parts(item: Any) -> tuple[str, bool]:
    """The text of a cell's value, and whether a formula made it."""
    raw, formula = "", False
    for child in item:
        tag = child.tag
        if not isinstance(tag, str):
            continue
        if tag.endswith("}v"):
            raw = child.text or ""
        elif tag.endswith("}f"):
            formula = True
        elif tag.endswith("}is"):
            raw = _text_of(child)
    return raw, formula


def _index(raw: str) -> int:
    index = int(raw)
    if index < 0:
        raise IndexError(raw)
    return index


def _text_of(item: Any) -> str:
    """The text of a shared or inline string: its own and that of its runs, without reading aids."""
    if len(item) == 1 and item[0].tag.endswith("}t"):
        return str(item[0].text or "")[:LONGEST_TEXT]
    parts = [*item.iterfind("{*}t"), *item.iterfind("{*}r/{*}t")]
    return "".join(part.text or "" for part in parts)[:LONGEST_TEXT]


def _column(letters: str) -> int:
    """The column of a cell's address, from 0."""
    number = 0
    for char in letters[:8]:
        if not "A" <= char <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(char) - 64
    if number == 0:
        raise ValueError(letters)
    return number - 1


def _is_date(number: str, formats: dict[str | None, str]) -> bool:
    if int(number) in _DATE_FORMATS:
        return True
    code = _NOT_FORMAT.sub("", formats.get(number, "").partition(";")[0])
    return code.lower() != "general" and bool(_DATE_LETTERS.search(code.replace("General", "")))


def _refuse_doctype(element: Any) -> None:
    if element.getroottree().docinfo.doctype:
        raise FileRefused(Note.of(WORKBOOK_BROKEN))


def _drop(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
