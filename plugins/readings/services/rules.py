"""Rules that other plugins add for readings: a supplier's own conditions, the same on screen and in files."""

from collections.abc import Sequence
from datetime import date

import msgspec

from core.imports.public import Note
from core.sdk import Context, ErrorKind, Validator, validate
from plugins.readings.domain import Device, Reason, Verdict
from plugins.readings.public import ReadingsProposed, SubmittedValue


async def apply(ctx: Context, verdicts: Sequence[Verdict], month: date) -> list[Verdict]:
    """The verdicts after the validators of `ReadingsProposed`: an error refuses the device, a warning goes with it."""
    if not any(validator.of is ReadingsProposed for validator in ctx.declared(Validator)):
        return list(verdicts)
    asked = [(verdict, verdict.device) for verdict in verdicts if verdict.saves and verdict.device is not None]
    things = [_proposed(ctx, verdict, device, month) for verdict, device in asked]
    notes = await validate(ctx, ReadingsProposed, things)
    ruled = {verdict.meter_id: _ruled(verdict, said) for (verdict, _), said in zip(asked, notes, strict=True) if said}
    return [ruled.get(verdict.meter_id, verdict) if verdict.saves else verdict for verdict in verdicts]


def _proposed(ctx: Context, verdict: Verdict, device: Device, month: date) -> ReadingsProposed:
    values = [
        SubmittedValue(value.register, value.value, value.consumption, value.notice.code if value.notice else "")
        for value in verdict.values
    ]
    return ReadingsProposed(
        ctx.granted.contract_id, device.energy_object_id, device.metering_point_id, device.meter_id, month, values
    )


def _ruled(verdict: Verdict, notes: Sequence[Note]) -> Verdict:
    reasons = tuple(_reason(note) for note in notes if note.level == "error")
    if reasons:
        return msgspec.structs.replace(verdict, values=(), reasons=reasons)
    return msgspec.structs.replace(verdict, remarks=tuple(notes))


def _reason(note: Note) -> Reason:
    """The note as the form reports it; its texts are ready and hold no placeholders."""
    ru, en = (text.replace("{", "{{").replace("}", "}}") for text in (note.ru, note.en))
    return Reason(ErrorKind(note.code, 422, ru, en))
