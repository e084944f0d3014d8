"""Algorithms of signatures by their identifiers, and keys that verify: GOST R 34.10-2012, RSA, ECDSA."""

import hashlib
from functools import lru_cache
from typing import Any

from asn1crypto import algos
from asn1crypto import core as asn1
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key

from core.gost import signature as gost
from core.gost.curves import CURVES, Curve
from core.gost.streebog import SIZES, Digest, streebog

DIGESTS = {
    "1.2.643.7.1.1.2.2": "streebog256",
    "1.2.643.7.1.1.2.3": "streebog512",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
WEAK = {
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA-1",
    "1.2.643.2.2.9": "ГОСТ Р 34.11-94",
    "1.2.840.113549.1.1.4": "RSA с MD5",
    "1.2.840.113549.1.1.5": "RSA с SHA-1",
    "1.2.840.10045.4.1": "ECDSA с SHA-1",
    "1.2.643.2.2.3": "ГОСТ Р 34.10-2001",
    "1.2.643.2.2.4": "ГОСТ Р 34.10-94",
    "1.2.643.2.2.19": "ГОСТ Р 34.10-2001",
    "1.2.643.2.2.20": "ГОСТ Р 34.10-94",
    "1.2.840.10040.4.1": "DSA",
    "1.2.840.10040.4.3": "DSA с SHA-1",
}
GOST_KEYS = {"1.2.643.7.1.1.1.1": "streebog256", "1.2.643.7.1.1.1.2": "streebog512"}
RSA, EC, PSS = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.2.840.113549.1.1.10"
SIGNATURES: dict[str, tuple[str, str]] = {
    "1.2.643.7.1.1.3.2": ("gost", "streebog256"),
    "1.2.643.7.1.1.3.3": ("gost", "streebog512"),
    "1.2.643.7.1.1.1.1": ("gost", "streebog256"),
    "1.2.643.7.1.1.1.2": ("gost", "streebog512"),
    RSA: ("rsa", ""),
    "1.2.840.113549.1.1.11": ("rsa", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa", "sha512"),
    PSS: ("pss", ""),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
}
"""OID of a signature -> its family, and its digest (empty: named elsewhere)."""
LEAST_RSA, MOST_RSA = 2048, 8192
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class Unsupported(Exception):
    """No such algorithm here, or one that must not be used."""

    def __init__(self, algorithm: str, *, weak: bool = False) -> None:
        super().__init__(algorithm)
        self.algorithm, self.weak = algorithm, weak


def unsupported(oid: str) -> Unsupported:
    """Why an identifier is not accepted."""
    return Unsupported(WEAK[oid], weak=True) if oid in WEAK else Unsupported(oid)


def digest_named(oid: str) -> str:
    """The digest of an OID. Raises Unsupported."""
    if oid not in DIGESTS:
        raise unsupported(oid)
    return DIGESTS[oid]


def new_digest(name: str, data: bytes = b"") -> Digest:
    """A running digest by our name."""
    return streebog(name, data) if name in SIZES else hashlib.new(name, data)


def digest(name: str, data: bytes) -> bytes:
    return new_digest(name, data).digest()


class GostKey:
    """A key of GOST R 34.10-2012."""

    family = "gost"
    weak = False

    def __init__(self, curve: Curve, public: bytes, digest_name: str) -> None:
        self._curve, self._public, self.digest = curve, public, digest_name
        self.name = "gost2012-256" if digest_name == "streebog256" else "gost2012-512"

    def verify(self, scheme: "Scheme", signature: bytes, data: bytes) -> bool:
        return gost.verify(self._curve, self._public, digest(self.digest, data), signature)


class OtherKey:
    """A key of RSA or of ECDSA."""

    digest = ""

    def __init__(self, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> None:
        self._key = key
        if isinstance(key, rsa.RSAPublicKey):
            self.family, self.name, self.weak = "rsa", f"rsa-{key.key_size}", key.key_size < LEAST_RSA
        else:
            self.family, self.name, self.weak = "ecdsa", f"ecdsa-{key.curve.name}", key.key_size < 256

    def verify(self, scheme: "Scheme", signature: bytes, data: bytes) -> bool:
        hashing = _HASHES[scheme.digest]
        prehashed = utils.Prehashed(hashing)
        hashed = digest(scheme.digest, data)
        try:
            if isinstance(self._key, rsa.RSAPublicKey):
                how: Any = padding.PKCS1v15()
                if scheme.family == "pss":
                    how = padding.PSS(padding.MGF1(hashing), scheme.salt)
                self._key.verify(signature, hashed, how, prehashed)
            else:
                self._key.verify(signature, hashed, ec.ECDSA(prehashed))
        except InvalidSignature:
            return False
        return True


PublicKey = GostKey | OtherKey


class Scheme:
    """How a signature was made: family and digest. Raises Unsupported, and what asn1crypto raises.

    `digest_name`: what the structure around it says of the digest, for identifiers that do not name one.
    """

    def __init__(self, algorithm: bytes, digest_name: str = "") -> None:
        named = _Algorithm.load(algorithm, strict=True)
        oid = named["algorithm"].dotted
        if oid not in SIGNATURES:
            raise unsupported(oid)
        self.family, own = SIGNATURES[oid]
        self.salt = 0
        if self.family == "pss":
            parameters = algos.RSASSAPSSParams.load(named["parameters"].dump(), strict=True)
            own = digest_named(parameters["hash_algorithm"]["algorithm"].dotted)
            masked = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].dotted
            self.salt = parameters["salt_length"].native
            if digest_named(masked) != own or not 0 <= self.salt <= 64:
                raise Unsupported("RSASSA-PSS")
        elif named["parameters"].dump() not in (b"", b"\x05\x00"):
            raise ValueError("parameters of a signature that has none")
        self.digest = own or digest_name
        self.consistent = not (own and digest_name and own != digest_name)
        """The digest that it names is the one named around it."""
        if self.family != "gost" and self.digest not in _HASHES:
            raise Unsupported(self.digest or oid)

    def fits(self, key: PublicKey) -> bool:
        """A key of that family can have made such a signature."""
        if isinstance(key, GostKey):
            return self.family == "gost" and self.digest == key.digest
        return key.family == ("rsa" if self.family == "pss" else self.family)


class _Algorithm(asn1.Sequence):  # type: ignore[misc]
    _fields = [("algorithm", asn1.ObjectIdentifier), ("parameters", asn1.Any, {"optional": True})]


class _GostParameters(asn1.Sequence):  # type: ignore[misc]
    _fields = [
        ("curve", asn1.ObjectIdentifier),
        ("digest", asn1.ObjectIdentifier, {"optional": True}),
        ("cipher", asn1.ObjectIdentifier, {"optional": True}),
    ]


class _KeyInfo(asn1.Sequence):  # type: ignore[misc]
    _fields = [("algorithm", _Algorithm), ("public_key", asn1.OctetBitString)]


@lru_cache(maxsize=1024)
def public_key_of(spki: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo. Raises Unsupported, and what asn1crypto raises for malformed bytes."""
    info = _KeyInfo.load(spki, strict=True)
    oid = info["algorithm"]["algorithm"].dotted
    if oid in GOST_KEYS:
        parameters = _GostParameters.load(info["algorithm"]["parameters"].dump(), strict=True)
        curve = CURVES.get(parameters["curve"].dotted)
        if curve is None or curve.size != SIZES[GOST_KEYS[oid]]:
            raise Unsupported(f"ГОСТ Р 34.10-2012, {parameters['curve'].dotted}")
        public = asn1.OctetString.load(info["public_key"].native, strict=True).native
        if len(public) != 2 * curve.size:
            raise ValueError("a key of another length")
        return GostKey(curve, public, GOST_KEYS[oid])
    if oid not in (RSA, EC):
        raise unsupported(oid)
    try:
        key = load_der_public_key(spki)
    except UnsupportedAlgorithm as error:
        raise Unsupported(oid) from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size > MOST_RSA:
        raise Unsupported(f"RSA-{key.key_size}")  # each verification would cost its square
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise Unsupported(oid)
    return OtherKey(key)
