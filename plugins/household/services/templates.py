"""The template to fill in: a row for each meter of the chosen addresses."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO

import msgspec

from core.imports.public import LOCKED, Column, Locked, Template, template
from core.sdk import Context
from plugins.household import domain, store
from plugins.household.domain import rows as columns
from plugins.household.services import houses
from plugins.household.store import MeterRow
from plugins.household.store import files as files_store

NAME = "Шаблон.xlsx"
_SPOOL = 2_000_000
_WIDTHS = (44, 10, 18, 16, 18, 22, 16, 16, 16, 14, 14, 14, 16)
_Row = Sequence[str | Decimal | Locked | None]


async def filled(ctx: Context, house_ids: Sequence[str], *, every: bool) -> IO[bytes]:
    """The workbook of the addresses, with previous values and what is entered already."""
    chosen = await houses.several(ctx, house_ids, every=every, field="house_id")
    heads = [Column(name, width, name in columns.INPUT) for name, width in zip(columns.COLUMNS, _WIDTHS, strict=True)]
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
        for branch in sorted({house.branch for house in chosen}):
            await _keep(ctx, spool, [house.id for house in chosen if house.branch == branch], branch)
        spool.seek(0)
        return await template(Template("Показания", heads, _rows(spool)))


async def _keep(ctx: Context, spool: IO[bytes], house_ids: Sequence[str], branch: str) -> None:
    """The meters of a branch on disk: whoever makes a workbook reads them one by one."""
    window = await houses.window(ctx, branch)
    month = window.month if window else store.NEVER
    asked = {"house_ids": house_ids, "month": month, **store.viewer(ctx)}
    async for rows in ctx.reader.stream(files_store.TEMPLATE, **asked):
        await asyncio.to_thread(spool.write, msgspec.json.Encoder().encode_lines(rows))


def _rows(spool: IO[bytes]) -> Iterator[_Row]:
    decode = msgspec.json.Decoder(tuple[MeterRow, str]).decode
    for line in spool:
        yield tuple(_cells(*decode(line)))


def _cells(meter: MeterRow, address: str) -> Iterator[str | Decimal | Locked | None]:
    yield from (address, meter.flat, meter.account_number, domain.KINDS[meter.zones], meter.number, meter.model)
    yield from meter.device.previous
    sent = meter.state in ("sending", "transmitted")
    for index, value in enumerate(meter.values):
        yield LOCKED if index >= meter.zones else value if not sent else Locked(value)
    day = domain.day_text(meter.taken_on) if meter.taken_on else None
    yield Locked(day) if sent else day
