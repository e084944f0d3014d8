"""Workbooks with readings: every row goes through the rules of entry, when it is checked and when it is saved.

A file saves values («Сохранить показания»); transmitting them is another step. A row with a wrong value is loaded with
the error, as by hand; a value that is none, and a row that means no meter of the client's, are not loaded.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from core.imports.public import Counts, ImportFile, Line, Note, Outcome, plain, refused_lines
from core.sdk import Context, Query, UnitOfWork
from plugins.household import domain, store
from plugins.household.domain import ZONES, Status, Values, Window
from plugins.household.domain.rows import ACCOUNT, ADDRESS, FLAT, METER, NOW, HouseholdUnit
from plugins.household.errors import (
    ALTERED,
    METER_UNKNOWN,
    NO_SCHEDULE,
    NUMBER_FORMAT,
    ROW_UNKNOWN,
    TRANSMITTED,
    ZONE_ABSENT,
)
from plugins.household.models import HouseholdEntry, LoadedRow
from plugins.household.services import houses
from plugins.household.services.entry import KEY, entry_row, hold
from plugins.household.settings import HouseholdSettings
from plugins.household.store import MeterRow
from plugins.household.store import files as files_store

KIND = "household.readings"
Fetch = Callable[..., Awaitable[Sequence[Any]]]
ALL = "all"
"""As the only part of an upload: every address («Выбрать все»)."""


async def parts(ctx: Context, named: Sequence[str]) -> tuple[str, ...]:
    """The addresses that a file is for. Raises Problem."""
    chosen = await houses.several(ctx, named, every=list(named) == [ALL], field="part")
    return tuple(house.id for house in chosen)


class _Known(msgspec.Struct, frozen=True, gc=False):
    """A meter that rows may mean."""

    meter: MeterRow
    address: str
    removed: bool


class _Judged(msgspec.Struct, gc=False):
    """A row with what the rules say of it."""

    unit: HouseholdUnit
    notes: list[Note]
    zone_notes: list[list[Note]]
    known: _Known | None = None
    window: Window | None = None
    values: Values = domain.EMPTY
    """What stands at the meter once the row is loaded."""
    taken_on: date | None = None
    statuses: tuple[Status | None, ...] = (None, None, None)

    @property
    def refused(self) -> bool:
        """Nothing of the row can be loaded."""
        return any(note.level == "error" for note in self.notes) or not self.loadable

    @property
    def loadable(self) -> list[int]:
        """The zones whose value is one."""
        return [index for index in range(3) if self.unit.given[index] and not self.zone_notes[index]]


async def check(ctx: Context, file: ImportFile, units: Sequence[HouseholdUnit]) -> list[Outcome]:
    """What the rows would change."""
    judged = await _judge(ctx, ctx.reader.all, file, units)
    return [_outcome(one, "new") for one in judged]


async def commit(ctx: Context, uow: UnitOfWork, file: ImportFile, units: Sequence[HouseholdUnit]) -> list[Outcome]:
    """Saves the rows, and keeps what stood there before."""
    numbers = sorted({unit.account_number for unit in units if unit.filled})
    for house_id in await ctx.reader.all(files_store.HOUSES_OF, numbers=numbers):
        if house_id in file.parts:
            await hold(uow, house_id)
    judged = await _judge(ctx, _within(uow), file, units)
    saved = [one for one in judged if one.unit.filled and not one.refused]
    await _keep(uow, file, saved)
    await uow.put(HouseholdEntry, KEY, [_row(ctx, uow, file, one) for one in saved])
    outcomes = [_outcome(one, "accepted") for one in judged]
    loaded = [one.statuses[index] for one in saved for index in one.loadable]
    faulty = sum(status is not None and status.severity == "error" for status in loaded)
    lost = sum(sum(bool(value) for value in one.unit.given) - len(one.loadable) for one in saved)
    await files_store.count(uow, file.id, len(loaded) - faulty, faulty, lost)  # `finish` counts the refused rows
    return outcomes


async def finish(ctx: Context, uow: UnitOfWork, file: ImportFile, counts: Counts) -> None:
    """Every row is saved or refused: those refused are counted, too."""
    lost = 0
    async for line in refused_lines(uow, file):
        lost += line.title in ZONES
    await files_store.count(uow, file.id, 0, 0, lost)
    uow.audit("household.loaded", file.id, rows=counts.accepted)


def _within(uow: UnitOfWork) -> Fetch:
    async def fetch(query: Query[Any], /, **params: Any) -> list[Any]:
        return [query.into(*row) for row in await uow.execute(query.statement, params)]

    return fetch


# ---- judging
async def _judge(ctx: Context, fetch: Fetch, file: ImportFile, units: Sequence[HouseholdUnit]) -> list[_Judged]:
    numbers = sorted({unit.account_number for unit in units if unit.filled})
    windows: dict[str, Window | None] = {}
    known: dict[str, dict[str, list[_Known]]] = {}
    entries: dict[tuple[str, date], MeterRow] = {}
    since = domain.oldest_month(ctx.today())
    parts = frozenset(file.parts)
    asked = {"numbers": numbers, "since": since, **store.viewer(ctx)}
    for meter, address, removed_on, month in await fetch(files_store.BY_NUMBERS, **asked):
        if meter.house_id not in parts:
            continue
        if meter.branch not in windows:
            windows[meter.branch] = next(iter(await fetch(store.WINDOW, branch=meter.branch, today=ctx.today())), None)
        of_account = known.setdefault(meter.account_number, {}).setdefault(meter.number, [])
        if all(other.meter.id != meter.id for other in of_account):
            of_account.append(_Known(meter, address, removed_on is not None))
        if month is not None:
            entries[meter.id, month] = meter
    return [_judge_row(ctx, unit, known, windows, entries) for unit in units]


def _judge_row(
    ctx: Context,
    unit: HouseholdUnit,
    known: dict[str, dict[str, list[_Known]]],
    windows: dict[str, Window | None],
    entries: dict[tuple[str, date], MeterRow],
) -> _Judged:
    one = _Judged(unit, list(unit.notes), [[fault] if fault else [] for fault in unit.faults])
    if not unit.filled:
        return one
    found = _identify(one, known.get(unit.account_number))
    if found is None:
        return one
    one.known = found
    one.window = windows[found.meter.branch]
    if one.window is None:
        one.notes.append(Note.of(NO_SCHEDULE))
        return one
    entry = entries.get((found.meter.id, one.window.month))
    if entry is not None and entry.state in ("sending", "transmitted"):
        one.notes.append(Note.of(TRANSMITTED))
        return one
    _take_values(ctx, one, entry)
    judgement = domain.judge(found.meter.device, one.values, one.taken_on, one.window, ctx.today())
    one.statuses = judgement.statuses
    return one


def _identify(one: _Judged, of_account: dict[str, list[_Known]] | None) -> _Known | None:
    """The meter that the row means. What is locked in the template must stand there as it was."""
    unit = one.unit
    if of_account is None:
        one.notes.append(Note.of(ROW_UNKNOWN, column=unit.column(ACCOUNT)))
        return None
    found = [meter for meter in of_account.get(unit.meter_number, ()) if not meter.removed]
    if len(found) != 1:
        one.notes.append(Note.of(METER_UNKNOWN, column=unit.column(METER)))
        return None
    for heading, stands, was in (
        (ADDRESS, unit.address, found[0].address),
        (FLAT, unit.flat, found[0].meter.flat),
    ):
        if stands != was and plain(stands) != plain(was):
            one.notes.append(Note.of(ALTERED, column=unit.column(heading), was=was))
    return found[0]


def _take_values(ctx: Context, one: _Judged, entry: MeterRow | None) -> None:
    """The row's values over those that stand there; a zone left empty keeps what it has."""
    assert one.known is not None
    decimals = ctx.settings(HouseholdSettings).decimals
    values: list[Decimal | None] = list(entry.values) if entry else [None, None, None]
    for index, given in enumerate(one.unit.given):
        if not given or one.zone_notes[index]:
            continue
        column = one.unit.column(NOW[index])
        if index >= one.known.meter.zones:
            one.notes.append(Note.of(ZONE_ABSENT, column=column))
        elif (value := domain.parsed(given, decimals)) is None:
            one.zone_notes[index].append(Note.of(NUMBER_FORMAT, column=column, decimals=decimals))
        else:
            values[index] = value
    one.values = (values[0], values[1], values[2])
    one.taken_on = one.unit.taken_on or ctx.today()


# ---- saving
def _row(ctx: Context, uow: UnitOfWork, file: ImportFile, one: _Judged) -> dict[str, Any]:
    assert one.known is not None
    assert one.window is not None
    assert one.taken_on is not None
    meter = one.known.meter
    return entry_row(
        meter.house_id, meter.id, meter.device, one.values, one.taken_on, one.window, ctx.today(), uow.now, file.id
    )


async def _keep(uow: UnitOfWork, file: ImportFile, saved: Sequence[_Judged]) -> None:
    """Notes what stood at the meters, so that the loading can be undone."""
    months = {one.window.month for one in saved if one.window}
    ids = [one.known.meter.id for one in saved if one.known]
    if not ids:
        return
    select = sa.select(
        HouseholdEntry.meter_id,
        HouseholdEntry.month,
        HouseholdEntry.t1,
        HouseholdEntry.t2,
        HouseholdEntry.t3,
        HouseholdEntry.taken_on,
    ).where(HouseholdEntry.month.in_(months), HouseholdEntry.meter_id.in_(ids))
    stood = {(meter_id, month): rest for meter_id, month, *rest in await uow.execute(select)}
    rows = []
    for one in saved:
        assert one.known is not None
        assert one.window is not None
        t1, t2, t3, taken_on = stood.get((one.known.meter.id, one.window.month), (None, None, None, None))
        rows.append(
            {
                "import_id": file.id,
                "meter_id": one.known.meter.id,
                "month": one.window.month,
                "t1": t1,
                "t2": t2,
                "t3": t3,
                "taken_on": taken_on,
            }
        )
    await uow.execute(uow.upsert(LoadedRow).on_conflict_do_nothing(), rows)


# ---- showing
def _outcome(one: _Judged, good: Any) -> Outcome:
    unit = one.unit
    title = f"ЛС {unit.account_number}, ПУ {unit.meter_number}"
    if not unit.filled:
        return Outcome("skipped", title)
    lines = [_line(one, index) for index in range(3) if unit.given[index]]
    taken = one.taken_on or unit.taken_on
    lines.append(Line(DAY, given=domain.day_text(taken) if taken else unit.taken_text))
    lines += [Line(ACCOUNT, given=unit.account_number), Line(METER, given=unit.meter_number)]
    return Outcome("refused" if one.refused else good, title, lines, one.notes)


DAY = "Дата показания"
NOT_LOADED = "Не загружено"


def _line(one: _Judged, index: int) -> Line:
    unit, status = one.unit, one.statuses[index]
    notes = list(one.zone_notes[index])
    before = current = ""
    if one.known is not None:
        value = one.known.meter.device.previous[index]
        before = "" if value is None else domain.value_text(value, one.known.meter.digits)
    result = NOT_LOADED
    if not one.refused and not notes and status is not None:
        result = status.text
        if status.severity != "ok":
            column = unit.column(NOW[index])
            hint = status.hint or status.text
            notes.append(Note("warning", f"household.{status.code}", hint, hint, column=column))
    return Line(ZONES[index], unit.row, unit.sheet, "", unit.given[index], before, current, result, notes)
