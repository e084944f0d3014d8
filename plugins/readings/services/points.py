"""The consumption of points «по сообщению»: a part of «Передать показания»."""

from collections.abc import Sequence

import sqlalchemy as sa

from core.exchange.public import FactAnswered
from core.sdk import Context, UnitOfWork
from plugins.readings.domain import Window
from plugins.readings.domain.points import Point, PointVerdict, judge_points
from plugins.readings.models import PointTransmission
from plugins.readings.public import ConsumptionSubmitted
from plugins.readings.schemas import ReadingsPointInput
from plugins.readings.settings import ReadingsSettings
from plugins.readings.store import points as store
from plugins.readings.store import scope


async def judge(
    ctx: Context, uow: UnitOfWork, window: Window, inputs: Sequence[ReadingsPointInput]
) -> list[PointVerdict]:
    """A verdict for every point of the request, in its order."""
    if not inputs:
        return []
    named = sorted({given.point_id for given in inputs})
    rows = await uow.execute(store.POINTS, {"month": window.month, "today": ctx.today(), "points": named, **scope(ctx)})
    points = {row[0]: Point(*row) for row in rows}
    return judge_points(inputs, points, ctx.settings(ReadingsSettings))


async def record(
    ctx: Context, uow: UnitOfWork, submission_id: str, window: Window, saved: Sequence[PointVerdict], channel: str
) -> list[str]:
    """Stores the points and emits a fact for each, in their order; the submission itself is stored already."""
    if not saved:
        return []
    rows = []
    for verdict in saved:
        point, value = verdict.point, verdict.value
        assert point is not None
        assert value is not None
        fact = ConsumptionSubmitted(
            submission_id=submission_id,
            contract_id=ctx.granted.contract_id,
            energy_object_id=point.energy_object_id,
            metering_point_id=point.metering_point_id,
            complex_code=point.complex_code,
            month=window.month,
            value=value,
            channel=channel,
            author=ctx.actor.label,
            submitted_at=uow.now,
            replaces=point.transmission_id,
        )
        rows.append(
            {
                "id": uow.emit(fact, subject=fact.contract_id),
                "submission_id": submission_id,
                "metering_point_id": point.metering_point_id,
                "month": window.month,
                "value": value,
                "replaces": point.transmission_id,
                "submitted_at": uow.now,
            }
        )
    replaced = [row["replaces"] for row in rows if row["replaces"] is not None]
    if replaced:
        await uow.execute(store.REPLACE, {"replaced_ids": replaced})
    await uow.execute(sa.insert(PointTransmission), rows)
    return [str(row["id"]) for row in rows]


async def apply_answer(ctx: Context, answer: FactAnswered) -> None:
    """Notes what billing says of a transmitted consumption."""
    async with ctx.uow() as uow:
        await uow.execute(
            sa.update(PointTransmission)
            .where(PointTransmission.id == answer.fact_id)
            .values(state=answer.outcome, code=answer.code, text=answer.text, answered_at=uow.now)
        )
