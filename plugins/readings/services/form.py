"""The page «Показания»: which contracts, and the form of one of them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Page, Problem, decode_cursor, page
from plugins.readings import domain, errors, store
from plugins.readings.permissions import SUBMIT
from plugins.readings.schemas import (
    ReadingsContract,
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


async def contracts(ctx: Context, search: str, cursor: str | None, limit: int) -> Page[ReadingsContract]:
    """The contracts that the caller may submit readings for, by number."""
    number, contract_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.CONTRACTS,
        **ctx.visible(SUBMIT.name),
        today=ctx.today(),
        pattern=store.containing(search),
        number=number,
        id=contract_id,
        limit=limit + 1,
    )
    return page(rows, limit, lambda row: (row.number, row.id))


async def form(ctx: Context, wanted: FormFilter) -> ReadingsForm:
    """The form of the contract in the path. Raises Problem for a status that none of its objects has."""
    rows = await ctx.reader.all(store.FORM, today=ctx.today(), **store.scope(ctx))
    if not rows:
        raise Problem(NOT_FOUND)
    built = _Builder(ctx, rows[0], wanted)
    for row in rows:
        built.add(row)
    made = built.finish()
    if wanted.status is not None and wanted.status not in made.statuses:
        raise Problem(INVALID, errors=[FieldProblem("status", errors.UNKNOWN_STATUS)])
    return made


class _Builder:
    """Nests the rows in one pass: they come ordered by object, point, meter and register."""

    def __init__(self, ctx: Context, first: FormRow, wanted: FormFilter) -> None:
        self._wanted, self._english = wanted, ctx.language == "en"
        self._contract = ReadingsContract(ctx.granted.contract_id, first.contract_number, first.contract_name)
        self._window, self._window_text = _window(first, ctx.today())
        self._open = self._window is not None and self._window.open
        self._statuses: set[str] = set()
        self._objects: list[ReadingsObject] = []
        self._object_id = self._point_id = self._meter_id = ""
        self._skipping = False
        self._previous_texts: dict[date, str] = {}

    def add(self, row: FormRow) -> None:
        if row.object_id is None:
            return
        if row.object_id != self._object_id:
            self._object_id = row.object_id
            self._statuses.add(row.object_status)
            self._skipping = not self._wanted.wants(row)
            if not self._skipping:
                self._objects.append(_object(row, row.object_id))
        if self._skipping or row.point_id is None:
            return
        if row.point_id != self._point_id:
            self._point_id = row.point_id
            self._point = ReadingsPoint(row.point_id, row.point_name, row.by_message, row.complex_code, [])
            self._objects[-1].points.append(self._point)
        if row.meter_id is None:
            return
        if row.meter_id != self._meter_id:
            self._meter_id = row.meter_id
            self._meter = _meter(row, row.meter_id, self._open)
            self._point.meters.append(self._meter)
        if row.register is not None:
            self._meter.registers.append(self._register(row, row.register))
            _merge_transmission(self._meter, row)

    def _register(self, row: FormRow, code: str) -> ReadingsRegister:
        return ReadingsRegister(
            code,
            row.register_name,
            None if row.previous is None or row.previous_month is None else self._previous(row, row.previous_month),
            row.value,
            row.consumption,
            domain.shown(row.consumption),
            notice(row.notice, self._english) if row.notice else None,
        )

    def _previous(self, row: FormRow, month: date) -> ReadingsPrevious:
        assert row.previous is not None
        text = self._previous_texts.get(month)
        if text is None:
            text = self._previous_texts[month] = domain.month_text(month)
        return ReadingsPrevious(row.previous, month, f"{domain.reading_text(row.previous, row.digits)} за {text}")

    def finish(self) -> ReadingsForm:
        for subject in self._objects:
            _sum_up(subject)
        total = _sum([subject.consumption for subject in self._objects])
        return ReadingsForm(
            self._contract,
            self._window,
            self._window_text,
            sorted(self._statuses),
            self._objects,
            total,
            domain.shown(total),
        )


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


def _merge_transmission(meter: ReadingsMeter, row: FormRow) -> None:
    """A device is refused when one of its registers is, and accepted when all are."""
    if row.submission_id is None or row.submitted_at is None or row.state is None:
        return
    state = row.state
    so_far = meter.transmission
    if so_far is None:
        meter.transmission = ReadingsTransmission(row.submission_id, state, row.code, row.text, row.submitted_at)
    elif so_far.state != "refused" and (state == "refused" or so_far.state == "accepted"):
        so_far.state, so_far.code, so_far.text = state, row.code, row.text


def _sum_up(subject: ReadingsObject) -> None:
    """Check marks and totals, from the devices upwards."""
    metered = [point for point in subject.points if point.meters]
    for point in metered:
        point.transmitted = all(meter.transmission and meter.transmission.state != "refused" for meter in point.meters)
        point.consumption = _sum(
            [
                domain.active_consumption((register.code, register.consumption) for register in meter.registers)
                for meter in point.meters
            ]
        )
    subject.transmitted = bool(metered) and all(point.transmitted for point in metered)
    subject.consumption = _sum([point.consumption for point in metered])
    subject.consumption_shown = domain.shown(subject.consumption)
    if not metered and not any(point.by_message for point in subject.points):
        subject.fixed = domain.FIXED


def _sum(parts: Sequence[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known else None


def notice(code: str, english: bool) -> ReadingsNotice | None:
    """The remark behind a stored code."""
    found = errors.NOTICES.get(code)
    return None if found is None else ReadingsNotice(code, found.en if english else found.ru)
