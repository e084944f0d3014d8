"""Reminders of the period of readings: exactly the chosen number of days before its start or end, once.

A job walks over the windows in batches, every hour of the day, so that a window or a wish of this morning is met, too.
A batch remembers whom it reminds of what in the transaction that orders the notifications and ends the job: neither a
repeated run nor a killed or second worker reminds twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from core.notifications.public import Notify
from core.sdk import Context, UnitOfWork, chunks, finishing
from plugins.readings.domain import Window
from plugins.readings.domain.deadlines import reminder_days, reminder_text
from plugins.readings.models import Reminder
from plugins.readings.notifications import WINDOW_CLOSES, WINDOW_OPENS
from plugins.readings.permissions import SUBMIT
from plugins.readings.schemas.deadlines import ReadingsRemindBatch
from plugins.readings.settings import ReadingsSettings
from plugins.readings.store import deadlines as store
from plugins.readings.store.deadlines import Due, Edge

_KINDS = {"start": WINDOW_OPENS, "end": WINDOW_CLOSES}
_TOPICS = {"start": "Скоро начнётся приём показаний", "end": "Скоро закончится приём показаний"}
_DAYTIME = range(9, 22)
"""Hours of the business day in which letters may come."""
_KEPT = timedelta(days=400)
_ROWS = 500
Missing = dict[tuple[str, date], dict[str, int]]
"""(contract, month) -> energy object -> devices and points that are still to be sent."""


class Remind(msgspec.Struct, frozen=True):
    """Begin the reminders of today."""


async def begin(ctx: Context, _: Remind) -> None:
    """Orders the first batches, unless it is night, and forgets reminders of long ago."""
    today, hour = ctx.today(), ctx.now().astimezone(ctx.runtime.zone).hour
    async with finishing(ctx) as uow:
        await uow.execute(sa.delete(Reminder).where(Reminder.month < today - _KEPT))
        if hour in _DAYTIME:
            for edge in _KINDS:
                uow.enqueue(ReadingsRemindBatch(today, edge))


async def remind(ctx: Context, batch: ReadingsRemindBatch) -> None:
    """Reminds of the next windows and orders the batch after them."""
    edge, size = cast(Edge, batch.edge), ctx.settings(ReadingsSettings).reminder_batch
    days = {f"day_{number}": day for number, day in reminder_days(batch.day).items()}
    near = {"day_1": days["day_1"], "day_15": days["day_15"]}
    late = ctx.today() != batch.day  # the number of days would not be the chosen one any more
    windows = (
        []
        if late
        else await ctx.reader.all(store.WINDOWS[edge], **near, id=batch.contract_id, month=batch.month, limit=size)
    )
    async with finishing(ctx) as uow:
        if not windows:
            return
        asked = {
            "contracts": sorted({contract_id for contract_id, _ in windows}),
            "roles": ctx.visible(SUBMIT.name)["viewer_roles"],
            "today": batch.day,
        }
        chosen = set(windows)
        rows = [Due(*row) for row in await uow.execute(store.DUE[edge], {**days, **asked})]
        fresh = await _remember(uow, edge, [row for row in rows if (row.contract_id, row.month) in chosen])
        if fresh:
            await _notify(uow, edge, fresh, batch.day)
        if len(windows) == size:
            uow.enqueue(ReadingsRemindBatch(batch.day, edge, *windows[-1]))


async def _remember(uow: UnitOfWork, edge: Edge, due: Sequence[Due]) -> list[Due]:
    """Those that have not been reminded yet, also if another worker is at it."""
    fresh: set[tuple[Any, ...]] = set()
    for some in chunks(due, _ROWS):
        rows = [
            {
                "account_id": row.account_id,
                "contract_id": row.contract_id,
                "month": row.month,
                "edge": edge,
                "reminded_at": uow.now,
            }
            for row in some
        ]
        insert = uow.upsert(Reminder).values(rows).on_conflict_do_nothing()
        made = insert.returning(Reminder.account_id, Reminder.contract_id, Reminder.month)
        fresh |= {tuple(row) for row in await uow.execute(made)}
    return [row for row in due if (row.account_id, row.contract_id, row.month) in fresh]


async def _notify(uow: UnitOfWork, edge: Edge, due: Sequence[Due], today: date) -> None:
    """A notification for each contract and period; of its end with what is missing in the eyes of each account."""
    missing, covered = await _missing(uow, due, today) if edge == "end" else (None, {})
    accounts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in due:
        window = Window(row.month, row.opens_on, row.closes_on, closed=False).text
        left = None if missing is None else _left(missing, covered, row)
        accounts[row.contract_id, reminder_text(row.number, row.name, window, left)].append(row.account_id)
    for (contract_id, text), told in accounts.items():
        uow.enqueue(Notify(_KINDS[edge].name, _TOPICS[edge], text, accounts=told, contract_id=contract_id))


async def _missing(uow: UnitOfWork, due: Sequence[Due], today: date) -> tuple[Missing, dict[tuple[str, str], set[str]]]:
    """What is missing, and the energy objects that limited roles cover."""
    contracts = sorted({row.contract_id for row in due})
    missing: Missing = defaultdict(dict)
    for contract_id, month, object_id, count in await uow.execute(
        store.MISSING, {"contracts": contracts, "today": today}
    ):
        missing[contract_id, month][object_id] = count
    limited = sorted({row.account_id for row in due if not row.all_objects})
    covered: dict[tuple[str, str], set[str]] = defaultdict(set)
    if limited:
        for account_id, contract_id, object_id in await uow.execute(
            store.COVERED, {"contracts": contracts, "accounts": limited}
        ):
            covered[account_id, contract_id].add(object_id)
    return missing, covered


def _left(missing: Missing, covered: dict[tuple[str, str], set[str]], row: Due) -> int:
    counts = missing.get((row.contract_id, row.month), {})
    if row.all_objects:
        return sum(counts.values())
    return sum(counts.get(object_id, 0) for object_id in covered[row.account_id, row.contract_id])


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """Erases of what an account was reminded."""
    await uow.execute(sa.delete(Reminder).where(Reminder.account_id == account_id))
