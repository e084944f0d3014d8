"""Queries of templates and of files with readings."""

import msgspec
import sqlalchemy as sa

from core.sdk import Query, UnitOfWork, any_of
from plugins.household.models import (
    House,
    HouseholdAccount,
    HouseholdEntry,
    HouseholdMeter,
    LoadedFile,
    LoadedRow,
)
from plugins.household.store import LIMIT, METER, MeterRow, day, has_left, text, visible_account

TEMPLATE = Query(
    METER.add_columns(House.address)
    .outerjoin(
        HouseholdEntry,
        sa.and_(HouseholdEntry.meter_id == HouseholdMeter.id, HouseholdEntry.month == day("month")),
    )
    .where(
        any_of(House.id, "house_ids"),
        HouseholdMeter.removed_on.is_(None),
        visible_account(HouseholdAccount.id),
    )
    .order_by(House.search, House.id, HouseholdAccount.place, HouseholdAccount.flat, HouseholdMeter.number),
    lambda *row: (MeterRow(*row[:-1]), row[-1]),
)
"""The rows of houses of one branch (one month), with their address."""

BY_NUMBERS = Query(
    METER.add_columns(House.address, HouseholdMeter.removed_on, HouseholdEntry.month)
    .outerjoin(
        HouseholdEntry,
        sa.and_(HouseholdEntry.meter_id == HouseholdMeter.id, HouseholdEntry.month >= day("since")),
    )
    .where(
        any_of(HouseholdAccount.number, "numbers"),
        visible_account(HouseholdAccount.id),
    ),
    lambda *row: (MeterRow(*row[:-3]), *row[-3:]),
)
"""Meters of accounts with these numbers: the meter, its address, whether it was removed, the month of its entry.

The addresses of the file are sorted out afterwards: asked for them here, a database would walk through whole houses for
every batch of rows.
"""

HOUSES_OF = Query(
    sa.select(HouseholdAccount.house_id)
    .where(any_of(HouseholdAccount.number, "numbers"))
    .distinct()
    .order_by(HouseholdAccount.house_id),
    str,
)
"""The houses of these accounts; some may be no part of the file."""


class FileRow(msgspec.Struct, frozen=True):
    """What became of a file's values."""

    import_id: str
    loaded: int
    faulty: int
    not_loaded: int
    undone: bool


FILES = Query(
    sa.select(
        LoadedFile.import_id,
        LoadedFile.loaded,
        LoadedFile.faulty,
        LoadedFile.not_loaded,
        LoadedFile.undone_at.is_not(None),
    ).where(any_of(LoadedFile.import_id, "ids")),
    FileRow,
)


async def count(uow: UnitOfWork, import_id: str, loaded: int, faulty: int, not_loaded: int) -> None:
    """Adds to what became of a file's values."""
    insert = uow.upsert(LoadedFile).values(import_id=import_id, loaded=loaded, faulty=faulty, not_loaded=not_loaded)
    await uow.execute(
        insert.on_conflict_do_update(
            index_elements=["import_id"],
            set_={
                "loaded": LoadedFile.loaded + insert.excluded.loaded,
                "faulty": LoadedFile.faulty + insert.excluded.faulty,
                "not_loaded": LoadedFile.not_loaded + insert.excluded.not_loaded,
            },
        )
    )


SENT_OF_FILE = sa.select(sa.func.count()).where(
    HouseholdEntry.import_id == text("import_id"), has_left(HouseholdEntry.state)
)
HOUSES_OF_FILE = (
    sa.select(HouseholdEntry.house_id)
    .join(HouseholdMeter, HouseholdMeter.id == HouseholdEntry.meter_id)
    .where(HouseholdEntry.import_id == text("import_id"), visible_account(HouseholdMeter.account_id))
    .distinct()
    .order_by(HouseholdEntry.house_id)
)
"""Those where something of a file stands that the viewer still works with."""
LEFT_OF_FILE = (
    sa.select(HouseholdEntry.meter_id)
    .where(HouseholdEntry.import_id == text("import_id"))
    .limit(sa.literal_column("1"))
)
BEFORE = (
    METER.add_columns(LoadedRow.month, LoadedRow.t1, LoadedRow.t2, LoadedRow.t3, LoadedRow.taken_on)
    .join(LoadedRow, LoadedRow.meter_id == HouseholdMeter.id)
    .join(
        HouseholdEntry,
        sa.and_(HouseholdEntry.meter_id == HouseholdMeter.id, HouseholdEntry.month == LoadedRow.month),
    )
    .where(
        LoadedRow.import_id == text("import_id"),
        LoadedRow.meter_id > text("after"),
        HouseholdEntry.import_id == text("import_id"),
        visible_account(HouseholdAccount.id),
    )
    .order_by(LoadedRow.meter_id)
    .limit(LIMIT)
)
"""What stood before a file, where nobody has changed the file's values since and the viewer still works with them."""
