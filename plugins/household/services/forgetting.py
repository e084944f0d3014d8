"""What is erased of a person: attachments at once, his name at transmissions with the account."""

import sqlalchemy as sa

from core.identity.public import AccountClosed
from core.sdk import Context, UnitOfWork, finishing
from plugins.household.models import HouseholdTransmission
from plugins.household.services import attaching


async def closed(ctx: Context, event: AccountClosed) -> None:
    """The account is closed: nothing stays attached to it."""
    async with finishing(ctx) as uow:
        await attaching.let_go(uow, event.account_id)


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """What was transmitted stays, without the person."""
    await attaching.let_go(uow, account_id)
    await uow.execute(
        sa.update(HouseholdTransmission).where(HouseholdTransmission.client_id == account_id).values(client_id="")
    )
