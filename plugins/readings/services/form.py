"""The page «Показания»: which contracts, and the form of one of them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Page, Problem, containing, decode_cursor, page
from plugins.readings import domain, errors, store
from plugins.readings.permissions import SUBMIT
from plugins.readings.schemas import (
    ReadingsContract,
    ReadingsEntry,
    ReadingsForm,
    ReadingsMeter,
    ReadingsNotice,
    ReadingsObject,
    ReadingsPoint,
    ReadingsPrevious,
    ReadingsRegister,
    ReadingsTransmission,
    ReadingsWindow,
)
from plugins.readings.services import interval_form as intervals
from plugins.readings.store import FormRow


class FormFilter(msgspec.Struct, frozen=True):
    """What narrows the energy objects of a form; the conditions intersect."""

    status: str | None = None
    object_id: str | None = None
    address: str | None = None
    """Part of the address, in any case."""

    def wants(self, row: FormRow) -> bool:
        return (
            (self.status is None or row.object_status == self.status)
            and (self.object_id is None or row.object_id == self.object_id)
            and (self.address is None or self.address.lower() in row.address.lower())
        )


_EVERYTHING = FormFilter()


async def contracts(ctx: Context, search: str, cursor: str | None, limit: int) -> Page[ReadingsContract]:
    """The contracts that the caller may submit readings for, by number."""
    number, contract_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.CONTRACTS,
        **ctx.visible(SUBMIT.name),
        today=ctx.today(),
        pattern=containing(search),
        number=number,
        id=contract_id,
        limit=limit + 1,
    )
    return page(rows, limit, lambda row: (row.number, row.id))


async def form(ctx: Context, wanted: FormFilter) -> ReadingsForm:
    """The form of the contract in the path. Raises Problem for a status that none of its objects has."""
    today = ctx.today()
    rows = await ctx.reader.all(store.FORM, today=today, **store.scope(ctx))
    if not rows:
        raise Problem(NOT_FOUND)
    statuses = sorted({row.object_status for row in rows if row.object_id is not None})
    if wanted.status is not None and wanted.status not in statuses:
        raise Problem(INVALID, errors=[FieldProblem("status", errors.UNKNOWN_STATUS)])
    window, window_text = _window(rows[0], today)
    objects = _nested(
        rows if wanted == _EVERYTHING else [row for row in rows if wanted.wants(row)],
        is_open=window is not None and window.open,
        english=ctx.language == "en",
    )
    if window is not None and rows[0].has_intervals:
        await intervals.add_to_form(ctx, objects, window.month)
    consumption: Decimal | None = None
    for subject in objects:
        _sum_up(subject)
        consumption = domain.total(consumption, subject.consumption)
    return ReadingsForm(
        ReadingsContract(ctx.granted.contract_id, rows[0].contract_number, rows[0].contract_name),
        window,
        window_text,
        statuses,
        objects,
        consumption,
        domain.shown(consumption),
    )


def _nested(rows: Sequence[FormRow], *, is_open: bool, english: bool) -> list[ReadingsObject]:
    """The tree of the rows, which come ordered by object, point, meter and register."""
    objects: list[ReadingsObject] = []
    subject: ReadingsObject | None = None
    point: ReadingsPoint | None = None
    meter: ReadingsMeter | None = None
    for row in rows:
        if row.object_id is None:
            continue
        if subject is None or subject.id != row.object_id:
            subject = _object(row, row.object_id)
            objects.append(subject)
        if row.point_id is None:
            continue
        if point is None or point.id != row.point_id:
            point = ReadingsPoint(row.point_id, row.point_name, row.by_message, row.complex_code, [])
            subject.points.append(point)
        if row.meter_id is None:
            if row.by_message:
                point.entry = _entry(row, is_open)
            continue
        if meter is None or meter.id != row.meter_id:
            meter = _meter(row, row.meter_id, is_open)
            point.meters.append(meter)
        if row.register is not None:
            meter.registers.append(_register(row, row.register, english))
            _merge_transmission(meter, row)
    return objects


def _register(row: FormRow, code: str, english: bool) -> ReadingsRegister:
    return ReadingsRegister(
        code,
        row.register_name,
        None
        if row.previous is None or row.previous_month is None
        else _previous(row, row.previous, row.previous_month),
        row.value,
        row.consumption,
        domain.shown(row.consumption),
        notice(row.notice, english) if row.notice else None,
    )


def _previous(row: FormRow, value: Decimal, month: date) -> ReadingsPrevious:
    return ReadingsPrevious(value, month, f"{domain.reading_text(value, row.digits)} за {domain.month_text(month)}")


def _window(row: FormRow, today: date) -> tuple[ReadingsWindow | None, str]:
    if row.month is None or row.opens_on is None or row.closes_on is None:
        return None, domain.NO_WINDOW
    window = domain.Window(row.month, row.opens_on, row.closes_on, row.closed)
    return ReadingsWindow(row.month, row.opens_on, row.closes_on, window.is_open(today)), window.text


def _object(row: FormRow, object_id: str) -> ReadingsObject:
    return ReadingsObject(
        object_id,
        row.object_number,
        row.object_name,
        row.address,
        row.price_category,
        row.object_status,
        row.object_note,
        [],
    )


def _meter(row: FormRow, meter_id: str, is_open: bool) -> ReadingsMeter:
    return ReadingsMeter(
        meter_id,
        row.meter_number,
        row.model,
        row.coefficient,
        row.loss_percent,
        row.digits,
        row.installed_on,
        row.verified_until,
        row.meter_status,
        row.meter_note,
        is_open and row.object_status == row.meter_status == domain.WAITING,
        None,
        [],
    )


def _entry(row: FormRow, is_open: bool) -> ReadingsEntry:
    return ReadingsEntry(is_open and row.object_status == domain.WAITING, row.value, _transmission(row))


def _transmission(row: FormRow) -> ReadingsTransmission | None:
    if row.submission_id is None or row.submitted_at is None or row.state is None:
        return None
    return ReadingsTransmission(row.submission_id, row.state, row.code, row.text, row.submitted_at)


def _merge_transmission(meter: ReadingsMeter, row: FormRow) -> None:
    """A device is refused when one of its registers is, and accepted when all are."""
    so_far, state = meter.transmission, row.state
    if so_far is None:
        meter.transmission = _transmission(row)
    elif state is None:
        return
    elif so_far.state != "refused" and (state == "refused" or so_far.state == "accepted"):
        so_far.state, so_far.code, so_far.text = state, row.code, row.text


def _sum_up(subject: ReadingsObject) -> None:
    """Check marks and totals, from the devices upwards."""
    entered = [point for point in subject.points if point.meters or point.entry]
    for point in entered:
        point.transmitted = True
        if point.entry is not None:
            sent = point.entry.transmission
            point.transmitted = sent is not None and sent.state != "refused"
            point.consumption = point.entry.current
        for meter in point.meters:
            if meter.transmission is None:
                point.transmitted = False
                continue
            point.transmitted = point.transmitted and meter.transmission.state != "refused"
            point.consumption = domain.total(point.consumption, _active_consumption(meter))
        subject.consumption = domain.total(subject.consumption, point.consumption)
    subject.transmitted = bool(entered) and all(point.transmitted for point in entered)
    subject.consumption_shown = domain.shown(subject.consumption)
    if not entered:
        subject.fixed = domain.FIXED


def _active_consumption(meter: ReadingsMeter) -> Decimal | None:
    return domain.active_consumption([(register.code, register.consumption) for register in meter.registers])


def notice(code: str, english: bool) -> ReadingsNotice | None:
    """The remark behind a stored code."""
    found = errors.NOTICES.get(code)
    return None if found is None else ReadingsNotice(code, found.en if english else found.ru)
