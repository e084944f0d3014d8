"""Documents of contracts (6.1)."""

from mimetypes import guess_type
from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from core.sdk import (
    INLINE,
    TOO_MANY_REQUESTS,
    XLSX,
    Ctx,
    Cursor,
    JSONBody,
    Limit,
    Month,
    MonthFrom,
    MonthTo,
    Page,
    PathId,
    download,
    get,
    month_of,
    permission,
    post,
)
from plugins.payments import errors
from plugins.payments.permissions import ACTS, DOCUMENTS
from plugins.payments.schemas.documents import (
    DocumentFilter,
    PaymentsAct,
    PaymentsActOrder,
    PaymentsDocuments,
    PaymentsSending,
    PaymentsSent,
)
from plugins.payments.services import acts, archive, documents, sending

UNKNOWN = "application/octet-stream"
SHOWN = INLINE | {XLSX, "application/zip"}
"""Kinds of files that are named as such."""
Kind = Annotated[DocumentFilter, QueryParameter(description="«Тип документа»")]
Inline = Annotated[bool, QueryParameter(description="Show it in a tab, if it is a PDF or a picture.")]


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
    return await documents.documents(ctx, type, month_of(month_from), month_of(month_to), cursor, limit)


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
    return await documents.documents(ctx, type, month_of(month_from), month_of(month_to), cursor, limit)


@get(
    "/api/v1/payments/contracts/{contract_id:str}/documents/{document_id:str}/content",
    access=permission(DOCUMENTS.name),
    operation_id="download_payments_document",
    raises=[errors.WITHOUT_FILE],
    media_type=UNKNOWN,
    also_as=sorted(SHOWN),
    tags=["payments"],
)
async def download_payments_document(
    ctx: Ctx, contract_id: PathId, document_id: PathId, inline: Inline = False
) -> Stream:
    """Download a document or a reconciliation act; with `inline` a browser shows it in a tab where it can."""
    name, size, content = await documents.opened(ctx, document_id)
    guessed = guess_type(name)[0]
    media_type = guessed if guessed in SHOWN else UNKNOWN
    return await download(content, name, media_type=media_type, size=size, inline=inline and media_type in INLINE)


@post(
    "/api/v1/payments/contracts/{contract_id:str}/documents/{document_id:str}/letters",
    access=permission(DOCUMENTS.name),
    operation_id="send_payments_document",
    creating=True,
    status_code=202,
    raises=[errors.FILE_TOO_LARGE, TOO_MANY_REQUESTS],
    tags=["payments"],
)
async def send_payments_document(
    ctx: Ctx, contract_id: PathId, document_id: PathId, data: JSONBody[PaymentsSending]
) -> PaymentsSent:
    """Send a document or a reconciliation act by e-mail, as soon as its file is ready."""
    return await sending.order(ctx, document_id, data)


@get(
    "/api/v1/payments/contracts/{contract_id:str}/archive",
    access=permission(DOCUMENTS.name),
    operation_id="download_payments_archive",
    raises=[errors.NOTHING_TO_PACK, errors.WITHOUT_FILE],
    media_type="application/zip",
    tags=["payments"],
)
async def download_payments_archive(ctx: Ctx, contract_id: PathId, month: Month) -> Stream:
    """Download all documents of a month as one .zip."""
    name, content = await archive.archive(ctx, month_of(month))
    return await download(content, name, media_type="application/zip")


@get(
    "/api/v1/payments/contracts/{contract_id:str}/acts",
    access=permission(DOCUMENTS.name),
    operation_id="payments_acts",
    tags=["payments"],
)
async def payments_acts(ctx: Ctx, contract_id: PathId) -> Page[PaymentsAct]:
    """List the reconciliation acts of a contract, ordered and issued."""
    return await acts.acts(ctx)


@post(
    "/api/v1/payments/contracts/{contract_id:str}/acts",
    access=permission(ACTS.name),
    operation_id="order_payments_act",
    creating=True,
    tags=["payments"],
)
async def order_payments_act(ctx: Ctx, contract_id: PathId, data: JSONBody[PaymentsActOrder]) -> PaymentsAct:
    """Order a reconciliation act for a period."""
    return await acts.order(ctx, data)


ROUTES = (
    payments_documents,
    payments_contract_documents,
    download_payments_document,
    send_payments_document,
    download_payments_archive,
    payments_acts,
    order_payments_act,
)
