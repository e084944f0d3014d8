"""Shapes of certificates and of signing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from plugins.edo.schemas import Method, State

DocumentId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
MOST = 100
"""Documents signed in one go."""


class EdoNewCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Новый сертификат»"""

    inn: Annotated[str, msgspec.Meta(max_length=12)] = ""
    """«Наименование организации»: by its INN, of an own contract."""
    file: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """An upload of the caller's."""


class EdoCertificateAdded(msgspec.Struct, frozen=True):
    """«Сертификат успешно добавлен»"""

    id: str
    message: str


class EdoCodeOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Documents to be signed by ПЭП."""

    documents: Annotated[list[DocumentId], msgspec.Meta(min_length=1, max_length=MOST)]


class Pledge(msgspec.Struct, frozen=True):
    """A document as it is going to be signed."""

    id: str
    sha256: str
    statement: str
    """The text that the code confirms."""


class EdoCodeSent(msgspec.Struct, frozen=True):
    """A code was sent; it signs exactly this."""

    signing_id: str
    email: str
    """Where it went."""
    expires_at: datetime
    documents: Sequence[Pledge]


class EdoCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code from the letter."""

    signing_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{5}$(?!\n)")]


class EdoSignatureInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document with what the browser plug-in has made."""

    id: DocumentId
    signature: Annotated[str, msgspec.Meta(min_length=1, max_length=800_000)]
    """Base64 of a detached CMS, with or without line breaks."""


class EdoSignatures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Documents signed by КЭП."""

    documents: Annotated[list[EdoSignatureInput], msgspec.Meta(min_length=1, max_length=MOST)]
    certificate: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """The registered certificate that was chosen; empty: any that is registered for the organisation."""


class EdoSignedItem(msgspec.Struct, frozen=True):
    """What became of a document."""

    document_id: str
    state: State
    status: str
    method: Method
    signer: str
    signed_at: datetime


class EdoSigned(msgspec.Struct, frozen=True):
    """The result of signing, document by document."""

    message: str
    documents: Sequence[EdoSignedItem]
