"""Annexes of a contract and the contacts for it."""

from collections.abc import AsyncIterator, Sequence

import sqlalchemy as sa

from core.contracts import errors, schemas, store
from core.contracts.models import AnnexFile
from core.errors import FORBIDDEN
from core.ports.files import FileMissing, Files
from core.sdk import NOT_FOUND, Context, Page, Problem, new_id


async def listed(ctx: Context) -> Page[schemas.ContractAnnex]:
    """The annexes of the contract of the path, the newest first."""
    return Page(await ctx.reader.all(store.ANNEXES, contract_id=ctx.granted.contract_id))


async def opened(ctx: Context, annex_id: str) -> tuple[str, int, AsyncIterator[bytes]]:
    """File name, size and content of an annex."""
    row = await ctx.reader.first(store.ANNEX_FILE, contract_id=ctx.granted.contract_id, annex_id=annex_id)
    if row is None:
        raise Problem(NOT_FOUND)
    if row.stored_key is None or row.size is None:
        raise Problem(errors.ANNEX_WITHOUT_FILE)
    return row.file_name, row.size, _content(ctx, row.stored_key)


async def _content(ctx: Context, key: str) -> AsyncIterator[bytes]:
    try:
        async for piece in ctx.port(Files).get(key):
            yield piece
    except FileMissing as error:
        raise Problem(errors.ANNEX_WITHOUT_FILE) from error


async def store_file(ctx: Context, annex_id: str, content: AsyncIterator[bytes]) -> schemas.AnnexStored:
    """Takes the file of an annex from the company; a later one replaces it."""
    if not ctx.actor.scopes & {"exchange.load:*", "exchange.load:annexes"}:
        raise Problem(FORBIDDEN)
    if await ctx.reader.first(store.ANNEX_ID, annex_id=annex_id) is None:
        raise Problem(NOT_FOUND)
    stored = await ctx.port(Files).put(f"contracts/annexes/{new_id()}", content)
    fresh = {"stored_key": stored.key, "size": stored.size, "sha256": stored.sha256}
    async with ctx.uow() as uow:
        old = await uow.scalar(sa.select(AnnexFile.stored_key).where(AnnexFile.annex_id == annex_id))
        await uow.execute(
            uow.upsert(AnnexFile)
            .values(annex_id=annex_id, **fresh)
            .on_conflict_do_update(index_elements=[AnnexFile.annex_id], set_=fresh)
        )
        uow.audit("contracts.annex_stored", annex_id, size=stored.size)
    if old is not None:
        await ctx.port(Files).delete(old)
    return schemas.AnnexStored(annex_id, stored.size, stored.sha256)


async def contacts(ctx: Context, chosen: Sequence[str]) -> list[schemas.ContractContactsBlock]:
    """The contacts for the chosen contracts, or for all active ones. A contract that is not the caller's is a 404."""
    every = not chosen
    rows = await ctx.reader.all(store.CONTACTS, every=every, chosen=list(chosen), **ctx.visible("contracts.view"))
    if not every and {row.contract_id for row in rows} != set(chosen):
        raise Problem(NOT_FOUND)
    return rows
