"""The deadline board."""

from typing import Annotated

from litestar.params import QueryParameter

from core.sdk import Ctx, Cursor, Limit, Page, get, permission
from plugins.readings.permissions import SUBMIT
from plugins.readings.schemas.deadlines import ReadingsDeadline
from plugins.readings.services import deadlines

Days = Annotated[int, QueryParameter(ge=0, le=366, description="Windows that open within so many days are shown, too.")]


@get(
    "/api/v1/readings/deadlines",
    access=permission(SUBMIT.name),
    operation_id="readings_deadlines",
    tags=["readings"],
)
async def readings_deadlines(
    ctx: Ctx, days: Days = 31, cursor: Cursor = None, limit: Limit = 50
) -> Page[ReadingsDeadline]:
    """List the open and the coming windows of all contracts with what is still missing, the most urgent first."""
    return await deadlines.board(ctx, days, cursor, limit)


ROUTES = (readings_deadlines,)
