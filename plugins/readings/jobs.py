"""Work that follows events and the calendar."""

from datetime import timedelta
from typing import Any

from core.exchange.public import FactAnswered
from core.sdk import Context, Every, Job
from plugins.readings.public import CONSUMPTION_SUBMITTED, SUBMITTED
from plugins.readings.schemas.deadlines import ReadingsRemindBatch
from plugins.readings.services import points, reminders, submission


def is_ours(answer: FactAnswered) -> bool:
    """Billing's answers to other facts are none of our business."""
    return answer.kind in (SUBMITTED, CONSUMPTION_SUBMITTED)


async def apply_answer(ctx: Context, answer: FactAnswered) -> None:
    """To a meter, or to a point."""
    if answer.kind == SUBMITTED:
        await submission.apply_answer(ctx, answer)
    else:
        await points.apply_answer(ctx, answer)


JOBS: tuple[Job[Any], ...] = (
    Job("readings.apply_answer", apply_answer, FactAnswered, on=FactAnswered, wants=is_ours),
    Job("readings.remind", reminders.begin, reminders.Remind, every=Every(timedelta(hours=1))),
    Job("readings.remind_batch", reminders.remind, ReadingsRemindBatch),
)
