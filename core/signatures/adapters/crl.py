"""Revocation lists. Some hold a million entries: one is looked up in the bytes, nothing is made of the others."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from asn1crypto import core as asn1

from core.signatures.domain import der
from core.signatures.domain.certificates import Certificate

DELTA, DISTRIBUTION = "2.5.29.27", "2.5.29.28"
MOST_ISSUERS = 100
_UTC_TIME, _GENERAL_TIME = 0x17, 0x18


class RevocationList:
    """A list as its issuer signed it. Raises Malformed, and what asn1crypto raises, for what is none."""

    def __init__(self, data: bytes) -> None:
        tbs, algorithm, signature = der.element(data).inside()
        self.signed, self.algorithm = tbs.raw, algorithm.raw
        self.signature: bytes = asn1.OctetBitString.load(signature.raw, strict=True).native
        parts = tbs.inside()
        if parts[0].tag == 0x02:
            parts.pop(0)
        own_algorithm, issuer, this_update, *rest = parts
        if own_algorithm.raw != self.algorithm:
            raise der.Malformed("two different algorithms")
        self.issuer, self.this_update = issuer.raw, _moment(this_update)
        self.next_update: datetime | None = None
        if rest and rest[0].tag in (_UTC_TIME, _GENERAL_TIME):
            self.next_update = _moment(rest.pop(0))
        self._entries = rest.pop(0).content if rest and rest[0].tag == 0x30 else b""
        self._confirmed: dict[str, bool] = {}
        """Fingerprint of an issuer's certificate -> whether its key made the signature."""
        self.complete = not rest or _is_complete(rest[0].content)
        """It names every revoked certificate of its issuer; false for deltas, and for lists of some reasons only."""

    def is_by(self, issuer: Certificate, confirmed: Callable[[bytes, bytes, bytes, Certificate], bool]) -> bool:
        """The issuer's key made it; found out once."""
        if issuer.fingerprint not in self._confirmed:
            if len(self._confirmed) >= MOST_ISSUERS:
                return False
            self._confirmed[issuer.fingerprint] = confirmed(self.signed, self.algorithm, self.signature, issuer)
        return self._confirmed[issuer.fingerprint]

    def current(self, now: datetime) -> bool:
        """It is the newest that there has to be."""
        return self.this_update <= now and (self.next_update is None or now <= self.next_update)

    def revoked_on(self, serial: int) -> datetime | None:
        """When a certificate was revoked; None: it is not in the list."""
        number = asn1.Integer(serial).dump()
        entries, at = self._entries, 0
        if number not in entries:
            return None
        while at < len(entries):  # the bytes may stand elsewhere, too: only now every entry is looked at
            _, start, end = der.header(entries, at, len(entries))
            if entries.startswith(number, start, end):
                return _moment(der.elements(entries[start:end])[1])
            at = end
        return None


def _moment(found: der.Element) -> datetime:
    if found.tag not in (_UTC_TIME, _GENERAL_TIME):
        raise der.Malformed("no time")
    moment = asn1.load(found.raw, strict=True).native
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise der.Malformed("no time")
    return moment


class _Extension(asn1.Sequence):  # type: ignore[misc]
    _fields = [
        ("name", asn1.ObjectIdentifier),
        ("critical", asn1.Boolean, {"default": False}),
        ("value", asn1.OctetString),
    ]


class _Extensions(asn1.SequenceOf):  # type: ignore[misc]
    _child_spec = _Extension


def _is_complete(extensions: bytes) -> bool:
    for one in _Extensions.load(extensions, strict=True):
        name: Any = one["name"].dotted
        if name == DELTA:
            return False
        if name == DISTRIBUTION:
            value = one["value"].native
            # [2] authorities only, [3] some reasons, [4] indirect, [5] attribute certificates
            if any(one.tag & 0x1F in (2, 3, 4, 5) for one in der.element(value).inside()):
                return False
        elif one["critical"].native:
            return False
    return True
