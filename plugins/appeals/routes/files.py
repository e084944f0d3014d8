"""Files of the author's appeals."""

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter
from litestar.response import Stream

from core.sdk import ACCOUNT, INLINE, Context, Ctx, PathId, delete, download, get, post
from core.signatures.public import (
    CERTIFICATE_PEM,
    CERTIFICATE_TOO_LARGE,
    CERTIFICATE_TRUNCATED,
    KEY_CONTAINER,
    NOT_CERTIFICATE,
    PRIVATE_KEY,
    UNKNOWN_ALGORITHM,
    WEAK_ALGORITHM,
)
from plugins.appeals import errors
from plugins.appeals.schemas.forms import AppealFile
from plugins.appeals.services import files
from plugins.appeals.services.access import own

FileName = Annotated[str, QueryParameter(max_length=1000, description="Name of the file.")]
FieldPath = Annotated[
    str, QueryParameter(max_length=100, description="`<step>.<field>`; absent: for the next message of the dialogue.")
]
Inline = Annotated[bool, QueryParameter(description="Show it in a tab, if it is a PDF or a picture.")]
_TAGS = ["appeals"]
_CERTIFICATES = [
    CERTIFICATE_PEM,
    CERTIFICATE_TOO_LARGE,
    CERTIFICATE_TRUNCATED,
    KEY_CONTAINER,
    NOT_CERTIFICATE,
    PRIVATE_KEY,
    UNKNOWN_ALGORITHM,
    WEAK_ALGORITHM,
]


@post(
    "/api/v1/appeals/{appeal_id:str}/files",
    access=ACCOUNT,
    operation_id="attach_appeal_file",
    request_max_body_size=None,
    raises=[
        errors.SENDING,
        errors.NOT_EDITABLE,
        errors.NOT_OPEN,
        errors.NOT_YET,
        errors.ONE_FILE,
        errors.FILES_FULL,
        errors.CLOSED_CORRESPONDENCE,
        *_CERTIFICATES,
    ],
    tags=_TAGS,
)
async def attach_appeal_file(
    request: Request[Any, Any, Any], ctx: Ctx, appeal_id: PathId, name: FileName, field: FieldPath = ""
) -> AppealFile:
    """Attach a file; the body is the file itself. The same file sent again to the same place is there once."""
    return await files.attach(ctx, appeal_id, field, name, request.stream())


@delete(
    "/api/v1/appeals/{appeal_id:str}/files/{file_id:str}",
    access=ACCOUNT,
    operation_id="remove_appeal_file",
    status_code=204,
    raises=[errors.SENDING, errors.NOT_EDITABLE],
    tags=_TAGS,
)
async def remove_appeal_file(ctx: Ctx, appeal_id: PathId, file_id: PathId) -> None:
    """Remove a file before sending."""
    await files.detach(ctx, appeal_id, file_id)


@get(
    "/api/v1/appeals/{appeal_id:str}/files/{file_id:str}",
    access=ACCOUNT,
    operation_id="download_appeal_file",
    media_type="application/octet-stream",
    also_as=sorted(INLINE),
    raises=[errors.FILE_AWAITED],
    tags=_TAGS,
)
async def download_appeal_file(ctx: Ctx, appeal_id: PathId, file_id: PathId, inline: Inline = False) -> Stream:
    """Download or view a file of the form or of the dialogue."""
    await own(ctx, appeal_id)
    return await given(ctx, appeal_id, file_id, inline=inline)


async def given(ctx: Context, appeal_id: str, file_id: str, *, inline: bool = False) -> Stream:
    """A file of an appeal that the caller may see."""
    file, content = await files.opened(ctx, appeal_id, file_id)
    kind = file.media_type if file.media_type in INLINE else files.UNKNOWN
    return await download(content, file.name, media_type=kind, size=file.size, inline=inline and kind in INLINE)


@get(
    "/api/v1/appeals/{appeal_id:str}/files/{file_id:str}/evidence",
    access=ACCOUNT,
    operation_id="download_appeal_evidence",
    media_type="application/zip",
    tags=_TAGS,
)
async def download_appeal_evidence(ctx: Ctx, appeal_id: PathId, file_id: PathId) -> Stream:
    """Download the evidence of a document's signature: signature, certificate, report."""
    await own(ctx, appeal_id)
    return await evidence(ctx, appeal_id, file_id)


async def evidence(ctx: Context, appeal_id: str, file_id: str) -> Stream:
    """The evidence of a signed file as a .zip; its parts are small."""
    name, parts = await files.proof(ctx, appeal_id, file_id)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts:
            archive.writestr(part, content)
    body = packed.getvalue()

    async def once() -> AsyncIterator[bytes]:
        yield body

    return await download(once(), f"{name}.zip", media_type="application/zip", size=len(body))


ROUTES = (attach_appeal_file, remove_appeal_file, download_appeal_file, download_appeal_evidence)
