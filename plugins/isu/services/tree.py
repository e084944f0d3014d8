"""The page «ИСУ»: contracts with devices and their trees."""

from collections.abc import Sequence
from typing import Any

from core.sdk import NOT_FOUND, Context, Page, Problem, containing, decode_cursor, page
from plugins.isu import store
from plugins.isu.domain import DEVICE, LEVEL_TITLES, LEVELS
from plugins.isu.permissions import VIEW
from plugins.isu.schemas import IsuAction, IsuContract, IsuNode, IsuTrees
from plugins.isu.schemas.names import Level
from plugins.isu.services.objects import found_object

EMPTY = "У вас пока нет договора с ИПУ"
ADD = IsuAction("Добавить договор", "add_contract")


async def contracts(ctx: Context, cursor: str | None, limit: int) -> Page[IsuContract]:
    """The list «Договор»: the caller's contracts with devices, by number."""
    rows = await _contracts(ctx, cursor, limit + 1)
    return page([_contract(row) for row in rows], limit, lambda item: (item.number, item.id))


async def _contracts(ctx: Context, cursor: str | None, limit: int) -> list[store.ContractRow]:
    after, after_id = decode_cursor(cursor, str, str) or ("", "")
    return await ctx.reader.all(
        store.CONTRACTS, after=after, after_id=after_id, limit=limit, today=ctx.today(), **ctx.visible(VIEW.name)
    )


def _contract(row: store.ContractRow) -> IsuContract:
    return IsuContract(row.id, row.number, row.name, f"{row.name} ({row.number})")


async def trees(
    ctx: Context,
    contract_id: str | None,
    energy_object_id: str | None,
    search: str,
    levels: int,
    cursor: str | None,
    limit: int,
) -> IsuTrees:
    """The trees of a contract, of the first one where none is named. Raises Problem.

    `levels`: how deep; with 1 the cost does not depend on what hangs below.
    """
    chosen = await _chosen(ctx, contract_id)
    if chosen is None:
        return IsuTrees(None, EMPTY, ADD, [], None)
    after, after_id = decode_cursor(cursor, str, str) or ("", "")
    wanted = {
        "contract_id": chosen.id,
        "today": ctx.today(),
        "after": after,
        "after_id": after_id,
        "limit": limit + 1,
        **ctx.visible(VIEW.name),
    }
    rows = await _roots(ctx, wanted, energy_object_id, search.strip())
    cut = page(rows, limit, lambda row: (row.number, row.id))
    below = await _below(ctx, [row.id for row in cut.items], levels)
    items = [
        IsuNode(
            "energy_object",
            LEVEL_TITLES["energy_object"],
            row.id,
            f"{row.number} {row.name}",
            row.has_children,
            below.get((row.id, 1), []) if levels > 1 else None,
        )
        for row in cut.items
    ]
    return IsuTrees(_contract(chosen), None, None, items, cut.next)


async def _chosen(ctx: Context, contract_id: str | None) -> store.ContractRow | None:
    if contract_id is None:
        return next(iter(await _contracts(ctx, None, 1)), None)
    row = await ctx.reader.first(store.CHOSEN, contract_id=contract_id, today=ctx.today(), **ctx.visible(VIEW.name))
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def _roots(
    ctx: Context, wanted: dict[str, Any], energy_object_id: str | None, search: str
) -> list[store.TreeRow]:
    named = {"pattern": containing(search)} if search else {}
    if energy_object_id is None:
        return await ctx.reader.all(store.TREES_NAMED if search else store.TREES, **wanted, **named)
    one = {**wanted, "object_id": energy_object_id, "after": "", "after_id": ""}
    if await ctx.reader.first(store.TREE, **one) is None:
        raise Problem(NOT_FOUND)
    return await ctx.reader.all(store.TREE_NAMED if search else store.TREE, **one, **named)


async def _below(ctx: Context, trees: Sequence[str], levels: int) -> dict[tuple[str, int], list[IsuNode]]:
    """(Parent, level) -> its children, down to the wanted level, sorted by name."""
    if levels == 1 or not trees:
        return {}
    rows = await ctx.reader.all(store.WHOLE, trees=list(trees), levels=levels, today=ctx.today())
    rows.sort(key=lambda row: (-row.level, row.name, row.id))
    below: dict[tuple[str, int], list[IsuNode]] = {}
    for row in rows:  # the deepest come first, so that each one's children are there
        shown = row.level + 1 < levels or row.level == DEVICE
        children = below.get((row.id, row.level + 1), []) if shown else None
        below.setdefault((row.parent_id, row.level), []).append(_node(row, children))
    return below


def _node(row: store.NodeRow, children: list[IsuNode] | None) -> IsuNode:
    level = LEVELS[row.level]
    return IsuNode(level, LEVEL_TITLES[level], row.id, row.name, row.has_children, children)


async def children(ctx: Context, level: Level, object_id: str, cursor: str | None, limit: int) -> Page[IsuNode]:
    """What hangs right below an object, by name. Raises Problem."""
    await found_object(ctx, level, object_id)
    after, after_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.CHILDREN,
        object_id=object_id,
        level=LEVELS.index(level) + 1,
        after=after,
        after_id=after_id,
        limit=limit + 1,
        **store.scope(ctx),
    )
    return page([_node(row, None) for row in rows], limit, lambda item: (item.name, item.id))
