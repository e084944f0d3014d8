"""«Двухфакторная аутентификация»"""

from core.errors import TOO_MANY_REQUESTS
from core.identity import errors, schemas
from core.identity.services import second_factor
from core.sdk import SESSION, Ctx, JSONBody, delete, get, post, put


@get("/api/v1/profile/two-factor", access=SESSION, operation_id="two_factor", tags=["identity"])
async def read_two_factor(ctx: Ctx) -> schemas.TwoFactor:
    """Whether sign-ins from new devices are confirmed, and how."""
    return await second_factor.read(ctx)


@put(
    "/api/v1/profile/two-factor",
    access=SESSION,
    operation_id="switch_two_factor",
    raises=[errors.PASSWORD_NEEDED],
    tags=["identity"],
)
async def switch_two_factor(ctx: Ctx, data: JSONBody[schemas.TwoFactorSwitch]) -> schemas.TwoFactor:
    """Switch the confirmation of new devices on or off. Off: the devices confirmed so far are forgotten."""
    return await second_factor.switch(ctx, data)


@post(
    "/api/v1/profile/two-factor/totp",
    access=SESSION,
    operation_id="enrol_totp",
    status_code=200,
    raises=[TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def enrol_totp(ctx: Ctx, data: JSONBody[schemas.OwnPassword]) -> schemas.TotpEnrolment:
    """Begin to use an authenticator application (RFC 6238); nothing changes until its first code is confirmed."""
    return await second_factor.enrol(ctx, data.password)


@post(
    "/api/v1/profile/two-factor/totp/confirmation",
    access=SESSION,
    operation_id="confirm_totp",
    status_code=200,
    raises=[errors.TOTP_NOT_STARTED],
    tags=["identity"],
)
async def confirm_totp(ctx: Ctx, data: JSONBody[schemas.TotpCodeEntry]) -> schemas.RecoveryCodes:
    """Confirm the application by the code that it shows; the answer holds fresh recovery codes."""
    return await second_factor.confirm_totp(ctx, data.code)


@delete(
    "/api/v1/profile/two-factor/totp",
    access=SESSION,
    operation_id="remove_totp",
    status_code=204,
    raises=[errors.PASSWORD_NEEDED],
    tags=["identity"],
)
async def remove_totp(ctx: Ctx) -> None:
    """Give the authenticator application up."""
    await second_factor.remove_totp(ctx)


@post(
    "/api/v1/profile/two-factor/recovery-codes",
    access=SESSION,
    operation_id="renew_recovery_codes",
    status_code=200,
    raises=[TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def renew_recovery_codes(ctx: Ctx, data: JSONBody[schemas.OwnPassword]) -> schemas.RecoveryCodes:
    """Make ten one-time recovery codes; the ones before are void."""
    return await second_factor.renew_recovery_codes(ctx, data.password)


ROUTES = (read_two_factor, switch_two_factor, enrol_totp, confirm_totp, remove_totp, renew_recovery_codes)
