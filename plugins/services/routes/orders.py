"""Clients: the catalogue and their orders."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter

from core.sdk import INVALID, TOO_MANY_REQUESTS, Ctx, Cursor, JSONBody, Limit, Page, PathId, get, permission, post
from plugins.services import errors, schemas
from plugins.services.permissions import ORDER
from plugins.services.services import catalogue, ordering

OfContract = Annotated[str, QueryParameter(name="contract_id", max_length=64, description="Only of this contract.")]
From = Annotated[date | None, QueryParameter(name="from", description="Ordered on this day or later.")]
To = Annotated[date | None, QueryParameter(name="to", description="Ordered on this day or earlier.")]
ACCESS = permission(ORDER.name)
_TAGS = ["services"]


@get("/api/v1/services", access=ACCESS, operation_id="services", tags=_TAGS)
async def services(ctx: Ctx) -> Page[schemas.ServiceItem]:
    """List the services that may be ordered."""
    return await catalogue.listed(ctx)


@get("/api/v1/services/{service_id:str}", access=ACCESS, operation_id="service", tags=_TAGS)
async def service(ctx: Ctx, service_id: PathId) -> schemas.ServiceCard:
    """Show a service with the form of its order."""
    return await catalogue.card(ctx, service_id)


@post(
    "/api/v1/services/{service_id:str}/orders",
    access=ACCESS,
    operation_id="order_service",
    creating=True,
    raises=[INVALID, TOO_MANY_REQUESTS, errors.SWITCHED_OFF],
    tags=_TAGS,
)
async def order_service(
    ctx: Ctx, service_id: PathId, data: JSONBody[schemas.ServiceOrderForm]
) -> schemas.ServiceOrderSent:
    """Send an order («Отправить»). It cannot be paid before the supplier issues a bill."""
    return await ordering.order(ctx, service_id, data)


@get("/api/v1/service-orders", access=ACCESS, operation_id="service_orders", tags=_TAGS)
async def service_orders(
    ctx: Ctx,
    contract_id: OfContract = "",
    since: From = None,
    until: To = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[schemas.ServiceOrderItem]:
    """List the caller's orders, the newest first («История», «Заказы»)."""
    return await ordering.history(ctx, contract_id, since, until, cursor, limit)


@get("/api/v1/service-orders/{order_id:str}", access=ACCESS, operation_id="service_order", tags=_TAGS)
async def service_order(ctx: Ctx, order_id: PathId) -> schemas.ServiceOrder:
    """Show an order of the caller's with its history."""
    return await ordering.one(ctx, order_id)


@post(
    "/api/v1/service-orders/{order_id:str}/cancellation",
    access=ACCESS,
    operation_id="cancel_service_order",
    creating=True,
    status_code=200,
    raises=[errors.NOT_NOW],
    tags=_TAGS,
)
async def cancel_service_order(ctx: Ctx, order_id: PathId) -> schemas.ServiceOrderItem:
    """Cancel an order before its bill is issued."""
    return await ordering.cancel(ctx, order_id)


ROUTES = (services, service, order_service, service_orders, service_order, cancel_service_order)
