"""Rows that the company's systems feed in."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from core.sdk import Aware, Id
from plugins.edo.schemas import Kind, Method, OperatorName

Number = Annotated[str, msgspec.Meta(max_length=64)]
FileName = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f\x7f]+$(?!\n)")]
Deed = Literal["confirm", "reject", "invalidate", "withdraw", "request_annulment", "agree", "refuse"]


class EdoDocumentRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `edo.documents`: a document for the client. Its file is delivered apart and makes it visible."""

    id: Id
    contract_id: Id
    kind: Kind
    number: Number
    issued_on: date
    file_name: FileName
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    comment: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    signature: Method | None = None
    """The signature that is needed; null: by the contract's agreement, and КЭП for «счет-фактура» and «УПД»."""


class EdoEventRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `edo.events`: what the company has done to a document. One `id` is applied once."""

    id: Id
    document_id: Id
    action: Deed
    at: Aware
    """When it was done; the history shows it."""
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    """Why, for the client."""
    signer: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Who has signed for the company: required with `confirm`."""


class EdoBoxRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `edo.boxes`: where the client of a contract has a box. A contract has one; a box may have several."""

    contract_id: Id
    operator: OperatorName
    box_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\s\x00-\x1f\x7f]+$(?!\n)")]


class EdoFileStored(msgspec.Struct, frozen=True):
    """The stored file of a document."""

    id: str
    size: int
    """Bytes."""
    sha256: str
