"""HTTP of identity: /api/v1/registration, /api/v1/sessions, /api/v1/profile."""

import re
from typing import Annotated

from litestar import Response
from litestar.datastructures import Cookie
from litestar.params import HeaderParameter

from core.errors import PRECONDITION_FAILED, TOO_MANY_REQUESTS
from core.http.access import SESSION_COOKIE
from core.identity import errors, schemas, services
from core.sdk import (
    FIELD_FORMAT,
    INVALID,
    PUBLIC,
    SESSION,
    Context,
    Ctx,
    FieldProblem,
    JSONBody,
    Problem,
    delete,
    get,
    post,
    put,
)

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=40, description="The ETag that was read; 412 if it is old."),
]


@post(
    "/api/v1/registration",
    access=PUBLIC,
    operation_id="register",
    raises=[errors.EMAIL_TAKEN],
    tags=["identity"],
)
async def register(ctx: Ctx, data: JSONBody[schemas.Registration]) -> Response[schemas.Opened]:
    """Register with an e-mail address and a password; a session is opened at once.

    The next step is the code of the letter and the personal data; `me.step` names what is lacking.
    """
    token, opened = await services.register(ctx, data)
    return _with_session(ctx, token, opened)


@post(
    "/api/v1/registration/email-code",
    access=SESSION,
    operation_id="send_email_code",
    status_code=200,
    raises=[errors.EMAIL_CONFIRMED_ALREADY, TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def send_email_code(ctx: Ctx) -> schemas.CodeSent:
    """Send the confirmation code again, at most once a minute. Only the newest code counts."""
    return await services.send_code(ctx)


@post(
    "/api/v1/registration/email-confirmation",
    access=SESSION,
    operation_id="confirm_email",
    status_code=200,
    raises=[errors.EMAIL_CONFIRMED_ALREADY],
    tags=["identity"],
)
async def confirm_email(ctx: Ctx, data: JSONBody[schemas.EmailCodeEntry]) -> schemas.Me:
    """Confirm the address by the code of the letter."""
    return await services.confirm_email(ctx, data.code)


@post(
    "/api/v1/registration/agreement",
    access=SESSION,
    operation_id="accept_agreement",
    status_code=200,
    tags=["identity"],
)
async def accept_agreement(ctx: Ctx, data: JSONBody[schemas.Agreement]) -> schemas.Me:
    """Accept the user agreement; the first step of an account that was opened by an invitation."""
    return await services.accept_agreement(ctx)


@post(
    "/api/v1/sessions",
    access=PUBLIC,
    operation_id="sign_in",
    raises=[errors.SIGN_IN_REFUSED, TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def sign_in(ctx: Ctx, data: JSONBody[schemas.SignIn]) -> Response[schemas.Opened]:
    """Sign in, a client or staff."""
    token, opened = await services.sign_in(ctx, data)
    return _with_session(ctx, token, opened)


@get("/api/v1/sessions/current", access=SESSION, operation_id="who_am_i", tags=["identity"])
async def who_am_i(ctx: Ctx) -> schemas.Me:
    """Who is signed in, whether the e-mail is confirmed, and the next step of the registration."""
    return await services.me(ctx)


@delete("/api/v1/sessions/current", access=SESSION, operation_id="sign_out", status_code=204, tags=["identity"])
async def sign_out(ctx: Ctx) -> None:
    """Sign out: the session in use ends, others go on."""
    await services.sign_out(ctx)


@get("/api/v1/profile", access=SESSION, operation_id="profile", tags=["identity"])
async def profile(ctx: Ctx) -> Response[schemas.Profile]:
    """The caller's own data; the ETag goes into If-Match of a change."""
    shown, version = await services.profile(ctx)
    return Response(shown, headers={"ETag": f'"{version}"'})


@put(
    "/api/v1/profile/personal-data",
    access=SESSION,
    operation_id="save_personal_data",
    status_code=204,
    raises=[PRECONDITION_FAILED],
    tags=["identity"],
)
async def save_personal_data(ctx: Ctx, data: JSONBody[schemas.PersonalData], if_match: IfMatch = None) -> None:
    """Replace the personal data; also the first hard step of the registration."""
    await services.save_personal_data(ctx, data, _version(if_match))


@put(
    "/api/v1/profile/phone",
    access=SESSION,
    operation_id="save_phone",
    status_code=204,
    raises=[PRECONDITION_FAILED],
    tags=["identity"],
)
async def save_phone(ctx: Ctx, data: JSONBody[schemas.Phone], if_match: IfMatch = None) -> None:
    """Replace the phone; also the last hard step of the registration."""
    await services.save_phone(ctx, data.phone, _version(if_match))


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match == "*":
        return None
    if not re.fullmatch(r'"\d{1,9}"', if_match):
        raise Problem(INVALID, errors=[FieldProblem("If-Match", FIELD_FORMAT)])
    return int(if_match.strip('"'))


def _with_session(ctx: Context, token: str, opened: schemas.Opened) -> Response[schemas.Opened]:
    response = Response(opened, status_code=201)
    if opened.token is None:
        for key, value, hidden in ((SESSION_COOKIE, token, True), ("abonent_csrf", opened.csrf, False)):
            response.set_cookie(
                Cookie(
                    key=key,
                    value=value,
                    path="/",
                    max_age=int((opened.expires_at - ctx.now()).total_seconds()),
                    secure=ctx.runtime.secure_cookies,
                    httponly=hidden,
                    samesite="lax",
                )
            )
    return response


ROUTES = (
    register,
    send_email_code,
    confirm_email,
    accept_agreement,
    sign_in,
    who_am_i,
    sign_out,
    profile,
    save_personal_data,
    save_phone,
)
