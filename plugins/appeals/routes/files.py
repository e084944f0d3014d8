"""Files of the author's appeals."""

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from core.sdk import ACCOUNT, INLINE, Context, Ctx, PathId, delete, download, get, put
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
from core.uploads.public import NO_PREVIEW, archive, send
from plugins.appeals import errors
from plugins.appeals.schemas.forms import AppealFile
from plugins.appeals.services import files
from plugins.appeals.services.access import own

FieldPath = Annotated[str, QueryParameter(max_length=100, description="`<step>.<field>` of the form.")]
Preview = Annotated[bool, QueryParameter(description="Show it in a tab, if it is a PDF or a picture.")]
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


@put(
    "/api/v1/appeals/{appeal_id:str}/files/{file_id:str}",
    access=ACCOUNT,
    operation_id="attach_appeal_file",
    raises=[
        errors.SENDING,
        errors.NOT_EDITABLE,
        errors.NOT_YET,
        errors.ONE_FILE,
        errors.FILES_FULL,
        *_CERTIFICATES,
    ],
    tags=_TAGS,
)
async def attach_appeal_file(ctx: Ctx, appeal_id: PathId, file_id: PathId, field: FieldPath) -> AppealFile:
    """Attach a file uploaded at `/api/v1/uploads` to a kind of documents of a step."""
    return await files.attach(ctx, appeal_id, file_id, field)


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
    raises=[errors.FILE_AWAITED, NO_PREVIEW],
    tags=_TAGS,
)
async def download_appeal_file(ctx: Ctx, appeal_id: PathId, file_id: PathId, preview: Preview = False) -> Stream:
    """Download or view a file of the form or of the dialogue."""
    await own(ctx, appeal_id)
    return await given(ctx, appeal_id, file_id, preview=preview)


async def given(ctx: Context, appeal_id: str, file_id: str, *, preview: bool = False) -> Stream:
    """A file of an appeal that the caller may see."""
    return await send(ctx, await files.opened(ctx, appeal_id, file_id), preview=preview)


@get(
    "/api/v1/appeals/{appeal_id:str}/archive",
    access=ACCOUNT,
    operation_id="download_appeal_archive",
    media_type="application/zip",
    tags=_TAGS,
)
async def download_appeal_archive(ctx: Ctx, appeal_id: PathId) -> Stream:
    """Download all files of an appeal as one .zip."""
    row = await own(ctx, appeal_id)
    return await archive(ctx, await files.every(ctx, row.id), f"Обращение {row.number or row.title}.zip")


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
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
        for part, content in parts:
            members.writestr(part, content)
    body = packed.getvalue()

    async def once() -> AsyncIterator[bytes]:
        yield body

    return await download(once(), f"{name}.zip", media_type="application/zip", size=len(body))


ROUTES = (
    attach_appeal_file,
    remove_appeal_file,
    download_appeal_file,
    download_appeal_archive,
    download_appeal_evidence,
)
