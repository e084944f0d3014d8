"""HTTP of contracts: /api/v1/contracts."""

from core.contracts import errors, schemas, services
from core.contracts.permissions import VIEW
from core.sdk import ACCOUNT, PUBLIC, Ctx, Cursor, JSONBody, Limit, Page, PathId, delete, get, permission, post


@get("/api/v1/contracts", access=ACCOUNT, operation_id="contracts", tags=["contracts"])
async def contracts(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.ContractItem]:
    """List the caller's contracts, by number, with the role and the permitted actions."""
    return await services.listed(ctx, cursor, limit)


@post(
    "/api/v1/contracts",
    access=ACCOUNT,
    operation_id="add_contract",
    status_code=202,
    creating=True,
    raises=[errors.NOT_CONFIRMABLE, errors.LINKED_ALREADY],
    tags=["contracts"],
)
async def add_contract(ctx: Ctx, data: JSONBody[schemas.ContractAddition]) -> schemas.ContractPending:
    """Add a contract by its number and an address recorded in it; a letter with a link goes to that address."""
    return await services.add(ctx, data)


@post(
    "/api/v1/contracts/confirmations",
    access=PUBLIC,
    operation_id="confirm_contract",
    status_code=200,
    raises=[errors.CONFIRMATION_GONE],
    tags=["contracts"],
)
async def confirm_contract(ctx: Ctx, data: JSONBody[schemas.ContractConfirmation]) -> schemas.ContractConfirmed:
    """Follow the link of the letter: the contract is linked to the account that asked for it."""
    return await services.confirm(ctx, data.token)


@get(
    "/api/v1/contracts/{contract_id:str}",
    access=permission(VIEW.name),
    operation_id="contract",
    tags=["contracts"],
)
async def contract(ctx: Ctx, contract_id: PathId) -> schemas.ContractDetails:
    """Information on a linked contract."""
    return await services.details(ctx)


@delete(
    "/api/v1/contracts/{contract_id:str}",
    access=ACCOUNT,
    operation_id="remove_contract",
    status_code=204,
    tags=["contracts"],
)
async def remove_contract(ctx: Ctx, contract_id: PathId) -> None:
    """Remove a contract, linked or pending, from the caller's account; other accounts keep it."""
    await services.remove(ctx, contract_id)


ROUTES = (contracts, add_contract, confirm_contract, contract, remove_contract)
