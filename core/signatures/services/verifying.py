"""The verification of what an account has signed: by the port's cryptography, and by our own rules of who may sign."""

from collections.abc import AsyncIterator, Sequence

from core.ports.files import FileMissing, Files
from core.ports.signatures import CertificateInfo, Link, SignatureVerifier, Verification
from core.sdk import Context, ErrorKind
from core.signatures import store
from core.signatures.domain import powers
from core.signatures.domain.binding import refusal
from core.signatures.errors.certificates import NOT_ENTREPRENEUR, TAKEN
from core.signatures.errors.powers import POWER_SIGNATURE, POWER_UNSIGNED
from core.signatures.errors.verification import DOCUMENT_MISSING, NO_POWER, NOT_REGISTERED, OTHER_CERTIFICATE, UNSEEN
from core.signatures.schemas import SignedDocument, Signer, Verdict
from core.signatures.settings import SignatureSettings


def link(name: str, state: str, kind: ErrorKind, **params: object) -> Link:
    """A link that did not pass, with its code and its text."""
    return Link(name, state, kind.code, kind.text("ru", params))  # type: ignore[arg-type]


async def verify(ctx: Context, signer: Signer, documents: Sequence[SignedDocument]) -> list[Verdict]:
    """The verdict on each document's signature, in the order given; whatever was sent gets one.

    Raises VerifierUnavailable and FilesUnavailable when none can be reached now.
    """
    known = await ctx.reader.all(store.KNOWN, account_id=signer.account_id, inn=signer.inn)
    if signer.certificate:
        known = [signer.certificate.der, *known]
    authority = Authority(ctx, signer)
    return [await _verdict(ctx, signer, document, known, authority) for document in documents]


async def _verdict(
    ctx: Context, signer: Signer, document: SignedDocument, known: Sequence[bytes], authority: "Authority"
) -> Verdict:
    now = ctx.now()
    try:
        found = await ctx.port(SignatureVerifier).verify(
            document.signature, lambda: ctx.port(Files).get(document.stored_key), at=now, known=known
        )
    except FileMissing:
        found = Verification((link("content", "failed", DOCUMENT_MISSING),))
    certificate = found.certificate
    links = (
        *found.links,
        await _registration(ctx, signer, certificate),
        *await authority.links(certificate),
    )
    failure = next((one for one in links if one.state == "failed"), None)
    return Verdict(
        document_id=document.id,
        valid=failure is None,
        code=failure.code if failure else "",
        text=failure.text if failure else "",
        links=links,
        certificate=certificate,
        signed_at=found.signed_at,
        stamped=found.stamped,
        digest=found.digest,
        digest_algorithm=found.digest_algorithm,
        verified_at=now,
        signature=document.signature,
        power=signer.power if any(one.name == "authority" and one.state == "passed" for one in links) else None,
    )


async def _registration(ctx: Context, signer: Signer, certificate: CertificateInfo | None) -> Link:
    """The certificate is the one that was attached or chosen, and no other account's (APL-31)."""
    if certificate is None:
        return link("registration", "unchecked", UNSEEN)
    expected = signer.certificate.fingerprint if signer.certificate else signer.fingerprint
    if expected and certificate.fingerprint != expected:
        return link("registration", "failed", OTHER_CERTIFICATE)
    owner = await ctx.reader.first(store.OWNER, fingerprint=certificate.fingerprint)
    if owner is not None and owner != signer.account_id:
        return link("registration", "failed", TAKEN)
    if signer.certificate is None and not await ctx.reader.first(
        store.SERVES, account_id=signer.account_id, fingerprint=certificate.fingerprint, inn=signer.inn
    ):
        return link("registration", "failed", NOT_REGISTERED)
    return Link("registration", "passed")


class Authority:
    """Whether a certificate signs for the organisation: by itself, or by a power of attorney, examined once."""

    def __init__(self, ctx: Context, signer: Signer) -> None:
        self._ctx, self._signer = ctx, signer
        self._examined: dict[str, tuple[Link, ...]] = {}

    async def links(self, certificate: CertificateInfo | None) -> tuple[Link, ...]:
        """The links `organisation` and `authority`."""
        if certificate is None:
            return link("organisation", "unchecked", UNSEEN), link("authority", "unchecked", UNSEEN)
        if certificate.fingerprint not in self._examined:
            self._examined[certificate.fingerprint] = await self._examine(certificate)
        return self._examined[certificate.fingerprint]

    async def _examine(self, certificate: CertificateInfo) -> tuple[Link, ...]:
        kind, power = refusal(certificate, self._signer.inn), self._signer.power
        if kind is None:
            return Link("organisation", "passed"), link("authority", "unchecked", NO_POWER)
        refused = link("organisation", "failed", kind, found=certificate.inn or "—", inn=self._signer.inn)
        if power is None or kind is NOT_ENTREPRENEUR:
            return refused, link("authority", "unchecked", UNSEEN)
        return link("organisation", "unchecked", kind, found=certificate.inn or "—", inn=self._signer.inn), (
            await self._authority(certificate, power.xml, power.signature)
        )

    async def _authority(self, certificate: CertificateInfo, xml: bytes, signature: bytes) -> Link:
        ctx = self._ctx
        try:
            power = powers.read(xml)
            powers.check(power, certificate, self._signer.inn, ctx.today(), ctx.settings(SignatureSettings).power_codes)
        except powers.Refused as error:
            return link("authority", "failed", error.kind, **error.params)
        if not signature:
            return link("authority", "failed", POWER_UNSIGNED)
        found = await ctx.port(SignatureVerifier).verify(signature, lambda: _bytes(xml), at=ctx.now())
        if found.failure:
            return link("authority", "failed", POWER_SIGNATURE, reason=found.failure.text)
        principal = found.certificate
        if principal is None or refusal(principal, self._signer.inn):
            reason = "Она сделана сертификатом, который выдан не доверителю."
            return link("authority", "failed", POWER_SIGNATURE, reason=reason)
        return Link("authority", "passed")


async def _bytes(content: bytes) -> AsyncIterator[bytes]:
    yield content
