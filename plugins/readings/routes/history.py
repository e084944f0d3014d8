"""History of readings."""

from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from core.sdk import (
    XLSX,
    Ctx,
    Cursor,
    Limit,
    MonthFrom,
    MonthTo,
    Page,
    PathId,
    download,
    get,
    month_of,
    permission,
    pieces,
)
from plugins.readings import errors
from plugins.readings.permissions import HISTORY
from plugins.readings.routes.form import Search
from plugins.readings.schemas import ReadingsContract
from plugins.readings.schemas.history import ReadingsHistoryDevice, ReadingsHistoryObject, ReadingsHistoryValue
from plugins.readings.services import history
from plugins.readings.services.history import HistoryFilter

Address = Annotated[
    str, QueryParameter(max_length=200, description="Part of an object's address, number or name, any case.")
]


@get(
    "/api/v1/readings/history/contracts",
    access=permission(HISTORY.name),
    operation_id="readings_history_contracts",
    tags=["readings"],
)
async def readings_history_contracts(
    ctx: Ctx, search: Search = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[ReadingsContract]:
    """List the contracts whose history the caller may see, by number."""
    return await history.contracts(ctx, search, cursor, limit)


@get(
    "/api/v1/readings/contracts/{contract_id:str}/history",
    access=permission(HISTORY.name),
    operation_id="readings_history",
    tags=["readings"],
)
async def readings_history(
    ctx: Ctx,
    contract_id: PathId,
    month_from: MonthFrom = None,
    month_to: MonthTo = None,
    address: Address = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReadingsHistoryObject]:
    """List the energy objects of a contract; with a period only those that have readings in it."""
    return await history.objects(ctx, HistoryFilter(month_of(month_from), month_of(month_to), address), cursor, limit)


@get(
    "/api/v1/readings/contracts/{contract_id:str}/history/objects/{object_id:str}",
    access=permission(HISTORY.name),
    operation_id="readings_history_devices",
    tags=["readings"],
)
async def readings_history_devices(
    ctx: Ctx,
    contract_id: PathId,
    object_id: PathId,
    month_from: MonthFrom = None,
    month_to: MonthTo = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReadingsHistoryDevice]:
    """List the devices of an energy object, those of the past included, and its points «по сообщению»."""
    return await history.devices(ctx, object_id, HistoryFilter(month_of(month_from), month_of(month_to)), cursor, limit)


@get(
    "/api/v1/readings/contracts/{contract_id:str}/history/meters/{meter_id:str}",
    access=permission(HISTORY.name),
    operation_id="readings_history_of_meter",
    tags=["readings"],
)
async def readings_history_of_meter(
    ctx: Ctx,
    contract_id: PathId,
    meter_id: PathId,
    month_from: MonthFrom = None,
    month_to: MonthTo = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReadingsHistoryValue]:
    """List the readings of a device, the newest first."""
    return await history.of_meter(ctx, meter_id, HistoryFilter(month_of(month_from), month_of(month_to)), cursor, limit)


@get(
    "/api/v1/readings/contracts/{contract_id:str}/history/points/{point_id:str}",
    access=permission(HISTORY.name),
    operation_id="readings_history_of_point",
    tags=["readings"],
)
async def readings_history_of_point(
    ctx: Ctx,
    contract_id: PathId,
    point_id: PathId,
    month_from: MonthFrom = None,
    month_to: MonthTo = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReadingsHistoryValue]:
    """List the consumption of a point «по сообщению», the newest first."""
    return await history.of_point(ctx, point_id, HistoryFilter(month_of(month_from), month_of(month_to)), cursor, limit)


@get(
    "/api/v1/readings/contracts/{contract_id:str}/history/workbook",
    access=permission(HISTORY.name),
    operation_id="download_readings_history",
    raises=[errors.TOO_MANY_ROWS],
    media_type=XLSX,
    tags=["readings"],
)
async def download_readings_history(
    ctx: Ctx, contract_id: PathId, month_from: MonthFrom = None, month_to: MonthTo = None, address: Address = ""
) -> Stream:
    """Download the readings that the same filters list, as a workbook."""
    name, book = await history.export(ctx, HistoryFilter(month_of(month_from), month_of(month_to), address))
    return await download(pieces(book), name, media_type=XLSX)


ROUTES = (
    readings_history_contracts,
    readings_history,
    readings_history_devices,
    readings_history_of_meter,
    readings_history_of_point,
    download_readings_history,
)
