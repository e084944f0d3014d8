"""The handlers, made once for each kind of people."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import Stream

from core.errors import FIELD_REQUIRED
from core.http.access import Access
from core.http.routing import route
from core.sdk import (
    INLINE,
    INVALID,
    TOO_MANY_REQUESTS,
    Ctx,
    Cursor,
    FieldProblem,
    Limit,
    Page,
    PathId,
    Problem,
    delete,
    get,
    patch,
    post,
)
from core.uploads import errors, schemas
from core.uploads.routes import protocol
from core.uploads.services import ending, receiving, showing
from core.uploads.settings import UploadSettings

Name = Annotated[
    str,
    QueryParameter(name="name", max_length=1000, description="Name of the file, with its extension."),
]
Preview = Annotated[
    bool,
    QueryParameter(name="preview", description="Show it in the browser: PNG, JPEG and PDF only."),
]
_FILE = "application/octet-stream"


def area(place: str, access: Access, prefix: str, tag: str) -> Sequence[HTTPRouteHandler]:
    """The routes at `place` for those whom `access` admits; their operations are called `<prefix>upload`, and so on."""
    common: dict[str, Any] = {"tags": [tag]}
    resuming: dict[str, Any] = {**common, "exception_handlers": {Problem: protocol.on_problem}}

    @route("OPTIONS", place, access=access, operation_id=f"{prefix}upload_protocol", status_code=204, **resuming)
    async def upload_protocol(ctx: Ctx) -> Response[None]:
        """Tell which version and which extensions of the tus protocol are spoken."""
        return Response(None, headers=protocol.capabilities(ctx.settings(UploadSettings)))

    @post(
        place,
        access=access,
        operation_id=f"{prefix}upload",
        raises=[
            INVALID,
            TOO_MANY_REQUESTS,
            errors.EMPTY,
            errors.TOO_LARGE,
            errors.TOO_MANY,
            errors.NO_ROOM,
            errors.METADATA,
            errors.VERSION,
        ],
        request_max_body_size=None,
        **resuming,
    )
    async def upload(
        request: Request[Any, Any, Any],
        ctx: Ctx,
        name: Name = "",
        version: protocol.Version = None,
        length: protocol.Length = None,
        metadata: protocol.Metadata = None,
    ) -> Response[schemas.UploadItem]:
        """Upload a file: the body is its content; or, with Upload-Length, announce one that is sent in parts (tus).

        The file is the caller's until something is attached to it, and goes when nothing is.
        """
        protocol.check_version(version)
        name = name or protocol.name_in(metadata)
        if not name:
            raise Problem(INVALID, errors=[FieldProblem("name", FIELD_REQUIRED)])
        if length is not None:
            row = await receiving.announce(ctx, name, length)
        else:
            row = await receiving.receive(ctx, name, request.stream(), announced=protocol.announced(request))
        return protocol.answer(row, showing.item(row), place)

    @get(place, access=access, operation_id=f"{prefix}uploads", **common)
    async def uploads(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.UploadItem]:
        """List the caller's files that nothing is attached to yet, the newest first."""
        return await showing.listed(ctx, cursor, limit)

    @get(f"{place}/{{upload_id:str}}", access=access, operation_id=f"{prefix}upload_item", **resuming)
    async def upload_item(ctx: Ctx, upload_id: PathId) -> Response[schemas.UploadItem]:
        """Tell how much of a file is here. `HEAD` tells the same in Upload-Offset, for tus clients."""
        row = await receiving.own(ctx, upload_id)
        return protocol.answer(row, showing.item(row))

    @patch(
        f"{place}/{{upload_id:str}}",
        access=access,
        operation_id=f"{prefix}continue_upload",
        status_code=204,
        raises=[
            errors.VERSION,
            errors.CONTENT_TYPE,
            errors.WRONG_OFFSET,
            errors.BEYOND_LENGTH,
            errors.TOO_MANY_PARTS,
        ],
        request_max_body_size=None,
        **resuming,
    )
    async def continue_upload(
        request: Request[Any, Any, Any],
        ctx: Ctx,
        upload_id: PathId,
        offset: protocol.Offset,
        version: protocol.Version = None,
    ) -> Response[None]:
        """Send bytes of a file from Upload-Offset on, as many as you like; the answer tells where it stands (tus)."""
        protocol.check_version(version)
        if request.headers.get("content-type", "") != protocol.PART:
            raise Problem(errors.CONTENT_TYPE)
        row = await receiving.append(ctx, upload_id, offset, request.stream(), protocol.announced(request))
        return Response(None, headers=protocol.headers_of(row))

    @delete(
        f"{place}/{{upload_id:str}}",
        access=access,
        operation_id=f"{prefix}remove_upload",
        status_code=204,
        **resuming,
    )
    async def remove_upload(ctx: Ctx, upload_id: PathId) -> Response[None]:
        """Remove a file that nothing is attached to, complete or not."""
        await ending.remove_own(ctx, upload_id)
        return Response(None, headers=protocol.capabilities(ctx.settings(UploadSettings)))

    @get(
        f"{place}/{{upload_id:str}}/content",
        access=access,
        operation_id=f"{prefix}upload_content",
        media_type=_FILE,
        also_as=sorted(INLINE),
        raises=[errors.UNFINISHED, errors.NO_PREVIEW],
        **common,
    )
    async def upload_content(ctx: Ctx, upload_id: PathId, preview: Preview = False) -> Stream:
        """Download a file before it is attached, or preview it."""
        return await showing.sent(ctx, upload_id, preview=preview)

    return upload_protocol, upload, uploads, upload_item, continue_upload, remove_upload, upload_content
