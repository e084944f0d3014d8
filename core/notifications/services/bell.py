"""What a client sees: the list, the number on the bell, modals and notifications at the top."""

from collections.abc import AsyncIterator, Sequence

from core.errors import UNAVAILABLE
from core.notifications import schemas, store
from core.notifications.errors import CONFIRMATION_REQUIRED
from core.notifications.models import Receipt
from core.ports.files import FileMissing, Files, FilesUnavailable
from core.sdk import NOT_FOUND, Context, Page, Problem, UnitOfWork, decode_cursor, page


async def listed(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.NotificationItem]:
    """Unread ones before read ones, each group from the latest to the earliest."""
    group, after = decode_cursor(cursor, int, str) or (-1, "")
    rows = await ctx.reader.all(
        store.ENTRIES,
        account_id=ctx.actor.id,
        now=ctx.now(),
        group=max(-1, min(group, 1)),
        after=after,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.read, row.id))
    files = await files_of(ctx, [row.id for row in cut.items])
    return Page([_item(row, files[row.id]) for row in cut.items], cut.next)


def _item(row: store.Fresh, files: list[schemas.NotificationFile]) -> schemas.NotificationItem:
    return schemas.NotificationItem(
        row.id,
        row.form,  # type: ignore[arg-type]
        row.kind,
        row.topic,
        row.text,
        row.starts_at,
        bool(row.read),
        files,
    )


async def files_of(ctx: Context, notices: Sequence[str]) -> dict[str, list[schemas.NotificationFile]]:
    """The files of each notice."""
    found: dict[str, list[schemas.NotificationFile]] = {notice: [] for notice in notices}
    for row in await ctx.reader.all(store.FILES, notices=list(notices)) if notices else ():
        found[row.notice_id].append(schemas.NotificationFile(row.id, row.name, row.size))
    return found


async def counter(ctx: Context) -> schemas.NotificationCounter:
    """How many entries of the list are unread."""
    return schemas.NotificationCounter(await unread(ctx))


async def unread(ctx: Context) -> int:
    """The number on the bell, also the counter of «Уведомления» in the menu."""
    return await ctx.reader.first(store.UNREAD, account_id=ctx.actor.id, now=ctx.now()) or 0


async def pending(ctx: Context, form: schemas.Form) -> schemas.NotificationsShown:
    """The modals, or those at the top, that are to be shown; reading them marks nothing."""
    rows = await ctx.reader.all(store.PENDING, account_id=ctx.actor.id, now=ctx.now(), form=form)
    files = await files_of(ctx, [row.id for row in rows])
    shown = [_shown(row, index, files[row.id]) for index, row in enumerate(rows, start=1)]
    return schemas.NotificationsShown(len(shown), shown)


def _shown(row: store.Fresh, index: int, files: list[schemas.NotificationFile]) -> schemas.NotificationShown:
    return schemas.NotificationShown(
        id=row.id,
        topic=row.topic,
        text=row.text,
        at=row.starts_at,
        until=row.ends_at,
        index=index,
        confirm_label=row.confirm_label,
        go=go_button(row.go_label, row.go_url),
        files=files,
    )


def go_button(label: str | None, url: str | None) -> schemas.NotificationGoButton | None:
    """The go-to button, if there is one."""
    return schemas.NotificationGoButton(label, url) if label is not None and url is not None else None


async def mark_read(ctx: Context, notice_id: str) -> None:
    """Marks an entry of the list as read; again changes nothing."""
    async with ctx.uow() as uow:
        found = await uow.one(store.ENTRY, {"account_id": ctx.actor.id, "now": uow.now, "notice_id": notice_id})
        if found is None:
            raise Problem(NOT_FOUND)
        await _sign(uow, ctx.actor.id, notice_id, "read")


async def close(ctx: Context, notice_id: str, by: str) -> None:
    """Closes a modal or a notification at the top; again changes nothing."""
    async with ctx.uow() as uow:
        found = await uow.one(store.CLOSABLE, {"account_id": ctx.actor.id, "now": uow.now, "notice_id": notice_id})
        if found is None:
            raise Problem(NOT_FOUND)
        if by == "dismiss" and found.confirm_label is not None and not found.closed:
            raise Problem(CONFIRMATION_REQUIRED)
        await _sign(uow, ctx.actor.id, notice_id, by)


async def _sign(uow: UnitOfWork, account_id: str, notice_id: str, act: str) -> None:
    await uow.execute(
        uow.upsert(Receipt)
        .values(account_id=account_id, notice_id=notice_id, at=uow.now, act=act)
        .on_conflict_do_nothing()
    )


async def open_file(ctx: Context, notice_id: str, file_id: str) -> tuple[store.FileRow, AsyncIterator[bytes]]:
    """A file attached to a notification of the caller, and its content."""
    row = await ctx.reader.first(
        store.FILE, account_id=ctx.actor.id, now=ctx.now(), notice_id=notice_id, file_id=file_id
    )
    if row is None:
        raise Problem(NOT_FOUND)
    return row, _content(ctx, row.key)


async def _content(ctx: Context, key: str) -> AsyncIterator[bytes]:
    try:
        async for piece in ctx.port(Files).get(key):
            yield piece
    except FileMissing as error:
        raise Problem(NOT_FOUND) from error
    except FilesUnavailable as error:
        raise Problem(UNAVAILABLE) from error
