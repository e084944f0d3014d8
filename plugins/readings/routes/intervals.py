"""Interval data and the receipts for files of them."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Response, Stream

from core.sdk import PUBLIC, XLSX, Ctx, Month, Page, PathId, download, get, month_of, permission
from plugins.readings.errors.layout_80020 import NO_RECEIPT_YET
from plugins.readings.permissions import HISTORY, SUBMIT
from plugins.readings.schemas.intervals import (
    IntervalChannelName,
    IntervalCoverage,
    IntervalDays,
    IntervalLayout,
    IntervalReceiptKeys,
    IntervalState,
    SignedIntervalReceipt,
)
from plugins.readings.services import interval_data, receipts
from plugins.readings.services.interval_data import Wanted

Since = Annotated[date, QueryParameter(description="First day, included.")]
Until = Annotated[date, QueryParameter(description="Last day, included; at most 1100 days in all.")]
Day = Annotated[date, QueryParameter(description="The day.")]
Channel = Annotated[IntervalChannelName | None, QueryParameter(description="Absent: all of them.")]
Layout = Annotated[IntervalLayout, QueryParameter(description="80040 is not for settlement.")]
_POINT = "/api/v1/readings/contracts/{contract_id:str}/intervals/{point_id:str}"
_FILE = "/api/v1/readings/contracts/{contract_id:str}/interval-files/{import_id:str}"


@get(
    "/api/v1/readings/contracts/{contract_id:str}/intervals",
    access=permission(HISTORY.name),
    operation_id="interval_coverage",
    tags=["readings"],
)
async def interval_coverage(
    ctx: Ctx, contract_id: PathId, month: Month, layout: Layout = "80020"
) -> Page[IntervalCoverage]:
    """Show how complete the interval data of a month are, by metering point and channel."""
    return Page(await interval_data.covered(ctx, month_of(month), layout))


@get(_POINT, access=permission(HISTORY.name), operation_id="interval_days", tags=["readings"])
async def interval_days(
    ctx: Ctx,
    contract_id: PathId,
    point_id: PathId,
    since: Since,
    until: Until,
    channel: Channel = None,
    layout: Layout = "80020",
) -> IntervalDays:
    """Show the interval data of a metering point."""
    return await interval_data.days(ctx, Wanted(point_id, since, until, channel, layout))


@get(f"{_POINT}/revisions", access=permission(HISTORY.name), operation_id="interval_revisions", tags=["readings"])
async def interval_revisions(
    ctx: Ctx, contract_id: PathId, point_id: PathId, day: Day, layout: Layout = "80020"
) -> Page[IntervalState]:
    """Show what was known of a day, corrections included."""
    return Page(await interval_data.states(ctx, point_id, day, layout))


@get(
    f"{_POINT}/workbook",
    access=permission(HISTORY.name),
    operation_id="interval_workbook",
    media_type=XLSX,
    tags=["readings"],
)
async def interval_workbook(
    ctx: Ctx,
    contract_id: PathId,
    point_id: PathId,
    since: Since,
    until: Until,
    channel: Channel = None,
    layout: Layout = "80020",
) -> Stream:
    """Download the interval data of a metering point as an .xlsx file."""
    made = await interval_data.exported(ctx, Wanted(point_id, since, until, channel, layout), "xlsx")
    return await download(made, f"intervals-{since}-{until}.xlsx", media_type=XLSX)


@get(
    f"{_POINT}/csv",
    access=permission(HISTORY.name),
    operation_id="interval_csv",
    media_type="text/csv",
    tags=["readings"],
)
async def interval_csv(
    ctx: Ctx,
    contract_id: PathId,
    point_id: PathId,
    since: Since,
    until: Until,
    channel: Channel = None,
    layout: Layout = "80020",
) -> Stream:
    """Download the interval data of a metering point as CSV."""
    made = await interval_data.exported(ctx, Wanted(point_id, since, until, channel, layout), "csv")
    return await download(made, f"intervals-{since}-{until}.csv", media_type="text/csv; charset=utf-8")


@get(
    f"{_POINT}/green-button",
    access=permission(HISTORY.name),
    operation_id="interval_green_button",
    media_type="application/atom+xml",
    tags=["readings"],
)
async def interval_green_button(
    ctx: Ctx,
    contract_id: PathId,
    point_id: PathId,
    since: Since,
    until: Until,
    channel: Channel = None,
    layout: Layout = "80020",
) -> Stream:
    """Download the interval data of a metering point as Green Button XML (NAESB ESPI)."""
    made = await interval_data.exported(ctx, Wanted(point_id, since, until, channel, layout), "green_button")
    return await download(made, f"intervals-{since}-{until}.xml", media_type="application/atom+xml")


@get(
    f"{_FILE}/receipt",
    access=permission(SUBMIT.name),
    operation_id="interval_receipt",
    raises=[NO_RECEIPT_YET],
    tags=["readings"],
)
async def interval_receipt(ctx: Ctx, contract_id: PathId, import_id: PathId) -> SignedIntervalReceipt:
    """Show the signed receipt for a file of interval data."""
    return await receipts.signed(ctx, import_id)


@get(
    f"{_FILE}/receipt.xml",
    access=permission(SUBMIT.name),
    operation_id="interval_receipt_xml",
    raises=[NO_RECEIPT_YET],
    media_type="application/xml",
    tags=["readings"],
)
async def interval_receipt_xml(ctx: Ctx, contract_id: PathId, import_id: PathId) -> Response[bytes]:
    """Download the receipt in the style of layout 60091."""
    made = await receipts.as_xml(ctx, import_id)
    return Response(made, media_type="application/xml")


@get("/api/v1/readings/receipt-keys", access=PUBLIC, operation_id="interval_receipt_keys", tags=["readings"])
async def interval_receipt_keys(ctx: Ctx) -> IntervalReceiptKeys:
    """Show the key that verifies the signatures of receipts, as a JWK set."""
    return receipts.keys(ctx)


ROUTES = (
    interval_coverage,
    interval_days,
    interval_revisions,
    interval_workbook,
    interval_csv,
    interval_green_button,
    interval_receipt,
    interval_receipt_xml,
    interval_receipt_keys,
)
