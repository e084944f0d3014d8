"""Templates of the file channels: the content of the screen, with cells to fill in."""

from typing import IO

from core.imports.public import Column, Template, template
from core.sdk import Context
from plugins.readings import store
from plugins.readings.domain import imports as columns
from plugins.readings.domain.imports import quantity_shown
from plugins.readings.store import imports as imports_store

INTEGRAL_NAME = "Шаблон интегральных показаний.xlsx"
CONSUMPTION_NAME = "Шаблон расхода ТУ.xlsx"
_WIDTHS = (18, 32, 14, 16, 40, 14, 16, 18, 18)
_POINT_WIDTHS = (18, 32, 22, 40, 18)


async def integral(ctx: Context) -> IO[bytes]:
    """A row for each device, quantity and scale of the contract (RDG-19)."""
    rows = await ctx.reader.all(store.FORM, today=ctx.today(), **store.scope(ctx))
    return await template(
        Template(
            "Показания",
            [Column(name, width, name == columns.NOW) for name, width in zip(columns.INTEGRAL, _WIDTHS, strict=True)],
            [
                (
                    row.object_number,
                    row.object_name,
                    row.object_status,
                    row.meter_number,
                    row.point_name,
                    quantity_shown(row.register),
                    row.register_name,
                    row.previous,
                    row.value,
                )
                for row in rows
                if row.register is not None
            ],
        )
    )


async def consumption(ctx: Context) -> IO[bytes]:
    """A row for each point whose consumption the client reports (RDG-23)."""
    month = ctx.today().replace(day=1)
    window = await ctx.reader.first(imports_store.WINDOW, contract_id=ctx.granted.contract_id, today=ctx.today())
    rows = await ctx.reader.all(
        imports_store.REPORTED, month=window.month if window else month, today=ctx.today(), **store.scope(ctx)
    )
    return await template(
        Template(
            "Расход ТУ",
            [
                Column(name, width, name == columns.CONSUMPTION)
                for name, width in zip(columns.POINTS, _POINT_WIDTHS, strict=True)
            ],
            [(row.object_number, row.object_name, row.complex_code, row.name, row.value) for row in rows],
        )
    )
