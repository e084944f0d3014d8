"""HTTP of contracts: /api/v1/contracts."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter
from litestar.response import Response, Stream

from core.contracts import errors, schemas
from core.contracts.permissions import ANNEXES, VIEW
from core.contracts.services import annexes, card, links
from core.contracts.services import months as by_month
from core.contracts.services.months import Unit
from core.errors import TOO_MANY_REQUESTS
from core.printing.public import SVG
from core.sdk import (
    ACCOUNT,
    NOT_FOUND,
    PUBLIC,
    XLSX,
    Ctx,
    Cursor,
    JSONBody,
    Limit,
    MonthFrom,
    MonthTo,
    Page,
    PathId,
    delete,
    download,
    get,
    month_of,
    permission,
    pieces,
    post,
    put,
    service,
)

Chosen = Annotated[
    Sequence[str], QueryParameter(max_items=500, description="Repeatable; absent: all active contracts of the caller.")
]

Drawn = Annotated[
    Unit | None, QueryParameter(description="Roubles or kilowatt-hours; absent: the first that the role may see.")
]
PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture opened in a tab runs and loads nothing."""


@get("/api/v1/contracts", access=ACCOUNT, operation_id="contracts", tags=["contracts"])
async def contracts(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.ContractItem]:
    """List the caller's contracts, by number, with the role and the permitted actions."""
    return await links.listed(ctx, cursor, limit)


@post(
    "/api/v1/contracts",
    access=ACCOUNT,
    operation_id="add_contract",
    status_code=202,
    creating=True,
    raises=[errors.NOT_CONFIRMABLE, errors.LINKED_ALREADY, TOO_MANY_REQUESTS],
    tags=["contracts"],
)
async def add_contract(ctx: Ctx, data: JSONBody[schemas.ContractAddition]) -> schemas.ContractPending:
    """Add a contract by its number and an address recorded in it; a letter with a link goes to that address."""
    return await links.add(ctx, data)


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
    return await links.confirm(ctx, data.token)


@get(
    "/api/v1/contracts/{contract_id:str}",
    access=permission(VIEW.name),
    operation_id="contract",
    tags=["contracts"],
)
async def contract(ctx: Ctx, contract_id: PathId) -> schemas.ContractDetails:
    """Information on a linked contract."""
    return await card.details(ctx)


@delete(
    "/api/v1/contracts/{contract_id:str}",
    access=ACCOUNT,
    operation_id="remove_contract",
    status_code=204,
    tags=["contracts"],
)
async def remove_contract(ctx: Ctx, contract_id: PathId) -> None:
    """Remove a contract, linked or pending, from the caller's account; other accounts keep it."""
    await links.remove(ctx, contract_id)


@get(
    "/api/v1/contracts/{contract_id:str}/card",
    access=permission(VIEW.name),
    operation_id="download_contract_card",
    media_type=XLSX,
    tags=["contracts"],
)
async def download_card(ctx: Ctx, contract_id: PathId) -> Stream:
    """Download the contract's card: the sections of the screen as a workbook, a sheet each."""
    name, book = await card.export(ctx)
    return await download(pieces(book), name, media_type=XLSX)


@get(
    "/api/v1/contracts/contacts",
    access=ACCOUNT,
    operation_id="contract_contacts",
    raises=[NOT_FOUND],
    tags=["contracts"],
)
async def contract_contacts(ctx: Ctx, contract_id: Chosen = ()) -> Page[schemas.ContractContactsBlock]:
    """Read whom to turn to: for the chosen contracts, or for all active ones."""
    return Page(await annexes.contacts(ctx, contract_id))


@get(
    "/api/v1/contracts/{contract_id:str}/annexes",
    access=permission(ANNEXES.name),
    operation_id="contract_annexes",
    tags=["contracts"],
)
async def contract_annexes(ctx: Ctx, contract_id: PathId) -> Page[schemas.ContractAnnex]:
    """List the annexes of a contract."""
    return await annexes.listed(ctx)


@get(
    "/api/v1/contracts/{contract_id:str}/annexes/{annex_id:str}/content",
    access=permission(ANNEXES.name),
    operation_id="download_contract_annex",
    raises=[errors.ANNEX_WITHOUT_FILE],
    media_type="application/octet-stream",
    tags=["contracts"],
)
async def download_annex(ctx: Ctx, contract_id: PathId, annex_id: PathId) -> Stream:
    """Download an annex."""
    name, size, content = await annexes.opened(ctx, annex_id)
    return await download(content, name, size=size)


@put(
    "/api/v1/exchange/contract-annexes/{annex_id:str}/content",
    access=service("exchange.load"),
    operation_id="exchange_load_annex",
    status_code=200,
    request_max_body_size=100_000_000,
    tags=["exchange"],
)
async def load_annex(request: Request[Any, Any, Any], ctx: Ctx, annex_id: PathId) -> schemas.AnnexStored:
    """Deliver the file of an annex that was loaded into the dataset `annexes`; the body is the file itself."""
    return await annexes.store_file(ctx, annex_id, request.stream())


@get(
    "/api/v1/contracts/{contract_id:str}/months",
    access=permission(VIEW.name),
    operation_id="contract_months",
    tags=["contracts"],
)
async def contract_months(
    ctx: Ctx, contract_id: PathId, month_from: MonthFrom = None, month_to: MonthTo = None
) -> schemas.ContractMonths:
    """Read what the contract consumes and costs by month, as far as the role may see it; the last year by default."""
    return await by_month.months(ctx, month_of(month_from), month_of(month_to))


@get(
    "/api/v1/contracts/{contract_id:str}/months/chart",
    access=permission(VIEW.name),
    operation_id="contract_months_chart",
    media_type=SVG,
    tags=["contracts"],
)
async def contract_months_chart(
    ctx: Ctx, contract_id: PathId, unit: Drawn = None, month_from: MonthFrom = None, month_to: MonthTo = None
) -> Response[str]:
    """Draw the same as an SVG picture, for letters and thin clients."""
    picture = await by_month.chart(ctx, unit, month_of(month_from), month_of(month_to))
    return Response(picture, media_type=SVG, headers={"Content-Security-Policy": PICTURE})


ROUTES = (
    contracts,
    add_contract,
    confirm_contract,
    contract_contacts,
    contract,
    remove_contract,
    download_card,
    contract_months,
    contract_months_chart,
    contract_annexes,
    download_annex,
    load_annex,
)
