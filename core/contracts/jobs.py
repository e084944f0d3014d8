"""Jobs of contracts."""

from datetime import timedelta

import msgspec

from core.contracts.services import links
from core.identity.public import AccountClosed
from core.sdk import Context, Every, Job


class ForgetPending(msgspec.Struct, frozen=True):
    """Remove unconfirmed additions."""


async def forget_pending(ctx: Context, _: ForgetPending) -> None:
    """Runs `links.forget_pending`."""
    await links.forget_pending(ctx)


async def release(ctx: Context, closed: AccountClosed) -> None:
    """Runs `links.release_all`."""
    await links.release_all(ctx, closed.account_id)


JOBS = (
    Job("contracts.forget_pending", forget_pending, ForgetPending, every=Every(timedelta(minutes=10))),
    Job("contracts.release", release, AccountClosed, on=AccountClosed),
)
