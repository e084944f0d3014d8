"""Archives to order: made by a job, kept for some days, told of when they are ready."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import cast

import msgspec
import sqlalchemy as sa

from core.identity.public import limits
from core.intervals.public import FORMS
from core.notifications.public import Notify
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork, finishing, new_id
from core.uploads.public import drop_file, keep_file, read_file, receive_file
from plugins.isu import errors
from plugins.isu.models import Archive
from plugins.isu.notifications import ABOUT_ARCHIVES
from plugins.isu.schemas import IsuArchive, IsuArchiveOrder
from plugins.isu.schemas.names import ArchiveKind, Channel, FileForm
from plugins.isu.services.archive_files import Wanted, content, wanted
from plugins.isu.services.objects import found_object
from plugins.isu.settings import IsuSettings
from plugins.isu.store import archives as queries


class BuildArchive(msgspec.Struct, frozen=True):
    """Make an ordered archive."""

    archive_id: str


async def order(ctx: Context, device_id: str, asked: IsuArchiveOrder) -> IsuArchive:
    """Has a job make the archive. Raises Problem."""
    found = await wanted(ctx, device_id, asked)
    archive_id = new_id()
    async with ctx.uow() as uow:
        most = ctx.settings(IsuSettings).archives_per_hour
        await limits.count(uow, limits.hourly("isu.archives", ctx.actor.id, most))
        row = queries.ArchiveRow(
            archive_id,
            ctx.actor.id,
            ctx.granted.contract_id,
            device_id,
            found.kind,
            found.channel or "",
            found.form,
            found.since,
            found.until,
            "waiting",
            found.file_name,
            None,
            None,
            uow.now,
            None,
        )
        await uow.execute(sa.insert(Archive).values(msgspec.structs.asdict(row)))
        uow.enqueue(BuildArchive(archive_id))
        uow.audit("isu.archive_ordered", archive_id, device=device_id, kind=found.kind)
        return await uow.answer(_shown(ctx, row))


async def ordered(ctx: Context, device_id: str) -> list[IsuArchive]:
    """The caller's archives of a device, the newest first. Raises Problem."""
    await found_object(ctx, "device", device_id)
    rows = await ctx.reader.all(queries.MINE, **_mine(ctx, device_id))
    return [_shown(ctx, row) for row in rows]


async def one(ctx: Context, device_id: str, archive_id: str) -> IsuArchive:
    """An ordered archive. Raises Problem."""
    return _shown(ctx, await _found(ctx, device_id, archive_id))


async def download(ctx: Context, device_id: str, archive_id: str) -> tuple[str, str, int, AsyncIterator[bytes]]:
    """File name, media type, size and content. Raises Problem."""
    row = await _found(ctx, device_id, archive_id)
    if row.stored_key is None or row.size is None:
        raise Problem(errors.ARCHIVE_NOT_READY)
    return row.file_name, FORMS[cast(FileForm, row.form)][0], row.size, read_file(ctx, row.stored_key)


async def _found(ctx: Context, device_id: str, archive_id: str) -> queries.ArchiveRow:
    await found_object(ctx, "device", device_id)
    row = await ctx.reader.first(queries.ONE, archive_id=archive_id, **_mine(ctx, device_id))
    if row is None:
        raise Problem(NOT_FOUND)
    return row


def _mine(ctx: Context, device_id: str) -> dict[str, str]:
    return {"account_id": ctx.actor.id, "contract_id": ctx.granted.contract_id, "device_id": device_id}


def _shown(ctx: Context, row: queries.ArchiveRow) -> IsuArchive:
    return IsuArchive(
        row.id,
        row.device_id,
        cast(ArchiveKind, row.kind),
        cast(Channel, row.channel) if row.channel else None,
        cast(FileForm, row.form),
        row.since,
        row.until,
        "ready" if row.state == "ready" else "waiting",
        row.file_name,
        row.size,
        row.created_at,
        row.ready_at,
        row.created_at + timedelta(days=ctx.settings(IsuSettings).archive_days),
    )


# ---- the jobs
async def build(ctx: Context, ordered: BuildArchive) -> None:
    """Makes an ordered archive and tells whoever ordered it. A repeated run makes it anew and drops the other file."""
    row = await ctx.reader.first(queries.ORDERED, archive_id=ordered.archive_id)
    if row is None or row.state == "ready":
        return
    device = await ctx.reader.first(queries.DEVICE, device_id=row.device_id)
    assert device is not None  # nodes are never deleted
    name, point_id = device
    channel = cast(Channel, row.channel) if row.channel else None
    form, kind = cast(FileForm, row.form), cast(ArchiveKind, row.kind)
    found = Wanted(row.device_id, name, point_id, kind, channel, form, row.since, row.until)
    async with receive_file(ctx, "isu/archives", await content(ctx, found)) as file, finishing(ctx) as uow:
        ready = {"state": "ready", "stored_key": file.key, "size": file.size, "ready_at": uow.now}
        done = await uow.execute(sa.update(Archive).where(Archive.id == row.id).values(**ready))
        if not done.rowcount:  # the account was erased meanwhile
            return
        await keep_file(uow, file)
        text = f"Архив «{row.file_name}» сформирован, его можно скачать."
        uow.enqueue(
            Notify(
                ABOUT_ARCHIVES.name,
                "Архив готов",
                text,
                accounts=[row.account_id],
                contract_id=row.contract_id,
            ),
            dedup_key=f"{ABOUT_ARCHIVES.name}:{row.id}",
        )


async def expire(ctx: Context) -> None:
    """Removes archives that were kept long enough."""
    before = ctx.now() - timedelta(days=ctx.settings(IsuSettings).archive_days)
    while old := await ctx.reader.all(queries.OLD, before=before):
        async with ctx.uow() as uow:
            await _forget(uow, old)


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """Removes what a person has ordered, in the transaction that erases the account."""
    rows = await uow.execute(sa.select(Archive.id, Archive.stored_key).where(Archive.account_id == account_id))
    await _forget(uow, [(row.id, row.stored_key) for row in rows])


async def _forget(uow: UnitOfWork, rows: Sequence[tuple[str, str | None]]) -> None:
    if rows:
        await uow.execute(sa.delete(Archive).where(Archive.id.in_([key for key, _ in rows])))
    for _, stored_key in rows:
        if stored_key is not None:
            drop_file(uow, stored_key)
