"""Pages of objects: information of every level, readings of devices."""

from collections.abc import Sequence
from datetime import tzinfo

import msgspec

from core.sdk import NOT_FOUND, Context, Problem, plain
from plugins.isu import domain, store
from plugins.isu.domain import BLOCKS, ENERGY, LEVEL_TITLES, LEVELS, READING_BLOCKS, SHOWN_CHANNELS
from plugins.isu.schemas import IsuBlock, IsuField, IsuObject, IsuReadingBlock, IsuReadingRow, IsuReadings
from plugins.isu.schemas.names import Channel, Level, ReadingKind

TABS = ("Информация", "Показания", "Журнал")
_FIELDS = msgspec.json.Decoder(list[IsuField])


async def found_object(ctx: Context, level: Level, object_id: str) -> store.ObjectRow:
    """An object of the contract in the path that the caller's role covers. Raises Problem."""
    if level == LEVELS[0]:
        row = await ctx.reader.first(store.OBJECT, object_id=object_id, **store.scope(ctx))
    else:
        row = await ctx.reader.first(store.NODE, object_id=object_id, level=LEVELS.index(level), **store.scope(ctx))
    if row is None:
        raise Problem(NOT_FOUND)
    return row


# ---- information
async def information(ctx: Context, level: Level, object_id: str) -> IsuObject:
    """The page of an object. Raises Problem."""
    row = await found_object(ctx, level, object_id)
    stored = {
        block.code: block
        for block in await ctx.reader.all(store.BLOCKS_OF, level=LEVELS.index(level), object_id=object_id)
    }
    blocks = [_block(code, title, stored.get(code), ctx.runtime.zone) for code, title in BLOCKS[level].items()]
    name = row.name
    if level == LEVELS[0]:
        blocks = [_of_energy_object(blocks[0], row)]
        name = f"{row.number} {row.name}"
    tabs = list(TABS if level == "device" else TABS[:1])
    return IsuObject(level, LEVEL_TITLES[level], object_id, name, tabs, blocks)


def _block(code: str, title: str, stored: store.BlockRow | None, zone: tzinfo) -> IsuBlock:
    if stored is None:
        return IsuBlock(code, title, None, None, [])
    return IsuBlock(code, title, stored.as_of, domain.shown_moment(stored.as_of, zone), _FIELDS.decode(stored.fields))


def _of_energy_object(block: IsuBlock, row: store.ObjectRow) -> IsuBlock:
    """All six labels; what the platform does not tell of the object the contract does."""
    told = {field.name: field.value for field in block.fields}
    known = {domain.ADDRESS: row.address or None, domain.NAME: row.name, domain.NUMBER: row.number}
    fields = [IsuField(name, told.pop(name, None) or known.get(name)) for name in domain.OBJECT_FIELDS]
    others = [IsuField(name, value) for name, value in told.items()]
    return msgspec.structs.replace(block, fields=fields + others)


# ---- readings
async def readings(ctx: Context, device_id: str) -> IsuReadings:
    """The tab «Показания»: of each kind what was valid last. Raises Problem."""
    device = await found_object(ctx, "device", device_id)
    newest = await ctx.reader.all(store.NEWEST, device_id=device_id)
    blocks = [
        _readings(kind, title, [row for row in newest if row.kind == kind], ctx.runtime.zone)
        for kind, title in READING_BLOCKS.items()
    ]
    return IsuReadings(device_id, device.name, blocks)


def _readings(kind: ReadingKind, title: str, rows: Sequence[store.ReadingRow], zone: tzinfo) -> IsuReadingBlock:
    """A block tells one moment: a kind of energy that was not read then is unknown, not old."""
    last = max(((row.day, row.slot) for row in rows), default=None)
    valid = {row.channel: row for row in rows if (row.day, row.slot) == last}
    first = next(iter(valid.values()), None)
    shown = [_reading(channel, valid.get(channel)) for channel in SHOWN_CHANNELS]
    if first is None:
        return IsuReadingBlock(kind, title, None, None, None, shown)
    actual = domain.actual(kind, first.day, first.at, zone)
    day = first.at.astimezone(zone).date() if kind == "current" and first.at is not None else first.day
    return IsuReadingBlock(kind, title, day, first.at, actual, shown)


def _reading(channel: Channel, row: store.ReadingRow | None) -> IsuReadingRow:
    unit, explanation = ENERGY[channel]
    zones = (row.t1, row.t2, row.t3) if row else (None, None, None)
    sums = domain.total(zones, row.total if row else None)
    texts = [None if value is None else f"{plain(value):f}" for value in (*zones, sums)]
    return IsuReadingRow(channel, f"{channel}, [{unit}]", unit, explanation, *texts)
