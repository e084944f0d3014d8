"""Templates to be filled in: everything locked but the cells for input."""

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter

_SPOOL = 2_000_000
_HEADING = Font(bold=True)
_SHADE = PatternFill("solid", fgColor="FFE7EEF7")
_INPUT = PatternFill("solid", fgColor="FFFFFBE6")
_WRAP = Alignment(wrap_text=True, vertical="center")
_UNLOCKED = Protection(locked=False)
_TEXT = "@"  # Excel leaves what is typed into such a cell as it is: no lost zeros, no «12.05» turned into a day


class Column(msgspec.Struct, frozen=True):
    """A column of a template."""

    heading: str
    width: int
    """In characters."""
    fill_in: bool = False
    """The client writes here; every other cell is locked."""


class Locked(msgspec.Struct, frozen=True):
    """A cell that stays locked though its column is to be filled in."""

    value: str | Decimal | None = None


LOCKED = Locked()


class Template(msgspec.Struct, frozen=True):
    """A sheet to be filled in."""

    title: str
    """At most 31 characters."""
    columns: Sequence[Column]
    rows: Iterable[Sequence[str | Decimal | Locked | None]]


async def template(sheet: Template) -> IO[bytes]:
    """The finished file, at its beginning; a large one lies on disk. The caller closes it."""
    return await asyncio.to_thread(_write, sheet)


def _write(sheet: Template) -> IO[bytes]:
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.autoFilter = False  # these stay possible
    for number, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.append([_heading(page, column.heading) for column in sheet.columns])
    for row in sheet.rows:
        page.append([_cell(page, column, value) for column, value in zip(sheet.columns, row, strict=True)])
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the caller closes it
    book.save(spool)
    spool.seek(0)
    return spool


def _heading(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, text)
    cell.font, cell.fill, cell.alignment = _HEADING, _SHADE, _WRAP
    return cell


def _cell(page: Any, column: Column, value: str | Decimal | Locked | None) -> Any:
    locked = isinstance(value, Locked)
    value = value.value if isinstance(value, Locked) else value
    text = None if value is None else str(value).replace(".", ",") if isinstance(value, Decimal) else value
    cell = WriteOnlyCell(page, text)
    if text is not None:
        cell.data_type = "s"  # never a formula, whatever a name begins with
    cell.number_format = _TEXT
    if column.fill_in and not locked:
        cell.protection, cell.fill = _UNLOCKED, _INPUT
    return cell
