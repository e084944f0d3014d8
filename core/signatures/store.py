"""Queries of signatures."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.ports.signatures import CertificateInfo
from core.sdk import Moment, Query, UnitOfWork, new_id
from core.signatures.models import Binding, Certificate, KeptSignature
from core.signatures.schemas import Evidence, Organisation, Power, SignatureCertificate

_TEXT = sa.Text()
_ITEM = (
    Certificate.id,
    Binding.inn,
    Binding.kpp,
    Binding.name,
    Binding.by_power,
    Certificate.subject,
    Certificate.person,
    Certificate.holder,
    Certificate.serial,
    Certificate.fingerprint,
    Certificate.issuer,
    Certificate.valid_from,
    Certificate.valid_until,
    Certificate.registered_at,
)
_ACCOUNT = sa.bindparam("account_id", type_=_TEXT)
_PAIRS = (
    sa.select(*_ITEM)
    .select_from(Certificate)
    .join(Binding, Binding.certificate_id == Certificate.id)
    .where(Certificate.account_id == _ACCOUNT)
    .order_by(Certificate.id.desc(), Binding.inn)
)

CERTIFICATES = Query(
    _PAIRS.where(
        sa.or_(
            Certificate.id < sa.bindparam("before", type_=_TEXT),
            sa.and_(
                Certificate.id == sa.bindparam("before", type_=_TEXT),
                Binding.inn > sa.bindparam("after_inn", type_=_TEXT),
            ),
        )
    ).limit(sa.bindparam("limit", type_=sa.Integer())),
    SignatureCertificate,
)
CANDIDATES = Query(
    _PAIRS.where(
        sa.or_(sa.bindparam("any_inn", type_=sa.Boolean()), Binding.inn == sa.bindparam("inn", type_=_TEXT)),
        Certificate.valid_from <= sa.bindparam("now", type_=Moment()),
        Certificate.valid_until > sa.bindparam("now", type_=Moment()),
    ).limit(500),
    SignatureCertificate,
)
REGISTERED = Query(
    _PAIRS.where(
        Certificate.id == sa.bindparam("certificate_id", type_=_TEXT),
        Binding.inn == sa.bindparam("inn", type_=_TEXT),
    ),
    SignatureCertificate,
)
KNOWN = Query(
    sa.select(Certificate.der)
    .join(Binding, Binding.certificate_id == Certificate.id)
    .where(Certificate.account_id == _ACCOUNT, Binding.inn == sa.bindparam("inn", type_=_TEXT))
    .order_by(Certificate.id.desc())
    .limit(50),
    bytes,
)
"""The certificates that an account has at an organisation, as bytes."""

SERVES = Query(
    sa.select(Binding.inn)
    .join(Certificate, Binding.certificate_id == Certificate.id)
    .where(
        Certificate.account_id == _ACCOUNT,
        Certificate.fingerprint == sa.bindparam("fingerprint", type_=_TEXT),
        Binding.inn == sa.bindparam("inn", type_=_TEXT),
    ),
    str,
)
OWNER = Query(
    sa.select(Certificate.account_id).where(Certificate.fingerprint == sa.bindparam("fingerprint", type_=_TEXT)), str
)


# ---- certificates
async def bind(uow: UnitOfWork, account_id: str, certificate: CertificateInfo) -> str | None:
    """The identifier of a certificate that is this account's from now on; None: it is another one's.

    One statement, so that of two accounts that try at once the second waits for the first and then loses.
    """
    shown = {
        "der": certificate.der,
        "subject": certificate.subject,
        "person": certificate.person,
        "holder": certificate.holder,
        "serial": certificate.serial,
        "issuer": certificate.issuer,
        "valid_from": certificate.valid_from,
        "valid_until": certificate.valid_until,
    }
    row = {
        "id": new_id(),
        "account_id": account_id,
        "fingerprint": certificate.fingerprint,
        "registered_at": uow.now,
        **shown,
    }
    statement = (
        uow.upsert(Certificate)
        .values(row)
        .on_conflict_do_update(index_elements=["fingerprint"], set_=shown, where=Certificate.account_id == account_id)
        .returning(Certificate.id)
    )
    found: str | None = (await uow.execute(statement)).scalar_one_or_none()
    return found


async def serve(uow: UnitOfWork, certificate_id: str, organisation: Organisation, *, by_power: bool) -> None:
    """A certificate serves an organisation, once."""
    await uow.put(
        Binding,
        ("certificate_id", "inn"),
        [
            {
                "certificate_id": certificate_id,
                "inn": organisation.inn,
                "kpp": organisation.kpp,
                "name": organisation.name,
                "by_power": by_power,
                "bound_at": uow.now,
            }
        ],
    )


async def release(uow: UnitOfWork, account_id: str, certificate_id: str, inn: str | None) -> bool:
    """Takes a certificate from an organisation or from all; False: the account has no such one.

    Without any organisation only the fingerprint remains: it keeps the certificate from other accounts.
    """
    owned = sa.select(Certificate.id).where(Certificate.id == certificate_id, Certificate.account_id == account_id)
    if await uow.one(owned.with_for_update()) is None:
        return False
    statement = sa.delete(Binding).where(Binding.certificate_id == certificate_id)
    removed = await uow.execute(statement if inn is None else statement.where(Binding.inn == inn))
    if not removed.rowcount:
        return False
    served = sa.exists().where(Binding.certificate_id == certificate_id)
    blank = dict.fromkeys(("subject", "person", "serial", "issuer"), "")
    await uow.execute(sa.update(Certificate).where(Certificate.id == certificate_id, ~served).values(der=b"", **blank))
    return True


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """Removes the certificates of an account, and its name from the evidence."""
    own = sa.select(Certificate.id).where(Certificate.account_id == account_id)
    await uow.execute(sa.delete(Binding).where(Binding.certificate_id.in_(own)))
    await uow.execute(sa.delete(Certificate).where(Certificate.account_id == account_id))
    await uow.execute(sa.update(KeptSignature).where(KeptSignature.account_id == account_id).values(account_id=""))


# ---- evidence
def _evidence(
    evidence_id: str,
    document_id: str,
    kept_at: Any,
    signature: bytes,
    certificate: bytes,
    report: bytes,
    power: bytes | None,
    power_signature: bytes | None,
) -> Evidence:
    authority = None if power is None else Power(power, power_signature or b"")
    return Evidence(evidence_id, document_id, kept_at, signature, certificate, report, authority)


_EVIDENCE = sa.select(
    KeptSignature.id,
    KeptSignature.subject,
    KeptSignature.kept_at,
    KeptSignature.signature,
    KeptSignature.certificate,
    KeptSignature.report,
    KeptSignature.power,
    KeptSignature.power_signature,
)
EVIDENCE = Query(_EVIDENCE.where(KeptSignature.id == sa.bindparam("evidence_id", type_=_TEXT)), _evidence)
EVIDENCE_OF = Query(
    _EVIDENCE.where(KeptSignature.subject == sa.bindparam("subject", type_=_TEXT))
    .order_by(KeptSignature.id)
    .limit(100),
    _evidence,
)


async def keep(uow: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """Stores evidence."""
    if rows:
        await uow.execute(sa.insert(KeptSignature), list(rows))
