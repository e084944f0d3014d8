"""Notifications that plugins raise: stored, and mailed to those who want letters of the kind."""

from collections.abc import Sequence

import sqlalchemy as sa

from core.notifications import store
from core.notifications.letters import NOTICE
from core.notifications.models import Notice, NoticeAudience, NoticeFile
from core.notifications.public import Notify, SendLetter
from core.sdk import ROLES, Context, NotificationKind, UnitOfWork, chunks, finishing, new_id

_ROWS = 500


async def notify(ctx: Context, order: Notify) -> None:
    """Makes the entry of the bell and orders the letters; runs in a job, its effects commit with the job's end."""
    # the plugin may have been removed since: its last notifications still come, without letters
    kind = next((kind for kind in ctx.declared(NotificationKind) if kind.name == order.kind), None)
    recipients = await _recipients(ctx, order, kind)
    async with finishing(ctx) as uow:
        if not recipients:
            return
        await _insert(uow, order)
        keys = [{"key": f"account:{recipient.account_id}", "notice_id": order.id} for recipient in recipients]
        for some in chunks(keys, _ROWS):
            await uow.execute(sa.insert(NoticeAudience), list(some))
        for recipient in recipients:
            if kind and _wants_letter(kind, recipient):
                uow.enqueue(SendLetter(NOTICE.name, recipient.email, content=f"notice:{order.id}"))


async def _recipients(ctx: Context, order: Notify, kind: NotificationKind | None) -> Sequence[store.Recipient]:
    if not order.contract_id:
        return await ctx.reader.all(store.RECIPIENTS, accounts=order.accounts, contract_id="", kind=order.kind)
    permission = kind.permission if kind else ""
    holders = await ctx.reader.all(
        store.HOLDERS,
        contract_id=order.contract_id,
        kind=order.kind,
        roles=sorted(ctx.runtime.permissions[permission]) if permission else list(ROLES),
        energy_object_id=order.energy_object_id,
    )
    return [one for one in holders if not order.accounts or one.account_id in order.accounts]


def _wants_letter(kind: NotificationKind, recipient: store.Recipient) -> bool:
    if not kind.email or not recipient.email_confirmed or (kind.master and not recipient.letters):
        return False
    if not kind.per_contract:
        return True
    return kind.default if recipient.switched is None else recipient.switched


async def _insert(uow: UnitOfWork, order: Notify) -> None:
    await uow.execute(
        sa.insert(Notice).values(
            id=order.id,
            form="bell",
            kind=order.kind,
            topic=order.topic,
            text=order.text,
            audience="accounts",
            contract_id=order.contract_id or None,
            starts_at=uow.now,
            published_by="",
            created_at=uow.now,
        )
    )
    files = [
        {
            "id": new_id(),
            "notice_id": order.id,
            "sort": sort,
            "name": file.name,
            "size": file.size,
            "key": file.key,
            "uploaded_at": uow.now,
        }
        for sort, file in enumerate(order.files)
    ]
    if files:
        await uow.execute(sa.insert(NoticeFile), files)
