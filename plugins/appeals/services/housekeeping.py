"""What nobody comes back to, and what is left of people who leave."""

from datetime import timedelta

import sqlalchemy as sa

from core.sdk import Context, UnitOfWork
from plugins.appeals.models import Appeal, File, Message
from plugins.appeals.schemas.orders import DropFiles
from plugins.appeals.services import wizard
from plugins.appeals.settings import AppealSettings
from plugins.appeals.store import appeals as store


async def sweep(ctx: Context) -> None:
    """Removes appeals that were begun and neither saved nor sent."""
    before = ctx.now() - timedelta(days=ctx.settings(AppealSettings).filling_days)
    while True:
        async with ctx.uow() as uow:
            found = (await uow.execute(store.ABANDONED, {"before": before})).scalars().all()
            for appeal_id in found:
                await wizard.erase(uow, appeal_id)
        if not found:
            return


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """Erases drafts, and what the account said and filled in; that it appealed, and what was signed, remains."""
    unsent = sa.select(Appeal.id).where(Appeal.account_id == account_id, Appeal.tab.in_(["none", "drafts"]))
    for appeal_id in (await uow.execute(unsent)).scalars().all():
        await wizard.erase(uow, appeal_id)
    own = sa.select(Appeal.id).where(Appeal.account_id == account_id)
    gone = await uow.execute(
        sa.delete(File)
        .where(File.appeal_id.in_(own), File.side == "client", File.evidence_id == "")
        .returning(File.stored_key)
    )
    keys = [key for key in gone.scalars() if key]
    await uow.execute(sa.update(Message).where(Message.appeal_id.in_(own), Message.side == "client").values(text=""))
    await uow.execute(sa.update(Appeal).where(Appeal.account_id == account_id).values(values=b"", signatures=b""))
    if keys:
        uow.enqueue(DropFiles(keys))
