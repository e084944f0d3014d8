"""Cells and rows as importers see them, whatever format the file has."""

from decimal import ROUND_HALF_EVEN, Context, InvalidOperation

import msgspec

from core.importing import Note
from core.imports.errors import CELL_ERROR, DATE_CELL, FORMULA
from core.sdk import ErrorKind

MOST_COLUMNS = 64
"""Cells further to the right are not looked at."""
MOST_ROWS = 100_001
"""Rows with something in them: a hundred thousand and the headings."""
LONGEST_TEXT = 2_000
_EXCEL = Context(prec=15, rounding=ROUND_HALF_EVEN)  # what Excel itself shows of a number


class Cell(str):
    """A text, as it was typed."""

    __slots__ = ()
    fault: ErrorKind | None = None
    """Why it cannot be taken as a value."""

    @property
    def is_number(self) -> bool:
        return False


class NumberCell(Cell):
    """A number, in plain decimal notation with at most 15 significant digits, as Excel shows it."""

    __slots__ = ()

    @property
    def is_number(self) -> bool:
        return True


class FormulaCell(Cell):
    """What a formula came to when the file was saved."""

    __slots__ = ()
    fault = FORMULA


class ErrorCell(Cell):
    """`#N/A`, TRUE, FALSE."""

    __slots__ = ()
    fault = CELL_ERROR


class DateCell(Cell):
    """A number that is shown as a day or a time."""

    __slots__ = ()
    fault = DATE_CELL


EMPTY = Cell("")


class SheetRow(msgspec.Struct, frozen=True, gc=False):
    """A row that holds anything: its number in the file, its cells by column from 0."""

    number: int
    hidden: bool
    cells: dict[int, Cell]


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """A row of the table: the cells under the headings, in the order in which these were asked for."""

    sheet: str
    number: int
    hidden: bool
    cells: list[Cell]


class Table(msgspec.Struct, frozen=True):
    """Where the headings stand."""

    sheet: str
    columns: list[str]
    """The letters of their columns."""


def number_text(text: str) -> Cell:
    """The cell of a number as the file writes it: `1.624916E4`, `16249.160000000002`."""
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return NumberCell(text)
    try:
        value = _EXCEL.create_decimal(text)
    except InvalidOperation:
        return ErrorCell(text[:LONGEST_TEXT])
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return ErrorCell(text[:LONGEST_TEXT])
    plain = format(value, "f")
    return NumberCell(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def fault_of(cell: Cell, column: str) -> Note | None:
    """The remark on a cell that holds no value of its own."""
    return None if cell.fault is None else Note.of(cell.fault, column=column)


def letter(column: int) -> str:
    """`A` for 0, `AA` for 26."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
