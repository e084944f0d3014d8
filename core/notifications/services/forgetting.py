"""Erasing what notifications hold of a person."""

from datetime import timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.notifications.models import Delivery, Notice, NoticeAudience, NoticeFile, Preferences, Receipt, Switch
from core.notifications.services.publishing import FOLDER
from core.notifications.settings import NotificationsSettings
from core.ports.files import Files
from core.sdk import Context, UnitOfWork, chunks

_ROWS = 500


class ForgetFiles(msgspec.Struct, frozen=True):
    """Delete files from the store."""

    keys: list[str]


async def forget_account(uow: UnitOfWork, account_id: str) -> None:
    """Erases the switches, the receipts, the account of the letters, and what was addressed to this account alone."""
    for table in (Preferences, Switch, Receipt, Delivery):
        await uow.execute(sa.delete(table).where(table.account_id == account_id))
    key = f"account:{account_id}"
    other = aliased(NoticeAudience)
    shared = sa.exists().where(other.notice_id == NoticeAudience.notice_id, other.key != key)
    own = await uow.execute(sa.select(NoticeAudience.notice_id).where(NoticeAudience.key == key, ~shared))
    alone = list(own.scalars())
    await uow.execute(sa.delete(NoticeAudience).where(NoticeAudience.key == key))
    for some in chunks(alone, _ROWS):
        await _blank(uow, list(some))


async def _blank(uow: UnitOfWork, notices: list[str]) -> None:
    await uow.execute(sa.update(Notice).where(Notice.id.in_(notices)).values(topic="", text="", contract_id=None))
    await _drop_files(uow, notices)


async def _drop_files(uow: UnitOfWork, notices: list[str]) -> None:
    files = await uow.execute(sa.delete(NoticeFile).where(NoticeFile.notice_id.in_(notices)).returning(NoticeFile.key))
    # a plugin's file is the plugin's own to erase
    keys = [key for key in files.scalars() if key.startswith(FOLDER)]
    if keys:
        uow.enqueue(ForgetFiles(keys))


async def forget_notices(ctx: Context) -> None:
    """Removes notifications of long ago, read or not, with their receipts and files."""
    days = ctx.settings(NotificationsSettings).notices_days
    before = ctx.now() - timedelta(days=days)
    old = sa.select(Notice.id).where(
        sa.or_(
            Notice.withdrawn_at < before,
            sa.and_(Notice.starts_at < before, sa.or_(Notice.form == "bell", Notice.ends_at < before)),
        )
    )
    removed = _ROWS if days else 0
    while removed == _ROWS:
        async with ctx.uow() as uow:
            notices = list((await uow.execute(old.limit(_ROWS))).scalars())
            await _remove(uow, notices)
        removed = len(notices)


async def _remove(uow: UnitOfWork, notices: list[str]) -> None:
    await _drop_files(uow, notices)
    for table in (NoticeAudience, Receipt):
        await uow.execute(sa.delete(table).where(table.notice_id.in_(notices)))
    await uow.execute(sa.delete(Notice).where(Notice.id.in_(notices)))


async def forget_files(ctx: Context, order: ForgetFiles) -> None:
    """The job: deletes files whose rows are gone."""
    for key in order.keys:
        await ctx.port(Files).delete(key)
