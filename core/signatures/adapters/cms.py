"""Signatures as CMS: SignedData of exactly one signer, over content that lies elsewhere (or is a time stamp)."""

from datetime import datetime

from asn1crypto import cms, tsp
from asn1crypto import core as asn1

from core.signatures.adapters.refused import Refused
from core.signatures.domain import der
from core.signatures.domain.algorithms import Scheme, Unsupported, digest, digest_named
from core.signatures.domain.certificates import MALFORMED, Certificate, parsed_certificate
from core.signatures.domain.encoding import MOST_BYTES, MOST_RECEIVED, NotEncoded, decoded
from core.signatures.errors.certificates import UNKNOWN_ALGORITHM, WEAK_ALGORITHM
from core.signatures.errors.verification import (
    ATTACHED,
    ATTRIBUTES_WRONG,
    BROKEN_CERTIFICATE,
    INDEFINITE_LENGTH,
    NO_CERTIFICATE,
    NOT_A_SIGNATURE,
    NOT_ONE_SIGNER,
    REFERENCE_MISSING,
    REFERENCE_WRONG,
    TOO_COMPLEX,
    TOO_LARGE,
)

SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
REFERENCE, REFERENCE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
SUBJECT_KEY = "2.5.29.14"
VERSIONS = (b"\x02\x01\x01", b"\x02\x01\x03", b"\x02\x01\x04", b"\x02\x01\x05")
SIGNER_VERSIONS = {0x30: b"\x02\x01\x01", 0x80: b"\x02\x01\x03"}
"""By how the signer's certificate is named: issuer and number, or identifier of the key."""
NOTHING = b"\x05\x00"
MOST_CERTIFICATES = 30


def opened(received: bytes) -> "Signed":
    """A detached signature from what was received. Raises Refused."""
    if len(received) > MOST_RECEIVED:
        raise Refused(TOO_LARGE, kilobytes=MOST_BYTES // 1024)
    try:
        data = decoded(received)
    except NotEncoded as error:
        raise Refused(NOT_A_SIGNATURE) from error
    if len(data) > MOST_BYTES:
        raise Refused(TOO_LARGE, kilobytes=MOST_BYTES // 1024)
    signed = parsed(data)
    if signed.content is not None:
        raise Refused(ATTACHED)
    return signed


def parsed(data: bytes) -> "Signed":
    """A signature from DER. Raises Refused."""
    try:
        der.examine(data)
        return Signed(data)
    except der.Indefinite as error:
        raise Refused(INDEFINITE_LENGTH) from error
    except der.TooComplex as error:
        raise Refused(TOO_COMPLEX) from error
    except (der.Malformed, *MALFORMED) as error:
        raise Refused(NOT_A_SIGNATURE) from error


class Signed:
    """A parsed signature. Nothing in it is proven. Raises Refused, MALFORMED."""

    def __init__(self, data: bytes) -> None:
        kind, explicit = der.element(data).inside()
        if _oid(kind) != SIGNED_DATA or explicit.tag != 0xA0:
            raise Refused(NOT_A_SIGNATURE)
        version, digests, encapsulated, *rest = der.element(explicit.content).inside()
        if version.raw not in VERSIONS:
            raise der.Malformed("a version that there is not")
        content_type, *held = encapsulated.inside()
        self.content_type = _oid(content_type)
        self.content = der.element(held[0].content).content if held else None
        """What it holds itself; None: the content lies elsewhere."""
        self.certificates = [
            one.raw for part in rest[:-1] if part.tag == 0xA0 for one in part.inside(0xA0) if one.tag == 0x30
        ][:MOST_CERTIFICATES]
        signers = rest[-1].inside(0x31)
        if len(signers) != 1:
            raise Refused(NOT_ONE_SIGNER, found=len(signers))
        version, self._signer_id, digest_algorithm, *parts = signers[0].inside()
        if SIGNER_VERSIONS.get(self._signer_id.tag) != version.raw:
            raise der.Malformed("a signer named in another way than its version says")
        self._digest_oid = _digest(digest_algorithm)
        if self._digest_oid not in [_digest(one) for one in digests.inside(0x31)]:
            raise der.Malformed("a digest that is not announced")
        attributes = parts.pop(0) if parts[0].tag == 0xA0 else None
        self.signed = b"\x31" + attributes.raw[1:] if attributes else b""
        """What the signature is of: the attributes as a SET."""
        self.attributes = _values(attributes, 0xA0)
        algorithm, signature, *unsigned = parts
        self._algorithm = algorithm.raw
        self.signature: bytes = asn1.OctetString.load(signature.raw, strict=True).native
        self._unsigned = _values(unsigned[0] if unsigned else None, 0xA1)

    # ---- algorithm
    def digest_name(self) -> str:
        """The digest of the content. Raises Refused."""
        try:
            return digest_named(self._digest_oid)
        except Unsupported as error:
            raise not_supported(error) from error

    def scheme(self) -> Scheme:
        """How it was signed. Raises Refused."""
        try:
            return Scheme(self._algorithm, self.digest_name())
        except Unsupported as error:
            raise not_supported(error) from error
        except MALFORMED as error:
            raise Refused(UNKNOWN_ALGORITHM, algorithm="?") from error

    # ---- certificate
    def signer(self, known: list[bytes]) -> Certificate:
        """The signer's certificate, from the signature itself or among the known ones. Raises Refused."""
        broken = False
        for data in (*self.certificates, *known):
            try:
                certificate = parsed_certificate(data)
                if self._is_by(certificate):
                    return certificate
            except (der.Malformed, *MALFORMED):
                broken = True
        raise Refused(BROKEN_CERTIFICATE if broken else NO_CERTIFICATE)

    def _is_by(self, certificate: Certificate) -> bool:
        if self._signer_id.tag == 0x30:
            issuer, serial = self._signer_id.inside()
            number = asn1.Integer.load(serial.raw, strict=True).native
            return issuer.raw == certificate.issuer and bool(number == certificate.serial)
        held = certificate.extensions.get(SUBJECT_KEY)
        return held is not None and der.element(held[1]).content == self._signer_id.content

    def check_reference(self, certificate: Certificate) -> None:
        """The signature names this very certificate in what it signs (CAdES-BES). Raises Refused."""
        if REFERENCE_V2 not in self.attributes:
            if REFERENCE in self.attributes:
                raise Refused(WEAK_ALGORITHM, algorithm="SHA-1")
            raise Refused(REFERENCE_MISSING)
        try:
            reference = tsp.SigningCertificateV2.load(self._one(REFERENCE_V2), strict=True)["certs"][0]
            name = digest_named(reference["hash_algorithm"]["algorithm"].dotted)
            found = reference["cert_hash"].native
        except Unsupported as error:
            raise not_supported(error) from error
        except MALFORMED as error:
            raise Refused(REFERENCE_MISSING) from error
        if digest(name, certificate.der) != found:
            raise Refused(REFERENCE_WRONG)

    # ---- attributes
    def message_digest(self) -> bytes:
        """The digest of the content as it was signed. Raises Refused when the attributes are not sound."""
        try:
            if any(len(values) != 1 for values in self.attributes.values()):
                raise Refused(ATTRIBUTES_WRONG)
            kind = asn1.ObjectIdentifier.load(self._one(CONTENT_TYPE), strict=True).dotted
            value: bytes = asn1.OctetString.load(self._one(MESSAGE_DIGEST), strict=True).native
        except MALFORMED as error:
            raise Refused(ATTRIBUTES_WRONG) from error
        if kind != self.content_type:
            raise Refused(ATTRIBUTES_WRONG)
        return value

    def signing_time(self) -> datetime | None:
        """What the signer's machine took the time for."""
        try:
            moment = cms.Time.load(self._one(SIGNING_TIME), strict=True).native
        except MALFORMED:
            return None
        return moment if isinstance(moment, datetime) and moment.tzinfo else None

    def time_stamps(self) -> list[bytes]:
        """Tokens of time stamps over the signature."""
        return self._unsigned.get(TIME_STAMP, [])[:4]

    def _one(self, name: str) -> bytes:
        return self.attributes[name][0]


def _oid(found: der.Element) -> str:
    name: str = asn1.ObjectIdentifier.load(found.raw, strict=True).dotted
    return name


def _digest(algorithm: der.Element) -> str:
    """The OID of a digest, which has no parameters."""
    name, *parameters = algorithm.inside()
    if parameters and [one.raw for one in parameters] != [NOTHING]:
        raise der.Malformed("parameters of a digest")
    return _oid(name)


def _values(attributes: der.Element | None, tag: int) -> dict[str, list[bytes]]:
    """OID -> values in DER; an attribute given twice has the values of both."""
    found: dict[str, list[bytes]] = {}
    for one in attributes.inside(tag) if attributes else ():
        kind, values = one.inside()
        found.setdefault(_oid(kind), []).extend(value.raw for value in values.inside(0x31))
    return found


def not_supported(error: Unsupported) -> Refused:
    """The refusal of an algorithm."""
    return Refused(WEAK_ALGORITHM if error.weak else UNKNOWN_ALGORITHM, algorithm=error.algorithm)
