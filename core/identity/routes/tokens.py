"""How the tokens of a session and of a device reach their holder: in the body, or as a browser's cookies."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from core.http.access import SESSION_COOKIE, cookie_name
from core.identity import schemas
from core.identity.services import sessions
from core.identity.services.sessions import Opening
from core.sdk import Context

CSRF_COOKIE = "abonent_csrf"
DEVICE_COOKIE = "abonent_device"
_DEVICE_LIFE = timedelta(days=365)


async def with_session(
    ctx: Context, request: Request[Any, Any, Any], opening: Opening, transport: schemas.Transport
) -> Response[schemas.Opened]:
    """The answer that opens a session."""
    response = Response(await sessions.opened(ctx, opening, transport), status_code=201)
    if transport == "cookie":
        if replaced := request.cookies.get(cookie_name(ctx.runtime, SESSION_COOKIE)):
            await sessions.end_replaced(ctx, replaced)
        left = opening.expires_at - ctx.now()
        response.set_cookie(_cookie(ctx, SESSION_COOKIE, opening.token, left))
        response.set_cookie(_cookie(ctx, CSRF_COOKIE, response.content.csrf, left, hidden=False))
        if opening.device:
            response.set_cookie(_cookie(ctx, DEVICE_COOKIE, opening.device, _DEVICE_LIFE))
    return response


def without_session(ctx: Context) -> Response[None]:
    """The answer that ends the session in use. The device stays known: that is for the next sign-in."""
    response = Response(None, status_code=204)
    response.set_cookie(_cookie(ctx, SESSION_COOKIE, "", timedelta(0)))
    response.set_cookie(_cookie(ctx, CSRF_COOKIE, "", timedelta(0), hidden=False))
    return response


def device_of(ctx: Context, request: Request[Any, Any, Any]) -> str:
    """The device's token that a browser keeps; empty when it has none."""
    return request.cookies.get(cookie_name(ctx.runtime, DEVICE_COOKIE), "")


def _cookie(ctx: Context, key: str, value: str, life: timedelta, *, hidden: bool = True) -> Cookie:
    return Cookie(
        key=cookie_name(ctx.runtime, key),
        value=value,
        path="/",
        max_age=int(life.total_seconds()),
        secure=ctx.runtime.secure_cookies,
        httponly=hidden,
        samesite="lax",
    )
