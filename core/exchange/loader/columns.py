"""A decoded row -> the values of a table's columns, as the driver takes them; and the statements that store them."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.type_api import TypeEngine

from core.sdk import Money, Quantity, exact

STAGE = "exchange_stage"
_Convert = Callable[[Any], Any]


class Unfit(ValueError):
    """A value that its column cannot hold."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Columns:
    """Some columns of a table: how to convert their values and how to write them. Made once, used for every row."""

    def __init__(self, table: sa.Table, names: Sequence[str], key: Sequence[str], dialect: sa.Dialect) -> None:
        if unknown := [name for name in names if name not in table.c]:
            raise TypeError(f"table {table.name} has no column {unknown}")
        if missing := [name for name in key if name not in names]:
            raise TypeError(f"table {table.name}: the key {missing} is not among the columns {list(names)}")
        self.names = tuple(names)
        get = attrgetter(*names)
        self.of_fields: Callable[[Any], tuple[Any, ...]] = get if len(names) > 1 else lambda row: (get(row),)
        """The columns' values out of an object with attributes of the same names, not yet converted."""
        self.key_of: Callable[[Sequence[Any]], Any] = itemgetter(*[self.names.index(name) for name in key])
        """The key out of converted values: a scalar for one column, a tuple for several."""
        self.key_of_record: Callable[[Sequence[Any]], Any] = itemgetter(*range(len(key)))
        """The same out of a row of `upsert` or `remove`."""
        converters = [(index, name, _converter(table.c[name].type, dialect)) for index, name in enumerate(names)]
        self._converters = [(index, name, convert) for index, name, convert in converters if convert]
        self.converts = bool(self._converters)
        self._write_statements(table, key, dialect)

    def convert(self, record: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values as the driver takes them. Raises Unfit."""
        values = list(record)
        for index, name, convert in self._converters:
            if values[index] is not None:
                try:
                    values[index] = convert(values[index])
                except (ValueError, ArithmeticError, TypeError) as error:
                    raise Unfit(name) from error
        return tuple(values)

    def _write_statements(self, table: sa.Table, key: Sequence[str], dialect: sa.Dialect) -> None:
        quote = dialect.identifier_preparer.quote
        target = dialect.identifier_preparer.format_table(table)
        columns, keys = ", ".join(map(quote, self.names)), ", ".join(map(quote, key))
        others = [quote(name) for name in self.names if name not in key]
        # ruff: noqa: S608 - every name below is quoted by SQLAlchemy
        self.stage = f"CREATE TEMPORARY TABLE {STAGE} AS SELECT {columns} FROM {target} WHERE 1 = 0"
        self.fill = f"INSERT INTO temp.{STAGE} VALUES ({', '.join('?' * len(self.names))})"
        """For SQLite; on PostgreSQL the stage is filled by COPY."""
        self.drop = f"DROP TABLE {STAGE}"
        distinct = "IS NOT" if dialect.name == "sqlite" else "IS DISTINCT FROM"
        update = (
            f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)}"
            f" WHERE {' OR '.join(f'{target}.{name} {distinct} excluded.{name}' for name in others)}"
        )
        self.upsert = (  # without a WHERE, SQLite would take ON for the beginning of a join
            f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {STAGE} WHERE 1 = 1"
            f" ON CONFLICT ({keys}) DO {update if others else 'NOTHING'} RETURNING {keys}"
        )
        """Answers the keys of the rows that were new or changed."""
        self.remove = f"DELETE FROM {target} WHERE ({keys}) IN (SELECT {keys} FROM {STAGE}) RETURNING {keys}"
        """Answers the keys of the rows that were there."""


def check_key(table: sa.Table, key: Sequence[str]) -> None:
    """Raises TypeError unless the database itself keeps the key unique."""
    unique = [{column.name for column in table.primary_key}]
    unique += [{c.name for c in rule.columns} for rule in table.constraints if isinstance(rule, sa.UniqueConstraint)]
    unique += [{c.name for c in index.columns} for index in table.indexes if index.unique and not _partial(index)]
    if set(key) not in unique:
        raise TypeError(f"table {table.name}: no unique constraint over the key {list(key)}")


def _partial(index: sa.Index) -> bool:
    return any(options.get("where") is not None for options in index.dialect_options.values())


def _converter(kind: TypeEngine[Any], dialect: sa.Dialect) -> _Convert | None:
    """None where the driver takes what msgspec decodes."""
    bind: _Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(kind, Money | Quantity) and bind:
        return _Decimals(kind.scale, isinstance(kind, Money), bind)
    if isinstance(kind, sa.Integer):
        bits = 63 if isinstance(kind, sa.BigInteger) else 15 if isinstance(kind, sa.SmallInteger) else 31
        return _Whole(1 << bits)  # SQLite would take more, and PostgreSQL not
    if isinstance(kind, sa.Boolean):
        return None  # msgspec has made sure of it
    return bind


class _Decimals:
    """A `DecimalText` (or a Decimal) -> what the column's own type makes of it. Equal values are stored alike."""

    def __init__(self, scale: int, padded: bool, bind: _Convert) -> None:
        self._step = Decimal(1).scaleb(-scale)
        self._padded = padded
        self._bind = bind

    def __call__(self, value: str | Decimal) -> Any:
        number = exact(value if isinstance(value, str) else f"{value:f}")
        rounded = number.quantize(self._step)
        if rounded != number:
            raise ValueError(value)
        return self._bind(rounded if self._padded else number)


class _Whole:
    """An integer that fits its column."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def __call__(self, value: int) -> int:
        if not -self._limit <= value < self._limit:
            raise ValueError(value)
        return value
