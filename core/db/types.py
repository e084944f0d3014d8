"""Column types that are exact on both databases, and the declarative base of every table."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _ScaledDecimal(TypeDecorator[Decimal]):
    """NUMERIC on PostgreSQL, a scaled 64-bit integer on SQLite (whose NUMERIC is a binary float)."""

    impl = sa.Numeric
    cache_ok = True
    scale: int

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.BigInteger() if dialect.name == "sqlite" else sa.Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if not value.is_finite() or -value.as_tuple().exponent > self.scale:  # type: ignore[operator]
            raise ValueError(f"{value} does not fit {type(self).__name__} with {self.scale} decimals")
        return int(value.scaleb(self.scale)) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: sa.Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """Called for every value of every row: the function itself, without the decorator's layers."""
        return self._unscaled if dialect.name == "sqlite" else None

    def _unscaled(self, value: int | None) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.scale)


class Money(_ScaledDecimal):
    """Roubles with exactly two decimals: 1234.50."""

    scale = 2
    cache_ok = True


class Quantity(_ScaledDecimal):
    """A reading, a coefficient, a consumption: up to six decimals, trailing zeros never stored."""

    scale = 6
    cache_ok = True

    def _unscaled(self, value: int | None) -> Decimal | None:
        if value is None:
            return None
        whole, fraction = divmod(value, 1_000_000)
        return Decimal(value).scaleb(-6).normalize() if fraction else Decimal(whole)


class Moment(TypeDecorator[datetime]):
    """An instant: timestamptz on PostgreSQL, microseconds since 1970 on SQLite. Naive values are refused."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.BigInteger() if dialect.name == "sqlite" else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return (value - _EPOCH) // _MICROSECOND if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[no-any-return]
        return _EPOCH + timedelta(microseconds=value)


class Base(DeclarativeBase):
    """Base of every table in the core and in plugins. Table names start with the owner's name.

    The classes describe tables; rows are read and written with Core statements, never as ORM entities (ADR 2).
    """

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment(), str: sa.Text(), bytes: sa.LargeBinary()}


class any_of(sa.ColumnElement[bool]):  # noqa: N801 - reads as an SQL function
    """`column = ANY(:name)` for a parameter that holds a list of strings, compiled once whatever its length."""

    inherit_cache = True
    type = sa.Boolean()

    def __init__(self, column: Any, name: str) -> None:
        self.column = sa.inspect(column).__clause_element__() if hasattr(column, "__clause_element__") else column
        self.values = sa.bindparam(name, type_=_TextList())
        self.name = name

    @property
    def _from_objects(self) -> Any:
        return self.column._from_objects

    def self_group(self, against: Any = None) -> Any:
        """Itself: SQLAlchemy would write `... = 1` for SQLite, which then uses no index of the column."""
        return self

    def get_children(self, **_: Any) -> Any:
        return (self.column, self.values)

    def _copy_internals(self, clone: Any = lambda element, **_: element, **kwargs: Any) -> None:
        self.column = clone(self.column, **kwargs)
        self.values = clone(self.values, **kwargs)


class among(any_of):  # noqa: N801 - reads as an SQL function
    """The same for a column without an index and a list of thousands: a join, not a search through the list per row.

    (PostgreSQL hashes a list in ANY only while it plans a statement anew for each call, which it stops doing.)
    """

    inherit_cache = True


class _TextList(TypeDecorator[list[str]]):
    """A list of strings as one parameter: text[] on PostgreSQL, a JSON text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.JSON())
        from sqlalchemy.dialects.postgresql import ARRAY

        return dialect.type_descriptor(ARRAY(sa.Text()))

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else list(value)


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: Any, **kwargs: Any) -> str:
    column = compiler.process(element.column, **kwargs)
    return f"{column} IN (SELECT value FROM json_each({compiler.process(element.values, **kwargs)}))"  # noqa: S608 - SQLAlchemy's own fragments


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **kwargs: Any) -> str:
    column = compiler.process(element.column, **kwargs)
    return f"{column} IN (SELECT unnest({compiler.process(element.values, **kwargs)}))"


@compiles(any_of)
def _any_of_default(element: any_of, compiler: Any, **kwargs: Any) -> str:
    return f"{compiler.process(element.column, **kwargs)} = ANY({compiler.process(element.values, **kwargs)})"
