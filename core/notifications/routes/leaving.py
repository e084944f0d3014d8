"""HTTP of the link that ends a subscription: opened by people, posted to by mail programs."""

from typing import Annotated

from litestar import MediaType, Response
from litestar.params import PathParameter

from core.notifications.services import unsubscribing
from core.sdk import NOT_FOUND, PUBLIC, Ctx, get, post

Token = Annotated[str, PathParameter(max_length=200, description="Out of the letter's link.")]
_POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'"


@get(
    "/api/v1/mailings/unsubscriptions/{token:str}",
    access=PUBLIC,
    operation_id="unsubscription",
    raises=[NOT_FOUND],
    media_type=MediaType.HTML,
    tags=["notifications"],
)
async def unsubscription(ctx: Ctx, token: Token) -> Response[str]:
    """Show a page with the button «Отписаться»; opening it changes nothing."""
    return _html(unsubscribing.ask(ctx, token))


@post(
    "/api/v1/mailings/unsubscriptions/{token:str}",
    access=PUBLIC,
    operation_id="unsubscribe",
    status_code=200,
    raises=[NOT_FOUND],
    media_type=MediaType.HTML,
    tags=["notifications"],
)
async def unsubscribe(ctx: Ctx, token: Token) -> Response[str]:
    """End the subscription that the link names (RFC 8058). The body is not looked at; again changes nothing."""
    return _html(await unsubscribing.leave(ctx, token))


def _html(page: str) -> Response[str]:
    return Response(page, media_type=MediaType.HTML, headers={"Content-Security-Policy": _POLICY})


ROUTES = (unsubscription, unsubscribe)
