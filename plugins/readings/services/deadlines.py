"""The deadline board: over all contracts of the caller, what is still missing before each window closes."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from core.sdk import Context, Page, decode_cursor, page
from plugins.readings.domain import Window
from plugins.readings.domain.deadlines import days_until
from plugins.readings.permissions import SUBMIT
from plugins.readings.schemas import ReadingsContract, ReadingsWindow
from plugins.readings.schemas.deadlines import ReadingsDeadline, ReadingsTodo, ReadingsTodoObject
from plugins.readings.store import deadlines as store
from plugins.readings.store.deadlines import DeadlineRow


async def board(ctx: Context, days: int, cursor: str | None, limit: int) -> Page[ReadingsDeadline]:
    """The windows that are open or open within `days`, the one that closes first before the others."""
    today = ctx.today()
    closes_on, number, contract_id, month = decode_cursor(cursor, date, str, str, date) or (date.min, "", "", date.min)
    rows = await ctx.reader.all(
        store.BOARD,
        **ctx.visible(SUBMIT.name),
        today=today,
        horizon=today + timedelta(days=days),
        closes_on=closes_on,
        number=number,
        id=contract_id,
        month=month,
        limit=limit + 1,
    )
    windows = [list(group) for _, group in groupby(rows, key=lambda row: (row.contract_id, row.month))]
    return page(
        [_deadline(group, today) for group in windows],
        limit,
        lambda item: (item.window.closes_on, item.contract.number, item.contract.id, item.window.month),
    )


def _deadline(rows: Sequence[DeadlineRow], today: date) -> ReadingsDeadline:
    first = rows[0]
    window = Window(first.month, first.opens_on, first.closes_on, closed=False)
    todo = _sum(rows)
    return ReadingsDeadline(
        ReadingsContract(first.contract_id, first.number, first.name),
        ReadingsWindow(first.month, first.opens_on, first.closes_on, window.is_open(today)),
        window.text,
        days_until(first.opens_on, today),
        days_until(first.closes_on, today),
        todo.missing == 0,
        todo,
        [
            ReadingsTodoObject(row.object_id, row.object_number, row.object_name, row.address, _sum([row]))
            for row in rows
            if row.object_id is not None and row.missing
        ],
    )


def _sum(rows: Sequence[DeadlineRow]) -> ReadingsTodo:
    return ReadingsTodo(
        sum(row.transmitted for row in rows),
        sum(row.missing for row in rows),
        sum(row.refused for row in rows),
        sum(row.blocked for row in rows),
    )
