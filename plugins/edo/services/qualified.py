"""Signing with КЭП (EDO-11): the verifier of `core.signatures` over the stored bytes."""

from core.ports.files import FilesUnavailable
from core.sdk import INVALID, UNAVAILABLE, Context, FieldProblem, Problem
from core.signatures.public import (
    SignedDocument,
    Signer,
    Verdict,
    VerifierUnavailable,
    candidates,
    keep,
    registered,
    verify,
)
from plugins.edo import errors
from plugins.edo.schemas import signing as schemas
from plugins.edo.services.signing import SIGNED, Proven, seal, signable
from plugins.edo.store import DocumentRow


async def sign(ctx: Context, data: schemas.EdoSignatures) -> schemas.EdoSigned:
    """Signs all of it if every signature is valid and made by a registered certificate; otherwise nothing."""
    rows = await signable(ctx, [one.id for one in data.documents], "kep")
    verdicts = await _verdicts(ctx, data, rows)
    wrong = [
        FieldProblem(f"documents[{index}].signature", errors.SIGNATURE_INVALID, {"reason": verdict.text})
        for index, verdict in enumerate(verdicts)
        if not verdict.valid
    ]
    if wrong:
        raise Problem(errors.SIGNATURES_REFUSED, errors=wrong)
    async with ctx.uow() as uow:
        evidence = await keep(uow, ctx.actor.id, verdicts)
        proven = {
            row.id: Proven(row.sha256, _signer(verdict), {"evidence_id": evidence_id})
            for row, verdict, evidence_id in zip(rows, verdicts, evidence, strict=True)
        }
        return schemas.EdoSigned(SIGNED, await seal(ctx, uow, "kep", proven))


def _signer(verdict: Verdict) -> str:
    assert verdict.certificate is not None
    return verdict.certificate.person or verdict.certificate.subject


async def _verdicts(ctx: Context, data: schemas.EdoSignatures, rows: list[DocumentRow]) -> list[Verdict]:
    """The verdict on each document, in order; each organisation's signers are asked for once."""
    by_inn: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        by_inn.setdefault(row.inn, []).append(index)
    found: dict[int, Verdict] = {}
    for inn, places in by_inn.items():
        signer = Signer(ctx.actor.id, inn, fingerprint=await _fingerprint(ctx, data, inn, places))
        signed = [
            SignedDocument(rows[place].id, rows[place].stored_key, data.documents[place].signature.encode())
            for place in places
        ]
        try:
            verdicts = await verify(ctx, signer, signed)
        except (VerifierUnavailable, FilesUnavailable) as error:
            raise Problem(UNAVAILABLE, retry_after=5) from error
        found |= dict(zip(places, verdicts, strict=True))
    return [found[index] for index in range(len(rows))]


async def _fingerprint(ctx: Context, data: schemas.EdoSignatures, inn: str, places: list[int]) -> str:
    """The chosen certificate's; empty: any registered one. Raises Problem where none is registered."""
    if not data.certificate:
        if await candidates(ctx, ctx.actor.id, inn):
            return ""
    elif certificate := await registered(ctx, ctx.actor.id, data.certificate, inn):
        return certificate.fingerprint
    wrong = [FieldProblem(f"documents[{place}]", errors.CERTIFICATE_UNKNOWN) for place in places]
    raise Problem(INVALID, errors=wrong)
