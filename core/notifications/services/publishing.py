"""Notifications that the supplier's staff publishes: uploading their files, publishing, listing, withdrawing."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.errors import FIELD_RANGE, TOO_LARGE, UNAVAILABLE
from core.notifications import errors, schemas, store
from core.notifications.models import Notice, NoticeAudience, NoticeFile
from core.notifications.services.bell import files_of, go_button
from core.notifications.settings import NotificationsSettings
from core.ports.files import Files, FilesUnavailable
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Page, Problem, UnitOfWork, decode_cursor, new_id, page

UPLOAD_KEPT = timedelta(days=1)
"""An uploaded file waits so long for its publication."""
FOLDER = "notifications/"
"""Where uploaded files lie in the store."""
_LONGEST_NAME = 200


# ---- files
async def upload(ctx: Context, name: str, content: AsyncIterator[bytes]) -> schemas.NotificationFile:
    """Stores a file for a publication to come."""
    file_id, most = new_id(), ctx.settings(NotificationsSettings).max_file
    try:
        stored = await ctx.port(Files).put(f"{FOLDER}{file_id}", _limited(content, most))
    except FilesUnavailable as error:
        raise Problem(UNAVAILABLE) from error
    plain = name.replace("\\", "/").rpartition("/")[2].strip()[-_LONGEST_NAME:] or "file"
    async with ctx.uow() as uow:
        row = {"id": file_id, "name": plain, "size": stored.size, "key": stored.key, "uploaded_at": uow.now}
        await uow.execute(sa.insert(NoticeFile).values(row))
        uow.audit("notifications.file_uploaded", file_id, size=stored.size)
    return schemas.NotificationFile(file_id, plain, stored.size)


async def _limited(content: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    size = 0
    async for piece in content:
        size += len(piece)
        if size > most:
            raise Problem(TOO_LARGE)
        yield piece


async def forget_uploads(ctx: Context) -> None:
    """Removes uploaded files that no publication has taken."""
    before = ctx.now() - UPLOAD_KEPT
    while stale := await ctx.reader.all(store.STALE_UPLOADS, before=before):
        for _, key in stale:
            await ctx.port(Files).delete(key)
        async with ctx.uow() as uow:  # nobody can have taken them meanwhile: they are too old
            await uow.execute(sa.delete(NoticeFile).where(NoticeFile.id.in_([file_id for file_id, _ in stale])))


# ---- publishing
async def publish(ctx: Context, data: schemas.NotificationPublication) -> schemas.NotificationPublished:
    """Publishes a notification. Whatever the audience, no row is written per account."""
    wrong = list(_problems(data, ctx.now()))
    keys = await keys_of(ctx, data.audience, wrong)
    notice_id = new_id()
    async with ctx.uow() as uow:
        await _insert(uow, ctx.actor.id, notice_id, data)
        wrong += await _claim_files(uow, notice_id, data.files)
        if wrong:
            raise Problem(INVALID, errors=wrong)
        await uow.execute(sa.insert(NoticeAudience), [{"key": key, "notice_id": notice_id} for key in keys])
        kind = name_of(data.audience)
        uow.audit("notifications.published", notice_id, form=data.form, audience=kind, addressees=len(keys))
        files = await uow.execute(
            sa.select(NoticeFile.id, NoticeFile.name, NoticeFile.size)
            .where(NoticeFile.notice_id == notice_id)
            .order_by(NoticeFile.sort)
        )
        answer = schemas.NotificationPublished(
            notice_id,
            data.form,
            data.topic,
            data.text,
            kind,
            data.confirm_label,
            data.go,
            data.starts_at or uow.now,
            data.ends_at,
            ctx.actor.id,
            uow.now,
            None,
            0,
            [schemas.NotificationFile(*row) for row in files],
        )
        return await uow.answer(answer)


def _problems(data: schemas.NotificationPublication, now: datetime) -> Iterator[FieldProblem]:
    if data.form != "modal":
        for name in ("confirm_label", "go"):
            if getattr(data, name) is not None:
                yield FieldProblem(name, errors.NOT_FOR_THIS_KIND)
    if data.form == "bell" and data.ends_at is not None:
        yield FieldProblem("ends_at", errors.NOT_FOR_THIS_KIND)
    elif data.ends_at is not None and data.ends_at <= (data.starts_at or now):
        yield FieldProblem("ends_at", FIELD_RANGE)
    if data.starts_at is not None and data.starts_at < now:
        yield FieldProblem("starts_at", FIELD_RANGE)


def name_of(audience: schemas.Audience) -> schemas.AudienceName:
    """The tag of an audience."""
    name: schemas.AudienceName = audience.__struct_config__.tag  # type: ignore[assignment]
    return name


async def keys_of(ctx: Context, audience: schemas.Audience, wrong: list[FieldProblem]) -> list[str]:
    """The keys of the audience; addressees that there are not are added to `wrong`."""
    match audience:
        case schemas.NotificationToAll():
            return ["all"]
        case schemas.NotificationToContracts(ids=names):
            field, prefix = "ids", "contract"
            found = {name: name for name in await ctx.reader.all(store.CONTRACT_IDS, names=names)}
        case schemas.NotificationToBranches(names=names):
            field, prefix = "names", "branch"
            found = {name: name for name in await ctx.reader.all(store.BRANCHES, names=names)}
        case schemas.NotificationToAccounts(emails=emails):
            field, prefix, names = "emails", "account", [email.lower() for email in emails]
            found = dict(await ctx.reader.all(store.ACCOUNTS, names=names))
    for index, name in enumerate(names):
        if name not in found:
            wrong.append(FieldProblem(f"audience.{field}[{index}]", errors.UNKNOWN_ADDRESSEE))
    return sorted(f"{prefix}:{value}" for value in set(found.values()))


async def _insert(uow: UnitOfWork, author: str, notice_id: str, data: schemas.NotificationPublication) -> None:
    await uow.execute(
        sa.insert(Notice).values(
            id=notice_id,
            form=data.form,
            kind="",
            topic=data.topic,
            text=data.text,
            confirm_label=data.confirm_label,
            go_label=data.go and data.go.label,
            go_url=data.go and data.go.url,
            audience=name_of(data.audience),
            starts_at=data.starts_at or uow.now,
            ends_at=data.ends_at,
            published_by=author,
            created_at=uow.now,
        )
    )


async def _claim_files(uow: UnitOfWork, notice_id: str, files: Sequence[str]) -> list[FieldProblem]:
    """Gives uploaded files to the notice, each to one only."""
    unknown = []
    for index, file_id in enumerate(files):
        claimed = await uow.execute(
            sa.update(NoticeFile)
            .where(
                NoticeFile.id == file_id,
                NoticeFile.notice_id.is_(None),
                NoticeFile.uploaded_at > uow.now - UPLOAD_KEPT,
            )
            .values(notice_id=notice_id, sort=index)
        )
        if claimed.rowcount == 0:
            unknown.append(FieldProblem(f"files[{index}]", errors.UNKNOWN_FILE))
    return unknown


# ---- afterwards
async def publications(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.NotificationPublished]:
    """What staff has published, the newest first, withdrawn ones included."""
    (after,) = decode_cursor(cursor, str) or (None,)
    rows = await ctx.reader.all(store.PUBLICATIONS, after=after, limit=limit + 1)
    cut = page(rows, limit, lambda row: (row.id,))
    files = await files_of(ctx, [row.id for row in cut.items])
    return Page([_published(row, files[row.id]) for row in cut.items], cut.next)


async def publication(ctx: Context, notice_id: str) -> schemas.NotificationPublished:
    """One publication."""
    row = await ctx.reader.first(store.PUBLICATION, notice_id=notice_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return _published(row, (await files_of(ctx, [row.id]))[row.id])


def _published(row: store.PublishedRow, files: list[schemas.NotificationFile]) -> schemas.NotificationPublished:
    return schemas.NotificationPublished(
        row.id,
        row.form,  # type: ignore[arg-type]
        row.topic,
        row.text,
        row.audience,  # type: ignore[arg-type]
        row.confirm_label,
        go_button(row.go_label, row.go_url),
        row.starts_at,
        row.ends_at,
        row.published_by,
        row.created_at,
        row.withdrawn_at,
        row.receipts,
        files,
    )


async def withdraw(ctx: Context, notice_id: str) -> None:
    """Takes a publication back: nobody sees it any more, read or not, nor its files."""
    async with ctx.uow() as uow:
        found = await uow.one(
            sa.select(Notice.withdrawn_at).where(Notice.id == notice_id, Notice.published_by != "").with_for_update()
        )
        if found is None:
            raise Problem(NOT_FOUND)
        if found.withdrawn_at is not None:
            raise Problem(errors.WITHDRAWN_ALREADY)
        await uow.execute(sa.update(Notice).where(Notice.id == notice_id).values(withdrawn_at=uow.now))
        uow.audit("notifications.withdrawn", notice_id)
