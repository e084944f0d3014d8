"""Certificates and signing."""

from core.sdk import INVALID, NOT_FOUND, TOO_MANY_REQUESTS, Ctx, JSONBody, permission, post
from plugins.edo import errors
from plugins.edo.permissions import SIGN, VIEW
from plugins.edo.schemas import signing as schemas
from plugins.edo.services import certificates, qualified, simple

_TAGS = ["edo"]
_GATE = (errors.UNAVAILABLE, errors.CERTIFICATE_NEEDED, NOT_FOUND)
_SIGNATURES_BYTES = 16_000_000


@post(
    "/api/v1/edo/certificates",
    access=permission(VIEW.name),
    operation_id="add_edo_certificate",
    creating=True,
    raises=[errors.UNAVAILABLE, errors.CERTIFICATE_NOT_ADDED],
    tags=_TAGS,
)
async def add_edo_certificate(ctx: Ctx, data: JSONBody[schemas.EdoNewCertificate]) -> schemas.EdoCertificateAdded:
    """Register a certificate for an organisation of an own contract."""
    return await certificates.add(ctx, data)


@post(
    "/api/v1/edo/signing-codes",
    access=permission(SIGN.name, confirmed_email=True),
    operation_id="order_edo_code",
    creating=True,
    raises=[*_GATE, errors.ALREADY_SIGNED, errors.WRONG_STATE, TOO_MANY_REQUESTS],
    tags=_TAGS,
)
async def order_edo_code(ctx: Ctx, data: JSONBody[schemas.EdoCodeOrder]) -> schemas.EdoCodeSent:
    """Have a code sent that signs these documents by ПЭП."""
    return await simple.order_code(ctx, data)


@post(
    "/api/v1/edo/signatures/simple",
    access=permission(SIGN.name, confirmed_email=True),
    operation_id="sign_edo_simply",
    status_code=200,
    raises=[*_GATE, errors.ALREADY_SIGNED, errors.WRONG_STATE, errors.CHANGED, errors.CODE_WRONG, errors.CODE_EXPIRED],
    tags=_TAGS,
)
async def sign_edo_simply(ctx: Ctx, data: JSONBody[schemas.EdoCode]) -> schemas.EdoSigned:
    """Sign by the code what it was sent for: all of it, or nothing."""
    return await simple.sign(ctx, data)


@post(
    "/api/v1/edo/signatures/qualified",
    access=permission(SIGN.name),
    operation_id="sign_edo_qualified",
    status_code=200,
    request_max_body_size=_SIGNATURES_BYTES,
    raises=[*_GATE, INVALID, errors.ALREADY_SIGNED, errors.WRONG_STATE, errors.CHANGED, errors.SIGNATURES_REFUSED],
    tags=_TAGS,
)
async def sign_edo_qualified(ctx: Ctx, data: JSONBody[schemas.EdoSignatures]) -> schemas.EdoSigned:
    """Sign documents by КЭП, a signature for each: all of them, or nothing."""
    return await qualified.sign(ctx, data)


ROUTES = (add_edo_certificate, order_edo_code, sign_edo_simply, sign_edo_qualified)
