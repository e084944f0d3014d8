"""The template to fill in: a row for each meter of the chosen addresses."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO

from core.imports.public import LOCKED, Column, Locked, Template, template
from core.sdk import Context
from plugins.household import domain, store
from plugins.household.domain import rows as columns
from plugins.household.services import houses
from plugins.household.store import HouseRead, MeterRow
from plugins.household.store import files as files_store

NAME = "Шаблон.xlsx"
_WIDTHS = (44, 10, 18, 16, 18, 22, 16, 16, 16, 14, 14, 14, 16)
_Row = Sequence[str | Decimal | Locked | None]


async def filled(ctx: Context, house_ids: Sequence[str], *, every: bool) -> IO[bytes]:
    """The workbook of the addresses, with previous values and what is entered already."""
    chosen = await houses.several(ctx, house_ids, every=every, field="house_id")
    found = [row for branch in sorted({house.branch for house in chosen}) for row in await _rows(ctx, chosen, branch)]
    heads = [Column(name, width, name in columns.INPUT) for name, width in zip(columns.COLUMNS, _WIDTHS, strict=True)]
    return await template(Template("Показания", heads, found))


async def _rows(ctx: Context, chosen: Sequence[HouseRead], branch: str) -> list[_Row]:
    window = await houses.window(ctx, branch)
    rows = await ctx.reader.all(
        files_store.TEMPLATE,
        house_ids=[house.id for house in chosen if house.branch == branch],
        month=window.month if window else store.NEVER,
        **store.viewer(ctx),
    )
    return [tuple(_cells(meter, address)) for meter, address in rows]


def _cells(meter: MeterRow, address: str) -> Iterator[str | Decimal | Locked | None]:
    yield from (address, meter.flat, meter.account_number, domain.KINDS[meter.zones], meter.number, meter.model)
    yield from meter.device.previous
    sent = meter.state in ("sending", "transmitted")
    for index, value in enumerate(meter.values):
        yield LOCKED if index >= meter.zones else value if not sent else Locked(value)
    day = domain.day_text(meter.taken_on) if meter.taken_on else None
    yield Locked(day) if sent else day
