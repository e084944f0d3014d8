"""History of payments (6.2)."""

from litestar.response import Stream

from core.sdk import XLSX, Ctx, Cursor, Limit, MonthFrom, MonthTo, PathId, download, get, month_of, permission, pieces
from plugins.payments.permissions import HISTORY
from plugins.payments.schemas.history import PaymentsHistory
from plugins.payments.services import history


@get(
    "/api/v1/payments/history",
    access=permission(HISTORY.name),
    operation_id="payments_history",
    tags=["payments"],
)
async def payments_history(
    ctx: Ctx, month_from: MonthFrom = None, month_to: MonthTo = None, cursor: Cursor = None, limit: Limit = 50
) -> PaymentsHistory:
    """List the payments of all contracts that show theirs to the caller, the newest first."""
    return await history.history(ctx, month_of(month_from), month_of(month_to), cursor, limit)


@get(
    "/api/v1/payments/contracts/{contract_id:str}/history",
    access=permission(HISTORY.name),
    operation_id="payments_contract_history",
    tags=["payments"],
)
async def payments_contract_history(
    ctx: Ctx,
    contract_id: PathId,
    month_from: MonthFrom = None,
    month_to: MonthTo = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PaymentsHistory:
    """List the payments of a contract, the newest first."""
    return await history.history(ctx, month_of(month_from), month_of(month_to), cursor, limit)


@get(
    "/api/v1/payments/history/workbook",
    access=permission(HISTORY.name),
    operation_id="download_payments_history",
    media_type=XLSX,
    tags=["payments"],
)
async def download_payments_history(ctx: Ctx, month_from: MonthFrom = None, month_to: MonthTo = None) -> Stream:
    """Download the payments of all contracts as a workbook."""
    name, file = await history.export(ctx, month_of(month_from), month_of(month_to))
    return await download(pieces(file), name, media_type=XLSX)


@get(
    "/api/v1/payments/contracts/{contract_id:str}/history/workbook",
    access=permission(HISTORY.name),
    operation_id="download_payments_contract_history",
    media_type=XLSX,
    tags=["payments"],
)
async def download_payments_contract_history(
    ctx: Ctx, contract_id: PathId, month_from: MonthFrom = None, month_to: MonthTo = None
) -> Stream:
    """Download the payments of a contract as a workbook."""
    name, file = await history.export(ctx, month_of(month_from), month_of(month_to))
    return await download(pieces(file), name, media_type=XLSX)


ROUTES = (
    payments_history,
    payments_contract_history,
    download_payments_history,
    download_payments_contract_history,
)
