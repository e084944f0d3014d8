"""How the tokens of a session and of a device reach their holder: in the body, or as a browser's cookies."""

from datetime import timedelta

from litestar import Response
from litestar.datastructures import Cookie

from core.http.access import SESSION_COOKIE
from core.identity import schemas
from core.identity.services import sessions
from core.identity.services.sessions import Opening
from core.sdk import Context

CSRF_COOKIE = "abonent_csrf"
DEVICE_COOKIE = "abonent_device"
_DEVICE_LIFE = timedelta(days=365)


async def with_session(ctx: Context, opening: Opening, transport: schemas.Transport) -> Response[schemas.Opened]:
    """The answer that opens a session."""
    response = Response(await sessions.opened(ctx, opening, transport), status_code=201)
    if transport == "cookie":
        left = opening.expires_at - ctx.now()
        response.set_cookie(_cookie(ctx, SESSION_COOKIE, opening.token, left))
        response.set_cookie(_cookie(ctx, CSRF_COOKIE, response.content.csrf, left, hidden=False))
        if opening.device:
            response.set_cookie(_cookie(ctx, DEVICE_COOKIE, opening.device, _DEVICE_LIFE))
    return response


def _cookie(ctx: Context, key: str, value: str, life: timedelta, *, hidden: bool = True) -> Cookie:
    return Cookie(
        key=key,
        value=value,
        path="/",
        max_age=int(life.total_seconds()),
        secure=ctx.runtime.secure_cookies,
        httponly=hidden,
        samesite="lax",
    )
