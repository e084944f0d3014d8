"""«Передать показания»: values come in, facts for the company go out, billing's answers come back."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from core.exchange.public import FactAnswered
from core.sdk import FIELD_REQUIRED, INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork, new_id
from plugins.readings import domain, errors, store
from plugins.readings.domain import Device, Reason, Register, Scale, Verdict, Window
from plugins.readings.domain.points import PointVerdict
from plugins.readings.models import Submission, Transmission, Value
from plugins.readings.public import ReadingsSubmitted, SubmittedValue
from plugins.readings.schemas import (
    ReadingsMeterOutcome,
    ReadingsPointOutcome,
    ReadingsReason,
    ReadingsReceipt,
    ReadingsSavedValue,
    ReadingsSent,
    ReadingsSentMeter,
    ReadingsSentPoint,
    ReadingsSentValue,
    ReadingsSubmission,
)
from plugins.readings.services import points, rules
from plugins.readings.services.form import notice
from plugins.readings.services.windows import open_window
from plugins.readings.settings import ReadingsSettings
from plugins.readings.store import points as points_store

Channel = Literal["screen", "file"]


async def submit(ctx: Context, body: ReadingsSubmission, channel: Channel = "screen") -> ReadingsReceipt:
    """Saves and transmits the good devices of `body`; the others are reported, and so is the lack of any good one.

    Raises Problem when the window is closed or nothing can be saved: nothing is stored then.
    """
    if not body.devices and not body.points:
        raise Problem(INVALID, errors=[FieldProblem("devices", FIELD_REQUIRED)])
    async with ctx.uow() as uow:
        window = await open_window(ctx, uow)
        devices = await _devices(ctx, uow, window, {device.meter_id for device in body.devices})
        verdicts = domain.judge(body.devices, devices, window.month, ctx.settings(ReadingsSettings))
        verdicts = await rules.apply(ctx, verdicts, window.month)
        of_points = await points.judge(ctx, uow, window, body.points)
        saved = [verdict for verdict in verdicts if verdict.saves]
        saved_points = [verdict for verdict in of_points if verdict.saves]
        reasons = [*_reasons(verdicts), *_reasons(of_points)]
        submission_id: str | None = None
        if saved or saved_points:
            submission_id = await _begin(ctx, uow, window, channel, devices=len(saved), points=len(saved_points))
            await record(ctx, uow, submission_id, window, saved, channel)
            await points.record(ctx, uow, submission_id, window, saved_points, channel)
        elif reasons:
            raise _nothing_saved(reasons)
        return await uow.answer(_receipt(ctx, submission_id, window, verdicts, of_points))


async def _devices(ctx: Context, uow: UnitOfWork, window: Window, meters: set[str]) -> dict[str, Device]:
    rows = await uow.execute(
        store.DEVICES,
        {"month": window.month, "today": ctx.today(), "meters": sorted(meters), **store.scope(ctx)},
    )
    return devices_of(rows)


def devices_of(rows: Iterable[Any]) -> dict[str, Device]:
    """Devices by their identifiers, from the rows of `store.DEVICES`."""
    devices: dict[str, Device] = {}
    for (
        meter,
        point,
        subject,
        object_status,
        meter_status,
        *scale,
        sent,
        code,
        before,
        month,
        value,
        used,
        state,
    ) in rows:
        device = devices.get(meter)
        if device is None:
            device = devices[meter] = Device(
                meter, point, subject, object_status, meter_status, Scale(*scale), sent, []
            )
        previous = None if before is None else domain.Previous(before, month)
        device.registers.append(Register(code, previous, value, used, state == "refused"))
    return devices


def _reasons(verdicts: Sequence[Verdict] | Sequence[PointVerdict]) -> list[Reason]:
    return [reason for verdict in verdicts for reason in verdict.reasons]


def _nothing_saved(reasons: Sequence[Reason]) -> Problem:
    """One sentence where all devices are refused alike, else «исправьте указанные ошибки»; always with every reason."""
    found = [FieldProblem(reason.field, reason.kind, reason.params) for reason in reasons]
    kinds = {reason.kind.code for reason in reasons}
    if kinds == {NOT_FOUND.code}:
        return Problem(NOT_FOUND)
    if kinds == {errors.STATUS_FORBIDS.code}:
        return Problem(errors.STATUS_FORBIDS, errors=found, **reasons[0].params)
    return Problem(errors.NOTHING_SAVED, errors=found)


async def _begin(ctx: Context, uow: UnitOfWork, window: Window, channel: Channel, **counts: int) -> str:
    """Stores the submission that what is saved belongs to. Returns its identifier."""
    submission_id, contract_id = new_id(), ctx.granted.contract_id
    await uow.execute(
        sa.insert(Submission).values(
            id=submission_id,
            contract_id=contract_id,
            month=window.month,
            channel=channel,
            author=ctx.actor.label,
            submitted_at=uow.now,
        )
    )
    uow.audit("readings.submitted", contract_id, submission=submission_id, **counts)
    return submission_id


async def record(
    ctx: Context, uow: UnitOfWork, submission_id: str, window: Window, saved: Sequence[Verdict], channel: Channel
) -> list[str]:
    """Stores the devices and emits a fact for each, in their order; a constant number of statements."""
    if not saved:
        return []
    contract_id = ctx.granted.contract_id
    transmissions: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for verdict in saved:
        device = verdict.device
        assert device is not None
        fact = _fact(ctx, uow, submission_id, window, device, verdict, channel)
        fact_id = uow.emit(fact, subject=contract_id)
        transmissions.append(
            {
                "id": fact_id,
                "submission_id": submission_id,
                "meter_id": device.meter_id,
                "month": window.month,
                "replaces": device.transmission_id,
            }
        )
        values += [
            {
                "transmission_id": fact_id,
                "register": value.register,
                "value": value.value,
                "consumption": value.consumption,
                "notice": value.notice,
            }
            for value in fact.values
        ]
    replaced = [row["replaces"] for row in transmissions if row["replaces"] is not None]
    if replaced:
        await uow.execute(store.REPLACE, {"replaced_ids": replaced})
    await uow.execute(sa.insert(Transmission), transmissions)
    await uow.execute(sa.insert(Value), values)
    return [str(row["id"]) for row in transmissions]


def _fact(
    ctx: Context,
    uow: UnitOfWork,
    submission_id: str,
    window: Window,
    device: Device,
    verdict: Verdict,
    channel: Channel,
) -> ReadingsSubmitted:
    return ReadingsSubmitted(
        submission_id=submission_id,
        contract_id=ctx.granted.contract_id,
        energy_object_id=device.energy_object_id,
        metering_point_id=device.metering_point_id,
        meter_id=device.meter_id,
        month=window.month,
        values=[
            SubmittedValue(value.register, value.value, value.consumption, value.notice.code if value.notice else "")
            for value in verdict.values
        ],
        channel=channel,
        author=ctx.actor.label,
        submitted_at=uow.now,
        replaces=device.transmission_id,
    )


# ---- what the client is answered
def _receipt(
    ctx: Context,
    submission_id: str | None,
    window: Window,
    verdicts: Sequence[Verdict],
    of_points: Sequence[PointVerdict],
) -> ReadingsReceipt:
    return ReadingsReceipt(
        submission_id,
        domain.SAVED if submission_id else None,
        window.month,
        [_outcome(ctx, verdict) for verdict in verdicts],
        [
            ReadingsPointOutcome(
                verdict.point_id,
                _ending(verdict),
                verdict.value,
                [_reason(ctx, reason) for reason in verdict.reasons],
            )
            for verdict in of_points
        ],
    )


def _ending(verdict: Verdict | PointVerdict) -> Literal["saved", "unchanged", "refused"]:
    return "refused" if verdict.reasons else "saved" if verdict.changed else "unchanged"


def _outcome(ctx: Context, verdict: Verdict) -> ReadingsMeterOutcome:
    return ReadingsMeterOutcome(
        verdict.meter_id,
        _ending(verdict),
        [_saved_value(ctx, value) for value in verdict.values],
        [_reason(ctx, reason) for reason in verdict.reasons],
    )


def _saved_value(ctx: Context, value: domain.Value) -> ReadingsSavedValue:
    remark = notice(value.notice.code, ctx.language == "en") if value.notice else None
    return ReadingsSavedValue(value.register, value.value, value.consumption, domain.shown(value.consumption), remark)


def _reason(ctx: Context, reason: Reason) -> ReadingsReason:
    return ReadingsReason(
        reason.field, reason.register, reason.kind.code, reason.kind.text(ctx.language, reason.params)
    )


# ---- afterwards
async def apply_answer(ctx: Context, answer: FactAnswered) -> None:
    """Notes what billing says of a transmitted device: of the register that `item` names, or of all of them."""
    register = answer.item.rpartition("/")[2] or None
    async with ctx.uow() as uow:
        await uow.execute(
            store.answered(answer.fact_id, register).values(
                state=answer.outcome, code=answer.code, text=answer.text, answered_at=uow.now
            )
        )


async def sent(ctx: Context, submission_id: str) -> ReadingsSent:
    """A past submission of the contract in the path, with billing's answers so far."""
    rows = await ctx.reader.all(store.SENT, submission_id=submission_id, **store.scope(ctx))
    of_points = await ctx.reader.all(points_store.SENT, submission_id=submission_id, **store.scope(ctx))
    if not rows and not of_points:
        raise Problem(NOT_FOUND)
    meters: dict[str, ReadingsSentMeter] = {}
    for row in rows:
        meter = meters.get(row.meter_id)
        if meter is None:
            meter = ReadingsSentMeter(row.meter_id, row.meter_number, row.object_id, row.replaced, row.withdrawn_at, [])
            meters[row.meter_id] = meter
        meter.values.append(
            ReadingsSentValue(
                row.register,
                row.name,
                row.value,
                row.consumption,
                domain.shown(row.consumption),
                notice(row.notice, ctx.language == "en"),
                row.state,
                row.code,
                row.text,
            )
        )
    first = rows[0] if rows else of_points[0]
    return ReadingsSent(
        submission_id,
        first.month,
        first.channel,
        first.submitted_at,
        list(meters.values()),
        [_sent_point(row) for row in of_points],
    )


def _sent_point(row: points_store.SentPointRow) -> ReadingsSentPoint:
    return ReadingsSentPoint(
        row.point_id,
        row.name,
        row.complex_code,
        row.object_id,
        row.replaced,
        row.withdrawn_at,
        row.value,
        row.state,
        row.code,
        row.text,
    )
