"""One verification: link by link, going on after a failure wherever something can still be told."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from asn1crypto import tsp

from core.gost.streebog import Digest
from core.ports.signatures import Link, LinkName, Verification
from core.signatures.adapters import cms
from core.signatures.adapters.cms import Signed
from core.signatures.adapters.refused import Refused
from core.signatures.adapters.trust import (
    DIGITAL_SIGNATURE,
    LIST_SIGN,
    NON_REPUDIATION,
    Trust,
    allows,
    confirmed,
    meant_for,
)
from core.signatures.domain import der
from core.signatures.domain.algorithms import Scheme, Unsupported, digest, digest_named, new_digest
from core.signatures.domain.certificates import MALFORMED, Certificate, parsed_certificate
from core.signatures.errors.certificates import WEAK_ALGORITHM
from core.signatures.errors.verification import (
    ALGORITHM_MISMATCH,
    FORGED,
    KEY_USAGE,
    NO_CRL,
    NO_STAMP,
    NOT_A_SIGNATURE,
    OTHER_DOCUMENT,
    REVOKED,
    SIGNER_EXPIRED,
    SIGNER_NOT_YET_VALID,
    STAMP_WRONG,
    UNSEEN,
)

TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
STAMP_CONTENT = "1.2.840.113549.1.9.16.1.4"
CLOCK_TOLERANCE = timedelta(minutes=5)
LINKS: tuple[LinkName, ...] = (
    "format",
    "algorithm",
    "certificate",
    "attributes",
    "content",
    "signature",
    "timestamp",
    "validity",
    "chain",
    "revocation",
)


class Examination:
    """`begin`, feed the digest that it gives, `end`. Both are work for a thread."""

    def __init__(self, trust: Trust, revocation: str, at: datetime) -> None:
        self._trust, self._revocation, self._at = trust, revocation, at
        self._links: dict[LinkName, Link] = {}
        self._signed: Signed | None = None
        self._certificate: Certificate | None = None
        self._scheme: Scheme | None = None
        self._digest: Digest | None = None
        self._digest_name = ""
        self._expected = b""
        self._moment, self._stamped = at, False

    def begin(self, signature: bytes, known: list[bytes]) -> Digest | None:
        """Examines all that needs no content. Returns the digest to feed with it; None: it would tell nothing."""
        self._trust.refresh()
        if not self._passed("format", lambda: self._open(signature)):
            return None
        self._passed("certificate", lambda: self._find(known))
        self._passed("algorithm", self._choose)
        self._passed("attributes", self._read_attributes)
        if self._digest_name and self._expected:
            self._digest = new_digest(self._digest_name)
        return self._digest

    def end(self) -> Verification:
        """The verdict."""
        found = b""
        if self._digest is not None:
            found = self._digest.digest()
            self._passed("content", lambda: self._compare(found))
        if self._signed and self._certificate:
            if self._scheme and self._signed.signed:
                self._passed("signature", self._confirm)
            self._note_stamp(self._signed)
            self._trusted(self._certificate)
        unseen = Refused(UNSEEN)
        return Verification(
            links=tuple(self._links.get(name) or unseen.link(name, "unchecked") for name in LINKS),
            certificate=self._certificate.info if self._certificate else None,
            signed_at=self._moment if self._stamped else self._signed.signing_time() if self._signed else None,
            stamped=self._stamped,
            digest=found.hex(),
            digest_algorithm=self._digest_name if found else "",
        )

    def _passed(self, name: LinkName, test: Callable[[], None]) -> bool:
        try:
            test()
        except Refused as refused:
            self._links[name] = refused.link(name)
            return False
        except (der.Malformed, Unsupported, *MALFORMED):  # what nobody has thought of is refused
            self._links[name] = Refused(NOT_A_SIGNATURE).link(name)
            return False
        self._links[name] = Link(name, "passed")
        return True

    # ---- what the signature is
    def _open(self, signature: bytes) -> None:
        self._signed = cms.opened(signature)

    def _find(self, known: list[bytes]) -> None:
        assert self._signed
        self._certificate = self._signed.signer(known)
        self._signed.check_reference(self._certificate)
        if not allows(self._certificate, DIGITAL_SIGNATURE, NON_REPUDIATION):
            raise Refused(KEY_USAGE)

    def _choose(self) -> None:
        assert self._signed
        self._digest_name = self._signed.digest_name()
        scheme = self._signed.scheme()
        if self._certificate:
            check_scheme(scheme, self._certificate)
        self._scheme = scheme

    def _read_attributes(self) -> None:
        assert self._signed
        self._expected = self._signed.message_digest()

    def _compare(self, found: bytes) -> None:
        if found != self._expected:
            raise Refused(OTHER_DOCUMENT)

    def _confirm(self) -> None:
        assert self._signed
        assert self._certificate
        assert self._scheme
        if not self._certificate.key.verify(self._scheme, self._signed.signature, self._signed.signed):
            raise Refused(FORGED)

    # ---- when it was made
    def _note_stamp(self, signed: Signed) -> None:
        """A time stamp that is confirmed moves the moment for which trust is examined; any other changes nothing."""
        tokens = signed.time_stamps()
        if not tokens:
            self._links["timestamp"] = Refused(NO_STAMP).link("timestamp", "unchecked")
            return
        try:
            moment = self._stamp(tokens[0], signed)
        except (Refused, Unsupported, der.Malformed, *MALFORMED):
            self._links["timestamp"] = Refused(STAMP_WRONG).link("timestamp", "unchecked")
            return
        self._moment, self._stamped = min(moment, self._at), True
        self._links["timestamp"] = Link("timestamp", "passed")

    def _stamp(self, token: bytes, stamped: Signed) -> datetime:
        """The moment of a time stamp over a signature. Raises Refused, Unsupported, MALFORMED."""
        signed = cms.parsed(token)
        if signed.content_type != STAMP_CONTENT or signed.content is None:
            raise Refused(STAMP_WRONG)
        authority = signed.signer(stamped.certificates)
        scheme = signed.scheme()
        check_scheme(scheme, authority)
        stamp = tsp.TSTInfo.load(signed.content, strict=True)
        imprint = stamp["message_imprint"]
        name = digest_named(imprint["hash_algorithm"]["algorithm"].dotted)
        moment: datetime = stamp["gen_time"].native
        if (
            digest(signed.digest_name(), signed.content) != signed.message_digest()
            or digest(name, stamped.signature) != imprint["hashed_message"].native
            or not authority.key.verify(scheme, signed.signature, signed.signed)
            or not meant_for(authority, TIME_STAMPING)
            or not authority.valid_from <= self._at < authority.valid_until
            or moment > self._at + CLOCK_TOLERANCE
        ):
            raise Refused(STAMP_WRONG)
        pool = certificates([*signed.certificates, *stamped.certificates])
        chain = self._trust.chain(authority, pool, self._at)
        self._check_revocation(chain, self._at)
        return moment

    # ---- whether its maker is to be trusted
    def _trusted(self, certificate: Certificate) -> None:
        self._passed("validity", lambda: self._check_dates(certificate))
        assert self._signed
        chain: list[Certificate] = []
        pool = certificates(self._signed.certificates)
        if not self._passed("chain", lambda: chain.extend(self._trust.chain(certificate, pool, self._moment))):
            return
        try:
            complete = self._check_revocation(chain, self._moment)
        except Refused as refused:
            self._links["revocation"] = refused.link("revocation")
            return
        self._links["revocation"] = (
            Link("revocation", "passed") if complete else self._no_list(chain).link("revocation", "unchecked")
        )

    def _check_dates(self, certificate: Certificate) -> None:
        if self._moment >= certificate.valid_until:
            raise Refused(SIGNER_EXPIRED, day=f"{certificate.valid_until:%d.%m.%Y}")
        if self._moment < certificate.valid_from:
            raise Refused(SIGNER_NOT_YET_VALID, day=f"{certificate.valid_from:%d.%m.%Y}")

    def _check_revocation(self, chain: Sequence[Certificate], moment: datetime) -> bool:
        """Whether a current list was found for every certificate below the root. Raises Refused: revoked, no list."""
        if self._revocation == "off":
            return False
        complete = True
        for certificate, issuer in pairwise(chain):
            lists = [one for one in self._trust.lists.get(certificate.issuer, ()) if one.complete]
            lists = [
                one
                for one in lists
                if one.this_update <= self._at and allows(issuer, LIST_SIGN) and one.is_by(issuer, confirmed)
            ]
            for one in lists:
                revoked_on = one.revoked_on(certificate.serial)
                if revoked_on is not None and revoked_on <= moment:
                    raise Refused(REVOKED, day=f"{revoked_on:%d.%m.%Y}")
            complete = complete and any(one.current(self._at) for one in lists)
        if not complete and self._revocation == "require":
            raise self._no_list(chain)
        return complete

    def _no_list(self, chain: Sequence[Certificate]) -> Refused:
        return Refused(NO_CRL, issuer=chain[0].info.issuer or "—")


def check_scheme(scheme: Scheme, certificate: Certificate) -> None:
    """The key can have made such a signature, and is strong enough. Raises Refused."""
    try:
        key = certificate.key
    except Unsupported as error:
        raise cms.not_supported(error) from error
    except MALFORMED as error:
        raise Refused(ALGORITHM_MISMATCH) from error
    if key.weak:
        raise Refused(WEAK_ALGORITHM, algorithm=key.name)
    if not scheme.consistent or not scheme.fits(key):
        raise Refused(ALGORITHM_MISMATCH)


def certificates(found: Sequence[bytes]) -> list[Certificate]:
    """Those that can be read."""
    read = []
    for data in found:
        try:
            read.append(parsed_certificate(data))
        except (der.Malformed, *MALFORMED):
            continue
    return read
