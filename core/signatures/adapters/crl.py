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
        _, start, end = der.header(data, 0, len(data))
        if end != len(data):
            raise der.Malformed("something follows")
        tbs, algorithm, signature = der.children(data, start, end)
        self._data = data
        self.signed = data[tbs[1] : tbs[3]]
        self.algorithm = data[algorithm[1] : algorithm[3]]
        self.signature: bytes = asn1.OctetBitString.load(data[signature[1] : signature[3]], strict=True).native
        parts = der.children(data, tbs[2], tbs[3])
        if parts[0][0] == 0x02:
            parts.pop(0)
        if data[parts[0][1] : parts[0][3]] != self.algorithm:
            raise der.Malformed("two different algorithms")
        self.issuer = data[parts[1][1] : parts[1][3]]
        self.this_update = _moment(data, parts[2])
        rest = parts[3:]
        self.next_update: datetime | None = None
        if rest and rest[0][0] in (_UTC_TIME, _GENERAL_TIME):
            self.next_update = _moment(data, rest.pop(0))
        self._entries = (0, 0)
        if rest and rest[0][0] == 0x30:
            self._entries = (rest[0][2], rest[0][3])
            rest.pop(0)
        self._confirmed: dict[str, bool] = {}
        """Fingerprint of an issuer's certificate -> whether its key made the signature."""
        self.complete = not rest or _is_complete(data[rest[0][2] : rest[0][3]])
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
        start, end = self._entries
        if self._data.find(number, start, end) < 0:
            return None
        at = start  # the bytes may stand elsewhere, too: only now every entry is looked at
        while at < end:
            _, content, stop = der.header(self._data, at, end)
            if self._data.startswith(number, content, stop):
                return _moment(self._data, der.children(self._data, content + len(number), stop)[0])
            at = stop
        return None


def _moment(data: bytes, part: tuple[int, int, int, int]) -> datetime:
    if part[0] not in (_UTC_TIME, _GENERAL_TIME):
        raise der.Malformed("no time")
    moment = asn1.load(data[part[1] : part[3]], strict=True).native
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
            _, start, end = der.header(value, 0, len(value))
            # [2] authorities only, [3] some reasons, [4] indirect, [5] attribute certificates
            if any(tag & 0x1F in (2, 3, 4, 5) for tag, *_ in der.children(value, start, end)):
                return False
        elif one["critical"].native:
            return False
    return True
