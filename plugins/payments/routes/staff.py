"""What the supplier's staff do with payments."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter

from core.sdk import Ctx, JSONBody, PathId, get, post, staff
from plugins.payments import errors
from plugins.payments.schemas.paying import PaymentsReconciliation, PaymentsReturn, PaymentsReturnOrder
from plugins.payments.services import reconciling, returns

Day = Annotated[date, QueryParameter(description="A business day.")]


@post(
    "/api/v1/staff/payments/orders/{payment_id:str}/returns",
    access=staff("payments.return"),
    operation_id="return_payment",
    creating=True,
    raises=[errors.NOT_TAKEN],
    tags=["payments"],
)
async def return_payment(ctx: Ctx, payment_id: PathId, data: JSONBody[PaymentsReturnOrder]) -> PaymentsReturn:
    """Give money of a payment back: all of it or a part."""
    return await returns.order(ctx, payment_id, data)


@get(
    "/api/v1/staff/payments/orders/{payment_id:str}/returns/{refund_id:str}",
    access=staff("payments.return"),
    operation_id="payment_return",
    tags=["payments"],
)
async def read_return(ctx: Ctx, payment_id: PathId, refund_id: PathId) -> PaymentsReturn:
    """Show what became of an order to give money back."""
    return await returns.read(ctx, payment_id, refund_id)


@get(
    "/api/v1/staff/payments/reconciliation",
    access=staff("payments.reconcile"),
    operation_id="reconcile_payments",
    raises=[errors.BANK_UNAVAILABLE],
    tags=["payments"],
)
async def reconcile_payments(ctx: Ctx, day: Day) -> PaymentsReconciliation:
    """Compare a day's payments in the cabinet, at the acquirer and in billing."""
    return await reconciling.reconcile(ctx, day)


ROUTES = (return_payment, read_return, reconcile_payments)
