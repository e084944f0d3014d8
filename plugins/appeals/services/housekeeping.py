"""What nobody comes back to, and what is left of people who leave."""

from datetime import timedelta

import sqlalchemy as sa

from core.sdk import Context, UnitOfWork
from plugins.appeals.models import Appeal, Message
from plugins.appeals.services import wizard
from plugins.appeals.services.files import all_of, drop
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
    for appeal_id in (await uow.execute(own)).scalars().all():
        files = await all_of(uow, appeal_id)
        await drop(uow, [file for file in files if file.side == "client" and not file.evidence_id])
    await uow.execute(sa.update(Message).where(Message.appeal_id.in_(own), Message.side == "client").values(text=""))
    blank = {"values": b"", "signatures": b"", "party": b"", "object_address": ""}
    await uow.execute(sa.update(Appeal).where(Appeal.account_id == account_id).values(blank))
