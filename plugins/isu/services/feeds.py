"""Rows of the metering platform: each function takes a batch inside of a transaction and says of each row why not.

The exchange's datasets and the pull take their rows the same way.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from core.intervals.public import DOUBTFUL, Day, compare, day_of, profile, write
from core.sdk import RowError, UnitOfWork, exact, month_start
from plugins.isu.domain import BLOCKS, DEVICE, LEVELS
from plugins.isu.domain.events import OTHER, is_critical
from plugins.isu.domain.spodes import JOURNALS
from plugins.isu.models import Block, DeviceEvent, Node, Reading
from plugins.isu.schemas.company import IsuBlockRow, IsuEventRow, IsuNodeRow, IsuProfileRow, IsuReadingRowIn
from plugins.isu.store import feeds as store


class Refusal(msgspec.Struct, frozen=True):
    """Why a row is not taken."""

    error: RowError
    needs: str = ""
    """The object that it could be taken with; empty: the row itself is wrong."""


Refusals = list[Refusal | None]
_AHEAD = timedelta(days=1)
"""Clocks of devices differ; what lies further ahead is wrong."""
_LENGTHS = {30: (46, 48, 50), 60: (23, 24, 25)}
"""Periods of a day, those on which clocks change included."""
_ZONES = timedelta(hours=14)
"""A day begins within so many hours of midnight UTC, wherever it is."""


def series_of(device_id: str) -> str:
    """The series of interval data that a device's profile is: other measurements of its point stay apart."""
    return f"isu:{device_id}"


def _unknown(field: str, what: str, key: str) -> Refusal:
    return Refusal(RowError("isu.unknown_object", field, f"{what} с ключом «{key}» не загружен"), key)


def _wrong(code: str, field: str, message: str) -> Refusal:
    return Refusal(RowError(f"isu.{code}", field, message))


_NO_POINT = _wrong("no_point", "device_id", "У прибора не указана точка учёта, профиль хранить негде")
_FUTURE = _wrong("future", "at", "Момент ещё не наступил")
_NO_VALUES = _wrong("no_values", "t1", "Не указано ни одного значения")
_MOVED = _wrong("moved", "parent_id", "Объект перенесён: загрузите его под новым ключом, архивы остаются за старым")
_PARENT = _wrong("wrong_parent", "parent_id", "Родитель — не объект предыдущего уровня того же энергообъекта")
_ANOTHER_OBJECT = _wrong("another_object", "metering_point_id", "Точка учёта относится к другому энергообъекту")


async def _found(uow: UnitOfWork, statement: Any, keys: Iterable[str | None]) -> dict[str, tuple[Any, ...]]:
    ids = sorted({key for key in keys if key is not None})
    rows = await uow.execute(statement, {"ids": ids}) if ids else ()
    return {row[0]: tuple(row[1:]) for row in rows}


# ---- nodes
async def take_nodes(uow: UnitOfWork, rows: Sequence[IsuNodeRow]) -> Refusals:
    """Sets objects of trees."""
    objects = await _found(uow, store.ENERGY_OBJECTS, (row.energy_object_id for row in rows))
    points = await _found(uow, store.METERING_POINTS, (row.metering_point_id for row in rows))
    nodes = await _found(uow, store.NODES, [key for row in rows for key in (row.id, row.parent_id)])
    answers: Refusals = []
    for row in rows:
        answers.append(_node_refusal(row, objects, points, nodes))
        if answers[-1] is None:
            nodes[row.id] = (LEVELS.index(row.level), row.energy_object_id, row.metering_point_id)
    await uow.put(
        Node,
        ("id",),
        [
            {
                "id": row.id,
                "contract_id": objects[row.energy_object_id][0],
                "energy_object_id": row.energy_object_id,
                "level": LEVELS.index(row.level),
                "parent_id": row.parent_id,
                "name": row.name,
                "search": row.name.lower(),
                "metering_point_id": row.metering_point_id,
                "closed_on": row.closed_on,
            }
            for row, refusal in zip(rows, answers, strict=True)
            if refusal is None
        ],
    )
    return answers


def _node_refusal(
    row: IsuNodeRow,
    objects: dict[str, tuple[Any, ...]],
    points: dict[str, tuple[Any, ...]],
    nodes: dict[str, tuple[Any, ...]],
) -> Refusal | None:
    level, point = LEVELS.index(row.level), row.metering_point_id
    if row.energy_object_id not in objects:
        return _unknown("energy_object_id", "Энергообъект", row.energy_object_id)
    if point is not None and point not in points:
        return _unknown("metering_point_id", "Точка учёта", point)
    if point is not None and points[point][0] != row.energy_object_id:
        return _ANOTHER_OBJECT
    if level == 1 and row.parent_id != row.energy_object_id:
        return _PARENT
    if level > 1 and row.parent_id not in nodes:
        return _unknown("parent_id", "Родительский объект", row.parent_id)
    if level > 1 and nodes[row.parent_id][:2] != (level - 1, row.energy_object_id):
        return _PARENT
    if row.id in nodes:
        before_level, before_object, before_point = nodes[row.id]
        if (before_level, before_object) != (level, row.energy_object_id) or before_point not in (None, point):
            return _MOVED
    return None


# ---- blocks
async def take_blocks(uow: UnitOfWork, rows: Sequence[IsuBlockRow]) -> Refusals:
    """Sets blocks of information; an older state never replaces a newer one."""
    top = LEVELS[0]
    objects = await _found(uow, store.ENERGY_OBJECTS, (row.object_id for row in rows if row.level == top))
    nodes = await _found(uow, store.NODES, (row.object_id for row in rows if row.level != top))
    answers = [_block_refusal(row, objects, nodes) for row in rows]
    made = [
        {
            "level": LEVELS.index(row.level),
            "object_id": row.object_id,
            "code": row.block,
            "as_of": row.as_of,
            "fields": msgspec.json.encode(row.fields),
        }
        for row, refusal in zip(rows, answers, strict=True)
        if refusal is None
    ]
    if made:
        insert = uow.upsert(Block)
        changed = {name: insert.excluded[name] for name in ("as_of", "fields")}
        keys = ["level", "object_id", "code"]
        newer = Block.as_of <= insert.excluded["as_of"]
        await uow.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed, where=newer), made)
    return answers


def _block_refusal(
    row: IsuBlockRow, objects: dict[str, tuple[Any, ...]], nodes: dict[str, tuple[Any, ...]]
) -> Refusal | None:
    if row.block not in BLOCKS[row.level]:
        return _wrong("unknown_block", "block", f"На этом уровне есть блоки: {', '.join(BLOCKS[row.level])}")
    if row.level == LEVELS[0]:
        return None if row.object_id in objects else _unknown("object_id", "Энергообъект", row.object_id)
    if row.object_id not in nodes:
        return _unknown("object_id", "Объект", row.object_id)
    if nodes[row.object_id][0] != LEVELS.index(row.level):
        return _wrong("another_level", "level", "Под этим ключом загружен объект другого уровня")
    return None


# ---- what devices measure
async def _devices(uow: UnitOfWork, rows: Sequence[Any]) -> dict[str, tuple[Any, ...]]:
    found = await _found(uow, store.NODES, (row.device_id for row in rows))
    return {key: node for key, node in found.items() if node[0] == DEVICE}


def _device_refusal(key: str, devices: dict[str, tuple[Any, ...]]) -> Refusal | None:
    return None if key in devices else _unknown("device_id", "Прибор учёта", key)


async def take_readings(uow: UnitOfWork, rows: Sequence[IsuReadingRowIn]) -> Refusals:
    """Sets readings."""
    devices = await _devices(uow, rows)
    answers = [_device_refusal(row.device_id, devices) or _reading_refusal(row, uow.now) for row in rows]
    await uow.put(
        Reading,
        ("device_id", "kind", "channel", "day", "slot"),
        [_reading(row) for row, refusal in zip(rows, answers, strict=True) if refusal is None],
    )
    return answers


def _reading_refusal(row: IsuReadingRowIn, now: datetime) -> Refusal | None:
    if row.kind == "current" and row.at is None:
        return _wrong("moment_needed", "at", "Текущим показаниям нужен момент съёма")
    if row.kind != "current" and row.day is None:
        return _wrong("day_needed", "day", "Показаниям нужен день")
    if (row.at is not None and row.at > now + _AHEAD) or (row.day is not None and row.day > (now + _AHEAD).date()):
        return _FUTURE
    if row.t1 is row.t2 is row.t3 is row.total is None:
        return _NO_VALUES
    return None


def _reading(row: IsuReadingRowIn) -> dict[str, Any]:
    current = row.kind == "current"
    at = row.at.astimezone(UTC) if current and row.at is not None else None
    day = row.day if at is None else at.date()
    assert isinstance(day, date)
    return {
        "device_id": row.device_id,
        "kind": row.kind,
        "channel": row.channel,
        "day": month_start(day) if row.kind == "month_end" else day,
        "slot": "" if at is None else at.isoformat(),
        "at": row.at,
        **{name: _number(getattr(row, name)) for name in ("t1", "t2", "t3", "total")},
    }


def _number(text: str | None) -> Decimal | None:
    return None if text is None else exact(text)


async def take_profiles(uow: UnitOfWork, rows: Sequence[IsuProfileRow]) -> Refusals:
    """Stores days of load profiles as interval data of the device's metering point."""
    devices = await _devices(uow, rows)
    answers = [_device_refusal(row.device_id, devices) or _profile_refusal(row, devices, uow.now) for row in rows]
    days: dict[str, dict[tuple[str, date], Day]] = {}
    for row, refusal in zip(rows, answers, strict=True):
        if refusal is None:
            made = _day(row, devices[row.device_id][2])
            days.setdefault(row.device_id, {})[row.channel, row.day] = made
    for device_id, mine in days.items():
        series = series_of(device_id)
        compared = await compare(uow, series, list(mine.values()))
        await write(uow, series, [(item, "isu") for item in compared])
    return answers


def _profile_refusal(row: IsuProfileRow, devices: dict[str, tuple[Any, ...]], now: datetime) -> Refusal | None:
    if devices[row.device_id][2] is None:
        return _NO_POINT
    if len(row.values) not in _LENGTHS[row.minutes]:
        return _wrong("wrong_length", "values", f"В сутках не бывает столько периодов: {len(row.values)}")
    if any(index >= len(row.values) for index in row.doubtful):
        return _wrong("wrong_index", "doubtful", "Нет периода с таким номером")
    if abs(row.starts_at - datetime.combine(row.day, time(), UTC)) > _ZONES:
        return _wrong("another_day", "starts_at", "Начало суток не относится к указанному дню")
    return _FUTURE if row.starts_at > now + _AHEAD else None


def _day(row: IsuProfileRow, point_id: str) -> Day:
    marked = frozenset(row.doubtful)
    marks = bytes(DOUBTFUL if index in marked else 0 for index in range(len(row.values))) if marked else b""
    found = profile([_number(value) for value in row.values], marks)
    return day_of(point_id, row.channel, row.day, row.starts_at.astimezone(UTC), row.minutes, found)


# ---- events
async def take_events(uow: UnitOfWork, rows: Sequence[IsuEventRow]) -> Refusals:
    """Sets entries of journals."""
    devices = await _devices(uow, rows)
    answers = [_device_refusal(row.device_id, devices) or _event_refusal(row, uow.now) for row in rows]
    await uow.put(
        DeviceEvent,
        ("id",),
        [
            {
                "id": row.id,
                "device_id": row.device_id,
                "at": row.at,
                "journal": row.journal,
                "code": row.code,
                "critical": is_critical(row.journal, row.code) if row.critical is None else row.critical,
                "text": row.text,
            }
            for row, refusal in zip(rows, answers, strict=True)
            if refusal is None
        ],
    )
    return answers


def _event_refusal(row: IsuEventRow, now: datetime) -> Refusal | None:
    if row.journal != OTHER and row.journal not in JOURNALS:
        return _wrong("unknown_journal", "journal", "Нет такого журнала; прочие события — «other» с текстом")
    if row.journal == OTHER and not row.text:
        return _wrong("text_needed", "text", "Событию вне стандарта нужен текст")
    return _FUTURE if row.at > now + _AHEAD else None


class Feed(msgspec.Struct, frozen=True):
    """A kind of rows."""

    row: Any
    take: Callable[[UnitOfWork, Sequence[Any]], Awaitable[Refusals]]

    async def load(self, uow: UnitOfWork, rows: Sequence[Any]) -> list[RowError | None]:
        """As a dataset of the exchange takes them."""
        return [None if refusal is None else refusal.error for refusal in await self.take(uow, rows)]


FEEDS: dict[str, Feed] = {
    "nodes": Feed(IsuNodeRow, take_nodes),
    "blocks": Feed(IsuBlockRow, take_blocks),
    "readings": Feed(IsuReadingRowIn, take_readings),
    "profiles": Feed(IsuProfileRow, take_profiles),
    "events": Feed(IsuEventRow, take_events),
}
"""By kind, in the order in which one needs the other."""
