"""A table in a workbook: found by its headings, read row by row."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from core.importing import FileRefused, Note, Source
from core.imports.errors import COLUMNS_MISSING, WORKBOOK_BROKEN
from core.imports.workbooks.cells import EMPTY, SheetRow, Table, TableRow, letter
from core.imports.workbooks.xls import xls_sheets
from core.imports.workbooks.xlsx import Xlsx

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADINGS_WITHIN = 30
"""Rows at the top of a sheet in which the headings are looked for."""


def fits_workbook(head: bytes) -> bool:
    """Whether a file may be a workbook at all, new or old."""
    return head.startswith((ZIP, OLE))


def read_table(source: Source, headings: Sequence[str]) -> tuple[Table, Iterator[TableRow]]:
    """Where the headings stand, and the rows below them that hold anything under them.

    The first sheet that has all of the headings counts; their order, their case and further columns do not matter.
    Raises FileRefused, also while the rows are read.
    """
    best: tuple[int, Note] = (-1, Note.of(COLUMNS_MISSING, columns=", ".join(f"«{name}»" for name in headings)))
    sheets = _sheets(source)
    for title, rows in sheets:
        top: list[SheetRow] = []
        for row in rows:
            top.append(row)
            columns = _columns(row, headings)
            found = [column for column in columns if column is not None]
            if len(found) == len(headings):
                table = Table(title, [letter(column) for column in found])
                return table, _table_rows(title, rows, found, sheets)
            missing = [f"«{name}»" for name, column in zip(headings, columns, strict=True) if column is None]
            if len(found) > best[0]:
                place = row.number if found else 0
                best = (len(found), Note.of(COLUMNS_MISSING, columns=", ".join(missing), sheet=title, row=place))
            if len(top) >= _HEADINGS_WITHIN:
                break
    raise FileRefused(best[1])


def _table_rows(
    title: str, rows: Iterator[SheetRow], columns: Sequence[int], sheets: Iterator[object]
) -> Iterator[TableRow]:
    try:
        for row in rows:
            cells = [row.cells.get(column, EMPTY) for column in columns]
            if any(cells):
                yield TableRow(title, row.number, row.hidden, cells)
        for _ in sheets:  # the old format is found to be broken only at its end
            pass
    finally:
        close = getattr(sheets, "close", None)
        if close is not None:
            close()


def _sheets(source: Source) -> Iterator[tuple[str, Iterator[SheetRow]]]:
    """By the content, not by the name: Excel, too, opens a file whose extension lies."""
    with source.path.open("rb") as file:
        head = file.read(8)
    if head.startswith(ZIP):
        with closing(Xlsx(source.path)) as book:
            for title, part in book.sheets():
                yield title, book.rows(part)
    elif head == OLE:
        yield from xls_sheets(source.path)
    else:
        raise FileRefused(Note.of(WORKBOOK_BROKEN))


def plain(text: str) -> str:
    """A heading or a name as it is compared: no case, single spaces, «е» for «ё»."""
    return " ".join(text.split()).casefold().replace("ё", "е")


def _columns(row: SheetRow, headings: Sequence[str]) -> list[int | None]:
    places: dict[str, int] = {}
    for column, cell in row.cells.items():
        places.setdefault(plain(cell), column)
    return [places.get(plain(name)) for name in headings]
