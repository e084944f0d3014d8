"""A file is undone before anything of it is transmitted: what stood before it stands again."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.imports.public import one as import_of
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork, chunks
from plugins.household import schemas
from plugins.household.domain import Window
from plugins.household.errors import FILE_TRANSMITTED
from plugins.household.models import HouseholdEntry, LoadedFile
from plugins.household.services import history, houses
from plugins.household.services.entry import KEY, entry_row, hold
from plugins.household.services.files import KIND
from plugins.household.store import MeterRow
from plugins.household.store import files as store

_ROWS = 1000


async def undo(ctx: Context, import_id: str) -> schemas.HouseholdFile:
    """Takes the values of a file back wherever nobody has changed them since. Repeated, it changes nothing."""
    if (await import_of(ctx, import_id)).kind != KIND:
        raise Problem(NOT_FOUND)
    async with ctx.uow() as uow:
        named = {"import_id": import_id}
        for house_id in (await uow.execute(store.HOUSES_OF_FILE, named)).scalars().all():
            await hold(uow, house_id)
        if (await uow.execute(store.SENT_OF_FILE, named)).scalar_one():
            raise Problem(FILE_TRANSMITTED)
        rows = (await uow.execute(store.BEFORE, named)).all()
        windows: dict[str, Window] = {}
        for part in chunks(rows, _ROWS):
            await _put_back(ctx, uow, import_id, part, windows)
        await uow.execute(sa.update(LoadedFile).where(LoadedFile.import_id == import_id).values(undone_at=uow.now))
        uow.audit("household.undone", import_id, rows=len(rows))
    return (await history.details(ctx, import_id, None, 1)).file


async def _put_back(
    ctx: Context, uow: UnitOfWork, import_id: str, rows: Sequence[Any], windows: dict[str, Window]
) -> None:
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
