"""The verifier of electronic signatures: is this a sound signature of these bytes, and by whom?

It answers for cryptography and for trust. Whose certificate it has to be, and for which organisation he may sign, is
for `core.signatures` to judge, whatever verifier is in use.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

LinkName = Literal[
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
    "registration",
    "organisation",
    "authority",
]
"""The links of a verification, in the order in which they are named: each is tested even when another one failed,
unless it cannot be without that one."""
LinkState = Literal["passed", "failed", "unchecked"]
Holder = Literal["organisation", "entrepreneur", "person"]


class Link(msgspec.Struct, frozen=True):
    """What a link of the verification came to."""

    name: LinkName
    state: LinkState
    code: str = ""
    """Stable, of `core/signatures/README.md`; empty for a link that passed."""
    text: str = ""
    """In Russian, for an accountant."""


class CertificateInfo(msgspec.Struct, frozen=True):
    """A certificate as it was read; nothing in it is proven before its chain is."""

    der: bytes
    fingerprint: str
    """SHA-256 of `der`, hexadecimal in small letters."""
    sha1: str
    """The «отпечаток» that Windows and CryptoPro show; never used to decide."""
    serial: str
    """Hexadecimal in small letters."""
    holder: Holder
    """Whose it is: an organisation's (with its representative), an entrepreneur's, or a mere person's."""
    subject: str
    """The common name."""
    person: str
    """«Иванова Анна Петровна», empty when the certificate names nobody."""
    position: str
    organisation: str
    inn: str
    """Of the holder: 10 digits of an organisation, 12 of an entrepreneur or a person; empty: it names none."""
    person_inn: str
    """12 digits of the person who holds the key; empty: it names none."""
    ogrn: str
    """ОГРН of an organisation, ОГРНИП of an entrepreneur."""
    snils: str
    """11 digits."""
    issuer: str
    valid_from: datetime
    valid_until: datetime
    algorithm: str
    """`gost2012-256`, `gost2012-512`, `rsa-2048`, `ecdsa-secp256r1`"""


class Verification(msgspec.Struct, frozen=True):
    """What a signature came to."""

    links: tuple[Link, ...]
    certificate: CertificateInfo | None = None
    """The signer's, if one was found."""
    signed_at: datetime | None = None
    """What the signature says, or a trusted time stamp if there is one: see `stamped`."""
    stamped: bool = False
    """`signed_at` is proven by a time stamp (CAdES-T, XLT1)."""
    digest: str = ""
    """Of the content, hexadecimal, by the signature's own algorithm."""
    digest_algorithm: str = ""
    """`streebog256`, `sha256`"""

    @property
    def valid(self) -> bool:
        """No link failed."""
        return all(link.state != "failed" for link in self.links)

    @property
    def failure(self) -> Link | None:
        """The first link that failed."""
        return next((link for link in self.links if link.state == "failed"), None)


Content = Callable[[], AsyncIterator[bytes]]
"""Opens the signed bytes anew, as a stream."""


class VerifierUnavailable(Exception):
    """No verdict could be reached now; asking again later may help."""


class SignatureVerifier(Protocol):
    """Verifies detached CMS signatures (CAdES-BES and what builds upon it)."""

    async def verify(
        self, signature: bytes, content: Content, *, at: datetime, known: Sequence[bytes] = ()
    ) -> Verification:
        """The verdict on a signature as it was received (DER, base64 with or without line breaks, PEM).

        `at`: the moment of the verification, when nothing proves an earlier one. `known`: certificates (DER) in which
        the signer's is looked for when the signature does not carry it. A signature of any content whatever, hostile
        ones included, gets a verdict in bounded time and memory; the content is read once at most, as a stream.
        Raises VerifierUnavailable, and what reading `content` raises.
        """
        ...

    async def close(self) -> None:
        """Lets go of what it holds; may be called twice."""
        ...
