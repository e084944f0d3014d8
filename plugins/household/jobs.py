"""Work that follows orders and events."""

from typing import Any

from core.exchange.public import FactAnswered
from core.identity.public import AccountClosed
from core.sdk import Context, Job
from plugins.household.public import SUBMITTED
from plugins.household.services import forgetting, transmitting


async def apply_answer(ctx: Context, answer: FactAnswered) -> None:
    """Billing's answers to other facts are none of our business."""
    if answer.kind == SUBMITTED:
        await transmitting.apply_answer(ctx, answer)


JOBS: tuple[Job[Any], ...] = (
    Job("household.transmit", transmitting.transmit, transmitting.Transmit),
    Job("household.apply_answer", apply_answer, FactAnswered, on=FactAnswered),
    Job("household.let_go", forgetting.closed, AccountClosed, on=AccountClosed),
)
