"""Work behind payments, and what follows events."""

from datetime import time, timedelta
from typing import Any

import msgspec

from core.exchange.public import FactAnswered
from core.sdk import Context, Every, Job
from plugins.payments.public import PAID
from plugins.payments.services import printing_acts, reconciling, returns, sending, settling
from plugins.payments.services.paying import Check
from plugins.payments.services.printing_acts import PrintAct
from plugins.payments.services.returns import GiveBack
from plugins.payments.services.sending import SendDocument


class Sweep(msgspec.Struct, frozen=True):
    """Look at payments that have been open for long."""


class Reconcile(msgspec.Struct, frozen=True):
    """Compare the payments of yesterday."""


def is_ours(answer: FactAnswered) -> bool:
    """Billing's answers to other facts are none of our business."""
    return answer.kind == PAID


async def apply_answer(ctx: Context, answer: FactAnswered) -> None:
    """Runs `settling.apply_answer`."""
    await settling.apply_answer(ctx, answer.fact_id, answer.outcome)


async def sweep(ctx: Context, _: Sweep) -> None:
    """Runs `settling.sweep`."""
    await settling.sweep(ctx)


async def reconcile(ctx: Context, _: Reconcile) -> None:
    """Runs `reconciling.report` for yesterday, when the bank's day is over."""
    await reconciling.report(ctx, ctx.today() - timedelta(days=1))


JOBS: tuple[Job[Any], ...] = (
    Job("payments.check", settling.look, Check),
    Job("payments.give_back", returns.give_back, GiveBack),
    Job("payments.apply_answer", apply_answer, FactAnswered, on=FactAnswered, wants=is_ours),
    Job("payments.send_document", sending.send, SendDocument),
    Job("payments.print_act", printing_acts.print_act, PrintAct),
    Job("payments.reconcile", reconcile, Reconcile, every=Every(at=time(5, 30))),
    Job("payments.sweep", sweep, Sweep, every=Every(timedelta(hours=1))),
)
