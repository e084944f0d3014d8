"""How reading the metering platform goes, for the supplier's staff."""

from core.sdk import Ctx, Cursor, Limit, Page, get, staff
from plugins.isu.schemas.staff import IsuParked, IsuPlatform
from plugins.isu.services import pulling


@get("/api/v1/staff/isu/platform", access=staff("isu.platform"), operation_id="isu_platform", tags=["staff"])
async def isu_platform(ctx: Ctx) -> IsuPlatform:
    """Show how far the metering platform was read, and why not further."""
    return await pulling.platform(ctx)


@get("/api/v1/staff/isu/parked", access=staff("isu.platform"), operation_id="isu_parked", tags=["staff"])
async def isu_parked(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[IsuParked]:
    """List the changes of the platform that could not be taken, the oldest first."""
    return await pulling.parked(ctx, cursor, limit)


ROUTES = (isu_platform, isu_parked)
