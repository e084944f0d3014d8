"""The metering platform is read: a page is a transaction that moves the cursor, too, so nothing is lost or doubled."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from core.ports.metering import Change, Changes, Metering, MeteringUnavailable
from core.sdk import Context, Page, RowError, UnitOfWork, decode_cursor, new_id, page
from plugins.isu.models import Parked, Pull
from plugins.isu.schemas.staff import IsuParked, IsuPlatform
from plugins.isu.services.feeds import FEEDS, Refusal
from plugins.isu.settings import IsuSettings
from plugins.isu.store import feeds as store

PLATFORM = "platform"
MOST_PARKED = 100_000
"""A platform of which nothing can be taken is not read on and on."""
_AT_ONCE = 500
_SHOWN = 2000
_log = logging.getLogger(__name__)


class _Moved(Exception):
    """Somebody else has read this page meanwhile."""


async def pull(ctx: Context) -> None:
    """Reads whatever the platform has, up to the limit of one pull. A platform that is away is asked again later."""
    platform, settings = ctx.port(Metering), ctx.settings(IsuSettings)
    if not platform.pulls:
        return
    state = await ctx.reader.first(store.PULL_STATE, name=PLATFORM)
    cursor, seen = state.cursor if state else "", set[str]()
    if (await ctx.reader.first(store.PARKED_COUNT) or 0) > MOST_PARKED:
        await _note_failure(ctx, f"more than {MOST_PARKED} changes could not be taken: look at them first")
        return
    for _ in range(settings.pages):
        try:
            changes = await platform.changes(cursor, settings.page)
            if changes.next in seen:
                raise MeteringUnavailable("the metering platform's cursors go round in a circle")
        except MeteringUnavailable as error:
            _log.warning("the metering platform was not read: %s", error)
            await _note_failure(ctx, str(error))
            return
        seen.add(cursor)
        try:
            await _take(ctx, cursor, changes)
        except _Moved:
            return
        cursor = changes.next
        if not changes.more:
            return


async def _note_failure(ctx: Context, why: str) -> None:
    async with ctx.uow() as uow:
        fresh = {"asked_at": uow.now, "failure": why[:1000]}
        values = {"name": PLATFORM, "cursor": "", "taken": 0, **fresh}
        insert = uow.upsert(Pull).values(values)
        await uow.execute(insert.on_conflict_do_update(index_elements=["name"], set_=fresh))


async def _take(ctx: Context, cursor: str, changes: Changes) -> None:
    """Applies a page and moves the cursor, both or neither."""
    async with ctx.uow() as uow:
        await uow.lock("isu.pull")
        row = await uow.one(store.PULL, {"name": PLATFORM})
        before, taken = tuple(row) if row else ("", 0)
        if before != cursor:
            raise _Moved
        await free(uow)
        await _apply(uow, changes.items)
        done = {"succeeded_at": uow.now} if not changes.more else {}
        await uow.put(
            Pull,
            ("name",),
            [
                {
                    "name": PLATFORM,
                    "cursor": changes.next,
                    "taken": taken + len(changes.items),
                    "asked_at": uow.now,
                    "failure": "",
                    **done,
                }
            ],
        )


async def _apply(uow: UnitOfWork, changes: Sequence[Change]) -> None:
    """By kind, each in its order. When objects have come, what waited for them goes before what is newer."""
    for kind in FEEDS:
        mine = [bytes(change.row) for change in changes if change.kind == kind]
        await _park(uow, kind, await take(uow, kind, mine))
        if kind == "nodes" and mine:
            await free(uow)
    strange = [change for change in changes if change.kind not in FEEDS]
    for change in strange:
        refusal = Refusal(RowError("isu.unknown_kind", "kind", f"Неизвестный вид изменений: {change.kind[:40]}"))
        await _park(uow, change.kind[:40].replace("\x00", ""), [(bytes(change.row), refusal)])


async def take(uow: UnitOfWork, kind: str, raws: Sequence[bytes]) -> list[tuple[bytes, Refusal | None]]:
    """Takes what can be taken; says why not of the others."""
    feed, answers = FEEDS[kind], dict[int, Refusal | None]()
    decoder, rows = msgspec.json.Decoder(feed.row), list[tuple[int, Any]]()
    for index, raw in enumerate(raws):
        try:
            rows.append((index, decoder.decode(raw)))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            answers[index] = Refusal(RowError("isu.malformed", "", str(error)[:500]))
    for batch in _batches(rows):
        answers |= await _taken(uow, kind, batch)
    return [(raw, answers[index]) for index, raw in enumerate(raws)]


def _batches(rows: list[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


async def _taken(uow: UnitOfWork, kind: str, batch: Sequence[tuple[int, Any]]) -> dict[int, Refusal | None]:
    """A batch together; one that the database refuses as a whole, row by row, so that one row never stops the rest."""
    feed = FEEDS[kind]
    try:
        async with uow.savepoint():
            answers = await feed.take(uow, [row for _, row in batch])
        return {index: answer for (index, _), answer in zip(batch, answers, strict=True)}
    except (sa.exc.DBAPIError, ValueError, ArithmeticError) as error:
        if len(batch) == 1:
            _log.warning("a row of %s could not be stored: %r", kind, error)
            return {batch[0][0]: Refusal(RowError("isu.not_stored", "", "Строку не удалось сохранить"))}
    one_by_one: dict[int, Refusal | None] = {}
    for item in batch:
        one_by_one |= await _taken(uow, kind, [item])
        await asyncio.sleep(0)
    return one_by_one


async def _park(uow: UnitOfWork, kind: str, taken: Sequence[tuple[bytes, Refusal | None]]) -> None:
    rows = [
        {
            "id": new_id(),
            "kind": kind,
            "needs": refusal.needs,
            "code": refusal.error.code,
            "field": refusal.error.field,
            "message": refusal.error.message,
            "row": raw,
            "parked_at": uow.now,
        }
        for raw, refusal in taken
        if refusal is not None
    ]
    if rows:
        await uow.execute(sa.insert(Parked), rows)


# ---- what waits
async def free(uow: UnitOfWork) -> None:
    """Takes parked changes whose missing object has come, the oldest first."""
    tried: set[str] = set()
    while found := (await uow.execute(store.FREED, {"limit": _AT_ONCE})).all():
        await _again(uow, [tuple(row) for row in found], tried)


async def retry(ctx: Context) -> None:
    """Tries everything that was parked once more: what was wrong yesterday may be right since."""
    after = ""
    while True:
        async with ctx.uow() as uow:
            await uow.lock("isu.pull")
            await free(uow)
            found = (await uow.execute(store.WRONG, {"limit": _AT_ONCE, "after": after})).all()
            if not found:
                return
            after = found[-1].id
            await _again(uow, [tuple(row) for row in found if row.kind in FEEDS], set())


async def _again(uow: UnitOfWork, parked: Sequence[tuple[str, str, bytes]], tried: set[str]) -> None:
    """`tried`: what is not freed a second time, since what it misses is there and does not help."""
    for kind in FEEDS:
        mine = [(key, raw) for key, its_kind, raw in parked if its_kind == kind]
        taken = await take(uow, kind, [raw for _, raw in mine])
        gone = [key for (key, _), (_, refusal) in zip(mine, taken, strict=True) if refusal is None]
        left = [(key, refusal) for (key, _), (_, refusal) in zip(mine, taken, strict=True) if refusal is not None]
        if gone:
            await uow.execute(sa.delete(Parked).where(Parked.id.in_(gone)))
        for key, refusal in left:
            told = {"code": refusal.error.code, "field": refusal.error.field, "message": refusal.error.message}
            needs = "" if key in tried else refusal.needs
            await uow.execute(sa.update(Parked).where(Parked.id == key).values(needs=needs, **told))
    tried.update(key for key, _, _ in parked)


# ---- for staff
async def platform(ctx: Context) -> IsuPlatform:
    """How reading the platform goes."""
    state = await ctx.reader.first(store.PULL_STATE, name=PLATFORM)
    parked = await ctx.reader.first(store.PARKED_COUNT) or 0
    connected = ctx.port(Metering).pulls
    if state is None:
        return IsuPlatform(connected, "", 0, None, None, "", parked)
    return IsuPlatform(connected, state.cursor, state.taken, state.asked_at, state.succeeded_at, state.failure, parked)


async def parked(ctx: Context, cursor: str | None, limit: int) -> Page[IsuParked]:
    """What could not be taken, the oldest first."""
    (after,) = decode_cursor(cursor, str) or ("",)
    rows = await ctx.reader.all(store.PARKED_LIST, after=after, limit=limit + 1)
    shown = [
        IsuParked(key, kind, needs, code, field, message, raw[:_SHOWN].decode(errors="replace"), at)
        for key, kind, needs, code, field, message, raw, at in rows
    ]
    return page(shown, limit, lambda item: (item.id,))
