"""HTTP of the templates that file channels take."""

from litestar.response import Stream

from core.sdk import XLSX, Ctx, PathId, download, get, permission, pieces
from plugins.readings.permissions import SUBMIT
from plugins.readings.services import templates


@get(
    "/api/v1/readings/contracts/{contract_id:str}/templates/integral",
    access=permission(SUBMIT.name),
    operation_id="integral_template",
    media_type=XLSX,
    tags=["readings"],
)
async def integral_template(ctx: Ctx, contract_id: PathId) -> Stream:
    """Download «Шаблон интегральных показаний»: the form as a workbook, to be filled in and uploaded."""
    return await download(pieces(await templates.integral(ctx)), templates.INTEGRAL_NAME, media_type=XLSX)


@get(
    "/api/v1/readings/contracts/{contract_id:str}/templates/consumption",
    access=permission(SUBMIT.name),
    operation_id="consumption_template",
    media_type=XLSX,
    tags=["readings"],
)
async def consumption_template(ctx: Ctx, contract_id: PathId) -> Stream:
    """Download the template of «Расход ТУ по договору», to be filled in and uploaded."""
    return await download(pieces(await templates.consumption(ctx)), templates.CONSUMPTION_NAME, media_type=XLSX)


ROUTES = (integral_template, consumption_template)
