"""The section, the list, a document."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from core.printing.public import PDF
from core.sdk import (
    INLINE,
    INVALID,
    NOT_FOUND,
    Ctx,
    Cursor,
    JSONBody,
    Limit,
    PathId,
    get,
    permission,
    post,
)
from core.uploads.public import NO_PREVIEW
from plugins.edo import domain, errors
from plugins.edo.permissions import SIGN, VIEW
from plugins.edo.schemas import documents as schemas
from plugins.edo.services import answering, creating, documents

_TAGS = ["edo"]
_GATE = (errors.UNAVAILABLE, errors.CERTIFICATE_NEEDED)
_ANY = "application/octet-stream"
FilterName = Annotated[schemas.Filter, QueryParameter(name="filter", description="A predefined filter.")]
Search = Annotated[
    str, QueryParameter(name="search", max_length=200, description="A part of the number or the name, in any case.")
]
ContractId = Annotated[
    str, QueryParameter(name="contract", max_length=64, description="Only of this contract; empty: of all.")
]
KindName = Annotated[domain.Kind | None, QueryParameter(name="kind", description="Only of this kind.")]
Day = Annotated[date | None, QueryParameter(description="A day of the period, included.")]
Inline = Annotated[bool, QueryParameter(name="inline", description="Show it in a tab, if it is a PDF or a picture.")]


@get("/api/v1/edo", access=permission(VIEW.name), operation_id="edo_page", raises=[errors.UNAVAILABLE], tags=_TAGS)
async def edo_page(ctx: Ctx) -> schemas.EdoPage:
    """Show which page the section is now, and what it offers."""
    return await documents.shown_page(ctx)


@get(
    "/api/v1/edo/documents",
    access=permission(VIEW.name),
    operation_id="edo_documents",
    raises=[INVALID, *_GATE],
    tags=_TAGS,
)
async def edo_documents(
    ctx: Ctx,
    filter: FilterName = "all",  # noqa: A002 - the name on the wire
    search: Search = "",
    contract: ContractId = "",
    kind: KindName = None,
    date_from: Day = None,
    date_to: Day = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> schemas.EdoList:
    """List the documents that pass every filter, the newest first, with the counts of the predefined filters."""
    asked = documents.Asked(filter, search, contract, kind, date_from, date_to)
    return await documents.listed(ctx, asked, cursor, limit)


@post(
    "/api/v1/edo/documents",
    access=permission(SIGN.name),
    operation_id="create_edo_document",
    creating=True,
    raises=[NOT_FOUND, *_GATE],
    tags=_TAGS,
)
async def create_edo_document(ctx: Ctx, data: JSONBody[schemas.EdoNew]) -> schemas.EdoItem:
    """Create a document for the company."""
    return await creating.create(ctx, data)


@get(
    "/api/v1/edo/documents/{document_id:str}",
    access=permission(VIEW.name),
    operation_id="edo_document",
    raises=[NOT_FOUND, *_GATE],
    tags=_TAGS,
)
async def edo_document(ctx: Ctx, document_id: PathId) -> schemas.EdoDetails:
    """Show a document, its signatures and its history."""
    return await documents.details(ctx, document_id)


@get(
    "/api/v1/edo/documents/{document_id:str}/content",
    access=permission(VIEW.name),
    operation_id="edo_content",
    media_type=_ANY,
    also_as=sorted(INLINE),
    raises=[NOT_FOUND, NO_PREVIEW, *_GATE],
    tags=_TAGS,
)
async def edo_content(ctx: Ctx, document_id: PathId, inline: Inline = False) -> Stream:
    """Download the file of a document, or open it in a tab."""
    return await documents.opened(ctx, document_id, inline=inline)


@get(
    "/api/v1/edo/documents/{document_id:str}/archive",
    access=permission(VIEW.name),
    operation_id="edo_archive",
    media_type="application/zip",
    raises=[NOT_FOUND, *_GATE],
    tags=_TAGS,
)
async def edo_archive(ctx: Ctx, document_id: PathId) -> Stream:
    """Download a document with its signatures and what proves them."""
    return await documents.archive(ctx, document_id)


@get(
    "/api/v1/edo/documents/{document_id:str}/view",
    access=permission(VIEW.name),
    operation_id="edo_view",
    raises=[NOT_FOUND, errors.NO_VIEW, *_GATE],
    tags=_TAGS,
)
async def edo_view(ctx: Ctx, document_id: PathId) -> schemas.EdoView:
    """Show what an invoice or an act of reconciliation (XML of the tax service) says; `form` tells which it is."""
    return await documents.view(ctx, document_id)


@get(
    "/api/v1/edo/documents/{document_id:str}/printed",
    access=permission(VIEW.name),
    operation_id="edo_printed",
    media_type=PDF,
    raises=[NOT_FOUND, *_GATE],
    tags=_TAGS,
)
async def edo_printed(ctx: Ctx, document_id: PathId) -> Stream:
    """Print a document with its signatures: the table of an invoice, the stamps of who signed."""
    return await documents.printed(ctx, document_id)


@post(
    "/api/v1/edo/documents/{document_id:str}/rejection",
    access=permission(SIGN.name),
    operation_id="reject_edo_document",
    status_code=200,
    raises=[NOT_FOUND, errors.WRONG_STATE, *_GATE],
    tags=_TAGS,
)
async def reject_edo_document(ctx: Ctx, document_id: PathId, data: JSONBody[schemas.EdoReason]) -> schemas.EdoDetails:
    """Refuse to sign a document of the company's."""
    return await answering.act(ctx, document_id, "reject", data.reason)


@post(
    "/api/v1/edo/documents/{document_id:str}/withdrawal",
    access=permission(SIGN.name),
    operation_id="withdraw_edo_document",
    status_code=200,
    raises=[NOT_FOUND, errors.WRONG_STATE, *_GATE],
    tags=_TAGS,
)
async def withdraw_edo_document(ctx: Ctx, document_id: PathId, data: JSONBody[schemas.EdoReason]) -> schemas.EdoDetails:
    """Take back an own document that is not signed yet."""
    return await answering.act(ctx, document_id, "withdraw", data.reason)


@post(
    "/api/v1/edo/documents/{document_id:str}/annulment",
    access=permission(SIGN.name),
    operation_id="annul_edo_document",
    status_code=200,
    raises=[NOT_FOUND, errors.WRONG_STATE, *_GATE],
    tags=_TAGS,
)
async def annul_edo_document(ctx: Ctx, document_id: PathId, data: JSONBody[schemas.EdoReason]) -> schemas.EdoDetails:
    """Ask the company to annul a signed document."""
    return await answering.act(ctx, document_id, "request_annulment", data.reason)


@post(
    "/api/v1/edo/documents/{document_id:str}/annulment/answer",
    access=permission(SIGN.name),
    operation_id="answer_edo_annulment",
    status_code=200,
    raises=[NOT_FOUND, errors.WRONG_STATE, *_GATE],
    tags=_TAGS,
)
async def answer_edo_annulment(
    ctx: Ctx, document_id: PathId, data: JSONBody[schemas.EdoAnnulmentAnswer]
) -> schemas.EdoDetails:
    """Agree to the annulment that the company asks for, or refuse it."""
    return await answering.act(ctx, document_id, "agree" if data.agree else "refuse", data.reason)


ROUTES = (
    edo_page,
    edo_documents,
    create_edo_document,
    edo_document,
    edo_content,
    edo_archive,
    edo_view,
    edo_printed,
    reject_edo_document,
    withdraw_edo_document,
    annul_edo_document,
    answer_edo_annulment,
)
