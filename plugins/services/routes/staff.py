"""Staff: the catalogue is maintained, orders are processed."""

from typing import Annotated

from litestar.params import QueryParameter

from core.sdk import INVALID, Ctx, Cursor, JSONBody, Limit, Page, PathId, get, post, put, staff
from plugins.services import errors, schemas
from plugins.services.domain import Status
from plugins.services.routes.orders import OfContract
from plugins.services.services import catalogue, processing

InStatus = Annotated[Status | None, QueryParameter(name="status", description="Only those in this status.")]
EDIT, PROCESS = staff("services.edit"), staff("services.process")
_TAGS = ["staff"]


@get("/api/v1/staff/services", access=EDIT, operation_id="staff_services", tags=_TAGS)
async def staff_services(ctx: Ctx) -> Page[schemas.ServiceEntry]:
    """List all services, those that are switched off included."""
    return await catalogue.entries(ctx)


@post(
    "/api/v1/staff/services",
    access=EDIT,
    operation_id="staff_add_service",
    creating=True,
    raises=[errors.TAKEN],
    tags=_TAGS,
)
async def staff_add_service(ctx: Ctx, data: JSONBody[schemas.ServiceNew]) -> schemas.ServiceEntry:
    """Add a service."""
    return await catalogue.add(ctx, data)


@get("/api/v1/staff/services/{service_id:str}", access=EDIT, operation_id="staff_service", tags=_TAGS)
async def staff_service(ctx: Ctx, service_id: PathId) -> schemas.ServiceEntry:
    """Read a service as it is maintained."""
    return await catalogue.entry(ctx, service_id)


@put(
    "/api/v1/staff/services/{service_id:str}",
    access=EDIT,
    operation_id="staff_change_service",
    raises=[INVALID],
    tags=_TAGS,
)
async def staff_change_service(
    ctx: Ctx, service_id: PathId, data: JSONBody[schemas.ServiceForm]
) -> schemas.ServiceEntry:
    """Change a service, or switch it off or on; orders keep the name and the price they were placed with."""
    return await catalogue.change(ctx, service_id, data)


@get("/api/v1/staff/service-orders", access=PROCESS, operation_id="staff_service_orders", tags=_TAGS)
async def staff_service_orders(
    ctx: Ctx, status: InStatus = None, contract_id: OfContract = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.ServiceOrderItem]:
    """List orders, the newest first."""
    return await processing.listed(ctx, status, contract_id, cursor, limit)


@get("/api/v1/staff/service-orders/{order_id:str}", access=PROCESS, operation_id="staff_service_order", tags=_TAGS)
async def staff_service_order(ctx: Ctx, order_id: PathId) -> schemas.ServiceOrder:
    """Show an order with what was entered."""
    return await processing.one(ctx, order_id)


@post(
    "/api/v1/staff/service-orders/{order_id:str}/status",
    access=PROCESS,
    operation_id="staff_move_service_order",
    creating=True,
    status_code=200,
    raises=[errors.NOT_NOW],
    tags=_TAGS,
)
async def staff_move_service_order(
    ctx: Ctx, order_id: PathId, data: JSONBody[schemas.ServiceOrderStatus]
) -> schemas.ServiceOrderItem:
    """Change the status of an order; the customer is notified."""
    return await processing.move(ctx, order_id, data)


@post(
    "/api/v1/staff/service-orders/{order_id:str}/bill",
    access=PROCESS,
    operation_id="staff_bill_service_order",
    creating=True,
    status_code=200,
    raises=[errors.NOT_NOW],
    tags=_TAGS,
)
async def staff_bill_service_order(
    ctx: Ctx, order_id: PathId, data: JSONBody[schemas.ServiceBillForm]
) -> schemas.ServiceOrderItem:
    """Issue the bill of an order; the customer is notified, and pays it in the cabinet where payments are taken."""
    return await processing.bill(ctx, order_id, data)


ROUTES = (
    staff_services,
    staff_add_service,
    staff_service,
    staff_change_service,
    staff_service_orders,
    staff_service_order,
    staff_move_service_order,
    staff_bill_service_order,
)
