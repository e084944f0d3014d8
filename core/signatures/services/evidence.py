"""The evidence of signatures: kept in the transaction that accepts them, given to the plugin that owns the document."""

from collections.abc import Sequence

import msgspec

from core.sdk import Context, UnitOfWork, new_id
from core.signatures import store
from core.signatures.domain.encoding import decoded
from core.signatures.schemas import Evidence, Report, Verdict


async def keep(uow: UnitOfWork, account_id: str, verdicts: Sequence[Verdict]) -> list[str]:
    """Keeps the evidence of signatures that were accepted; returns the identifiers, in the order of the verdicts.

    Raises ValueError for one that is not valid: there is nothing to be proven by it.
    """
    rows = [_row(uow, account_id, verdict) for verdict in verdicts]
    await store.keep(uow, rows)
    return [str(row["id"]) for row in rows]


async def evidence(ctx: Context, evidence_id: str) -> Evidence | None:
    """What is kept; None: nothing. Whether the caller may see it is for the document's plugin to say."""
    return await ctx.reader.first(store.EVIDENCE, evidence_id=evidence_id)


async def evidence_of(ctx: Context, document_id: str) -> list[Evidence]:
    """What is kept of a document's signatures, the oldest first."""
    return await ctx.reader.all(store.EVIDENCE_OF, subject=document_id)


def _row(uow: UnitOfWork, account_id: str, verdict: Verdict) -> dict[str, object]:
    certificate = verdict.certificate
    if not verdict.valid or certificate is None:
        raise ValueError("only what is valid is kept as evidence")
    report = Report(
        document_id=verdict.document_id,
        verified_at=verdict.verified_at,
        digest=verdict.digest,
        digest_algorithm=verdict.digest_algorithm,
        signed_at=verdict.signed_at,
        stamped=verdict.stamped,
        subject=certificate.subject,
        person=certificate.person,
        inn=certificate.inn,
        serial=certificate.serial,
        fingerprint=certificate.fingerprint,
        issuer=certificate.issuer,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        links=verdict.links,
    )
    return {
        "id": new_id(),
        "subject": verdict.document_id,
        "account_id": account_id,
        "signature": decoded(verdict.signature),
        "certificate": certificate.der,
        "report": msgspec.json.encode(report),
        "power": verdict.power.xml if verdict.power else None,
        "power_signature": verdict.power.signature if verdict.power else None,
        "kept_at": uow.now,
    }
