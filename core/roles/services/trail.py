"""The audit trail of a contract's roles, for its administrator and for staff."""

import msgspec

from core.roles import schemas, store
from core.sdk import Context, Page, decode_cursor, page

_NEWEST = 2**62


async def trail(ctx: Context, contract_id: str, cursor: str | None, limit: int) -> Page[schemas.RoleDeed]:
    """Who gave, changed, asked for and took away what, the newest first."""
    (before,) = decode_cursor(cursor, int) or (_NEWEST,)
    rows = await ctx.reader.all(store.DEEDS, contract_id=contract_id, before=before, limit=limit + 1)
    cut = page(rows, limit, lambda row: (row.id,))
    return Page([_deed(row) for row in cut.items], cut.next)


def _deed(row: store.DeedRow) -> schemas.RoleDeed:
    return schemas.RoleDeed(row.at, row.email or row.actor, row.action, msgspec.json.decode(row.details))
