"""Sessions: who am I, «Выйти», the tab «Сессии»."""

from litestar import Response

from core.errors import TOO_MANY_REQUESTS
from core.identity import schemas
from core.identity.routes.tokens import without_session
from core.identity.services import accounts, passwords, sessions
from core.sdk import NOT_FOUND, SESSION, Ctx, Cursor, JSONBody, Limit, Page, PathId, delete, get, post


@get("/api/v1/sessions/current", access=SESSION, operation_id="who_am_i", tags=["identity"])
async def who_am_i(ctx: Ctx) -> schemas.Me:
    """Who is signed in, whether the e-mail is confirmed, and the next step of the registration."""
    return await accounts.me(ctx, ctx.actor.id)


@delete("/api/v1/sessions/current", access=SESSION, operation_id="sign_out", status_code=204, tags=["identity"])
async def sign_out(ctx: Ctx) -> Response[None]:
    """Sign out: the session in use ends, others go on. A browser's cookies of it are removed."""
    await sessions.sign_out(ctx)
    return without_session(ctx)


@post(
    "/api/v1/sessions/current/verification",
    access=SESSION,
    operation_id="verify_session",
    status_code=204,
    raises=[TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def verify_session(ctx: Ctx, data: JSONBody[schemas.OwnPassword]) -> None:
    """Give the password again: for some minutes the session may change how the account is entered."""
    await passwords.check_own(ctx, data.password)


@get("/api/v1/sessions", access=SESSION, operation_id="sessions", tags=["identity"])
async def list_sessions(ctx: Ctx, cursor: Cursor = None, limit: Limit = 100) -> Page[schemas.SessionItem]:
    """List the caller's sessions, the newest first; ended ones stay until they are removed."""
    return await sessions.listed(ctx, cursor, limit)


@delete(
    "/api/v1/sessions/{session_id:str}",
    access=SESSION,
    operation_id="terminate_session",
    status_code=204,
    raises=[NOT_FOUND],
    tags=["identity"],
)
async def terminate_session(ctx: Ctx, session_id: PathId) -> None:
    """End a session («Завершить»): the one in use is signed out, any other one also leaves the list."""
    await sessions.terminate(ctx, session_id)


@post(
    "/api/v1/sessions/others/ending",
    access=SESSION,
    operation_id="end_other_sessions",
    status_code=200,
    tags=["identity"],
)
async def end_other_sessions(ctx: Ctx) -> schemas.SessionsEnded:
    """End every session but the one in use; they stay in the list."""
    return schemas.SessionsEnded(await sessions.end_others(ctx))


ROUTES = (who_am_i, sign_out, verify_session, list_sessions, terminate_session, end_other_sessions)
