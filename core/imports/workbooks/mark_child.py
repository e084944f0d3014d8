"""Marks a workbook in a process of its own: openpyxl holds all of it in memory, and this process may not have much.

Run by path, without anything of the cabinet: reads one JSON object from its input, writes the marked workbook to
`target`. Exit codes: 4 too large, 5 broken.
"""

import json
import resource
import sys
from typing import Any

MEMORY = 1_200 * 1024 * 1024
SECONDS = 60
TOO_LARGE, BROKEN = 4, 5
REASON = "Причина"
RED, YELLOW = "FFFFC7CE", "FFFFEB9C"
HEADINGS_WITHIN = 30
MOST_COLUMNS = 64


def main(order: dict[str, Any]) -> None:
    book = _old(order["source"]) if order["old"] else _new(order["source"])
    from openpyxl.styles import Alignment, Font, PatternFill

    fills = {"error": PatternFill("solid", fgColor=RED), "warning": PatternFill("solid", fgColor=YELLOW)}
    by_sheet: dict[str, list[dict[str, Any]]] = {}
    for mark in order["marks"]:
        by_sheet.setdefault(mark["sheet"], []).append(mark)
    for title, marks in by_sheet.items():
        sheet = book[title] if title in book.sheetnames else book.worksheets[0]
        column, heading = _reason_column(sheet, [_plain(name) for name in order["headings"]])
        _wash(sheet, column, heading)
        place = sheet.cell(heading, column, REASON)
        place.font = Font(bold=True)
        sheet.column_dimensions[place.column_letter].width = 60
        reasons: dict[int, list[str]] = {}
        for mark in marks:
            row = mark["row"] or heading
            if mark["column"]:
                cell = sheet[f"{mark['column']}{row}"]
                if hasattr(cell, "fill"):
                    cell.fill = fills[mark["level"]]
            if mark["text"] not in reasons.setdefault(row, []):
                reasons[row].append(mark["text"])
        for row, texts in reasons.items():
            cell = sheet.cell(row, column)
            cell.value = "; ".join(texts)
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    book.save(order["target"])


def _new(path: str) -> Any:
    from openpyxl import load_workbook

    return load_workbook(path, keep_vba=False, keep_links=False, rich_text=False)


def _old(path: str) -> Any:
    """A `.xls` as a new workbook: nothing here writes the old format."""
    import xlrd
    from openpyxl import Workbook

    class Silent:
        def write(self, _: str) -> None: ...

    source = xlrd.open_workbook(path, logfile=Silent(), on_demand=True, ragged_rows=True)
    book = Workbook()
    book.remove(book.active)
    for index in range(min(source.nsheets, 50)):
        old = source.sheet_by_index(index)
        sheet = book.create_sheet(old.name[:31])
        for number in range(old.nrows):
            for column, cell in enumerate(old.row(number)[:MOST_COLUMNS]):
                if cell.ctype in (1, 2) and cell.value != "":
                    place = sheet.cell(number + 1, column + 1, cell.value)
                    if cell.ctype == 1:
                        place.data_type, place.number_format = "s", "@"
    return book


def _reason_column(sheet: Any, headings: list[str]) -> tuple[int, int]:
    """The column for the reasons, and the row of its heading: that of a former marking, or the first free one."""
    for row in range(1, HEADINGS_WITHIN + 1):
        names = [_plain(sheet.cell(row, column).value) for column in range(1, MOST_COLUMNS + 1)]
        if set(headings) <= set(names):
            if _plain(REASON) in names:
                return names.index(_plain(REASON)) + 1, row
            return max(number for number, name in enumerate(names, 1) if name) + 1, row
    raise ValueError("the headings are gone")


def _plain(value: object) -> str:
    return " ".join(str(value or "").split()).casefold().replace("ё", "е")


def _wash(sheet: Any, column: int, heading: int) -> None:
    """What a former marking left."""
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows(min_row=heading + 1, max_col=column):
        for cell in row:
            fill = getattr(cell, "fill", None)
            if fill is not None and fill.fgColor is not None and fill.fgColor.rgb in (RED, YELLOW):
                cell.fill = PatternFill()
            if cell.column == column:
                cell.value = None


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        main(json.load(sys.stdin))
    except MemoryError:
        sys.exit(TOO_LARGE)
    except Exception:
        sys.exit(BROKEN)
