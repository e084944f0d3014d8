"""What was submitted is taken back, until billing has accepted it."""

from datetime import date

import msgspec

from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork
from plugins.readings import errors
from plugins.readings.domain import Window
from plugins.readings.models import PointTransmission, Transmission
from plugins.readings.public import ReadingsWithdrawn
from plugins.readings.schemas import ReadingsSent
from plugins.readings.services import submission
from plugins.readings.services.windows import open_window
from plugins.readings.store import scope
from plugins.readings.store import withdrawal as store


class _Sent(msgspec.Struct, frozen=True):
    fact_id: str
    metering_point_id: str
    meter_id: str | None
    month: date
    withdrawn: bool
    late: bool


async def withdraw(ctx: Context, submission_id: str) -> ReadingsSent:
    """Takes back all of a submission that billing has not accepted and no later one has replaced.

    Raises Problem when the window is closed or nothing can be taken back. Repeating it changes nothing.
    """
    async with ctx.uow() as uow:
        await take_back(ctx, uow, submission_id)
    return await submission.sent(ctx, submission_id)


async def take_back(ctx: Context, uow: UnitOfWork, submission_id: str) -> None:
    """The same within a transaction."""
    window = await open_window(ctx, uow)
    asked = {"submission_id": submission_id, **scope(ctx)}
    parts = [_Sent(*row) for query in (store.DEVICES, store.POINTS) for row in await uow.execute(query, asked)]
    if not parts:
        raise Problem(NOT_FOUND)
    standing = [part for part in parts if not part.late and part.month == window.month]
    if standing:
        await _mark(ctx, uow, submission_id, window, standing)
    elif not any(part.withdrawn for part in parts):
        raise Problem(errors.NOTHING_TO_WITHDRAW)


async def _mark(ctx: Context, uow: UnitOfWork, submission_id: str, window: Window, standing: list[_Sent]) -> None:
    contract_id = ctx.granted.contract_id
    for part in standing:
        fact = ReadingsWithdrawn(
            part.fact_id,
            submission_id,
            contract_id,
            part.metering_point_id,
            part.meter_id,
            window.month,
            ctx.actor.label,
            uow.now,
        )
        uow.emit(fact, subject=contract_id)
    of_devices = [part.fact_id for part in standing if part.meter_id is not None]
    of_points = [part.fact_id for part in standing if part.meter_id is None]
    if of_devices:
        await uow.execute(store.withdraw(Transmission), {"facts": of_devices, "moment": uow.now})
    if of_points:
        await uow.execute(store.withdraw(PointTransmission), {"facts": of_points, "moment": uow.now})
    uow.audit("readings.withdrawn", contract_id, submission=submission_id, facts=len(standing))
