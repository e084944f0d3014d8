"""Operators are read: a page is a transaction that moves the cursor, too, so nothing is lost or doubled."""

import logging
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from core.ports.edo_operator import OperatorEvents, OperatorUnavailable
from core.sdk import Context
from plugins.edo.domain import OperatorName
from plugins.edo.models import EdoOperatorEvent, EdoPolling
from plugins.edo.services import happening
from plugins.edo.services.happening import Source
from plugins.edo.services.operators import clean, operator
from plugins.edo.settings import EdoSettings
from plugins.edo.store.operators import PLACE, POLLING

_log = logging.getLogger(__name__)


class _Moved(Exception):
    """Somebody else has read this page meanwhile."""


async def poll(ctx: Context, name: OperatorName) -> None:
    """Reads what one operator has, up to the limit of one poll, if it is time; one that is away is asked later."""
    source, settings = operator(ctx, name), ctx.settings(EdoSettings)
    if not source.works:
        return
    state = await ctx.reader.first(POLLING, operator=name)
    if state is not None and ctx.now() < state.asked_at + timedelta(minutes=settings.poll_minutes):
        return
    cursor, seen = state.cursor if state else "", set[str]()
    whose = Source(name, source.box_id, ctx.runtime.supplier)
    for _ in range(settings.poll_pages):
        try:
            events = await source.events(cursor, settings.poll_page)
            if events.next in seen:
                raise OperatorUnavailable("the operator's cursors go round in a circle")
        except OperatorUnavailable as error:
            _log.warning("the operator %s was not read: %s", name, error)
            await _note_failure(ctx, name, str(error))
            return
        seen.add(cursor)
        try:
            await _take(ctx, whose, cursor, events)
        except _Moved:
            return
        cursor = events.next
        if not events.more:
            return


async def _note_failure(ctx: Context, name: OperatorName, why: str) -> None:
    async with ctx.uow() as uow:
        fresh = {"asked_at": uow.now, "failure": clean(why, 1000)}
        insert = uow.upsert(EdoPolling).values({"operator": name, "cursor": "", "taken": 0, "strange": 0, **fresh})
        await uow.execute(insert.on_conflict_do_update(index_elements=["operator"], set_=fresh))


async def _take(ctx: Context, source: Source, cursor: str, events: OperatorEvents) -> None:
    """Takes a page and moves the cursor, both or neither."""
    async with ctx.uow() as uow:
        await uow.lock(f"edo.poll.{source.operator}")
        row = await uow.one(PLACE, {"operator": source.operator})
        before, taken, strange = tuple(row) if row else ("", 0, 0)
        if before != cursor:
            raise _Moved
        strange += await happening.take(uow, source, events.items)
        done = {"succeeded_at": uow.now} if not events.more else {}
        counted = {"taken": taken + len(events.items), "strange": strange}
        moved = {"cursor": events.next, **counted, "asked_at": uow.now, "failure": ""}
        await uow.put(EdoPolling, ("operator",), [{"operator": source.operator, **moved, **done}])


async def reread(ctx: Context, name: OperatorName) -> None:
    """The operator is read from the beginning once more: a box has become known, an agreement was signed.

    What was taken is not taken again, only what had no effect at the time.
    """
    async with ctx.uow() as uow:
        await uow.lock(f"edo.poll.{name}")
        long_ago = datetime(2000, 1, 1, tzinfo=UTC)
        await uow.execute(sa.update(EdoPolling).where(EdoPolling.operator == name).values(cursor="", asked_at=long_ago))
        fruitless = EdoOperatorEvent.trouble != "", EdoOperatorEvent.document_id.is_(None)
        await uow.execute(sa.delete(EdoOperatorEvent).where(EdoOperatorEvent.operator == name, *fruitless))
        uow.audit("edo.reread", name)
