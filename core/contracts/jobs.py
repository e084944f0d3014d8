"""Jobs of contracts."""

from datetime import timedelta

import msgspec

from core.contracts import services
from core.identity.public import AccountClosed
from core.sdk import Context, Every, Job


class ForgetPending(msgspec.Struct, frozen=True):
    """Remove unconfirmed additions."""


async def forget_pending(ctx: Context, _: ForgetPending) -> None:
    """Runs `services.forget_pending`."""
    await services.forget_pending(ctx)


async def release(ctx: Context, closed: AccountClosed) -> None:
    """Runs `services.release`."""
    await services.release(ctx, closed.account_id)


JOBS = (
    Job("contracts.forget_pending", forget_pending, ForgetPending, every=Every(timedelta(minutes=10))),
    Job("contracts.release", release, AccountClosed, on=AccountClosed),
)
