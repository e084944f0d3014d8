"""Signatures as CMS: SignedData of exactly one signer, over content that lies elsewhere (or is a time stamp)."""

from datetime import datetime
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import core as asn1

from core.signatures.adapters.refused import Refused
from core.signatures.domain import der
from core.signatures.domain.algorithms import Scheme, Unsupported, digest, digest_named
from core.signatures.domain.certificates import MALFORMED, Certificate
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

CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
REFERENCE, REFERENCE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
SUBJECT_KEY = "2.5.29.14"
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
        whole = cms.ContentInfo.load(data, strict=True)
        if whole["content_type"].dotted != "1.2.840.113549.1.7.2":
            raise Refused(NOT_A_SIGNATURE)
        signed = whole["content"]
        signers = signed["signer_infos"]
        if len(signers) != 1:
            raise Refused(NOT_ONE_SIGNER, found=len(signers))
        encapsulated = signed["encap_content_info"]
        self.content_type: str = encapsulated["content_type"].dotted
        held = encapsulated["content"]
        self.content: bytes | None = None if isinstance(held, asn1.Void) else bytes(held.contents)
        if self.content is not None and held.parsed is not None and not isinstance(held.parsed, asn1.OctetString):
            self.content = bytes(held.parsed.dump())
        self.certificates = [
            bytes(one.chosen.dump()) for one in (signed["certificates"] or ()) if one.name == "certificate"
        ][:MOST_CERTIFICATES]
        signer = signers[0]
        self._signer_id = signer["sid"]
        self._signer_id.chosen.native  # noqa: B018 - parses it now, where a failure is a failure of the format
        self._digest_oid: str = signer["digest_algorithm"]["algorithm"].dotted
        self._algorithm: bytes = signer["signature_algorithm"].dump()
        self.signature: bytes = signer["signature"].native
        attributes = signer["signed_attrs"]
        self.attributes = _values(attributes)
        self.signed: bytes = b"\x31" + attributes.dump()[1:] if self.attributes else b""
        """What the signature is of: the attributes as a SET."""
        self._unsigned = _values(signer["unsigned_attrs"])

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
                certificate = Certificate(data)
                if self._is_by(certificate):
                    return certificate
            except (der.Malformed, *MALFORMED):
                broken = True
        raise Refused(BROKEN_CERTIFICATE if broken else NO_CERTIFICATE)

    def _is_by(self, certificate: Certificate) -> bool:
        chosen = self._signer_id.chosen
        if self._signer_id.name == "issuer_and_serial_number":
            same = chosen["issuer"].dump() == certificate.issuer
            return bool(same and chosen["serial_number"].native == certificate.serial)
        held = certificate.extensions.get(SUBJECT_KEY)
        return held is not None and bool(asn1.OctetString.load(held[1]).native == chosen.native)

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
        if kind != self.content_type or not isinstance(value, bytes):
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


def _values(attributes: Any) -> dict[str, list[bytes]]:
    """OID -> values in DER; an attribute given twice has the values of both."""
    found: dict[str, list[bytes]] = {}
    if isinstance(attributes, asn1.Void):
        return found
    for one in attributes:
        # `values` is typed by the attribute's kind; its bytes are taken as they are, whatever they hold
        start, data = 0, bytes(one["values"].contents)
        values = [data[begin:end] for _, begin, _, end in der.children(data, start, len(data))]
        found.setdefault(one["type"].dotted, []).extend(values)
    return found


def not_supported(error: Unsupported) -> Refused:
    """The refusal of an algorithm."""
    return Refused(WEAK_ALGORITHM if error.weak else UNKNOWN_ALGORITHM, algorithm=error.algorithm)
