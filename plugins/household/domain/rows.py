"""Workbooks with readings of household accounts: what their rows say. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

import msgspec

from core.imports.public import HIDDEN_ROW, NUMBER_CELL, Cell, DateCell, Note, Table, TableRow
from plugins.household import domain
from plugins.household.errors import DATE_FORMAT, METER_TWICE

ADDRESS, FLAT, ACCOUNT, KIND = "Адрес", "Квартира", "Номер ЛС", "Тариф"
METER, MODEL = "Номер счетчика", "Марка счетчика"
PREVIOUS = ("Предыдущее показание Т1", "Предыдущее показание Т2", "Предыдущее показание Т3")
NOW = ("Показание Т1", "Показание Т2", "Показание Т3")
TAKEN_ON = "Дата показания"
COLUMNS = (ADDRESS, FLAT, ACCOUNT, KIND, METER, MODEL, *PREVIOUS, *NOW, TAKEN_ON)
"""Of the template, in their order."""
INPUT = (*NOW, TAKEN_ON)
NEEDED = (ADDRESS, FLAT, ACCOUNT, METER, *NOW, TAKEN_ON)
"""Of an uploaded file."""
_EXCEL_DAY_0 = date(1899, 12, 30)


class HouseholdUnit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The row of a meter."""

    sheet: str
    row: int
    columns: list[str]
    """Letters, in the order of `NEEDED`."""
    address: str
    flat: str
    account_number: str
    meter_number: str
    given: tuple[str, str, str]
    """As they stand in the file."""
    taken_on: date | None
    taken_text: str
    notes: tuple[Note, ...]
    """On the row as a whole."""
    faults: tuple[Note | None, Note | None, Note | None]
    """Why a zone's cell is no value at all."""

    def column(self, heading: str) -> str:
        """The letter of a column."""
        return self.columns[NEEDED.index(heading)]

    @property
    def filled(self) -> bool:
        """Whether any value is given, be it a wrong one."""
        return any(self.given)


def units(table: Table, rows: Iterable[TableRow]) -> Iterator[HouseholdUnit]:
    """The meters, row by row; one that comes again is refused wherever in the file it stands."""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        address, flat, account, meter, *now, taken = row.cells
        filled = any(now)
        notes: list[Note] = []
        taken_on, fault = _day(taken)
        if filled:
            notes = [
                Note.of(NUMBER_CELL, column=table.columns[NEEDED.index(name)])
                for name, cell in ((ACCOUNT, account), (METER, meter))
                if cell.is_number
            ]
            if (str(account), str(meter)) in seen:
                notes.append(Note.of(METER_TWICE, column=table.columns[NEEDED.index(METER)]))
            seen.add((str(account), str(meter)))
            if fault:
                notes.append(Note.of(DATE_FORMAT, column=table.columns[NEEDED.index(TAKEN_ON)]))
            if row.hidden:
                notes.append(Note.of(HIDDEN_ROW, warning=True))
        faults = [
            Note.of(cell.fault, column=table.columns[NEEDED.index(name)]) if cell and cell.fault else None
            for name, cell in zip(NOW, now, strict=True)
        ]
        yield HouseholdUnit(
            row.sheet,
            row.number,
            table.columns,
            str(address),
            str(flat),
            str(account),
            str(meter),
            (str(now[0]), str(now[1]), str(now[2])),
            taken_on,
            domain.day_text(taken_on) if taken_on else str(taken),
            tuple(notes),
            (faults[0], faults[1], faults[2]),
        )


def _day(cell: Cell) -> tuple[date | None, bool]:
    """The day of a cell, be it a text, a number or a date of Excel's; and whether something else stands there."""
    if not cell:
        return None, False
    found = _excel_day(str(cell)) if cell.is_number or isinstance(cell, DateCell) else domain.parsed_day(str(cell))
    return found, found is None


def _excel_day(text: str) -> date | None:
    try:
        return _EXCEL_DAY_0 + timedelta(days=int(Decimal(text)))
    except (InvalidOperation, OverflowError, ValueError):
        try:
            return date.fromisoformat(text[:10])  # a cell of the type d
        except ValueError:
            return None
