"""Jobs of contracts."""

from datetime import timedelta

import msgspec

from core.contracts.services import links
from core.sdk import Context, Every, Job


class ForgetPending(msgspec.Struct, frozen=True):
    """Remove unconfirmed additions."""


async def forget_pending(ctx: Context, _: ForgetPending) -> None:
    """Runs `links.forget_pending`."""
    await links.forget_pending(ctx)


JOBS = (Job("contracts.forget_pending", forget_pending, ForgetPending, every=Every(timedelta(minutes=10))),)
