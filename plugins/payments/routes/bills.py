"""«Оплата»: what contracts owe."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from core.sdk import ACCOUNT, Ctx, Cursor, Limit, Page, PathId, download, get, permission
from plugins.payments import errors
from plugins.payments.permissions import BILLS
from plugins.payments.schemas.bills import PaymentsBills, PaymentsCard
from plugins.payments.services import bank_client, cards

Search = Annotated[
    str, QueryParameter(max_length=200, description="Digits or letters that occur in the number or the name, any case.")
]
Chosen = Annotated[Sequence[str], QueryParameter(max_items=500, description="Repeatable; absent: all unpaid bills.")]
Indebted = Annotated[bool, QueryParameter(description="Only contracts with something to pay.")]


@get("/api/v1/payments/contracts", access=ACCOUNT, operation_id="payments_cards", tags=["payments"])
async def payments_cards(
    ctx: Ctx, search: Search = "", indebted: Indebted = False, cursor: Cursor = None, limit: Limit = 50
) -> Page[PaymentsCard]:
    """List the cards of the caller's contracts, by number, each with what the role may see."""
    return await cards.cards(ctx, search, indebted, cursor, limit)


@get(
    "/api/v1/payments/contracts/{contract_id:str}/bills",
    access=permission(BILLS.name),
    operation_id="payments_bills",
    tags=["payments"],
)
async def payments_bills(ctx: Ctx, contract_id: PathId) -> PaymentsBills:
    """List the unpaid bills of a contract, the earliest due first, with their exact sum."""
    return await cards.bills(ctx)


@get(
    "/api/v1/payments/contracts/{contract_id:str}/bank-orders",
    access=permission(BILLS.name),
    operation_id="download_payment_orders",
    raises=[errors.NO_PAYEE, errors.NOTHING_TO_PAY],
    media_type="application/octet-stream",
    tags=["payments"],
)
async def download_payment_orders(ctx: Ctx, contract_id: PathId, bill_id: Chosen = ()) -> Stream:
    """Download payment orders for a bank client (1CClientBankExchange): one for each bill."""
    name, content = await bank_client.orders_file(ctx, bill_id)
    return await download(_whole(content), name, size=len(content))


@get(
    "/api/v1/payments/contracts/{contract_id:str}/bills/{bill_id:str}/qr",
    access=permission(BILLS.name),
    operation_id="payments_bill_qr",
    raises=[errors.NO_PAYEE],
    media_type="image/png",
    tags=["payments"],
)
async def payments_bill_qr(ctx: Ctx, contract_id: PathId, bill_id: PathId) -> Stream:
    """Show the payment QR code of an unpaid bill (GOST R 56042-2014)."""
    content = await bank_client.qr(ctx, bill_id)
    return await download(_whole(content), f"{bill_id}.png", media_type="image/png", size=len(content), inline=True)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


ROUTES = (payments_cards, payments_bills, download_payment_orders, payments_bill_qr)
