"""Workbooks for people: plain sheets, written row by row so that their length costs no memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import IO

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Decimal | date | None
"""A value shown to people: text, a number, a day, or nothing."""
_SPOOL = 2_000_000


class Sheet(msgspec.Struct, frozen=True):
    """A sheet of rows."""

    title: str
    """At most 31 characters."""
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()
    """Of the columns, in characters."""


async def workbook(sheets: Sequence[Sheet]) -> IO[bytes]:
    """The finished file, at its beginning; larger ones lie on disk. The caller closes it."""
    return await asyncio.to_thread(_write, sheets)


async def pieces(file: IO[bytes], size: int = 65_536) -> AsyncIterator[bytes]:
    """The file in pieces; closes it at the end."""
    try:
        while piece := await asyncio.to_thread(file.read, size):
            yield piece
    finally:
        file.close()


def _write(sheets: Sequence[Sheet]) -> IO[bytes]:
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        for number, width in enumerate(sheet.widths, 1):
            page.column_dimensions[get_column_letter(number)].width = width
        for row in sheet.rows:
            page.append([_cell(page, value) for value in row])
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the caller closes it
    book.save(spool)
    spool.seek(0)
    return spool


def _cell(page: object, value: Cell) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with "=" stays a text and never becomes a formula
    elif isinstance(value, date):
        cell.number_format = "DD.MM.YYYY"
    return cell
