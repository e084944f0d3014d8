"""The page «ИСУ» and the pages of objects."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

from core.sdk import NOT_FOUND, Ctx, Cursor, Limit, Page, PathId, get, permission
from plugins.isu.permissions import VIEW
from plugins.isu.schemas import IsuContract, IsuNode, IsuObject, IsuTrees
from plugins.isu.schemas.names import Level
from plugins.isu.services import objects, tree

ContractId = Annotated[
    str | None, QueryParameter(max_length=64, description="«Договор»; absent: the first one by number.")
]
ObjectId = Annotated[str | None, QueryParameter(max_length=64, description="«Энергообъект»; absent: «Все».")]
Search = Annotated[str, QueryParameter(max_length=200, description="«Поиск»: part of a name of any level, any case.")]
Levels = Annotated[int, QueryParameter(ge=1, le=4, description="How deep: 1 is the energy objects alone, 4 the trees.")]
LevelOf = Annotated[Level, PathParameter(description="The level that the object is of.")]
TreeLimit = Annotated[int, QueryParameter(ge=1, le=100, description="At most so many trees.")]


@get("/api/v1/isu/contracts", access=permission(VIEW.name), operation_id="isu_contracts", tags=["isu"])
async def isu_contracts(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[IsuContract]:
    """List the caller's contracts that have intelligent devices, by number."""
    return await tree.contracts(ctx, cursor, limit)


@get(
    "/api/v1/isu/trees",
    access=permission(VIEW.name),
    operation_id="isu_trees",
    raises=[NOT_FOUND],
    tags=["isu"],
)
async def isu_trees(
    ctx: Ctx,
    contract_id: ContractId = None,
    energy_object_id: ObjectId = None,
    search: Search = "",
    levels: Levels = 4,
    cursor: Cursor = None,
    limit: TreeLimit = 20,
) -> IsuTrees:
    """Show the trees of a contract: energy object, connection point, metering point, device."""
    return await tree.trees(ctx, contract_id, energy_object_id, search, levels, cursor, limit)


_OBJECT = "/api/v1/isu/contracts/{contract_id:str}/objects/{level:str}/{object_id:str}"


@get(_OBJECT, access=permission(VIEW.name), operation_id="isu_object", tags=["isu"])
async def isu_object(ctx: Ctx, contract_id: PathId, level: LevelOf, object_id: PathId) -> IsuObject:
    """Show the information about an object of any level."""
    return await objects.information(ctx, level, object_id)


@get(f"{_OBJECT}/children", access=permission(VIEW.name), operation_id="isu_children", tags=["isu"])
async def isu_children(
    ctx: Ctx, contract_id: PathId, level: LevelOf, object_id: PathId, cursor: Cursor = None, limit: Limit = 100
) -> Page[IsuNode]:
    """List what hangs right below an object, by name."""
    return await tree.children(ctx, level, object_id, cursor, limit)


ROUTES = (isu_contracts, isu_trees, isu_object, isu_children)
