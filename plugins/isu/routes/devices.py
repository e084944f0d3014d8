"""The tabs of a device."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Response

from core.printing.public import SVG
from core.sdk import Ctx, Cursor, Limit, Page, PathId, get, month_of, permission
from plugins.isu.permissions import VIEW
from plugins.isu.schemas import IsuEventKind, IsuJournal, IsuProfile, IsuReadings
from plugins.isu.schemas.names import Channel, Criticality, EventKind
from plugins.isu.services import journal, objects, profiles
from plugins.isu.services.profiles import StepName

MONTH = r"^(19|20)[0-9][0-9]-(0[1-9]|1[0-2])$(?!\n)"
Month = Annotated[
    str | None, QueryParameter(pattern=MONTH, description="«Период»: one month, `2026-01`; absent: the present one.")
]
Kind = Annotated[EventKind | None, QueryParameter(description="«Вид события»; absent: «Все».")]
Type = Annotated[Criticality | None, QueryParameter(description="«Тип события»; absent: «Все».")]
Since = Annotated[date | None, QueryParameter(name="from", description="First day; absent: yesterday.")]
Until = Annotated[date | None, QueryParameter(name="to", description="Last day, included; absent: yesterday.")]
ChannelOf = Annotated[Channel, QueryParameter(description="Kind of energy.")]
Step = Annotated[StepName, QueryParameter(description="Length of a period.")]
_DEVICE = "/api/v1/isu/contracts/{contract_id:str}/devices/{device_id:str}"


@get(f"{_DEVICE}/readings", access=permission(VIEW.name), operation_id="isu_readings", tags=["isu"])
async def isu_readings(ctx: Ctx, contract_id: PathId, device_id: PathId) -> IsuReadings:
    """Show the newest readings of a device in four blocks."""
    return await objects.readings(ctx, device_id)


@get(f"{_DEVICE}/events", access=permission(VIEW.name), operation_id="isu_events", tags=["isu"])
async def isu_events(
    ctx: Ctx,
    contract_id: PathId,
    device_id: PathId,
    month: Month = None,
    kind: Kind = None,
    criticality: Type = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> IsuJournal:
    """Show the journal of a device for a month, in the order of time."""
    return await journal.journal(ctx, device_id, month_of(month), kind, criticality, cursor, limit)


@get("/api/v1/isu/event-kinds", access=permission(VIEW.name), operation_id="isu_event_kinds", tags=["isu"])
async def isu_event_kinds(ctx: Ctx) -> Page[IsuEventKind]:
    """List the kinds of events."""
    return Page(journal.kinds())


@get(f"{_DEVICE}/profile", access=permission(VIEW.name), operation_id="isu_profile", tags=["isu"])
async def isu_profile(
    ctx: Ctx,
    contract_id: PathId,
    device_id: PathId,
    since: Since = None,
    until: Until = None,
    step: Step = "half_hour",
) -> IsuProfile:
    """Show the load profile of a device, all kinds of energy, ready to be plotted."""
    first, last = profiles.days_of(ctx, since, until)
    return await profiles.profile(ctx, device_id, first, last, profiles.ALL, step)


@get(
    f"{_DEVICE}/profile.svg",
    access=permission(VIEW.name),
    operation_id="isu_profile_chart",
    media_type=SVG,
    tags=["isu"],
)
async def isu_profile_chart(
    ctx: Ctx,
    contract_id: PathId,
    device_id: PathId,
    since: Since = None,
    until: Until = None,
    step: Step = "half_hour",
    channel: ChannelOf = "A+",
) -> Response[bytes]:
    """Draw the load profile of a device: lines within days, bars of days."""
    first, last = profiles.days_of(ctx, since, until)
    found = await profiles.profile(ctx, device_id, first, last, (channel,), step)
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(profiles.chart(found).encode(), media_type=SVG, headers=policy)


ROUTES = (isu_readings, isu_events, isu_event_kinds, isu_profile, isu_profile_chart)
