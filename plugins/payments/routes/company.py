"""What the company's systems deliver besides rows."""

from typing import Any

from litestar import Request

from core.sdk import Ctx, PathId, put, service
from core.uploads.public import EMPTY
from plugins.payments import errors
from plugins.payments.schemas.documents import PaymentsFileStored
from plugins.payments.schemas.paying import PaymentsStatement
from plugins.payments.services import bank_client, documents


@put(
    "/api/v1/exchange/payments/documents/{document_id:str}/content",
    access=service("exchange.load"),
    operation_id="exchange_load_payments_document",
    status_code=200,
    request_max_body_size=100_000_000,
    raises=[EMPTY],
    tags=["exchange"],
)
async def load_document(request: Request[Any, Any, Any], ctx: Ctx, document_id: PathId) -> PaymentsFileStored:
    """Deliver the file of a document that was loaded into `payments.documents`; the body is the file itself."""
    return await documents.store_file(ctx, document_id, request.stream())


@put(
    "/api/v1/exchange/payments/statement",
    access=service("exchange.load"),
    operation_id="exchange_load_payments_statement",
    status_code=200,
    request_max_body_size=20_000_000,
    raises=[errors.NO_PAYEE, errors.NOT_A_STATEMENT],
    tags=["exchange"],
)
async def load_statement(request: Request[Any, Any, Any], ctx: Ctx) -> PaymentsStatement:
    """Deliver a bank statement (1CClientBankExchange): what has arrived enters the history, each document once."""
    return await bank_client.take_statement(ctx, await request.body())


ROUTES = (load_document, load_statement)
