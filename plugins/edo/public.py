"""What others may import: the plugin's events."""

from datetime import date, datetime

import msgspec

CREATED = "edo.created"
"""Name of the event `EdoCreated`."""
SIGNED = "edo.signed"
"""Name of the event `EdoSigned`."""
ANSWERED = "edo.answered"
"""Name of the event `EdoAnswered`."""


class EdoCreated(msgspec.Struct, frozen=True):
    """A client has created a document for the company; its file is read by `exchange_edo_document`."""

    document_id: str
    contract_id: str
    kind: str
    number: str
    issued_on: date
    name: str
    comment: str
    file_name: str
    size: int
    """Bytes."""
    sha256: str
    author: str
    """`client:<account>`"""
    created_at: datetime


class EdoSigned(msgspec.Struct, frozen=True):
    """A client has signed a document; the signatures are read by `exchange_edo_archive`."""

    document_id: str
    contract_id: str
    method: str
    """pep, kep"""
    signature_id: str
    signer: str
    signed_at: datetime
    sha256: str
    """Of the bytes that were signed."""


class EdoAnswered(msgspec.Struct, frozen=True):
    """A client has done something else to a document."""

    document_id: str
    contract_id: str
    action: str
    """reject, withdraw, request_annulment, agree, refuse"""
    text: str
    """The reason given."""
    author: str
    """`client:<account>`"""
    at: datetime
