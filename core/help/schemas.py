"""Bodies of the calls of help."""

from datetime import datetime
from typing import Annotated

import msgspec

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000, pattern=r"\S")]
Prose = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000, pattern=r"\S")]
Sort = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Link = Annotated[str, msgspec.Meta(max_length=1_000, pattern=r"^https?://\S+$(?!\n)")]


class HelpQuestion(msgspec.Struct, frozen=True):
    """A question and its answer."""

    id: str
    question: str
    answer: str


class HelpGroup(msgspec.Struct, frozen=True):
    """A group with those of its questions that were asked for."""

    id: str
    title: str
    questions: list[HelpQuestion]


class HelpGroupForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group as staff writes it. Groups stand by `sort`, equal ones in the order in which they were made."""

    title: Title
    sort: Sort = 0


class HelpQuestionForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question as staff writes it. Within its group it stands by `sort`, then in the order of making."""

    group_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    question: Line
    answer: Prose
    sort: Sort = 0


class HelpGroupEntry(msgspec.Struct, frozen=True):
    """A group as staff sees it."""

    id: str
    title: str
    sort: int


class HelpQuestionEntry(msgspec.Struct, frozen=True):
    """A question as staff sees it."""

    id: str
    group_id: str
    question: str
    answer: str
    sort: int


class HelpDocumentItem(msgspec.Struct, frozen=True):
    """A version of a document. `published_at` is null for a text of the program's own."""

    kind: str
    title: str
    version: str
    published_at: datetime | None
    file_name: str
    size: int
    """Bytes of the download."""
    link: str | None


class HelpDocument(HelpDocumentItem, frozen=True):
    """A version of a document; `text` is null where it is a file to download."""

    text: str | None


class HelpDocumentText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document written as plain text."""

    title: Title
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=200_000, pattern=r"\S")]
    link: Link | None = None


class HelpCompany(msgspec.Struct, frozen=True):
    """The supplier, as its configuration names it; null: not configured."""

    name: str
    portal_url: str
    support_email: str | None
    application_form: str | None


class MenuTab(msgspec.Struct, frozen=True):
    """A tab of a section. `counter`: how many things wait there; null where nothing is counted."""

    name: str
    title: str
    counter: int | None


class MenuItem(msgspec.Struct, frozen=True):
    """A section of the menu."""

    name: str
    title: str
    counter: int | None
    tabs: list[MenuTab]


class Menu(msgspec.Struct, frozen=True):
    """The sections that the caller may open, in the order of the menu."""

    items: list[MenuItem]
