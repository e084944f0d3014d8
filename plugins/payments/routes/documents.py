"""Documents of contracts (6.1)."""

from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from core.sdk import Ctx, Cursor, Limit, PathId, download, get, permission
from plugins.payments import errors
from plugins.payments.permissions import DOCUMENTS
from plugins.payments.routes.filters import MonthFrom, MonthTo
from plugins.payments.schemas.documents import DocumentFilter, PaymentsDocuments
from plugins.payments.services import documents

Kind = Annotated[DocumentFilter, QueryParameter(description="«Тип документа»")]


@get(
    "/api/v1/payments/documents",
    access=permission(DOCUMENTS.name),
    operation_id="payments_documents",
    tags=["payments"],
)
async def payments_documents(
    ctx: Ctx,
    type: Kind = "все",  # noqa: A002 - the name on the wire
    month_from: MonthFrom = None,
    month_to: MonthTo = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PaymentsDocuments:
    """List the documents of all contracts that show theirs to the caller, the newest first."""
    return await documents.documents(ctx, type, month_from, month_to, cursor, limit)


@get(
    "/api/v1/payments/contracts/{contract_id:str}/documents",
    access=permission(DOCUMENTS.name),
    operation_id="payments_contract_documents",
    tags=["payments"],
)
async def payments_contract_documents(
    ctx: Ctx,
    contract_id: PathId,
    type: Kind = "все",  # noqa: A002 - the name on the wire
    month_from: MonthFrom = None,
    month_to: MonthTo = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PaymentsDocuments:
    """List the documents of a contract, the newest first."""
    return await documents.documents(ctx, type, month_from, month_to, cursor, limit)


@get(
    "/api/v1/payments/contracts/{contract_id:str}/documents/{document_id:str}/content",
    access=permission(DOCUMENTS.name),
    operation_id="download_payments_document",
    raises=[errors.WITHOUT_FILE],
    media_type="application/octet-stream",
    tags=["payments"],
)
async def download_payments_document(ctx: Ctx, contract_id: PathId, document_id: PathId) -> Stream:
    """Download a document or a reconciliation act."""
    name, size, content = await documents.opened(ctx, document_id)
    return await download(content, name, size=size)


ROUTES = (payments_documents, payments_contract_documents, download_payments_document)
