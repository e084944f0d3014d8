"""Pages of the demonstration: /demo. Public, every one: this host holds nothing but invented data.

A page is HTML for a browser and JSON under `Accept: application/json`.
"""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.params import QueryParameter

from core.adapters.mail_folder import FolderMail
from core.contracts.public import confirm
from core.ports.billing import Billing
from core.ports.mail import Mail
from core.sdk import NOT_FOUND, PUBLIC, Context, Ctx, JSONBody, PathId, Problem, get, post
from hosts.demo import pages
from hosts.demo.adapters.simulator import BillingSimulator
from hosts.demo.schemas import DemoBilling, DemoFact, DemoGuide, DemoMailbox, DemoTrouble
from hosts.demo.services import guide_of

AnyRequest = Request[Any, Any, Any]
Token = Annotated[str, QueryParameter(max_length=200)]


@get("/demo", access=PUBLIC, operation_id="demo", include_in_schema=False)
async def demo(request: AnyRequest, ctx: Ctx) -> Response[Any]:
    """What this host is, who can sign in, three calls to begin with."""
    guide = await asyncio.to_thread(guide_of, ctx.runtime.data_dir)
    base = str(request.base_url).rstrip("/")
    return _respond(request, guide, pages.start(guide, base))


@get("/demo/mail", access=PUBLIC, operation_id="demo_mail", include_in_schema=False)
async def mail(request: AnyRequest, ctx: Ctx) -> Response[Any]:
    """The letters sent last."""
    letters = await _folder(ctx).read_all()
    return _respond(request, DemoMailbox(letters), pages.mailbox(letters))


@get("/demo/mail/{letter_id:str}", access=PUBLIC, operation_id="demo_letter", include_in_schema=False)
async def letter(request: AnyRequest, ctx: Ctx, letter_id: PathId) -> Response[Any]:
    """One letter."""
    shown = await _folder(ctx).read(letter_id)
    if shown is None:
        raise Problem(NOT_FOUND)
    return _respond(request, shown, pages.letter(shown))


@get("/demo/contracts/confirm", access=PUBLIC, operation_id="demo_confirmation", include_in_schema=False)
async def confirmation(token: Token = "") -> Response[str]:
    """The link of a letter: in place of a client portal, a page with a button."""
    return _html(pages.confirmation(token))


@post(
    "/demo/contracts/confirm",
    access=PUBLIC,
    operation_id="demo_confirm",
    status_code=200,
    include_in_schema=False,
)
async def confirm_contract(request: AnyRequest, ctx: Ctx) -> Response[str]:
    """The button: confirms the contract as POST /api/v1/contracts/confirmations does."""
    token = (await request.form()).get("token", "")
    try:
        number = (await confirm(ctx, str(token)[:200])).number
    except Problem as problem:
        return _html(pages.confirmed(problem.kind.text(ctx.language, problem.params)))
    return _html(pages.confirmed(f"Договор {number} добавлен в личный кабинет, который его запросил."))


@get("/demo/payments/{payment_id:str}", access=PUBLIC, operation_id="demo_payment", include_in_schema=False)
async def payment(payment_id: PathId) -> Response[str]:
    """Where the bank sends the payer back to: in place of a client portal, a page that says what to ask."""
    return _html(pages.payment(payment_id))


@get("/demo/billing", access=PUBLIC, operation_id="demo_billing", include_in_schema=False)
async def billing(request: AnyRequest, ctx: Ctx) -> Response[Any]:
    """What the invented billing has got and what it said."""
    book = _simulator(ctx).book
    taken = await asyncio.to_thread(book.newest)
    trouble = await asyncio.to_thread(book.trouble)
    shown = DemoBilling(
        [DemoFact(**msgspec.structs.asdict(item.fact), answers=item.answers) for item in taken],
        DemoTrouble(*trouble) if trouble else None,
    )
    return _respond(request, shown, pages.billing(shown))


@post(
    "/demo/billing/trouble",
    access=PUBLIC,
    operation_id="demo_trouble",
    status_code=204,
    raises=[NOT_FOUND],
    tags=["demo"],
)
async def trouble(ctx: Ctx, data: JSONBody[DemoTrouble]) -> None:
    """Spoil the next deliveries to the simulated billing, and see the cabinet work on without it."""
    await asyncio.to_thread(_simulator(ctx).book.make_trouble, data.kind, data.deliveries)


def _folder(ctx: Context) -> FolderMail:
    """The mailbox, where letters stay at home."""
    adapter = ctx.port(Mail)
    if not isinstance(adapter, FolderMail):
        raise Problem(NOT_FOUND)
    return adapter


def _simulator(ctx: Context) -> BillingSimulator:
    adapter = ctx.port(Billing)
    if not isinstance(adapter, BillingSimulator):
        raise Problem(NOT_FOUND)
    return adapter


def _respond(request: AnyRequest, data: DemoGuide | msgspec.Struct | None, page: str) -> Response[Any]:
    if "application/json" in request.headers.get("accept", ""):
        return Response(data)
    return _html(page)


def _html(page: str) -> Response[str]:
    return Response(page, media_type=MediaType.HTML, headers={"Content-Security-Policy": pages.POLICY})


ROUTES = (demo, mail, letter, confirmation, confirm_contract, payment, billing, trouble)
