"""How it goes with the operators, for the supplier's staff."""

from datetime import UTC, datetime

from core.sdk import NOT_FOUND, Context, Page, Problem, decode_cursor, page
from plugins.edo.domain import OperatorName
from plugins.edo.schemas.staff import EdoOperatorState, EdoTrouble, EdoUnsent
from plugins.edo.services import polling
from plugins.edo.services.operators import PORTS, operator
from plugins.edo.store import operators as store

_LAST = datetime(9999, 12, 31, tzinfo=UTC)
_LAST_KEY = "\U0010ffff"


async def states(ctx: Context) -> list[EdoOperatorState]:
    """How far each operator was read, and why not further."""
    found, counted = [], {row.operator: row.count for row in await ctx.reader.all(store.TROUBLE_COUNTS)}
    for name in PORTS:
        behind = operator(ctx, name)
        row = await ctx.reader.first(store.POLLING, operator=name)
        troubles = counted.get(name, 0)
        if row is None:
            found.append(EdoOperatorState(name, behind.works, behind.box_id, "", 0, 0, None, None, "", troubles))
            continue
        told = (row.cursor, row.taken, row.strange, row.asked_at, row.succeeded_at, row.failure)
        found.append(EdoOperatorState(name, behind.works, behind.box_id, *told, troubles))
    return found


async def troubles(ctx: Context, cursor: str | None, limit: int) -> Page[EdoTrouble]:
    """Events without effect, the newest first, one operator after the other."""
    name, before, key = decode_cursor(cursor, str, datetime, str) or ("z", _LAST, _LAST_KEY)
    rows = await ctx.reader.all(store.TROUBLES, before=before, operator=name, id=key, limit=limit + 1)
    shown = [
        EdoTrouble(row.operator, row.id, row.kind, row.document_id, row.trouble, row.text, row.taken_at)  # type: ignore[arg-type]
        for row in rows
    ]
    return page(shown, limit, lambda item: (item.operator, item.taken_at, item.id))


async def unsent(ctx: Context, cursor: str | None, limit: int) -> Page[EdoUnsent]:
    """Deeds that an operator does not have, the oldest first."""
    (after,) = decode_cursor(cursor, str) or ("",)
    rows = await ctx.reader.all(store.OPEN, after=after, limit=limit + 1)
    shown = [
        EdoUnsent(
            row.id,
            row.document_id,
            row.contract_id,
            row.operator,
            row.action,
            row.state,
            row.failure,
            row.tries,
            row.ordered_at,
        )
        for row in rows
    ]
    return page(shown, limit, lambda item: (item.id,))


async def reread(ctx: Context, name: str) -> OperatorName:
    """Runs `polling.reread`. Raises Problem 404."""
    for known in PORTS:
        if known == name:
            await polling.reread(ctx, known)
            return known
    raise Problem(NOT_FOUND)
