"""Workbooks with readings: every row goes through the rules of the form, in the dry run and when it is sent."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import msgspec

from core.imports.public import Counts, ImportFile, Line, Note, Outcome, plain
from core.sdk import FIELD_REQUIRED, Context, Problem, Query, UnitOfWork
from plugins.readings import domain, errors
from plugins.readings.domain import Device, Reason, Register, Verdict, Window
from plugins.readings.domain.imports import (
    COMPLEX_CODE,
    COMPLEX_NAME,
    CONSUMPTION,
    METER_NUMBER,
    NOW,
    OBJECT_NAME,
    OBJECT_STATUS,
    SCALE,
    IntegralRow,
    IntegralUnit,
    PointUnit,
    scale_key,
)
from plugins.readings.domain.points import Point, PointVerdict, judge_points
from plugins.readings.models import Submission
from plugins.readings.schemas import ReadingsMeterInput, ReadingsPointInput, ReadingsValueInput
from plugins.readings.services import points, rules, submission, withdrawal
from plugins.readings.services.windows import open_window
from plugins.readings.settings import ReadingsSettings
from plugins.readings.store import imports as store
from plugins.readings.store import scope

Fetch = Callable[..., Awaitable[Sequence[Any]]]


async def admit(ctx: Context) -> None:
    """Raises Problem outside of the window, as the form does (RDG-17)."""
    await _window(ctx)


async def _window(ctx: Context) -> Window:
    window = await ctx.reader.first(store.WINDOW, contract_id=ctx.granted.contract_id, today=ctx.today())
    if window is None:
        raise Problem(errors.NO_WINDOW)
    if not window.is_open(ctx.today()):
        raise Problem(errors.WINDOW_CLOSED, window=window.text)
    return window


def _within(uow: UnitOfWork) -> Fetch:
    """Reads in the transaction, like `ctx.reader.all` outside of one."""

    async def fetch(query: Query[Any], /, **params: Any) -> list[Any]:
        return [query.into(*row) for row in await uow.execute(query.statement, params)]

    return fetch


async def _begin(ctx: Context, uow: UnitOfWork, file: ImportFile, window: Window) -> None:
    """The submission of a file bears the file's identifier: however many batches, one receipt."""
    statement = uow.upsert(Submission).values(
        id=file.id,
        contract_id=ctx.granted.contract_id,
        month=window.month,
        channel="file",
        author=ctx.actor.label,
        submitted_at=uow.now,
    )
    await uow.execute(statement.on_conflict_do_nothing())


async def finish(ctx: Context, uow: UnitOfWork, file: ImportFile, counts: Counts) -> None:
    """Every batch is sent."""
    uow.audit("readings.submitted", ctx.granted.contract_id, submission=file.id, sent=counts.sent)


async def withdraw(ctx: Context, uow: UnitOfWork, file: ImportFile, facts: Sequence[str]) -> None:
    """Takes the submission of a file back, as the form does."""
    await withdrawal.take_back(ctx, uow, file.id)


# ---- devices
_CODE = 10  # of the register, among the columns of `store.DEVICES`


class _Known(msgspec.Struct, frozen=True, gc=False):
    """A register with the names by which rows call it."""

    meter_id: str
    object_name: str
    point_name: str
    code: str
    name: str


class _Judged(msgspec.Struct, gc=False):
    """A device of the file with what the rules say of it."""

    unit: IntegralUnit
    notes: list[Note]
    codes: list[str | None]
    """The register of each row."""
    meter_id: str | None = None
    device: Device | None = None
    verdict: Verdict | None = None


async def check_devices(ctx: Context, file: ImportFile, units: Sequence[IntegralUnit]) -> list[Outcome]:
    """What the devices would change."""
    judged = await _judge(ctx, ctx.reader.all, (await _window(ctx)).month, units)
    return [_outcome(ctx, one) for one in judged]


async def commit_devices(
    ctx: Context, uow: UnitOfWork, file: ImportFile, units: Sequence[IntegralUnit]
) -> list[Outcome]:
    """Sends the devices that are right."""
    window = await open_window(ctx, uow)
    judged = await _judge(ctx, _within(uow), window.month, units)
    outcomes = [_outcome(ctx, one) for one in judged]
    saved = [index for index, outcome in enumerate(outcomes) if outcome.state == "new"]
    if saved:
        await _begin(ctx, uow, file, window)
        verdicts = [verdict for index in saved if (verdict := judged[index].verdict)]
        facts = await submission.record(ctx, uow, file.id, window, verdicts, "file")
        for index, fact in zip(saved, facts, strict=True):
            outcomes[index] = msgspec.structs.replace(outcomes[index], state="sent", fact_id=fact)
    return outcomes


async def _judge(ctx: Context, fetch: Fetch, month: date, units: Sequence[IntegralUnit]) -> list[_Judged]:
    numbers = sorted({unit.meter_number for unit in units})
    rows = await fetch(store.DEVICES, month=month, today=ctx.today(), numbers=numbers, **scope(ctx))
    devices = submission.devices_of([row[: -store.NAMES] for row in rows])
    known: dict[tuple[str, str], list[_Known]] = {}
    for row in rows:
        number, meter, object_name, point_name, name = row[-store.NAMES :]
        known.setdefault((number, meter), []).append(_Known(row[0], object_name, point_name, row[_CODE], name))
    judged = [_identify(unit, known.get((unit.object_number, unit.meter_number), [])) for unit in units]
    wanted = [one for one in judged if one.meter_id is not None and one.unit.filled]
    inputs = [ReadingsMeterInput(str(one.meter_id), _values(one)) for one in wanted]
    verdicts = domain.judge(inputs, devices, month, ctx.settings(ReadingsSettings))
    verdicts = await rules.apply(ctx, verdicts, month)
    for one, verdict in zip(wanted, verdicts, strict=True):
        one.verdict = verdict
        one.device = devices.get(verdict.meter_id)
    return judged


def _values(one: _Judged) -> list[ReadingsValueInput]:
    return [
        ReadingsValueInput(code, None if _has_error(row.notes) else row.given)
        for row, code in zip(one.unit.rows, one.codes, strict=True)
        if code is not None
    ]


def _has_error(notes: Sequence[Note]) -> bool:
    return bool(notes) and any(note.level == "error" for note in notes)


def _identify(unit: IntegralUnit, registers: list[_Known]) -> _Judged:
    """Which device the rows mean. Names that were altered are errors: rows may have slipped against one another."""
    first = unit.rows[0]
    meters = {register.meter_id for register in registers}
    if len(meters) > 1:  # two of one number under an object: the name tells them apart
        registers = [register for register in registers if plain(register.point_name) == plain(first.complex_name)]
        meters = {register.meter_id for register in registers}
    if len(meters) != 1:
        note = Note.of(errors.UNKNOWN_METER, row=first.row, column=unit.column(METER_NUMBER))
        return _Judged(unit, [note], [None] * len(unit.rows))
    codes = {scale_key(register.code.partition(".")[0], register.name): register.code for register in registers}
    notes: list[Note] = []
    found: list[str | None] = []
    for row in unit.rows:
        code = codes.get(scale_key(row.quantity, row.scale))
        if code is None:
            notes.append(Note.of(errors.UNKNOWN_REGISTER, row=row.row, column=unit.column(SCALE)))
        found.append(code)
        for text, name, heading in (
            (row.object_name, registers[0].object_name, OBJECT_NAME),
            (row.complex_name, registers[0].point_name, COMPLEX_NAME),
        ):
            if text != name and plain(text) != plain(name):
                notes.append(Note.of(errors.ALTERED_CELL, row=row.row, column=unit.column(heading), was=name))
    return _Judged(unit, notes, found, registers[0].meter_id)


def _outcome(ctx: Context, one: _Judged) -> Outcome:
    unit, device, verdict = one.unit, one.device, one.verdict
    title = f"Прибор учёта {unit.meter_number}"
    reasons = list(verdict.reasons) if verdict else []
    faulty = {code for row, code in zip(unit.rows, one.codes, strict=True) if _has_error(row.notes)}
    by_register: dict[str | None, list[Reason]] = {}
    for reason in reasons:
        if reason.kind is FIELD_REQUIRED and reason.register in faulty:
            continue  # there is a value, and what is wrong with it is said already
        by_register.setdefault(reason.register, []).append(reason)
    registers = {register.code: register for register in device.registers} if device else {}
    taken = {value.register: value for value in verdict.values} if verdict else {}
    lines = []
    for row, code in zip(unit.rows, one.codes, strict=True):
        found = by_register.pop(code, ()) if code else ()
        notes = [*row.notes, *(_note(reason, unit.column(NOW)) for reason in found)] if found or row.notes else []
        value = taken.get(code or "")
        if value is not None and value.notice is not None:
            notes.append(_warning(value.notice, unit.column(NOW)))
        result = domain.shown(value.consumption) if value is not None else None
        lines.append(_line(unit, row, one.meter_id, registers.get(code or ""), device, result or "", notes))
    notes = [*one.notes, *(verdict.remarks if verdict else ())]
    for reason in (reason for rest in by_register.values() for reason in rest):
        column = unit.column(OBJECT_STATUS) if reason.kind is errors.STATUS_FORBIDS else ""
        named = f"{reason.register}: " if reason.register else ""
        notes.append(_note(reason, column, row=unit.rows[0].row, before=named))
    if not unit.filled:
        return Outcome("skipped", title, lines)
    if _has_error(notes) or any(_has_error(line.notes) for line in lines):
        return Outcome("refused", title, lines, notes)
    return Outcome("new" if verdict and verdict.changed else "unchanged", title, lines, notes)


def _line(
    unit: IntegralUnit,
    row: IntegralRow,
    meter_id: str | None,
    register: Register | None,
    device: Device | None,
    result: str,
    notes: list[Note],
) -> Line:
    previous = current = ""
    if register is not None and device is not None:
        if register.previous is not None:
            previous = domain.reading_text(register.previous.value, device.scale.digits)
        if register.current is not None:
            current = domain.reading_text(register.current, device.scale.digits)
    item = f"{meter_id}/{register.code}" if register is not None else ""
    return Line(f"{row.quantity} {row.scale}", row.row, unit.sheet, item, row.given, previous, current, result, notes)


def _note(reason: Reason, column: str, *, row: int = 0, before: str = "") -> Note:
    kind, params = reason.kind, reason.params
    return Note(
        "error", kind.code, before + kind.text("ru", params), before + kind.text("en", params), row=row, column=column
    )


def _warning(notice: errors.Notice, column: str) -> Note:
    return Note("warning", notice.code, notice.ru, notice.en, column=column)


# ---- points «по сообщению»
async def reports_consumption(ctx: Context) -> bool:
    """Whether the contract has points whose consumption the client reports."""
    return await ctx.reader.first(store.REPORTS, today=ctx.today(), **scope(ctx)) is not None


async def check_points(ctx: Context, file: ImportFile, units: Sequence[PointUnit]) -> list[Outcome]:
    """What the points would change."""
    judged = await _judge_points(ctx, ctx.reader.all, (await _window(ctx)).month, units)
    return [_point_outcome(unit, verdict) for unit, verdict in zip(units, judged, strict=True)]


async def commit_points(ctx: Context, uow: UnitOfWork, file: ImportFile, units: Sequence[PointUnit]) -> list[Outcome]:
    """Sends the points that are right."""
    window = await open_window(ctx, uow)
    judged = await _judge_points(ctx, _within(uow), window.month, units)
    outcomes = [_point_outcome(unit, verdict) for unit, verdict in zip(units, judged, strict=True)]
    saved = [index for index, outcome in enumerate(outcomes) if outcome.state == "new"]
    if saved:
        await _begin(ctx, uow, file, window)
        verdicts = [verdict for index in saved if (verdict := judged[index])]
        facts = await points.record(ctx, uow, file.id, window, verdicts, "file")
        for index, fact in zip(saved, facts, strict=True):
            outcomes[index] = msgspec.structs.replace(outcomes[index], state="sent", fact_id=fact)
    return outcomes


async def _judge_points(
    ctx: Context, fetch: Fetch, month: date, units: Sequence[PointUnit]
) -> list[PointVerdict | None]:
    """None: the row means no point of the contract, or several."""
    codes = sorted({unit.complex_code for unit in units})
    known: dict[tuple[str, str], list[str]] = {}
    for point in await fetch(store.KNOWN_POINTS, today=ctx.today(), codes=codes, **scope(ctx)):
        known.setdefault((point.object_number, point.complex_code), []).append(point.point_id)
    named = [known.get((unit.object_number, unit.complex_code), []) for unit in units]
    wanted = [ids[0] if len(ids) == 1 else None for ids in named]
    asked = sorted({point_id for point_id in wanted if point_id})
    rows = await fetch(store.POINTS, month=month, today=ctx.today(), points=asked, **scope(ctx))
    inputs = [
        ReadingsPointInput(point_id, unit.given)
        for point_id, unit in zip(wanted, units, strict=True)
        if point_id is not None and unit.given
    ]
    verdicts = iter(judge_points(inputs, {row[0]: Point(*row) for row in rows}, ctx.settings(ReadingsSettings)))
    return [
        next(verdicts) if point_id is not None and unit.given else None
        for point_id, unit in zip(wanted, units, strict=True)
    ]


def _point_outcome(unit: PointUnit, verdict: PointVerdict | None) -> Outcome:
    title = f"Точка учёта {unit.complex_code}"
    notes = list(unit.notes)
    if not unit.given:
        return Outcome("skipped", title, [Line("", unit.row, unit.sheet)])
    if verdict is None:
        notes.append(Note.of(errors.UNKNOWN_POINT, column=unit.column(COMPLEX_CODE)))
    elif not _has_error(notes):
        notes += [_note(reason, unit.column(CONSUMPTION)) for reason in verdict.reasons]
    current = verdict.point.current if verdict and verdict.point else None
    line = Line(
        "", unit.row, unit.sheet, given=unit.given, current="" if current is None else str(current), notes=notes
    )
    if _has_error(notes):
        return Outcome("refused", title, [line])
    return Outcome("new" if verdict and verdict.changed else "unchanged", title, [line])
