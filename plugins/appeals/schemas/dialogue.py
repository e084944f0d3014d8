"""Lists, cards and the dialogue."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from plugins.appeals.schemas.forms import AppealFailure, AppealFile, AppealPower, AppealShown, AppealSignature, State

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000, pattern=r"\S")]
FileIds = Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=64)]], msgspec.Meta(max_length=100)]
BlockKind = Literal["signed", "offer", "to_sign", "letter"]
BLOCKS: dict[str, str] = {
    "signed": "Подписанные документы",
    "offer": "Проект оферты",
    "to_sign": "На подписание",
    "letter": "Письмо",
}


class AppealItem(msgspec.Struct, frozen=True):
    """An appeal in a list."""

    id: str
    day: date
    """Of the last message: lists are grouped by it."""
    title: str
    section: str
    contract_id: str | None
    contract: str | None
    object_address: str | None
    resolution: str
    state: State
    unread: bool
    number: str | None
    last_at: datetime


class AppealUnread(msgspec.Struct, frozen=True):
    """The counter at the menu item."""

    appeals: int


class AppealMessage(msgspec.Struct, frozen=True):
    """A message of the dialogue."""

    id: str
    own: bool
    """Of the client."""
    author: str
    text: str
    created_at: datetime
    files: list[AppealFile]


class AppealBlock(msgspec.Struct, frozen=True):
    """Documents at the end of the dialogue."""

    id: str
    kind: BlockKind
    title: str
    created_at: datetime
    files: list[AppealFile]


class AppealGroup(msgspec.Struct, frozen=True):
    """A part of the form as it was filled in."""

    name: str
    title: str
    values: list[AppealShown]
    files: list[AppealFile]


class AppealCard(msgspec.Struct, frozen=True):
    """An appeal: heading, form, dialogue."""

    id: str
    state: State
    resolution: str
    name: str
    heading: str
    """«[Решается] Заключение договора энергоснабжения»"""
    number: str | None
    created_at: datetime
    registered_at: datetime | None
    source: str
    """The way of filing."""
    topic: str
    section: str
    subsection: str
    person_type: str
    contract_id: str | None
    contract: str | None
    object_address: str | None
    sending: str
    """What to tell the client of the sending."""
    failure: AppealFailure | None
    groups: list[AppealGroup]
    """Empty once the appeal is closed."""
    messages: list[AppealMessage]
    blocks: list[AppealBlock]
    correspondence: bool
    correspondence_text: str
    withdrawable: bool


class AppealReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message with files that were uploaded before."""

    text: Words
    files: FileIds = []


class AppealText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that must not be empty."""

    text: Words


class AppealSigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signatures of the documents «На подписание»."""

    signatures: Annotated[list[AppealSignature], msgspec.Meta(min_length=1, max_length=200)]
    power: AppealPower | None = None


# ---- staff
class AppealQueueItem(msgspec.Struct, frozen=True):
    """An appeal in the queue of staff."""

    id: str
    title: str
    topic: str
    section: str
    contract_id: str | None
    contract: str | None
    resolution: str
    number: str | None
    taken_by: str
    last_at: datetime


class AppealAuthor(msgspec.Struct, frozen=True):
    """The profile of the client as it is now."""

    account_id: str
    name: str
    email: str
    phone: str


class AppealForStaff(msgspec.Struct, frozen=True):
    """What staff see of an appeal."""

    card: AppealCard
    author: AppealAuthor
    taken_by: str
    requests_administrator: bool


class AppealNewBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A block of documents with files that were uploaded before."""

    kind: Literal["offer", "to_sign", "letter"]
    files: Annotated[FileIds, msgspec.Meta(min_length=1)]


class AppealCorrespondence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the client may write."""

    allowed: bool


class AppealResolution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A further resolution, in the company's words."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\S")]


class AppealDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On a request of the role «Администратор»; the text is the last message."""

    decision: Literal["grant", "refuse"]
    text: Words


class AppealTemplateItem(msgspec.Struct, frozen=True):
    """A text to start an answer from."""

    name: str
    text: str
