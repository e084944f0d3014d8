"""Files to people: lists, previews, downloads, archives."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from litestar.response import Stream

from core.sdk import Context, Page, Problem, decode_cursor, download, page, zipped
from core.uploads import domain, errors, schemas, store
from core.uploads.services import attaching, receiving
from core.uploads.services.attaching import Attached
from core.uploads.store import LAST, UploadRow


def item(row: UploadRow) -> schemas.UploadItem:
    """A file as its uploader sees it."""
    assert row.state != "gone"
    return schemas.UploadItem(
        row.id,
        row.name,
        row.length,
        row.received,
        row.state,
        row.media_type,
        row.state == "stored" and domain.previewable(row.media_type),
        row.sha256,
        row.created_at,
        row.expires_at,
    )


async def listed(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.UploadItem]:
    """The caller's files that wait to be attached, the newest first."""
    (before,) = decode_cursor(cursor, str) or (LAST,)
    rows = await ctx.reader.all(store.WAITING, account_id=ctx.actor.id, now=ctx.now(), before=before, limit=limit + 1)
    cut = page(rows, limit, lambda row: (row.id,))
    return Page([item(row) for row in cut.items], cut.next)


async def sent(ctx: Context, upload_id: str, *, preview: bool) -> Stream:
    """A file of the caller's that is not attached yet."""
    row = await receiving.own(ctx, upload_id)
    if row.state != "stored":
        raise Problem(errors.UNFINISHED)
    return await send(ctx, attaching.attached_of(row), preview=preview)


async def send(ctx: Context, file: Attached, *, preview: bool = False) -> Stream:
    """A file as a download, or shown in the browser's tab where that is safe: images and PDF, as what they begin as."""
    content = attaching.content(ctx, file)
    if not preview:
        return await download(content, file.name, size=file.size)
    if not file.preview:
        raise Problem(errors.NO_PREVIEW)
    name = domain.shown_name(file.name, file.media_type)
    return await download(content, name, media_type=file.media_type, size=file.size, inline=True)


async def archive(ctx: Context, files: Iterable[Attached], name: str, *, at: datetime | None = None) -> Stream:
    """Several files as one .zip, packed as it is sent. Names that repeat are numbered."""
    members = [(file.name, file.size, _bytes_of(ctx, file)) for file in files]
    return await download(zipped(members, at or ctx.now()), domain.clean_name(name), media_type="application/zip")


def _bytes_of(ctx: Context, file: Attached) -> AsyncIterator[bytes]:
    return attaching.content(ctx, file)
