"""Rows of the company's systems."""

from typing import Annotated, Literal

import msgspec

from core.sdk import Aware, Id

Text = Annotated[str, msgspec.Meta(max_length=20_000)]


class AppealRegistrationRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The CRM has registered an appeal, or refuses it."""

    attempt: Id
    """Of `appeals.filed`."""
    number: Annotated[str, msgspec.Meta(max_length=100)] = ""
    registered_at: Aware | None = None
    refused: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    """Why it is refused, for staff; then there is no number."""


class AppealMessageRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of the company in the dialogue."""

    appeal_id: Id
    id: Id
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000, pattern=r"\S")]


class AppealDocumentRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the company: of one of its messages, or of a block. Its content is uploaded apart."""

    appeal_id: Id
    id: Id
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    message_id: Id | None = None
    """Of `appeals.messages`."""
    block: Literal["offer", "to_sign", "letter"] | None = None
    """Instead of the message."""


class AppealStateRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the company sees an appeal."""

    appeal_id: Id
    resolution: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    correspondence: bool | None = None
    closed: bool = False


class AppealFileStored(msgspec.Struct, frozen=True):
    """A file of the company is there."""

    id: str
    size: int
    sha256: str
