"""What is known of a dataset before its first row: decoders, columns, references. Made once per database kind."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as _postgres
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as _sqlite

from core.errors import FIELD_FORMAT
from core.exchange.errors import LINE_TOO_LONG, UNKNOWN_REFERENCE
from core.exchange.loader.columns import Columns, Unfit, check_key
from core.exchange.loader.decoding import Decoding, first_error
from core.exchange.loader.lines import Line
from core.exchange.loader.writer import row_failed
from core.exchange.schemas import RowAnswer
from core.sdk import Dataset, Problem, Reference, RowError, UnitOfWork, any_of

P = TypeVar("P", bound=msgspec.Struct)


class Row(msgspec.Struct, gc=False):
    """A line that may be stored."""

    line: int
    key: str
    row: Any
    """The decoded row; of a deletion only the key's fields."""
    values: tuple[Any, ...] = ()
    """The columns' values as the driver takes them; empty in a dataset with `apply`."""
    id: Any = None
    """The key as the database holds it."""
    deleted: bool = False


class Plan(Generic[P]):
    """Reads the lines of a dataset. Raises TypeError when the declaration cannot work."""

    def __init__(self, dataset: Dataset[P], dialect: sa.Dialect) -> None:
        self.dataset = dataset
        self._decoding = Decoding(dataset)
        self._dialect = dialect
        self._columns: Columns | None = None
        self.keys: Columns | None = None
        self.references = [_Lookup(dataset, reference) for reference in dataset.references]
        if dataset.table is not None:
            self._table = cast(sa.Table, dataset.table.__table__)
            check_key(self._table, dataset.key)
            self.keys = Columns(self._table, dataset.key, dataset.key, dialect)
            if dataset.values is None:
                self._columns = self._columns_of(dataset.row.__struct_fields__)

    @property
    def columns(self) -> Columns:
        """The columns written; known from the first row on where the dataset has `values`."""
        if self._columns is None:
            raise RuntimeError(f"dataset {self.dataset.name}: no row has been read")
        return self._columns

    def _columns_of(self, names: Sequence[str]) -> Columns:
        return Columns(self._table, names, self.dataset.key, self._dialect)

    def read(self, lines: Sequence[Line], limit: int) -> Sequence[Row | RowAnswer]:
        """The row of each line, or the answer that refuses it.

        Nearly all lines are right, so they are first read together, in steps that hardly leave C; only when one of
        them is not, they are read one by one.
        """
        try:
            return self._read_together(lines)
        except Exception:  # whatever it was, it comes again and is answered there
            return [self._read_one(line, limit) for line in lines]

    def _read_together(self, lines: Sequence[Line]) -> list[Row]:
        numbers, raws = zip(*lines, strict=True)
        decoding, dataset = self._decoding, self.dataset
        rows = decoding.rows(raws)
        if dataset.check is not None and any(map(dataset.check, rows)):
            raise ValueError
        texts = map(decoding.key_text, rows)
        if self.keys is None:
            return list(map(Row, numbers, texts, rows))
        records = list(map(self._record, rows) if dataset.values else map(self.columns.of_fields, rows))
        columns = self.columns
        values = list(map(columns.convert, records)) if columns.converts else records
        return list(map(Row, numbers, texts, rows, values, map(columns.key_of, values)))

    def _read_one(self, line: Line, limit: int) -> Row | RowAnswer:
        number, raw = line
        if raw is None:
            error = RowError(LINE_TOO_LONG.code, "", LINE_TOO_LONG.text("ru", {"limit": limit}))
            return refused(number, "", error)
        try:
            row = self._decoding.row(raw)
        except Problem as problem:
            return self._not_a_row(number, raw, problem)
        return self._prepare(number, self._decoding.key_text(row), row)

    def _not_a_row(self, number: int, raw: bytes, problem: Problem) -> Row | RowAnswer:
        try:
            asked = self._decoding.deletion(raw)
        except Problem as of_deletion:
            asked, problem = None, of_deletion
        if asked is None or self.keys is None:
            return refused(number, self._decoding.readable_key(raw), first_error(problem))
        key = self._decoding.key_text(asked)
        try:
            values = self.keys.convert(self.keys.of_fields(asked))
        except Unfit as unfit:
            return refused(number, key, RowError(FIELD_FORMAT.code, unfit.field, FIELD_FORMAT.ru))
        return Row(number, key, asked, values, self.keys.key_of(values), True)

    def _prepare(self, number: int, key: str, row: P) -> Row | RowAnswer:
        check = self.dataset.check
        try:
            if check is not None and (error := check(row)) is not None:
                return refused(number, key, error)
            if self.keys is None:
                return Row(number, key, row)
            record = self._record(row)
            values = self.columns.convert(record)
        except Unfit as unfit:
            return refused(number, key, RowError(FIELD_FORMAT.code, unfit.field, FIELD_FORMAT.ru))
        except Exception as failure:  # the plugin's own code: one row must not stop the others
            return refused(number, key, row_failed(failure))
        return Row(number, key, row, values, self.columns.key_of(values))

    def _record(self, row: P) -> tuple[Any, ...]:
        make = self.dataset.values
        if make is None:
            return self.columns.of_fields(row)
        made = make(row)
        if self._columns is None:
            self._columns = self._columns_of(tuple(made))
        names = self._columns.names
        if len(made) != len(names):
            raise TypeError(f"dataset {self.dataset.name}: values() must always give the same columns")
        return tuple([made[name] for name in names])


class _Lookup:
    """Finds rows whose parent is missing."""

    def __init__(self, dataset: Dataset[Any], reference: Reference) -> None:
        fields = {field.name: field.encode_name for field in msgspec.structs.fields(dataset.row)}
        if reference.field not in fields:
            raise TypeError(f"no field {reference.field!r} to refer with")
        if not isinstance(reference.column.type, sa.Text):
            raise TypeError(f"{reference.field} must refer to a text column")
        if dataset.table is not None and reference.column.table is dataset.table.__table__:
            raise TypeError("a reference to the dataset itself is not supported")
        self._value = attrgetter(f"row.{reference.field}")
        self._wire = fields[reference.field]
        self._present = sa.select(reference.column).where(any_of(reference.column, "values"))

    async def missing(self, uow: UnitOfWork, rows: Sequence[Row]) -> dict[int, RowError]:
        """Line -> refusal."""
        named = set(map(self._value, rows)) - {None}
        present = set((await uow.execute(self._present, {"values": sorted(named)})).scalars()) if named else set()
        if len(present) == len(named):
            return {}
        absent = named - present
        return {
            row.line: RowError(UNKNOWN_REFERENCE.code, self._wire, UNKNOWN_REFERENCE.text("ru", {"value": value}))
            for row in rows
            if (value := self._value(row)) in absent
        }


def refused(number: int, key: str, error: RowError) -> RowAnswer:
    """The answer to a row that is not stored."""
    return RowAnswer(number, key, "refused", error.code, error.field, error.message)


@lru_cache(maxsize=256)
def plan_of(dataset: Dataset[Any], is_sqlite: bool) -> Plan[Any]:
    """The plan of a dataset, made at the first use."""
    make: Callable[[], sa.Dialect] = _sqlite if is_sqlite else _postgres
    return Plan(dataset, make())
