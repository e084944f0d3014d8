"""Archives of a device."""

from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from core.sdk import (
    TOO_MANY_REQUESTS,
    XLSX,
    Ctx,
    JSONBody,
    Page,
    PathId,
    download,
    get,
    permission,
    post,
)
from plugins.isu import errors
from plugins.isu.permissions import VIEW
from plugins.isu.schemas import IsuArchive, IsuArchiveOrder, IsuArchiveType
from plugins.isu.schemas.names import ArchiveKind, Channel, FileForm
from plugins.isu.services import archive_files, archives

TypeOf = Annotated[ArchiveKind, QueryParameter(description="«Тип»")]
From = Annotated[str, QueryParameter(name="from", max_length=10, description="`2026-01` or `2026-01-25`, included.")]
To = Annotated[str, QueryParameter(name="to", max_length=10, description="`2026-03` or `2026-02-10`, included.")]
ChannelOf = Annotated[Channel | None, QueryParameter(description="Kind of energy; absent: all of them.")]
FormOf = Annotated[FileForm, QueryParameter(description="Of the file; Green Button for load profiles only.")]
_DEVICE = "/api/v1/isu/contracts/{contract_id:str}/devices/{device_id:str}"
_FILES = ["application/atom+xml", "text/csv"]


@get("/api/v1/isu/archive-types", access=permission(VIEW.name), operation_id="isu_archive_types", tags=["isu"])
async def isu_archive_types(ctx: Ctx) -> Page[IsuArchiveType]:
    """List the types of archives, and which period each of them takes."""
    return Page(archive_files.types())


@get(
    f"{_DEVICE}/archive",
    access=permission(VIEW.name),
    operation_id="isu_archive_at_once",
    raises=[errors.ARCHIVE_TOO_LARGE],
    media_type=XLSX,
    also_as=_FILES,
    tags=["isu"],
)
async def isu_archive_at_once(
    ctx: Ctx,
    contract_id: PathId,
    device_id: PathId,
    type: TypeOf,  # noqa: A002 - the name on the wire
    since: From,
    until: To,
    channel: ChannelOf = None,
    form: FormOf = "xlsx",
) -> Stream:
    """Download an archive of a device."""
    order = IsuArchiveOrder(type, since, until, channel, form)
    name, media_type, content = await archive_files.opened(ctx, device_id, order)
    return await download(content, name, media_type=media_type)


@post(
    f"{_DEVICE}/archives",
    access=permission(VIEW.name),
    operation_id="order_isu_archive",
    creating=True,
    raises=[TOO_MANY_REQUESTS],
    tags=["isu"],
)
async def order_isu_archive(
    ctx: Ctx, contract_id: PathId, device_id: PathId, data: JSONBody[IsuArchiveOrder]
) -> IsuArchive:
    """Order an archive of any length that there is; a notification tells when it is ready."""
    return await archives.order(ctx, device_id, data)


@get(f"{_DEVICE}/archives", access=permission(VIEW.name), operation_id="isu_archives", tags=["isu"])
async def isu_archives(ctx: Ctx, contract_id: PathId, device_id: PathId) -> Page[IsuArchive]:
    """List the caller's archives of a device, the newest first."""
    return Page(await archives.ordered(ctx, device_id))


@get(f"{_DEVICE}/archives/{{archive_id:str}}", access=permission(VIEW.name), operation_id="isu_archive", tags=["isu"])
async def isu_archive(ctx: Ctx, contract_id: PathId, device_id: PathId, archive_id: PathId) -> IsuArchive:
    """Show an ordered archive."""
    return await archives.one(ctx, device_id, archive_id)


@get(
    f"{_DEVICE}/archives/{{archive_id:str}}/content",
    access=permission(VIEW.name),
    operation_id="download_isu_archive",
    raises=[errors.ARCHIVE_NOT_READY],
    media_type=XLSX,
    also_as=_FILES,
    tags=["isu"],
)
async def download_isu_archive(ctx: Ctx, contract_id: PathId, device_id: PathId, archive_id: PathId) -> Stream:
    """Download an ordered archive."""
    name, media_type, size, content = await archives.download(ctx, device_id, archive_id)
    return await download(content, name, media_type=media_type, size=size)


ROUTES = (isu_archive_types, isu_archive_at_once, order_isu_archive, isu_archives, isu_archive, download_isu_archive)
