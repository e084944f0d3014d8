"""Getting in: the registration, the sign-in, the recovery of a password."""

from typing import Any

from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec

from core.errors import TOO_MANY_REQUESTS
from core.identity import errors, schemas
from core.identity.routes.tokens import device_of, with_session
from core.identity.services import passwords, registration, signing_in
from core.identity.services.sessions import Opening
from core.sdk import PUBLIC, SESSION, Ctx, JSONBody, post

_CONFIRMATION = ResponseSpec(
    schemas.ConfirmationNeeded, description="The device is not known: confirm that it is you", generate_examples=False
)


@post(
    "/api/v1/registration",
    access=PUBLIC,
    operation_id="register",
    raises=[errors.EMAIL_TAKEN, TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def register(
    ctx: Ctx, request: Request[Any, Any, Any], data: JSONBody[schemas.Registration]
) -> Response[schemas.Opened]:
    """Register with an e-mail address and a password; a session is opened at once.

    The next step is the code of the letter and the personal data; `me.step` names what is lacking.
    """
    return await with_session(ctx, request, await registration.register(ctx, data), data.transport)


@post(
    "/api/v1/registration/agreement",
    access=SESSION,
    operation_id="accept_agreement",
    status_code=200,
    raises=[errors.AGREED_ALREADY],
    tags=["identity"],
)
async def accept_agreement(ctx: Ctx, data: JSONBody[schemas.Agreement]) -> schemas.Me:
    """Accept the user agreement: the first step of somebody who was invited."""
    return await registration.accept_agreement(ctx, data.agreement)


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
    return await registration.send_code(ctx)


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
    return await registration.confirm_email(ctx, data.code)


@post(
    "/api/v1/sessions",
    access=PUBLIC,
    operation_id="sign_in",
    raises=[errors.SIGN_IN_REFUSED, TOO_MANY_REQUESTS],
    responses={202: _CONFIRMATION},
    tags=["identity"],
)
async def sign_in(
    ctx: Ctx, request: Request[Any, Any, Any], data: JSONBody[schemas.SignIn]
) -> Response[schemas.Opened]:
    """Sign in, a client or staff.

    201 opens a session. 202: two-factor authentication is on and the device is not known, so a code is on its way;
    the challenge and the code open the session (`confirm_sign_in`).
    """
    device = data.device or device_of(ctx, request)
    admitted = await signing_in.sign_in(ctx, data, device)
    if isinstance(admitted, Opening):
        return await with_session(ctx, request, admitted, data.transport)
    asked: Response[Any] = Response(admitted, status_code=202)
    return asked


@post(
    "/api/v1/sessions/confirmations",
    access=PUBLIC,
    operation_id="confirm_sign_in",
    raises=[errors.CHALLENGE_GONE, TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def confirm_sign_in(
    ctx: Ctx, request: Request[Any, Any, Any], data: JSONBody[schemas.SignInConfirmation]
) -> Response[schemas.Opened]:
    """Open the session of a challenge; `device` (or the cookie) makes this browser a known one."""
    return await with_session(ctx, request, await signing_in.confirm(ctx, data), data.transport)


@post(
    "/api/v1/sessions/confirmations/code",
    access=PUBLIC,
    operation_id="send_sign_in_code",
    status_code=200,
    raises=[errors.CHALLENGE_GONE, TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def send_sign_in_code(ctx: Ctx, data: JSONBody[schemas.SignInCodeRequest]) -> schemas.SignInCodeSent:
    """Send the code of a challenge again, at most once a minute, or over the other channel."""
    return await signing_in.send_code(ctx, data)


@post(
    "/api/v1/recovery",
    access=PUBLIC,
    operation_id="ask_recovery",
    status_code=202,
    raises=[TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def ask_recovery(ctx: Ctx, data: JSONBody[schemas.RecoveryRequest]) -> schemas.RecoveryAsked:
    """Ask for a letter with a link to a new password. The answer is the same whether somebody has this address."""
    return await passwords.ask_recovery(ctx, data.email)


@post(
    "/api/v1/recovery/password",
    access=PUBLIC,
    operation_id="recover_password",
    status_code=204,
    raises=[errors.RECOVERY_GONE],
    tags=["identity"],
)
async def recover_password(ctx: Ctx, data: JSONBody[schemas.NewPassword]) -> None:
    """Set a new password by the token of the letter's link, once; every session of the account ends."""
    await passwords.recover(ctx, data)


ROUTES = (
    register,
    accept_agreement,
    send_email_code,
    confirm_email,
    sign_in,
    confirm_sign_in,
    send_sign_in_code,
    ask_recovery,
    recover_password,
)
