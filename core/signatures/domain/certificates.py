"""What an X.509 certificate says. Nothing in it is proven here."""

import binascii
import hashlib
import re
from base64 import b64decode
from datetime import datetime
from functools import cached_property, lru_cache

from asn1crypto import core as asn1
from asn1crypto import x509

from core.ports.signatures import CertificateInfo, Holder
from core.sdk import ErrorKind, Problem
from core.signatures.domain import der as structure
from core.signatures.domain.algorithms import PublicKey, Unsupported, public_key_of
from core.signatures.errors import certificates as errors

MOST_BYTES = 64 * 1024
COMMON_NAME, SURNAME, GIVEN_NAME, TITLE, ORGANISATION = "2.5.4.3", "2.5.4.4", "2.5.4.42", "2.5.4.12", "2.5.4.10"
INN, INN_ORGANISATION, OGRN, OGRNIP, SNILS = (
    "1.2.643.3.131.1.1",
    "1.2.643.100.4",
    "1.2.643.100.1",
    "1.2.643.100.5",
    "1.2.643.100.3",
)
_STRINGS = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
"""Tag of a kind of string -> its encoding."""
_ARMOUR = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*", re.ASCII)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""What would change the look of a text around it."""
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What asn1crypto raises for bytes that are not what they should be."""


class Certificate:
    """A parsed certificate. Raises one of MALFORMED, or Malformed, when it is none."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MOST_BYTES:
            raise structure.TooComplex
        structure.examine(data)
        self.der = data
        self.fingerprint = hashlib.sha256(data).hexdigest()
        tbs, algorithm, signature = structure.element(data).inside()
        self.signed = tbs.raw
        self.signature_algorithm = algorithm.raw
        self.signature: bytes = asn1.OctetBitString.load(signature.raw, strict=True).native
        parts = tbs.inside()
        if parts[0].tag == 0xA0:  # the version, which says nothing that the rest does not
            parts.pop(0)
        serial, own_algorithm, issuer, validity, subject, self._key, *rest = parts
        if own_algorithm.raw != self.signature_algorithm:
            raise ValueError("two different algorithms")
        self.serial: int = asn1.Integer.load(serial.raw, strict=True).native
        self.issuer, self.subject = issuer.raw, subject.raw
        self._issuer_names, self._names = _names(issuer), _names(subject)
        self.valid_from, self.valid_until = (_moment(one) for one in validity.inside())
        self.extensions: dict[str, tuple[bool, bytes]] = {}
        """OID -> whether it is critical, and its value."""
        for extension in x509.Extensions.load(_only(rest, 0xA3), strict=True) if _only(rest, 0xA3) else ():
            name = extension["extn_id"].dotted
            if name in self.extensions:
                raise ValueError("an extension twice")
            self.extensions[name] = (extension["critical"].native, extension["extn_value"].contents)

    @cached_property
    def key(self) -> PublicKey:
        """The public key. Raises Unsupported, MALFORMED."""
        return public_key_of(self._key.raw)

    @cached_property
    def info(self) -> CertificateInfo:
        """What it says, for people and for rules."""
        said, issuer = self._names, self._issuer_names
        inn, legal = _digits(said.get(INN, "")), _digits(said.get(INN_ORGANISATION, ""))
        if not legal and len(inn) == 12 and inn.startswith("00"):
            legal, inn = inn[2:], ""  # before 2021 an organisation's INN was written as a person's, with two zeros
        if inn.startswith("00"):
            inn = ""
        ogrn, ogrnip = _digits(said.get(OGRN, "")), _digits(said.get(OGRNIP, ""))
        holder: Holder = "organisation" if legal else "entrepreneur" if ogrnip else "person"
        try:
            algorithm = self.key.name
        except (Unsupported, *MALFORMED) as error:
            algorithm = getattr(error, "algorithm", "?")
        return CertificateInfo(
            der=self.der,
            fingerprint=self.fingerprint,
            sha1=hashlib.sha1(self.der, usedforsecurity=False).hexdigest(),
            serial=f"{self.serial:x}" if self.serial >= 0 else f"-{-self.serial:x}",
            holder=holder,
            subject=said.get(COMMON_NAME, "") or said.get(ORGANISATION, ""),
            person=" ".join(part for part in (said.get(SURNAME), said.get(GIVEN_NAME)) if part),
            position=said.get(TITLE, ""),
            organisation=said.get(ORGANISATION, ""),
            inn=legal or inn,
            person_inn=inn,
            ogrn=ogrn if holder == "organisation" else ogrnip,
            snils=_digits(said.get(SNILS, "")),
            issuer=issuer.get(COMMON_NAME, "") or issuer.get(ORGANISATION, ""),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            algorithm=algorithm,
        )


@lru_cache(maxsize=128)
def parsed_certificate(data: bytes) -> Certificate:
    """A certificate that is met time and again: a signer's with every document, an authority's with every signer."""
    return Certificate(data)


def read_certificate(data: bytes, *, pem: bool = False) -> CertificateInfo:
    """A certificate from the bytes of a file: DER, with `pem` also PEM. Raises Problem for everything else."""
    if len(data) > MOST_BYTES:
        raise Problem(errors.CERTIFICATE_TOO_LARGE, kilobytes=MOST_BYTES // 1024)
    if b"-----BEGIN" in data[:4096]:
        data = _unarmoured(data, pem=pem)
    if foreign := _other_kind(data):
        raise Problem(foreign)
    try:
        certificate = Certificate(data)
        info = certificate.info
    except structure.Truncated as error:
        raise Problem(errors.CERTIFICATE_TRUNCATED) from error
    except (structure.Malformed, *MALFORMED) as error:
        raise Problem(errors.NOT_CERTIFICATE) from error
    try:
        weak, algorithm = certificate.key.weak, certificate.key.name
    except (Unsupported, *MALFORMED) as error:
        raise Problem(errors.UNKNOWN_ALGORITHM, algorithm=info.algorithm) from error
    if weak:
        raise Problem(errors.WEAK_ALGORITHM, algorithm=algorithm)
    return info


def _unarmoured(data: bytes, *, pem: bool) -> bytes:
    if b"PRIVATE KEY" in data:
        raise Problem(errors.PRIVATE_KEY)
    if b"-----BEGIN CERTIFICATE-----" not in data:
        raise Problem(errors.NOT_CERTIFICATE)
    if not pem:
        raise Problem(errors.CERTIFICATE_PEM)
    found = _ARMOUR.fullmatch(data.strip())
    if not found:
        raise Problem(errors.CERTIFICATE_TRUNCATED if b"-----END" not in data else errors.NOT_CERTIFICATE)
    try:
        return b64decode(re.sub(rb"\s", b"", found[1]), validate=True)
    except binascii.Error as error:
        raise Problem(errors.NOT_CERTIFICATE) from error


def _other_kind(data: bytes) -> ErrorKind | None:
    """What else starts with a SEQUENCE and is kept beside a certificate: its key, or both in one container."""
    if len(data) < 8 or data[0] != 0x30:
        return None
    inner = data[2 + (data[1] & 0x7F if data[1] > 0x80 else 0) :][:4]
    if inner[:3] == b"\x02\x01\x03" and inner[3:] == b"\x30":
        return errors.KEY_CONTAINER
    if inner[:3] in (b"\x02\x01\x00", b"\x02\x01\x01"):  # PKCS#8, PKCS#1, SEC 1
        return errors.PRIVATE_KEY
    return None


def _names(name: structure.Element) -> dict[str, str]:
    """OID -> its first value, as far as it can be shown."""
    found: dict[str, str] = {}
    for part in name.inside():
        for one in part.inside(0x31):
            kind, value = one.inside()
            text = value.content.decode(_STRINGS[value.tag]) if value.tag in _STRINGS else ""
            shown = " ".join(_UNSEEN.sub(" ", text).split())[:500]
            found.setdefault(asn1.ObjectIdentifier.load(kind.raw, strict=True).dotted, shown)
    return found


def _moment(found: structure.Element) -> datetime:
    moment = x509.Time.load(found.raw, strict=True).native
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ValueError("no time")
    return moment


def _only(parts: list[structure.Element], tag: int) -> bytes:
    return next((one.content for one in parts if one.tag == tag), b"")


def _digits(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    return digits if re.fullmatch(r"[0-9]{1,15}", digits, re.ASCII) else ""
