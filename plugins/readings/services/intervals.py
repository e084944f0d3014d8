"""«Почасовые»: files of layout 80020 come in, days are stored, facts for the company go out."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

import msgspec

from core.imports.public import FileRefused, ImportFile, Line, Note, Outcome, Source
from core.intervals.public import (
    DOUBTFUL,
    SUBSTITUTED,
    Comparison,
    compare,
    foresee,
    unpack,
    write,
)
from core.sdk import Context, Problem, UnitOfWork, plain
from plugins.readings import store
from plugins.readings.adapters import archives
from plugins.readings.adapters.layout_80020 import MEGABYTE, Readable, StructureError, read_message
from plugins.readings.domain.layout_80020 import Finding, Frame, Header, Judge, Judged, Point, channel_name, day_named
from plugins.readings.errors import layout_80020 as errors
from plugins.readings.models import IntervalMessage
from plugins.readings.public import IntervalChannel, IntervalsSubmitted
from plugins.readings.settings import ReadingsSettings
from plugins.readings.store import intervals as queries
from plugins.readings.store.intervals import PointRow

MOST_BYTES = 200 * MEGABYTE
"""Of an upload."""
MOST_POINTS = 200_000
MOST_UNPACKED = 600 * MEGABYTE


class IntervalUnit(msgspec.Struct, frozen=True, gc=False):
    """A metering point of a message; or a message of an archive that cannot be used, where `broken` says why."""

    header: Header
    member: str
    """The file inside of an archive, else empty."""
    point: Point | None
    broken: Note | None = None


async def offered(ctx: Context) -> bool:
    """Interval data are for price categories III to VI."""
    contract_id = ctx.granted.contract_id
    return await ctx.reader.first(queries.OFFERED, contract_id=contract_id, today=ctx.today()) is not None


def fits(head: bytes) -> bool:
    """An archive, or a text; which text it is only the reading tells."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xff\xfe", b"\xfe\xff")) or b"\x00" not in head


# ---- reading
def read(source: Source) -> Iterator[IntervalUnit]:
    """The points of a message, or of all messages of an archive."""
    taken = source.settings_of(ReadingsSettings).interval_layouts
    try:
        if source.suffix == ".zip":
            yield from _read_archive(source, taken)
        else:
            with source.path.open("rb") as file:
                yield from _units(file, "", taken)
    except StructureError as error:
        raise FileRefused(_note(error.finding)) from error
    except archives.ArchiveError as error:
        raise FileRefused(Note.of(error.kind, **error.params)) from error


def _read_archive(source: Source, taken: Sequence[str]) -> Iterator[IntervalUnit]:
    """A broken message does not hold up the others, and nothing of it is loaded: so each is read through first."""
    broken: list[IntervalUnit] = []
    good: set[int] = set()
    with source.path.open("rb") as file:
        for number, (name, content) in enumerate(archives.members(file, MOST_UNPACKED)):
            try:
                for _ in _units(content, name, taken):
                    pass
                good.add(number)
            except StructureError as error:
                broken.append(_broken(name, _note(error.finding, name)))
            except archives.DamagedMember:
                broken.append(_broken(name, Note.of(errors.ARCHIVE_BROKEN, sheet=name)))
        if not good:
            raise FileRefused(*[unit.broken for unit in broken if unit.broken])
        yield from broken
        file.seek(0)
        for number, (name, content) in enumerate(archives.members(file, MOST_UNPACKED)):
            if number in good:
                yield from _units(content, name, taken)


def _broken(name: str, note: Note) -> IntervalUnit:
    return IntervalUnit(Header("", "", "", "", ""), name, None, note)


def _units(file: Readable, member: str, taken: Sequence[str]) -> Iterator[IntervalUnit]:
    header: Header | None = None
    for item in read_message(file, layouts=taken, limit=MOST_UNPACKED):
        if isinstance(item, Header):
            header = item
        else:
            assert header is not None
            yield IntervalUnit(header, member, item)


def _note(finding: Finding, sheet: str = "") -> Note:
    return Note.of(finding.kind, row=finding.line, sheet=sheet, **finding.params)


# ---- what both steps need to know
class _Known:
    """The contract's side of a batch: its points and the messages that were loaded before."""

    def __init__(self, ctx: Context, points: Sequence[PointRow], loaded: Sequence[queries.Message]) -> None:
        self._ctx = ctx
        self._points = points
        self._zones = ctx.settings(ReadingsSettings).interval_zones
        self._loaded = {(item.sender, item.day, item.number): item for item in loaded}
        self._judges: dict[Header, Judge] = {}
        self.objects = {point.point_id: point.object_id for point in points}

    def judge(self, unit: IntervalUnit) -> Judged:
        assert unit.point is not None
        return self._judge(unit.header).judge(unit.point)

    def warning(self, unit: IntervalUnit) -> Note | None:
        """The message came before: a number is not given twice, but what it holds may be a correction all the same."""
        header = unit.header
        before = self._loaded.get((header.sender_inn, header.day, header.number))
        if before is None:
            return None
        return Note.of(errors.MESSAGE_REPEATED, sheet=unit.member, warning=True, number=header.number, day=header.day)

    def _judge(self, header: Header) -> Judge:
        found = self._judges.get(header)
        if found is None:
            day = day_named(header.day)
            points: dict[str, list[str]] = {}
            for point in self._points:
                if day is None or point.in_use_on(day):
                    points.setdefault(point.code, []).append(point.point_id)
            found = self._judges[header] = Judge(header, Frame(points, self._zones, self._ctx.today()))
        return found


async def _known(ctx: Context, file: ImportFile, units: Sequence[IntervalUnit]) -> _Known:
    taken = ctx.settings(ReadingsSettings).interval_layouts
    for unit in units:
        if unit.point is not None and unit.header.layout not in taken:
            raise Problem(errors.WRONG_LAYOUT, expected=" или ".join(taken), found=unit.header.layout)
    codes = sorted({unit.point.code for unit in units if unit.point is not None})
    points = await ctx.reader.all(queries.POINTS, codes=codes, **store.scope(ctx))
    loaded = await ctx.reader.all(
        queries.LOADED,
        contract_id=ctx.granted.contract_id,
        import_id=file.id,
        days=sorted({unit.header.day for unit in units}),
    )
    return _Known(ctx, points, loaded)


# ---- checking
async def check(ctx: Context, file: ImportFile, units: Sequence[IntervalUnit]) -> list[Outcome]:
    """What the points of a file would change."""
    known = await _known(ctx, file, units)
    judged = [None if unit.point is None else known.judge(unit) for unit in units]
    outcomes: dict[int, Outcome] = {}
    for series in {unit.header.layout for unit in units}:
        mine = [(index, item) for index, item in enumerate(judged) if item and units[index].header.layout == series]
        compared = iter(await foresee(ctx, series, [day for _, item in mine for day in item.days]))
        for index, item in mine:
            found = [next(compared) for _ in item.days]
            outcomes[index] = _outcome(units[index], item, found, known.warning(units[index]))
    return [outcomes.get(index) or _unusable(unit) for index, unit in enumerate(units)]


def _unusable(unit: IntervalUnit) -> Outcome:
    return Outcome("refused", unit.member, (), [unit.broken] if unit.broken else ())


def _outcome(unit: IntervalUnit, item: Judged, compared: Sequence[Comparison], warning: Note | None) -> Outcome:
    title = f"{item.name} ({item.code})" if item.name else item.code
    general = [_note(finding, unit.member) for finding in item.findings if not finding.channel]
    notes = [*general, *([warning] if warning else [])]
    if item.findings:
        return Outcome("refused", title, _wrong_lines(unit, item), notes)
    changes = any(found.outcome != "unchanged" for found in compared)
    assert unit.point is not None
    lines = [_line(unit, channel.line, found) for channel, found in zip(unit.point.channels, compared, strict=True)]
    return Outcome("new" if changes else "unchanged", title, lines, notes)


def _line(unit: IntervalUnit, row: int, found: Comparison) -> Line:
    day = found.day
    notes = []
    if day.missing == day.periods:
        notes.append(Note.of(errors.NO_VALUES, row=row, sheet=unit.member, warning=True))
    return Line(
        _title(day.channel, day.day),
        row,
        unit.member,
        day.channel,
        given=f"{day.periods - day.missing} из {day.periods}",
        current="" if found.before is None else f"{plain(found.before.total):f}",
        result=f"{day.total:f}",
        notes=notes,
    )


def _wrong_lines(unit: IntervalUnit, item: Judged) -> list[Line]:
    """A line for each channel of the file: what is wrong in it, or that others are."""
    assert unit.point is not None
    lines, told = [], any(not finding.channel for finding in item.findings)
    for channel in unit.point.channels:
        mine = [_note(finding, unit.member) for finding in item.findings if finding.channel == channel.code[:40]]
        if not mine and not told:
            mine = [Note.of(errors.POINT_REFUSED, row=channel.line, sheet=unit.member)]
        lines.append(Line(_title(channel_name(channel.code), item.day), channel.line, unit.member, notes=mine))
    return lines


@lru_cache(maxsize=1000)
def _title(channel: str, day: date | None) -> str:
    return channel if day is None else f"{channel} за {day:%d.%m.%Y}"


# ---- taking over
async def commit(ctx: Context, uow: UnitOfWork, file: ImportFile, units: Sequence[IntervalUnit]) -> list[Outcome]:
    """Stores the days and emits a fact for each metering point and day."""
    await uow.lock(f"readings.intervals:{ctx.granted.contract_id}")  # two files of one day, one after the other
    known = await _known(ctx, file, units)
    outcomes: list[Outcome] = []
    for layout, alike in _rounds(units):
        judged = [known.judge(unit) for unit in alike]
        compared = iter(await compare(uow, layout, [day for item in judged for day in item.days]))
        written: list[tuple[Comparison, str]] = []
        for unit, item in zip(alike, judged, strict=True):
            found = [next(compared) for _ in item.days]
            outcome = _outcome(unit, item, found, known.warning(unit))
            if outcome.state == "new":
                changed = [one for one in found if one.outcome != "unchanged"]
                fact_id = uow.emit(_fact(ctx, uow, file, unit, changed, known), subject=ctx.granted.contract_id)
                written += [(one, fact_id) for one in changed]
                outcome = msgspec.structs.replace(outcome, state="sent", fact_id=fact_id)
            outcomes.append(outcome)
        await write(uow, layout, written)
    await _remember(ctx, uow, file, units)
    return outcomes


def _rounds(units: Sequence[IntervalUnit]) -> Iterator[tuple[str, list[IntervalUnit]]]:
    """Units in their order, in runs of one layout in which no point has the same day twice."""
    run: list[IntervalUnit] = []
    seen: set[tuple[str, str]] = set()
    for unit in units:
        assert unit.point is not None
        key = unit.point.code, unit.header.day
        if run and (key in seen or run[0].header.layout != unit.header.layout):
            yield run[0].header.layout, run
            run, seen = [], set()
        run.append(unit)
        seen.add(key)
    if run:
        yield run[0].header.layout, run


def _fact(
    ctx: Context,
    uow: UnitOfWork,
    file: ImportFile,
    unit: IntervalUnit,
    changed: Sequence[Comparison],
    known: _Known,
) -> IntervalsSubmitted:
    assert unit.point is not None
    first = changed[0].day
    return IntervalsSubmitted(
        import_id=file.id,
        contract_id=ctx.granted.contract_id,
        energy_object_id=known.objects[first.point_id],
        metering_point_id=first.point_id,
        complex_code=unit.point.code,
        day=first.day,
        channels=[_channel(one) for one in changed],
        layout=unit.header.layout,
        sender_inn=unit.header.sender_inn,
        message_number=unit.header.number,
        author=ctx.actor.label,
        submitted_at=uow.now,
    )


def _channel(found: Comparison) -> IntervalChannel:
    day = found.day
    profile = unpack(day.packed, day.periods)
    return IntervalChannel(
        day.channel,
        day.minutes,
        day.starts_at,
        profile.texts(),
        profile.marked(DOUBTFUL),
        profile.marked(SUBSTITUTED),
        found.replaces,
    )


async def _remember(ctx: Context, uow: UnitOfWork, file: ImportFile, units: Sequence[IntervalUnit]) -> None:
    messages = {unit.member: unit.header for unit in units}
    await uow.execute(
        uow.upsert(IntervalMessage).on_conflict_do_nothing(),
        [
            {
                "import_id": file.id,
                "member": member,
                "contract_id": ctx.granted.contract_id,
                "layout": header.layout,
                "sender": header.sender_inn,
                "day": header.day,
                "number": header.number,
                "loaded_at": uow.now,
            }
            for member, header in messages.items()
        ],
    )
