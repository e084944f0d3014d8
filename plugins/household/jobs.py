"""Work that follows orders and events."""

from typing import Any

from core.exchange.public import FactsAnswered
from core.identity.public import AccountClosed
from core.sdk import Job
from plugins.household.public import SUBMITTED
from plugins.household.services import answering, forgetting, transmitting


def is_ours(told: FactsAnswered) -> bool:
    """Billing's answers to other facts are none of our business."""
    return told.kind == SUBMITTED


JOBS: tuple[Job[Any], ...] = (
    Job("household.transmit", transmitting.transmit, transmitting.Transmit),
    Job("household.apply_answers", answering.apply_answers, FactsAnswered, on=FactsAnswered, wants=is_ours),
    Job("household.let_go", forgetting.closed, AccountClosed, on=AccountClosed),
)
