"""Work that follows orders and events."""

from typing import Any

from core.exchange.public import FactAnswered
from core.identity.public import AccountClosed
from core.sdk import Job
from plugins.household.public import SUBMITTED
from plugins.household.services import forgetting, transmitting


def is_ours(answer: FactAnswered) -> bool:
    """Billing's answers to other facts are none of our business."""
    return answer.kind == SUBMITTED


JOBS: tuple[Job[Any], ...] = (
    Job("household.transmit", transmitting.transmit, transmitting.Transmit),
    Job("household.apply_answer", transmitting.apply_answer, FactAnswered, on=FactAnswered, wants=is_ours),
    Job("household.let_go", forgetting.closed, AccountClosed, on=AccountClosed),
)
