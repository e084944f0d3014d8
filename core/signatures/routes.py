"""HTTP of signatures: /api/v1/signatures."""

from typing import Annotated

from litestar.params import QueryParameter

from core.sdk import ACCOUNT, NOT_FOUND, Ctx, Cursor, Limit, Page, PathId, delete, get
from core.signatures.schemas import SignatureCertificate
from core.signatures.services import registry

Inn = Annotated[
    str | None, QueryParameter(max_length=12, description="Only for the organisation of this INN; absent: for all.")
]


@get("/api/v1/signatures/certificates", access=ACCOUNT, operation_id="signature_certificates", tags=["signatures"])
async def certificates(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[SignatureCertificate]:
    """List the caller's registered certificates with the organisations that they serve, the latest first."""
    return await registry.listed(ctx, cursor, limit)


@delete(
    "/api/v1/signatures/certificates/{certificate_id:str}",
    access=ACCOUNT,
    operation_id="remove_signature_certificate",
    status_code=204,
    raises=[NOT_FOUND],
    tags=["signatures"],
)
async def remove_certificate(ctx: Ctx, certificate_id: PathId, inn: Inn = None) -> None:
    """Remove a certificate; it stays bound to this account and can be registered here again."""
    await registry.remove(ctx, certificate_id, inn)


ROUTES = (certificates, remove_certificate)
