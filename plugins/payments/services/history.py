"""History of payments: on the screen and as a workbook of the same rows."""

from collections.abc import AsyncIterator
from datetime import date
from typing import IO

from core.sdk import Cell, Context, Sheet, decode_cursor, page, workbook
from plugins.payments import domain
from plugins.payments.permissions import HISTORY
from plugins.payments.schemas.documents import PaymentsPeriod
from plugins.payments.schemas.history import PaymentsExecuted, PaymentsHistory
from plugins.payments.services.periods import LAST_DAY, last_day, period
from plugins.payments.store import history as store

_COLUMNS: list[Cell] = ["Договор", "Платёж", "Дата", "Сумма оплаты, руб.", "Статус", "Назначение платежа"]
_WIDTHS = (18, 44, 12, 20, 16, 80)
_PIECE = 500


async def history(
    ctx: Context, month_from: date | None, month_to: date | None, cursor: str | None, limit: int
) -> PaymentsHistory:
    """The payments of the contract in the path, or of all that show theirs to the caller; the newest first."""
    wanted = period(ctx, month_from, month_to)
    rows = await _rows(ctx, wanted, cursor, limit + 1)
    cut = page(rows, limit, lambda row: (row.paid_on, row.id))
    return PaymentsHistory([_shown(row) for row in cut.items], cut.next, wanted)


async def _rows(ctx: Context, wanted: PaymentsPeriod, cursor: str | None, limit: int) -> list[store.ExecutedRead]:
    before, before_id = decode_cursor(cursor, date, str) or (LAST_DAY, "")
    return await ctx.reader.all(
        store.HISTORY,
        **ctx.visible(HISTORY.name),
        every_contract=ctx.grant is None,
        contract_id=ctx.grant.contract_id if ctx.grant else "",
        first=wanted.month_from,
        last=last_day(wanted.month_to),
        before=before,
        before_id=before_id,
        limit=limit,
    )


def _shown(row: store.ExecutedRead) -> PaymentsExecuted:
    return PaymentsExecuted(
        row.id,
        row.contract_id,
        row.contract_number,
        domain.payer_text(row.bank, row.number, row.paid_on),
        row.bank,
        row.number,
        row.paid_on,
        row.amount,
        row.status,
        row.purpose,
        row.payment_id,
    )


async def export(ctx: Context, month_from: date | None, month_to: date | None) -> tuple[str, IO[bytes]]:
    """File name and content of «Скачать»: the rows of the list with the same filters."""
    wanted = period(ctx, month_from, month_to)
    rows: list[list[Cell]] = [_COLUMNS]
    async for found in _all(ctx, wanted):
        rows += [
            [
                row.contract_number,
                domain.payer_text(row.bank, row.number, row.paid_on),
                row.paid_on,
                row.amount,
                row.status,
                row.purpose,
            ]
            for row in found
        ]
    name = f"История платежей {wanted.month_from:%m.%Y}–{wanted.month_to:%m.%Y}.xlsx"
    return name, await workbook([Sheet("История платежей", rows, _WIDTHS)])


async def _all(ctx: Context, wanted: PaymentsPeriod) -> AsyncIterator[list[store.ExecutedRead]]:
    cursor: str | None = None
    while True:
        cut = page(await _rows(ctx, wanted, cursor, _PIECE + 1), _PIECE, lambda row: (row.paid_on, row.id))
        yield list(cut.items)
        cursor = cut.next
        if cursor is None:
            return
