"""A file is undone before anything of it is transmitted: what stood before it stands again."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.imports.public import one as import_of
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork
from plugins.household import schemas
from plugins.household.domain import Window
from plugins.household.errors import FILE_TRANSMITTED
from plugins.household.models import HouseholdEntry, LoadedFile
from plugins.household.services import history, houses
from plugins.household.services.entry import KEY, entry_row, hold
from plugins.household.services.files import KIND
from plugins.household.store import MeterRow, viewer
from plugins.household.store import files as store

_ROWS = 1000


async def undo(ctx: Context, import_id: str) -> schemas.HouseholdFile:
    """Takes the values of a file back wherever nobody has changed them since and the caller still works with them.

    Repeated, it changes nothing.
    """
    if (await import_of(ctx, import_id)).kind != KIND:
        raise Problem(NOT_FOUND)
    async with ctx.uow() as uow:
        named: dict[str, Any] = {"import_id": import_id}
        asked = named | viewer(ctx)
        for house_id in (await uow.execute(store.HOUSES_OF_FILE, asked)).scalars().all():
            await hold(uow, house_id)
        if (await uow.execute(store.SENT_OF_FILE, named)).scalar_one():
            raise Problem(FILE_TRANSMITTED)
        windows: dict[str, Window] = {}
        number, after = 0, ""
        while rows := (await uow.execute(store.BEFORE, asked | {"after": after, "limit": _ROWS})).all():
            await _put_back(ctx, uow, rows, windows)
            number, after = number + len(rows), rows[-1][0]
        if number or await uow.one(store.LEFT_OF_FILE, named) is None:
            await uow.execute(sa.update(LoadedFile).where(LoadedFile.import_id == import_id).values(undone_at=uow.now))
        uow.audit("household.undone", import_id, rows=number)
    return (await history.details(ctx, import_id, None, 1)).file


async def _put_back(ctx: Context, uow: UnitOfWork, rows: Sequence[Any], windows: dict[str, Window]) -> None:
    emptied, restored = [], []
    for columns in rows:
        meter = MeterRow(*columns[:-5])
        month, t1, t2, t3, taken_on = columns[-5:]
        if taken_on is None:
            emptied.append({"of_meter": meter.id, "of_month": month})
            continue
        if meter.branch not in windows:
            windows[meter.branch] = await houses.window_within(ctx, uow, meter.branch)
        window = windows[meter.branch]
        record = entry_row(meter.house_id, meter.id, meter.device, (t1, t2, t3), taken_on, window, ctx.today(), uow.now)
        restored.append(record | {"month": month})
    if emptied:
        await uow.execute(
            sa.delete(HouseholdEntry).where(
                HouseholdEntry.meter_id == sa.bindparam("of_meter"), HouseholdEntry.month == sa.bindparam("of_month")
            ),
            emptied,
        )
    await uow.put(HouseholdEntry, KEY, restored)
