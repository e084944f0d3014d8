"""Workbooks with readings: what their rows say, and which rows belong to one device. Pure."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from core.imports.public import HIDDEN_ROW, NUMBER_CELL, Cell, Note, Table, TableRow, plain
from plugins.readings.errors import DUPLICATE_POINT

OBJECT_NUMBER, OBJECT_NAME, OBJECT_STATUS = "Код ЭО", "Наименование ЭО", "Статус ЭО"
METER_NUMBER, COMPLEX_NAME, QUANTITY, SCALE = "Номер ПУ", "Наименование ИК", "Измеряемая величина", "Шкала"
BEFORE, NOW = "Предыдущие показания", "Текущие показания"
INTEGRAL = (OBJECT_NUMBER, OBJECT_NAME, OBJECT_STATUS, METER_NUMBER, COMPLEX_NAME, QUANTITY, SCALE, BEFORE, NOW)
"""The columns of «Шаблон интегральных показаний», in their order."""
COMPLEX_CODE, POINT_NAME, CONSUMPTION = "Код ИК", "Наименование ТУ", "Расход, кВт·ч"
POINTS = (OBJECT_NUMBER, OBJECT_NAME, COMPLEX_CODE, POINT_NAME, CONSUMPTION)
"""The columns of the template of «Расход ТУ по договору»."""
_LATIN = str.maketrans("АРRA−–", "ARRA--")


class IntegralRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A register's row."""

    row: int
    object_name: str
    complex_name: str
    quantity: str
    scale: str
    given: str
    notes: tuple[Note, ...]


class IntegralUnit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All rows of a device."""

    sheet: str
    object_number: str
    meter_number: str
    columns: list[str]
    """Letters, in the order of `INTEGRAL`."""
    rows: list[IntegralRow]

    def column(self, heading: str) -> str:
        """The letter of a column."""
        return self.columns[INTEGRAL.index(heading)]

    @property
    def filled(self) -> bool:
        """Whether any value is given, be it a wrong one."""
        return any(row.given for row in self.rows)


class PointUnit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The row of a metering point."""

    sheet: str
    row: int
    columns: list[str]
    """Letters, in the order of `POINTS`."""
    object_number: str
    complex_code: str
    given: str
    notes: tuple[Note, ...]

    def column(self, heading: str) -> str:
        """The letter of a column."""
        return self.columns[POINTS.index(heading)]


def integral_units(table: Table, rows: Iterable[TableRow]) -> Iterator[IntegralUnit]:
    """The devices, in the order of their first rows: a client may have sorted the sheet by anything."""
    units: dict[tuple[str, str], IntegralUnit] = {}
    for row in rows:
        number, object_name, _, meter, complex_name, quantity, scale, _, now = row.cells
        unit = units.get((number, meter))
        if unit is None:
            unit = units[number, meter] = IntegralUnit(row.sheet, str(number), str(meter), table.columns, [])
        notes = _notes(row, table, INTEGRAL, (OBJECT_NUMBER, METER_NUMBER), NOW, now)
        unit.rows.append(
            IntegralRow(row.number, str(object_name), str(complex_name), str(quantity), str(scale), str(now), notes)
        )
    yield from units.values()


def point_units(table: Table, rows: Iterable[TableRow]) -> Iterator[PointUnit]:
    """The points, row by row; a row that repeats another one is an error wherever in the file it stands."""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        number, _, code, _, value = row.cells
        notes = _notes(row, table, POINTS, (OBJECT_NUMBER, COMPLEX_CODE), CONSUMPTION, value)
        if value and (str(number), str(code)) in seen:
            notes = (
                *notes,
                Note.of(DUPLICATE_POINT, column=table.columns[POINTS.index(COMPLEX_CODE)]),
            )
        if value:
            seen.add((str(number), str(code)))
        yield PointUnit(row.sheet, row.number, table.columns, str(number), str(code), str(value), notes)


def _notes(
    row: TableRow, table: Table, headings: tuple[str, ...], identifiers: tuple[str, ...], heading: str, value: Cell
) -> tuple[Note, ...]:
    """What is to be said of the row's cells; nothing of a row in which nothing is filled in."""
    if not value:
        return ()
    found = [Note.of(value.fault, column=table.columns[headings.index(heading)])] if value.fault else []
    for name in identifiers:
        place = headings.index(name)
        if row.cells[place].is_number:
            found.append(Note.of(NUMBER_CELL, column=table.columns[place]))
    return (*found, Note.of(HIDDEN_ROW, warning=True)) if row.hidden else tuple(found)


def energy(quantity: str) -> str:
    """`A+` for «А+», whichever alphabet the letter is of."""
    return quantity.replace(" ", "").upper().translate(_LATIN)


def quantity_shown(code: str) -> str:
    """«А+» for the register `A+.T1`; R+ and R- keep their letter."""
    return code.partition(".")[0].replace("A", "А")


@lru_cache(maxsize=1024)
def scale_key(quantity: str, scale: str) -> tuple[str, str]:
    """How a register is looked up by what its row says."""
    return energy(quantity), plain(scale)
