"""Certificates of accounts: registered with what they sign, listed and removed by their owner."""

from core.ports.signatures import CertificateInfo
from core.sdk import NOT_FOUND, Context, Page, Problem, UnitOfWork, decode_cursor, page
from core.signatures import store
from core.signatures.domain.binding import refusal
from core.signatures.errors.certificates import (
    CERTIFICATE_EXPIRED,
    CERTIFICATE_NOT_YET_VALID,
    POWER_NEEDED,
    TAKEN,
    WRONG_INN,
)
from core.signatures.schemas import Organisation, SignatureCertificate


async def listed(ctx: Context, cursor: str | None, limit: int) -> Page[SignatureCertificate]:
    """The caller's certificates, the latest first, each with every organisation that it serves."""
    after = decode_cursor(cursor, str, str) or ("\uffff", "")
    rows = await ctx.reader.all(
        store.CERTIFICATES, account_id=ctx.actor.id, before=after[0], after_inn=after[1], limit=limit + 1
    )
    return page(rows, limit, lambda row: (row.id, row.inn))


async def candidates(ctx: Context, account_id: str, inn: str = "") -> list[SignatureCertificate]:
    """The certificates with which an account can sign now: for one organisation, or every pair of both.

    At most 500 pairs, the latest first.
    """
    return await ctx.reader.all(store.CANDIDATES, account_id=account_id, inn=inn, any_inn=not inn, now=ctx.now())


async def registered(ctx: Context, account_id: str, certificate_id: str, inn: str) -> SignatureCertificate | None:
    """A certificate of the account that is registered for the organisation; None: there is none."""
    return await ctx.reader.first(store.REGISTERED, account_id=account_id, certificate_id=certificate_id, inn=inn)


async def register(
    uow: UnitOfWork,
    account_id: str,
    organisation: Organisation,
    certificate: CertificateInfo,
    *,
    by_power: bool = False,
) -> str:
    """Binds a certificate to an account and an organisation, in the caller's transaction; returns its identifier.

    Once more for the same organisation changes its name only. `by_power`: a power of attorney that was verified
    (`verify`) makes up for a certificate that is not the organisation's own. Raises Problem: TAKEN when it belongs to
    another account, WRONG_INN, NOT_ENTREPRENEUR, POWER_NEEDED, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID.
    """
    check_dates(certificate, uow)
    kind = refusal(certificate, organisation.inn)
    if kind and not (by_power and kind in (POWER_NEEDED, WRONG_INN)):
        raise Problem(kind, found=certificate.inn or "—", inn=organisation.inn)
    certificate_id = await store.bind(uow, account_id, certificate)
    if certificate_id is None:
        raise Problem(TAKEN)
    await store.serve(uow, certificate_id, organisation, by_power=kind is not None)
    uow.audit("signatures.registered", certificate_id, inn=organisation.inn, fingerprint=certificate.fingerprint)
    return certificate_id


def check_dates(certificate: CertificateInfo, uow: UnitOfWork) -> None:
    """Raises Problem for a certificate that is not valid now."""
    if uow.now >= certificate.valid_until:
        raise Problem(CERTIFICATE_EXPIRED, day=f"{certificate.valid_until:%d.%m.%Y}")
    if uow.now < certificate.valid_from:
        raise Problem(CERTIFICATE_NOT_YET_VALID, day=f"{certificate.valid_from:%d.%m.%Y}")


async def remove(ctx: Context, certificate_id: str, inn: str | None) -> None:
    """The owner removes a certificate, from one organisation or from all; nobody else can register it all the same."""
    async with ctx.uow() as uow:
        if not await store.release(uow, ctx.actor.id, certificate_id, inn):
            raise Problem(NOT_FOUND)
        uow.audit("signatures.removed", certificate_id, inn=inn or "")


async def forget_account(uow: UnitOfWork, account_id: str) -> None:
    """An erased account holds no certificates; what it signed stays signed, and names no account."""
    await store.forget(uow, account_id)
