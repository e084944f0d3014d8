"""Whom the supplier trusts: root certificates and revocation lists in folders, read again when the files change."""

import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import TypeVar

import structlog
from asn1crypto import core as asn1

from core.signatures.adapters.crl import RevocationList
from core.signatures.adapters.refused import Refused
from core.signatures.domain import der
from core.signatures.domain.algorithms import Scheme, Unsupported
from core.signatures.domain.certificates import MALFORMED, Certificate, parsed_certificate
from core.signatures.errors.verification import CHAIN_BROKEN, NO_ROOTS, UNKNOWN_ISSUER

KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_USAGE = "2.5.29.15", "2.5.29.19", "2.5.29.37"
UNDERSTOOD = {KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_USAGE, *(f"2.5.29.{n}" for n in (14, 16, 17, 18, 31, 32, 35))}
"""Extensions that may be critical."""
CERTIFICATE_SIGN, LIST_SIGN, DIGITAL_SIGNATURE, NON_REPUDIATION = 5, 6, 0, 1
MOST_LINKS = 6
MOST_ATTEMPTS = 40
"""Signatures that are verified for one chain, however many certificates of one name a signature brings along."""
MOST_FILE = 256 * 1024 * 1024
_ARMOUR = re.compile(rb"-----BEGIN (?:CERTIFICATE|X509 CRL|TRUSTED CERTIFICATE)-----([^-]+)-----END")
T = TypeVar("T")
_log = structlog.get_logger()


class Trust:
    """The folders as they are now."""

    def __init__(self, roots: Path, lists: Path) -> None:
        self._folders = roots, lists
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self.roots: dict[bytes, list[Certificate]] = {}
        """Name -> trusted certificates."""
        self.lists: dict[bytes, list[RevocationList]] = {}
        """Name of the issuer -> its lists, the newest first."""

    def refresh(self) -> None:
        """Reads the folders if anything in them has changed."""
        files = [_files(folder) for folder in self._folders]
        seen = tuple((str(path), *state) for group in files for path, state in group.items())
        if seen == self._seen:
            return
        roots: dict[bytes, list[Certificate]] = {}
        for path in files[0]:
            for certificate in _read(path, Certificate):
                roots.setdefault(certificate.subject, []).append(certificate)
        lists: dict[bytes, list[RevocationList]] = {}
        for path in files[1]:
            for one in _read(path, RevocationList):
                lists.setdefault(one.issuer, []).append(one)
        for group in lists.values():
            group.sort(key=lambda one: one.this_update, reverse=True)
        self.roots, self.lists, self._seen = roots, lists, seen

    def chain(self, leaf: Certificate, pool: Sequence[Certificate], at: datetime) -> list[Certificate]:
        """The certificates from the leaf to a trusted root, both included, all valid `at`. Raises Refused."""
        if not self.roots:
            raise Refused(NO_ROOTS)
        if any(one.fingerprint == leaf.fingerprint for one in self.roots.get(leaf.subject, ())):
            return [leaf]
        search = _Search(self.roots, pool, at)
        found = search.up(leaf, [leaf])
        if found is None:
            issuer = leaf.info.issuer or "—"
            raise Refused(CHAIN_BROKEN if search.met else UNKNOWN_ISSUER, issuer=issuer)
        return found


def _files(folder: Path) -> dict[Path, tuple[int, int]]:
    """File -> when it changed and its size; a folder that is not there has none."""
    found = {}
    for path in sorted(folder.glob("*")):
        with suppress(OSError):  # it may go while we look
            state = path.stat()
            if S_ISREG(state.st_mode):
                found[path] = (state.st_mtime_ns, state.st_size)
    return found


class _Search:
    """Looks for a path to a root, depth first."""

    def __init__(self, roots: dict[bytes, list[Certificate]], pool: Sequence[Certificate], at: datetime) -> None:
        self._roots, self._pool, self._at = roots, pool, at
        self._attempts = 0
        self.met = False
        """A certificate of the issuer's name was there, and did not fit."""

    def up(self, certificate: Certificate, path: list[Certificate]) -> list[Certificate] | None:
        if _unknown_critical(certificate):
            self.met = True
            return None
        for issuer in self._roots.get(certificate.issuer, ()):
            if self._fits(certificate, issuer, len(path) - 1):
                return [*path, issuer]
        if len(path) >= MOST_LINKS:
            return None
        for issuer in self._pool:
            if (
                issuer.subject == certificate.issuer
                and all(issuer.fingerprint != one.fingerprint for one in path)
                and self._fits(certificate, issuer, len(path) - 1)
                and (found := self.up(issuer, [*path, issuer]))
            ):
                return found
        return None

    def _fits(self, certificate: Certificate, issuer: Certificate, below: int) -> bool:
        self._attempts += 1
        fits = (
            self._attempts <= MOST_ATTEMPTS
            and issuer.valid_from <= self._at < issuer.valid_until
            and may_issue(issuer, below)
            and not _unknown_critical(issuer)
            and confirmed(certificate.signed, certificate.signature_algorithm, certificate.signature, issuer)
        )
        self.met = self.met or not fits
        return fits


def confirmed(signed: bytes, algorithm: bytes, signature: bytes, issuer: Certificate) -> bool:
    """The issuer's key confirms a certificate or a list; weak algorithms confirm nothing."""
    return (
        _confirmed(signed, algorithm, signature, issuer.der)
        if len(signed) < 65536
        else _verified(signed, algorithm, signature, issuer)
    )


@lru_cache(maxsize=1024)
def _confirmed(signed: bytes, algorithm: bytes, signature: bytes, issuer: bytes) -> bool:
    return _verified(signed, algorithm, signature, parsed_certificate(issuer))


def _verified(signed: bytes, algorithm: bytes, signature: bytes, issuer: Certificate) -> bool:
    try:
        scheme = Scheme(algorithm)
        return not issuer.key.weak and scheme.fits(issuer.key) and issuer.key.verify(scheme, signature, signed)
    except (Unsupported, *MALFORMED):
        return False


def may_issue(certificate: Certificate, below: int) -> bool:
    """It is an authority's, and may have so many intermediate ones below it."""
    critical_and_value = certificate.extensions.get(BASIC_CONSTRAINTS)
    if critical_and_value is None or not allows(certificate, CERTIFICATE_SIGN):
        return False
    try:
        constraints = _Constraints.load(critical_and_value[1], strict=True)
        most = constraints["path_len"].native
        return bool(constraints["ca"].native) and (most is None or below <= most)
    except MALFORMED:
        return False


def allows(certificate: Certificate, *bits: int) -> bool:
    """Its key usage names one of these, or names nothing at all."""
    held = certificate.extensions.get(KEY_USAGE)
    if held is None:
        return True
    try:
        usage = asn1.BitString.load(held[1], strict=True).native
    except MALFORMED:
        return False
    return any(bit < len(usage) and usage[bit] for bit in bits)


def meant_for(certificate: Certificate, purpose: str) -> bool:
    """Its extended key usage names the purpose."""
    held = certificate.extensions.get(EXTENDED_USAGE)
    try:
        return held is not None and any(one.dotted == purpose for one in _Purposes.load(held[1], strict=True))
    except MALFORMED:
        return False


def _unknown_critical(certificate: Certificate) -> bool:
    return any(critical and name not in UNDERSTOOD for name, (critical, _) in certificate.extensions.items())


class _Constraints(asn1.Sequence):  # type: ignore[misc]
    _fields = [("ca", asn1.Boolean, {"default": False}), ("path_len", asn1.Integer, {"optional": True})]


class _Purposes(asn1.SequenceOf):  # type: ignore[misc]
    _child_spec = asn1.ObjectIdentifier


def _read(path: Path, kind: Callable[[bytes], T]) -> list[T]:
    """What a file holds: one in DER, or any number in PEM. What cannot be read is skipped, and said so."""
    found: list[T] = []
    try:
        if path.stat().st_size > MOST_FILE:
            raise ValueError("too large")
        data = path.read_bytes()
        parts = [data]
        if data[:1] != b"\x30":
            parts = [b64decode(re.sub(rb"\s", b"", one)) for one in _ARMOUR.findall(data)]
            if not parts:
                raise ValueError("neither DER nor PEM")
        found += [kind(part) for part in parts]
    except (OSError, der.Malformed, *MALFORMED) as error:
        _log.warning("signatures.unreadable", file=str(path), error=repr(error))
    return found
