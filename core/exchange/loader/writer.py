"""Bulk writes of converted rows, and the way to the one row that the database does not want."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypeVar

import asyncpg
import sqlalchemy as sa
import structlog

from core.exchange.errors import CONSTRAINT, ROW_FAILED, STILL_REFERENCED
from core.exchange.loader.columns import STAGE, Columns
from core.exchange.loader.decoding import first_error
from core.sdk import Problem, RowError, UnitOfWork

T = TypeVar("T")
Outcome = RowError | Literal["accepted", "unchanged"]
Rows = Sequence[tuple[Any, ...]]

_log = structlog.get_logger("abonent.exchange")
_BROKEN_ROW = (
    sa.exc.IntegrityError,
    sa.exc.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,  # a value too long for its index
    asyncpg.RaiseError,
)
_BUG = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError)


async def upsert(uow: UnitOfWork, columns: Columns, rows: Rows) -> list[Outcome]:
    """Inserts or updates rows of distinct keys."""
    return await _staged(uow, columns, rows, columns.upsert)


async def remove(uow: UnitOfWork, columns: Columns, keys: Rows) -> list[Outcome]:
    """Deletes rows by distinct keys; one that is not there counts as unchanged."""
    return await _staged(uow, columns, keys, columns.remove)


async def _staged(uow: UnitOfWork, columns: Columns, rows: Rows, statement: str) -> list[Outcome]:
    """Runs a statement over a temporary table of `rows`; the rows whose keys it answers are accepted."""
    written: Sequence[Any]
    if uow.is_sqlite:
        await uow.connection.exec_driver_sql(columns.stage)
        await uow.connection.exec_driver_sql(columns.fill, list(rows))
        written = (await uow.connection.exec_driver_sql(statement)).fetchall()
        await uow.connection.exec_driver_sql(columns.drop)
    else:
        driver: Any = (await uow.connection.get_raw_connection()).driver_connection
        await driver.execute(columns.stage)
        await driver.copy_records_to_table(STAGE, records=rows, columns=columns.names)
        written = await driver.fetch(statement)
        await driver.execute(columns.drop)
    if not written or len(written) == len(rows):
        return ["accepted" if written else "unchanged"] * len(rows)
    keys = set(map(columns.key_of_record, written))
    return ["accepted" if key in keys else "unchanged" for key in map(columns.key_of, rows)]


async def isolate(
    uow: UnitOfWork,
    rows: Sequence[T],
    work: Callable[[Sequence[T]], Awaitable[Sequence[Outcome]]],
    reason: Callable[[Exception], RowError | None],
) -> list[Outcome]:
    """Runs `work` over all rows; when it fails over one of them, finds that one by halving and does the others."""
    try:
        async with uow.savepoint():
            return list(await work(rows))
    except Exception as error:
        refusal = reason(error)
        if refusal is None:
            raise
    if len(rows) == 1:
        return [refusal]
    middle = len(rows) // 2
    return [
        *await isolate(uow, rows[:middle], work, reason),
        *await isolate(uow, rows[middle:], work, reason),
    ]


def why_not_stored(error: Exception) -> RowError | None:
    """The refusal that an error means; None where no row is to blame (the connection is gone, the disk is full)."""
    if isinstance(error, Problem):
        return first_error(error)
    if isinstance(error, _BROKEN_ROW) or _state(error)[:2] in ("54", "P0"):
        return RowError(CONSTRAINT.code, "", CONSTRAINT.text("ru", {"reason": _constraint(error)}))
    if isinstance(error, _BUG):
        return row_failed(error)
    return None


def why_not_removed(error: Exception) -> RowError | None:
    """The same for a deletion."""
    if isinstance(error, sa.exc.IntegrityError | asyncpg.IntegrityConstraintViolationError):
        return RowError(STILL_REFERENCED.code, "", STILL_REFERENCED.ru)
    return why_not_stored(error)


def row_failed(error: Exception) -> RowError:
    """A plugin's own code failed over a row: a mistake of ours, which must not stop the company's other rows."""
    _log.error("a row of the exchange failed", exc_info=error)
    return RowError(ROW_FAILED.code, "", ROW_FAILED.ru)


def _state(error: Exception) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def _constraint(error: Exception) -> str:
    """The name of the constraint; the driver's own text holds values of the row and stays here."""
    inner = getattr(getattr(error, "orig", error), "__cause__", None) or error
    name = getattr(inner, "constraint_name", None) or getattr(inner, "column_name", None)
    if not name and isinstance(error, sa.exc.IntegrityError):
        name = str(error.orig)  # SQLite's names the constraint only
    return name or type(inner).__name__
