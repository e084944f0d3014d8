"""Work that follows orders, and the reading of operators."""

from datetime import timedelta
from typing import Any

import msgspec

from core.sdk import Context, Every, Job
from plugins.edo.services import fetching, polling, sending


class PollEdoOperator(msgspec.Struct, frozen=True):
    """Read the operator, if it is time."""


class PollSecondEdoOperator(msgspec.Struct, frozen=True):
    """Read the second operator, if it is time."""


async def poll(ctx: Context, _: PollEdoOperator) -> None:
    """Runs `polling.poll`; a job for each operator, so that one that is slow holds up nobody."""
    await polling.poll(ctx, "first")


async def poll_second(ctx: Context, _: PollSecondEdoOperator) -> None:
    """Likewise."""
    await polling.poll(ctx, "second")


_MINUTE = Every(timedelta(minutes=1))

JOBS: tuple[Job[Any], ...] = (
    Job("edo.poll", poll, PollEdoOperator, every=_MINUTE),
    Job("edo.poll_second", poll_second, PollSecondEdoOperator, every=_MINUTE),
    Job("edo.fetch_content", fetching.fetch, fetching.FetchEdoContent),
    Job("edo.send", sending.send, sending.SendToOperator),
)
