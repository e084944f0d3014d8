"""Documents of a contract: the list, the files."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import get_args

from core.sdk import NOT_FOUND, Context, Problem, decode_cursor, page
from core.uploads.public import keep_file, read_file, receive_file
from plugins.payments import domain
from plugins.payments.errors import WITHOUT_FILE
from plugins.payments.models import Document, DocumentFile
from plugins.payments.permissions import DOCUMENTS
from plugins.payments.schemas.documents import (
    DocumentFilter,
    DocumentType,
    PaymentsDocument,
    PaymentsDocuments,
    PaymentsFileStored,
)
from plugins.payments.services.periods import LAST_DAY, period
from plugins.payments.store import documents as store

ALL = "все"
FOLDER = "payments/documents"
"""Where the files of documents lie in the store."""
_LETTERS_TAKE = timedelta(days=1)
"""A letter that is about to go may carry the file that was replaced."""
_KINDS: tuple[DocumentType, ...] = get_args(DocumentType)
_TYPES: tuple[str, ...] = get_args(DocumentFilter)


async def documents(
    ctx: Context,
    kind: DocumentFilter,
    month_from: date | None,
    month_to: date | None,
    cursor: str | None,
    limit: int,
) -> PaymentsDocuments:
    """The documents of the contract in the path, or of all that show theirs to the caller; the newest first."""
    wanted = period(ctx, month_from, month_to)
    before, before_id = decode_cursor(cursor, date, str) or (LAST_DAY, "")
    rows = await ctx.reader.all(
        store.DOCUMENTS,
        **ctx.visible(DOCUMENTS.name),
        every_contract=ctx.grant is None,
        contract_id=ctx.grant.contract_id if ctx.grant else "",
        kinds=list(_KINDS) if kind == ALL else [kind],
        month_from=wanted.month_from,
        month_to=wanted.month_to,
        before=before,
        before_id=before_id,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.issued_on, row.id))
    return PaymentsDocuments([_shown(row) for row in cut.items], cut.next, list(_TYPES), wanted)


def _shown(row: store.DocumentRead) -> PaymentsDocument:
    payable = row.remaining is not None and row.remaining > 0
    return PaymentsDocument(
        row.id,
        row.contract_id,
        row.contract_number,
        row.kind,
        row.number,
        row.issued_on,
        row.month,
        row.file_name,
        row.size,
        row.bill_id if payable else None,
        domain.kopecks(row.remaining) if payable and row.remaining is not None else None,
    )


def title(row: store.FileRow) -> str:
    """«счет на оплату № 67309 от 10.01.2026»"""
    return f"{row.kind} № {row.number} от {row.issued_on:%d.%m.%Y}"


async def opened(ctx: Context, document_id: str) -> tuple[str, int, AsyncIterator[bytes]]:
    """File name, size and content of a document of the contract in the path. Raises Problem."""
    row = await ctx.reader.first(store.FILE, contract_id=ctx.granted.contract_id, document_id=document_id)
    if row is None:
        raise Problem(NOT_FOUND)
    if row.stored_key is None or row.size is None:
        raise Problem(WITHOUT_FILE)
    return row.file_name, row.size, content(ctx, row.stored_key)


def content(ctx: Context, key: str) -> AsyncIterator[bytes]:
    """The bytes of a stored file. Raises Problem, also where the store has lost it."""
    return read_file(ctx, key, missing=WITHOUT_FILE)


async def store_file(ctx: Context, document_id: str, body: AsyncIterator[bytes]) -> PaymentsFileStored:
    """Takes the file of a document from the company; a later one replaces it. Raises Problem."""
    if await ctx.reader.first(store.KNOWN, document_id=document_id) is None:
        raise Problem(NOT_FOUND)
    async with receive_file(ctx, FOLDER, body) as file, ctx.uow() as uow:
        if await uow.scalar(store.LOCKED.where(Document.id == document_id)) is None:
            raise Problem(NOT_FOUND)  # removed while the file was coming
        old = await uow.scalar(store.STORED_KEY.where(DocumentFile.document_id == document_id))
        fresh = {"stored_key": file.key, "size": file.size, "sha256": file.sha256}
        await uow.put(DocumentFile, ["document_id"], [{"document_id": document_id, **fresh}])
        await keep_file(uow, file, instead_of=old, still_read=_LETTERS_TAKE)
        uow.audit("payments.document_stored", document_id, size=file.size)
    return PaymentsFileStored(document_id, file.size, file.sha256)
