"""History of readings: energy objects, their devices, the readings of a device; and all of it as a workbook."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import date
from decimal import Decimal
from typing import IO, Any

import msgspec

from core.sdk import (
    INVALID,
    NOT_FOUND,
    Cell,
    Context,
    FieldProblem,
    Page,
    Problem,
    Query,
    Sheet,
    containing,
    decode_cursor,
    page,
    plain,
    workbook,
)
from plugins.readings import domain, errors
from plugins.readings import store as readings
from plugins.readings.permissions import HISTORY
from plugins.readings.schemas import ReadingsContract
from plugins.readings.schemas.history import ReadingsHistoryDevice, ReadingsHistoryObject, ReadingsHistoryValue
from plugins.readings.store import history as store
from plugins.readings.store.history import HistoryRow

CONSUMPTION = "Расход"
"""Name of what a point «по сообщению» has instead of a register."""
MAX_ROWS = 1_000_000
COLUMNS = (
    "Номер ЭО",
    "Энергообъект",
    "Адрес",
    "Точка учёта",
    "Код ИК",
    "Номер ПУ",
    "Период",
    "Шкала",
    "Показание",
    "Расход",
    "Состояние",
    "Передано",
    "Причина отказа",
)
_WIDTHS = (16, 28, 40, 28, 14, 16, 16, 22, 16, 16, 14, 14, 40)
_STATES = {"transmitted": "передано", "accepted": "принято", "refused": "отклонено"}


class HistoryFilter(msgspec.Struct, frozen=True):
    """What narrows the history; both months are included."""

    since: date | None = None
    until: date | None = None
    address: str = ""
    """Part of an object's address, number or name, in any case."""

    def parameters(self) -> dict[str, Any]:
        """Of the period. Raises Problem when it ends before it begins."""
        since, until = self.since or store.FIRST, self.until or store.LAST
        if since > until:
            raise Problem(INVALID, errors=[FieldProblem("month_to", errors.PERIOD_ORDER)])
        return {"since": since, "until": until}

    @property
    def bounded(self) -> bool:
        return self.since is not None or self.until is not None


async def contracts(ctx: Context, search: str, cursor: str | None, limit: int) -> Page[ReadingsContract]:
    """The contracts whose history the caller may see, closed ones included, by number."""
    number, contract_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        readings.ALL_CONTRACTS,
        **ctx.visible(HISTORY.name),
        pattern=containing(search),
        number=number,
        id=contract_id,
        limit=limit + 1,
    )
    return page(rows, limit, lambda row: (row.number, row.id))


async def objects(ctx: Context, wanted: HistoryFilter, cursor: str | None, limit: int) -> Page[ReadingsHistoryObject]:
    """The energy objects of the contract in the path; with a period only those that have readings in it."""
    number, object_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.OBJECTS,
        **readings.scope(ctx),
        **wanted.parameters(),
        bounded=wanted.bounded,
        pattern=containing(wanted.address),
        number=number,
        id=object_id,
        limit=limit + 1,
    )
    return page(rows, limit, lambda row: (row.number, row.id))


async def devices(
    ctx: Context, object_id: str, wanted: HistoryFilter, cursor: str | None, limit: int
) -> Page[ReadingsHistoryDevice]:
    """The devices of an energy object, and its points «по сообщению»; likewise."""
    name, point, number, meter = decode_cursor(cursor, str, str, str, str) or ("", "", "", "")
    rows = await ctx.reader.all(
        store.DEVICES,
        **readings.scope(ctx),
        **wanted.parameters(),
        bounded=wanted.bounded,
        object_id=object_id,
        name=name,
        point=point,
        number=number,
        meter=meter,
        limit=limit + 1,
    )
    await _require(ctx, rows, store.OBJECT, object_id=object_id)
    return page(rows, limit, lambda row: (row.point_name, row.point_id, row.meter_number, row.meter_id or ""))


async def of_meter(
    ctx: Context, meter_id: str, wanted: HistoryFilter, cursor: str | None, limit: int
) -> Page[ReadingsHistoryValue]:
    """The readings of a device, the newest first."""
    rows = await _newest(ctx, store.OF_METER, wanted, cursor, limit, meter_id=meter_id)
    await _require(ctx, rows, store.METER, meter_id=meter_id)
    return _values(rows, limit)


async def of_point(
    ctx: Context, point_id: str, wanted: HistoryFilter, cursor: str | None, limit: int
) -> Page[ReadingsHistoryValue]:
    """The consumption of a point «по сообщению», the newest first."""
    rows = await _newest(ctx, store.OF_POINT, wanted, cursor, limit, point_id=point_id)
    await _require(ctx, rows, store.POINT, point_id=point_id)
    return _values(rows, limit)


async def _newest(
    ctx: Context, query: Query[HistoryRow], wanted: HistoryFilter, cursor: str | None, limit: int, **of: str
) -> list[HistoryRow]:
    month, sort, code = decode_cursor(cursor, date, int, str) or (date.max, 0, "")
    return await ctx.reader.all(
        query,
        **readings.scope(ctx),
        **wanted.parameters(),
        **of,
        month=month,
        sort=sort,
        code=code,
        limit=limit + 1,
    )


async def _require(ctx: Context, rows: Sequence[Any], query: Query[str], **of: str) -> None:
    """Raises Problem where a list is empty because what it is of is not the caller's."""
    if not rows and await ctx.reader.first(query, **readings.scope(ctx), **of) is None:
        raise Problem(NOT_FOUND)


def _values(rows: list[HistoryRow], limit: int) -> Page[ReadingsHistoryValue]:
    cut = page(rows, limit, lambda row: (row.month, row.sort, row.register))
    return Page([_value(row) for row in cut.items], cut.next)


def _value(row: HistoryRow) -> ReadingsHistoryValue:
    return ReadingsHistoryValue(
        row.month,
        row.register,
        row.register_name or CONSUMPTION,
        row.value,
        row.consumption,
        domain.shown(row.consumption),
        row.state,
        row.code,
        row.text,
        row.submitted_at,
    )


async def consumption(ctx: Context, first: date, last: date) -> Mapping[date, Decimal]:
    """The active energy taken by month, kWh, of the energy objects that the caller's role covers."""
    rows = await ctx.reader.all(store.BY_MONTH, **readings.scope(ctx), since=first, until=last)
    return {row.month: plain(row.consumption) for row in rows if row.consumption is not None}


# ---- the workbook
async def export(ctx: Context, wanted: HistoryFilter) -> tuple[str, IO[bytes]]:
    """The readings of all devices that the filter leaves, in the order of the screen: file name and content.

    Raises Problem when there are more rows than a sheet can hold.
    """
    number = await ctx.reader.first(store.NUMBER, contract_id=ctx.granted.contract_id)
    parameters = {**readings.scope(ctx), **wanted.parameters(), "pattern": containing(wanted.address)}
    loop = asyncio.get_running_loop()
    async with aclosing(ctx.reader.stream(store.EVERYTHING, **parameters)) as batches:  # type: ignore[type-var]
        rows = _sheet_rows(ctx, _pulled(batches, loop))
        book = await workbook([Sheet("История показаний", rows, _WIDTHS)])
    return f"История показаний {number}.xlsx", book


async def _next(batches: AsyncIterator[list[HistoryRow]]) -> list[HistoryRow]:
    return await anext(batches, [])


def _pulled(batches: AsyncIterator[list[HistoryRow]], loop: asyncio.AbstractEventLoop) -> Iterator[HistoryRow]:
    """The rows for the thread that writes the workbook: one batch at a time in memory."""
    while batch := asyncio.run_coroutine_threadsafe(_next(batches), loop).result():
        yield from batch


def _sheet_rows(ctx: Context, rows: Iterator[HistoryRow]) -> Iterator[Sequence[Cell]]:
    yield COLUMNS
    for count, row in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise Problem(errors.TOO_MANY_ROWS, limit=MAX_ROWS)
        yield (
            row.object_number,
            row.object_name,
            row.address,
            row.point_name,
            row.complex_code,
            row.meter_number,
            domain.month_text(row.month),
            row.register_name or CONSUMPTION,
            row.value,
            row.consumption,
            _STATES[row.state],
            None if row.submitted_at is None else row.submitted_at.astimezone(ctx.runtime.zone).date(),
            row.text,
        )
