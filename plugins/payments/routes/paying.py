"""Paying by card (3.2), and the acquirer's callbacks."""

from typing import Any

from litestar import Request

from core.ports.acquirer import Callback
from core.sdk import ACCOUNT, NOT_FOUND, PUBLIC, TOO_MANY_REQUESTS, Ctx, JSONBody, PathId, delete, get, permission, post
from plugins.payments import errors
from plugins.payments.permissions import PAY
from plugins.payments.schemas.paying import (
    PaymentsCallbackTaken,
    PaymentsMethods,
    PaymentsOrder,
    PaymentsPayment,
    PaymentsQuote,
)
from plugins.payments.services import callbacks, methods, paying, quoting

_AnyRequest = Request[Any, Any, Any]
_CALLBACK_BYTES = 100_000


@get("/api/v1/payments/methods", access=ACCOUNT, operation_id="payments_methods", tags=["payments"])
async def payments_methods(ctx: Ctx) -> PaymentsMethods:
    """List the ways to pay: a new card and the caller's linked ones."""
    return await methods.methods(ctx)


@delete(
    "/api/v1/payments/cards/{card_id:str}",
    access=ACCOUNT,
    operation_id="unlink_payments_card",
    raises=[errors.BANK_UNAVAILABLE],
    tags=["payments"],
)
async def unlink_payments_card(ctx: Ctx, card_id: PathId) -> None:
    """Unlink a card of the caller."""
    await methods.forget(ctx, card_id)


@post(
    "/api/v1/payments/contracts/{contract_id:str}/quote",
    access=permission(PAY.name),
    operation_id="quote_payment",
    status_code=200,
    tags=["payments"],
)
async def quote_payment(ctx: Ctx, contract_id: PathId, data: JSONBody[PaymentsOrder]) -> PaymentsQuote:
    """Preview a payment: purpose, receipt, amount, commission and total. Nothing is stored."""
    return await quoting.quote(ctx, data)


@post(
    "/api/v1/payments/contracts/{contract_id:str}/payments",
    access=permission(PAY.name, confirmed_email=True),
    operation_id="start_payment",
    creating=True,
    raises=[errors.BEING_PAID, errors.NO_CARDS, errors.BANK_UNAVAILABLE, errors.BANK_REFUSED, TOO_MANY_REQUESTS],
    tags=["payments"],
)
async def start_payment(ctx: Ctx, contract_id: PathId, data: JSONBody[PaymentsOrder]) -> PaymentsPayment:
    """Start a payment; send the payer to `pay_url`."""
    return await paying.start(ctx, data)


@get("/api/v1/payments/orders/{payment_id:str}", access=ACCOUNT, operation_id="payment", tags=["payments"])
async def read_payment(ctx: Ctx, payment_id: PathId) -> PaymentsPayment:
    """Show how a payment of the caller ended."""
    return await paying.payment(ctx, payment_id)


@get(
    "/api/v1/payments/callback",
    access=PUBLIC,
    operation_id="payments_callback",
    raises=[errors.CALLBACK_FORGED, NOT_FOUND],
    tags=["payments"],
)
async def callback_in_query(request: _AnyRequest, ctx: Ctx) -> PaymentsCallbackTaken:
    """Take a callback of the acquirer, in the query."""
    return await _take(request, ctx, b"")


@post(
    "/api/v1/payments/callback",
    access=PUBLIC,
    operation_id="payments_callback_posted",
    raises=[errors.CALLBACK_FORGED, NOT_FOUND],
    status_code=200,
    request_max_body_size=_CALLBACK_BYTES,
    tags=["payments"],
)
async def callback_in_body(request: _AnyRequest, ctx: Ctx) -> PaymentsCallbackTaken:
    """Take a callback of the acquirer, in the body."""
    return await _take(request, ctx, await request.body())


async def _take(request: _AnyRequest, ctx: Ctx, body: bytes) -> PaymentsCallbackTaken:
    query = request.scope["query_string"].decode("latin-1")
    await callbacks.take(ctx, Callback(query, dict(request.headers.items()), body, ctx.address))
    return PaymentsCallbackTaken()


ROUTES = (
    payments_methods,
    unlink_payments_card,
    quote_payment,
    start_payment,
    read_payment,
    callback_in_query,
    callback_in_body,
)
