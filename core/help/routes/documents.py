"""Documents that anybody may read: the user agreement, the user manual, instructions."""

from litestar.response import Stream

from core.help import schemas
from core.help.services import documents
from core.sdk import NOT_FOUND, PUBLIC, Ctx, Page, PathId, download, get

_FILE = "application/octet-stream"
_TAGS = ["documents"]


@get("/api/v1/documents", access=PUBLIC, operation_id="documents", tags=_TAGS)
async def listed(ctx: Ctx) -> Page[schemas.HelpDocumentItem]:
    """List the newest version of every document."""
    return Page(await documents.listed(ctx))


@get("/api/v1/documents/{kind:str}", access=PUBLIC, operation_id="document", raises=[NOT_FOUND], tags=_TAGS)
async def document(ctx: Ctx, kind: PathId) -> schemas.HelpDocument:
    """Read a document: `agreement`, `manual`, `signing-software`, `public-key`, or what the supplier has added."""
    return await documents.newest(ctx, kind)


@get(
    "/api/v1/documents/{kind:str}/content",
    access=PUBLIC,
    operation_id="download_document",
    media_type=_FILE,
    raises=[NOT_FOUND],
    tags=_TAGS,
)
async def content(ctx: Ctx, kind: PathId) -> Stream:
    """Download the newest version of a document."""
    name, size, body = await documents.content(ctx, kind)
    return await download(body, name, size=size)


@get(
    "/api/v1/documents/{kind:str}/versions",
    access=PUBLIC,
    operation_id="document_versions",
    raises=[NOT_FOUND],
    tags=_TAGS,
)
async def versions(ctx: Ctx, kind: PathId) -> Page[schemas.HelpDocumentItem]:
    """List every version of a document, the newest first."""
    return Page(await documents.versions(ctx, kind))


@get(
    "/api/v1/documents/{kind:str}/versions/{version:str}",
    access=PUBLIC,
    operation_id="document_version",
    raises=[NOT_FOUND],
    tags=_TAGS,
)
async def version(ctx: Ctx, kind: PathId, version: PathId) -> schemas.HelpDocument:
    """Read a version of a document."""
    return await documents.version(ctx, kind, version)


@get(
    "/api/v1/documents/{kind:str}/versions/{version:str}/content",
    access=PUBLIC,
    operation_id="download_document_version",
    media_type=_FILE,
    raises=[NOT_FOUND],
    tags=_TAGS,
)
async def version_content(ctx: Ctx, kind: PathId, version: PathId) -> Stream:
    """Download a version of a document."""
    name, size, body = await documents.version_content(ctx, kind, version)
    return await download(body, name, size=size)


ROUTES = (listed, document, content, versions, version, version_content)
