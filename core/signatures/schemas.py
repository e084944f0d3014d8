"""Shapes of signatures: on the wire, and for the plugins that have documents signed."""

from datetime import datetime

import msgspec

from core.ports.signatures import CertificateInfo, Holder, Link


class SignatureCertificate(msgspec.Struct, frozen=True):
    """A registered certificate at an organisation; one that serves several organisations is listed with each."""

    id: str
    inn: str
    kpp: str
    organisation: str
    by_power: bool
    """It is a person's: each signature needs a power of attorney of the organisation."""
    subject: str
    person: str
    holder: Holder
    serial: str
    fingerprint: str
    issuer: str
    valid_from: datetime
    valid_until: datetime
    registered_at: datetime


class Organisation(msgspec.Struct, frozen=True):
    """An organisation or an entrepreneur as the appeal or the contract names it."""

    inn: str
    kpp: str
    """Empty: an entrepreneur has none."""
    name: str


class Power(msgspec.Struct, frozen=True):
    """A machine-readable power of attorney (МЧД): the XML, and the principal's detached signature of it."""

    xml: bytes
    signature: bytes


class SignedDocument(msgspec.Struct, frozen=True):
    """A stored document with the signature that was received for it."""

    id: str
    """The document's identifier at the plugin that owns it."""
    stored_key: str
    """Where its bytes lie in the object store: these very bytes are verified."""
    signature: bytes
    """DER, base64 with or without line breaks, or PEM."""


class Signer(msgspec.Struct, frozen=True):
    """Whose signature it has to be."""

    account_id: str
    inn: str
    """Of the organisation for which he signs."""
    certificate: CertificateInfo | None = None
    """One attached and not registered yet: the signature has to be by this one. None: by a registered one."""
    fingerprint: str = ""
    """The registered certificate that was chosen; empty: any that is registered for the organisation."""
    power: Power | None = None
    """Needed for the certificate of a mere person, see `SignatureCertificate.by_power`."""


class Verdict(msgspec.Struct, frozen=True):
    """What the verification of one document's signature came to."""

    document_id: str
    valid: bool
    code: str
    """Of the first link that failed; empty when valid."""
    text: str
    """In Russian."""
    links: tuple[Link, ...]
    certificate: CertificateInfo | None
    signed_at: datetime | None
    stamped: bool
    digest: str
    digest_algorithm: str
    verified_at: datetime
    signature: bytes
    """As it was received."""
    power: Power | None = None
    """What authorised the signer, if it needed that."""


class Report(msgspec.Struct, frozen=True):
    """The kept report of a verification: what was found, of what, when."""

    document_id: str
    verified_at: datetime
    digest: str
    digest_algorithm: str
    signed_at: datetime | None
    stamped: bool
    subject: str
    person: str
    inn: str
    serial: str
    fingerprint: str
    issuer: str
    valid_from: datetime
    valid_until: datetime
    links: tuple[Link, ...]


class Evidence(msgspec.Struct, frozen=True):
    """What is kept of a signature."""

    id: str
    document_id: str
    kept_at: datetime
    signature: bytes
    """DER"""
    certificate: bytes
    """DER"""
    report: bytes
    """JSON of `Report`"""
    power: Power | None

    def files(self) -> list[tuple[str, bytes]]:
        """(name, content) of each part, to be downloaded one by one or as an archive."""
        found = [
            ("signature.sig", self.signature),
            ("certificate.cer", self.certificate),
            ("report.json", self.report),
        ]
        if self.power:
            found += [("power-of-attorney.xml", self.power.xml), ("power-of-attorney.xml.sig", self.power.signature)]
        return found
