"""Files of documents: what the company delivers, what is given back, the archive with the signatures."""

from collections.abc import AsyncIterator
from pathlib import PurePath

import msgspec
import sqlalchemy as sa
from litestar.response import Stream

from core.sdk import (
    INVALID,
    NOT_FOUND,
    Context,
    FieldProblem,
    Problem,
    UnitOfWork,
    download,
    zipped,
)
from core.signatures.public import evidence
from core.uploads.public import Attached, Received, adopt, clean_name, keep_file, read_file, receive_file
from plugins.edo import domain, errors, store
from plugins.edo.models import EdoDocument
from plugins.edo.schemas.company import EdoFileStored
from plugins.edo.services import printing, telling
from plugins.edo.settings import EdoSettings
from plugins.edo.store import DocumentRow, Locked, SignatureRow
from plugins.edo.store.operators import home

FOLDER = "edo/documents"
"""Where they lie in the store."""


async def send(ctx: Context, row: DocumentRow, *, inline: bool = False) -> Stream:
    """The file of a document."""
    media_type = row.media_type if inline else "application/octet-stream"
    return await download(
        read_file(ctx, row.stored_key), row.file_name, media_type=media_type, size=row.size, inline=inline
    )


def stem(row: DocumentRow) -> str:
    """Name of the archive, without its suffix."""
    return clean_name(domain.title(row.kind, row.number, row.issued_on).replace("/", "-"))


async def packed(ctx: Context, row: DocumentRow) -> AsyncIterator[bytes]:
    """The .zip of a document: its file, and for each signature what proves it."""
    members = [(row.file_name, row.size, read_file(ctx, row.stored_key))]
    size, form = await printing.printed(ctx, row)
    members.append((f"{PurePath(row.file_name).stem}. {printing.NAME}", size, form))
    for number, one in enumerate(await ctx.reader.all(store.SIGNATURES, document_id=row.id), 1):
        members += [
            (f"{PurePath(row.file_name).stem}.{number}.{name}", len(body), _bytes(body))
            for name, body in await _proofs(ctx, one)
        ]
    return zipped(members, ctx.now())


async def _proofs(ctx: Context, one: SignatureRow) -> list[tuple[str, bytes]]:
    if one.evidence_id is not None:
        kept = await evidence(ctx, one.evidence_id)
        return kept.files() if kept else []
    said = {
        "side": one.side,
        "method": one.method,
        "signer": one.signer,
        "signed_at": one.signed_at,
        "sha256": one.sha256,
        "statement": one.statement,
        "proof": one.proof,
    }
    return [("signature.json", msgspec.json.encode(said))]


async def _bytes(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def taken(uow: UnitOfWork, account_id: str, upload_id: str, owner: str) -> Attached:
    """The upload of the field `file`, attached to `owner`. Raises Problem naming that field."""
    try:
        (file,) = await adopt(uow, account_id, [upload_id], owner=owner, field="file")
    except Problem as problem:
        raise Problem(INVALID, errors=[FieldProblem("file", one.kind) for one in problem.errors]) from problem
    return file


# ---- from the company
async def deliver(ctx: Context, document_id: str, body: AsyncIterator[bytes]) -> EdoFileStored:
    """Takes the file of a document of the company's; the first one makes the document visible and tells of it.

    Another file replaces it until something was done to the document; what was signed never changes.
    """
    async with ctx.uow() as uow:  # before a body is taken that nobody waits for
        await _awaited(uow, document_id)
    most = ctx.settings(EdoSettings).file_bytes
    receiving = receive_file(ctx, FOLDER, body, most=most, too_large=errors.FILE_TOO_LARGE, empty=errors.FILE_EMPTY)
    async with receiving as file, ctx.uow() as uow:
        row = await _awaited(uow, document_id)
        if row.sha256 != file.sha256:  # else: delivered once more
            await _take(uow, row, file)
    return EdoFileStored(document_id, file.size, file.sha256)


async def _awaited(uow: UnitOfWork, document_id: str) -> Locked:
    row = (await store.locked(uow, [document_id])).get(document_id)
    if row is None or row.origin != "company" or await home(uow, document_id) is not None:
        raise Problem(NOT_FOUND)
    return row


async def _take(uow: UnitOfWork, row: Locked, file: Received) -> None:
    if row.state not in ("coming", "awaiting", "not_required"):
        raise Problem(errors.CONTENT_FIXED)
    values = {"stored_key": file.key, "size": file.size, "sha256": file.sha256, "media_type": file.media_type}
    await uow.execute(sa.update(EdoDocument).where(EdoDocument.id == row.id).values(**values))
    await keep_file(uow, file, instead_of=row.stored_key)
    if row.stored_key is not None:
        uow.audit("edo.file_replaced", row.id, sha256=file.sha256)
        return
    after = row.standing._replace(state=domain.delivered(row.method))
    await store.move(uow, row, after, "deliver", "company")
    telling.has_come(uow, row, after.state)


async def company_row(ctx: Context, document_id: str) -> DocumentRow:
    """A document for the company's systems, whoever has created it. Raises Problem 404."""
    row = await ctx.reader.first(store.OF_COMPANY, document_id=document_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def company_file(ctx: Context, document_id: str) -> Stream:
    """The file of a document, for the company's systems."""
    return await send(ctx, await company_row(ctx, document_id))


async def company_archive(ctx: Context, document_id: str) -> Stream:
    """The document with its signatures, for the company's systems."""
    row = await company_row(ctx, document_id)
    return await download(await packed(ctx, row), f"{stem(row)}.zip", media_type="application/zip")
