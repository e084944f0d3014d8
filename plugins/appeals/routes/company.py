"""Files between the cabinet and the company's CRM."""

from typing import Any

from litestar import Request
from litestar.response import Stream

from core.sdk import Ctx, PathId, get, put, service
from core.uploads.public import EMPTY
from plugins.appeals import errors
from plugins.appeals.routes.files import given
from plugins.appeals.schemas.company import AppealFileStored
from plugins.appeals.services import company
from plugins.appeals.services.access import filed


@put(
    "/api/v1/exchange/appeals/{appeal_id:str}/documents/{document_id:str}/content",
    access=service("exchange.load"),
    operation_id="exchange_load_appeal_document",
    status_code=200,
    request_max_body_size=None,
    raises=[errors.NOT_EDITABLE, EMPTY],
    tags=["exchange"],
)
async def load_document(
    request: Request[Any, Any, Any], ctx: Ctx, appeal_id: PathId, document_id: PathId
) -> AppealFileStored:
    """Deliver the content of a file that was loaded into `appeals.documents`; the body is the file itself."""
    return await company.store_file(ctx, appeal_id, document_id, request.stream())


@get(
    "/api/v1/exchange/appeals/{appeal_id:str}/files/{file_id:str}",
    access=service("exchange.feed"),
    operation_id="exchange_appeal_file",
    media_type="application/octet-stream",
    also_as=["application/pdf", "image/jpeg", "image/png"],
    raises=[errors.FILE_AWAITED],
    tags=["exchange"],
)
async def read_file(ctx: Ctx, appeal_id: PathId, file_id: PathId) -> Stream:
    """Fetch a file that a fact of appeals names."""
    await filed(ctx, appeal_id)
    return await given(ctx, appeal_id, file_id)


ROUTES = (load_document, read_file)
