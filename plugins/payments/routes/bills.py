"""«Оплата»: what contracts owe."""

from typing import Annotated

from litestar.params import QueryParameter

from core.sdk import ACCOUNT, Ctx, Cursor, Limit, Page, PathId, get, permission
from plugins.payments.permissions import BILLS
from plugins.payments.schemas.bills import PaymentsBills, PaymentsCard
from plugins.payments.services import cards

Search = Annotated[
    str, QueryParameter(max_length=200, description="Digits or letters that occur in the number or the name, any case.")
]
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


ROUTES = (payments_cards, payments_bills)
