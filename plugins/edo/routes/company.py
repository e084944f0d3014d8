"""What the company's systems deliver and read besides rows."""

from typing import Any

from litestar import Request
from litestar.response import Stream

from core.sdk import NOT_FOUND, Ctx, PathId, get, put, service
from plugins.edo import errors
from plugins.edo.schemas.company import EdoFileStored
from plugins.edo.services import files

_TAGS = ["exchange"]


@put(
    "/api/v1/exchange/edo/documents/{document_id:str}/content",
    access=service("exchange.load"),
    operation_id="exchange_load_edo_document",
    status_code=200,
    request_max_body_size=100_000_000,
    raises=[NOT_FOUND, errors.CONTENT_FIXED, errors.FILE_TOO_LARGE, errors.FILE_EMPTY],
    tags=_TAGS,
)
async def load_document(request: Request[Any, Any, Any], ctx: Ctx, document_id: PathId) -> EdoFileStored:
    """Deliver the file of a document that was loaded into `edo.documents`; the body is the file itself."""
    return await files.deliver(ctx, document_id, request.stream())


@get(
    "/api/v1/exchange/edo/documents/{document_id:str}/content",
    access=service("exchange.feed"),
    operation_id="exchange_edo_document",
    media_type="application/octet-stream",
    raises=[NOT_FOUND],
    tags=_TAGS,
)
async def read_document(ctx: Ctx, document_id: PathId) -> Stream:
    """Read the file of a document, a client's one above all."""
    return await files.company_file(ctx, document_id)


@get(
    "/api/v1/exchange/edo/documents/{document_id:str}/archive",
    access=service("exchange.feed"),
    operation_id="exchange_edo_archive",
    media_type="application/zip",
    raises=[NOT_FOUND],
    tags=_TAGS,
)
async def read_archive(ctx: Ctx, document_id: PathId) -> Stream:
    """Read a document with its signatures and what proves them."""
    return await files.company_archive(ctx, document_id)


ROUTES = (load_document, read_document, read_archive)
