"""Who has electronic documents at all (EDO-01 to EDO-03), and which of them."""

from collections.abc import Sequence

from core.sdk import NOT_FOUND, Context, Permission, Problem
from core.signatures.public import candidates
from plugins.edo import errors, store
from plugins.edo.permissions import VIEW
from plugins.edo.store import DocumentRow


async def available(ctx: Context) -> bool:
    """Whether any contract of the caller's has a signed agreement."""
    return bool(await ctx.reader.all(store.AGREEMENTS, **ctx.visible(VIEW.name)))


async def agreements(ctx: Context) -> set[str]:
    """The kinds of the caller's agreements. Raises Problem 403 when there is none."""
    found = {row.agreement for row in await ctx.reader.all(store.AGREEMENTS, **ctx.visible(VIEW.name))}
    if not found:
        raise Problem(errors.UNAVAILABLE)
    return {str(one) for one in found}


async def registered(ctx: Context) -> bool:
    """Whether the caller has a certificate that is valid now."""
    return bool(await candidates(ctx, ctx.actor.id))


async def full(ctx: Context) -> None:
    """Raises Problem: 403 without any agreement, 409 where a certificate has to be registered first."""
    if await agreements(ctx) == {"kep"} and not await registered(ctx):
        raise Problem(errors.CERTIFICATE_NEEDED)


async def own(ctx: Context, document_id: str, permission: Permission = VIEW) -> DocumentRow:
    """A document of a contract of the caller's. Raises Problem 403, 404, 409."""
    await full(ctx)
    row = await ctx.reader.first(store.DOCUMENT, document_id=document_id, **ctx.visible(permission.name))
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def named(ctx: Context, ids: Sequence[str], permission: Permission) -> list[DocumentRow]:
    """The same for several, in their order. Raises Problem 404 if one of them is not the caller's."""
    await full(ctx)
    rows = {
        row.id: row for row in await ctx.reader.all(store.NAMED, ids=list(set(ids)), **ctx.visible(permission.name))
    }
    if len(rows) < len(set(ids)):
        raise Problem(NOT_FOUND)
    return [rows[one] for one in ids]
