"""«Профиль»: the caller's own data, read and edited piece by piece."""

import re
from typing import Annotated

from litestar import Response
from litestar.params import HeaderParameter

from core.errors import PRECONDITION_FAILED, TOO_MANY_REQUESTS
from core.identity import errors, schemas
from core.identity.services import profile
from core.sdk import FIELD_FORMAT, INVALID, SESSION, Ctx, FieldProblem, JSONBody, Problem, get, put

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=40, description="The ETag that was read; 412 if it is old."),
]


@get("/api/v1/profile", access=SESSION, operation_id="profile", tags=["identity"])
async def read_profile(ctx: Ctx) -> Response[schemas.Profile]:
    """The caller's own data; the ETag goes into If-Match of a change."""
    shown, version = await profile.read(ctx)
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
    await profile.save_personal_data(ctx, data, _version(if_match))


@put(
    "/api/v1/profile/phone",
    access=SESSION,
    operation_id="save_phone",
    status_code=204,
    raises=[PRECONDITION_FAILED, errors.PASSWORD_NEEDED],
    tags=["identity"],
)
async def save_phone(ctx: Ctx, data: JSONBody[schemas.Phone], if_match: IfMatch = None) -> None:
    """Replace the phone; also the last hard step of the registration."""
    await profile.save_phone(ctx, data.phone, _version(if_match))


@put(
    "/api/v1/profile/email",
    access=SESSION,
    operation_id="save_email",
    status_code=204,
    raises=[errors.EMAIL_TAKEN, errors.PASSWORD_NEEDED, PRECONDITION_FAILED, TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def save_email(ctx: Ctx, data: JSONBody[schemas.EmailChange], if_match: IfMatch = None) -> None:
    """Replace the e-mail address: the login from now on, to be confirmed by the code that goes to it.

    A notice goes to the address before.
    """
    await profile.save_email(ctx, data.email, _version(if_match))


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match == "*":
        return None
    if not re.fullmatch(r'"\d{1,9}"', if_match):
        raise Problem(INVALID, errors=[FieldProblem("If-Match", FIELD_FORMAT)])
    return int(if_match.strip('"'))


ROUTES = (read_profile, save_personal_data, save_phone, save_email)
