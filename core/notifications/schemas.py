"""Shapes on the wire."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from core.values import Aware

Form = Literal["bell", "modal", "top"]
Days = Annotated[int, msgspec.Meta(ge=1, le=15)]
Topic = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
Address = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^(https://[^\s/]+(/\S*)?|/([^\s/\\]\S*)?)$(?!\n)")]
"""Of another site, or a path of the cabinet: `/contracts`. Never a script, never a bare `//host`."""
Addressee = Annotated[str, msgspec.Meta(min_length=1, max_length=254)]


# ---- what a client reads and sends
class NotificationFile(msgspec.Struct, frozen=True):
    """An attached file; download it by its id."""

    id: str
    name: str
    size: int
    """Bytes."""


class NotificationItem(msgspec.Struct, frozen=True):
    """A line of «Уведомления»."""

    id: str
    form: Form
    kind: str
    """Who raised it: a plugin's kind, or empty for the supplier's publication."""
    topic: str
    text: str
    at: datetime
    read: bool
    files: list[NotificationFile]


class NotificationCounter(msgspec.Struct, frozen=True):
    """The number on the bell."""

    unread: int


class NotificationGoButton(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The go-to button of a modal."""

    label: Label
    url: Address


class NotificationShown(msgspec.Struct, frozen=True):
    """A notification to show at once: a modal, or one at the top."""

    id: str
    topic: str
    text: str
    at: datetime
    until: datetime | None
    """Shown until then, unless it is closed before."""
    index: int
    """From 1."""
    confirm_label: str | None
    go: NotificationGoButton | None
    files: list[NotificationFile]


class NotificationsShown(msgspec.Struct, frozen=True):
    """What to show, in a stable order: «1 из N»."""

    total: int
    items: list[NotificationShown]


class NotificationClosing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a modal or one at the top is closed: by its confirmation button, by its go-to button, or neither."""

    by: Literal["confirm", "go", "dismiss"]


# ---- settings
class NotificationKindColumn(msgspec.Struct, frozen=True):
    """A column of the switches of contracts."""

    name: str
    title: str


class NotificationReminder(msgspec.Struct, frozen=True):
    """A reminder of the period of readings."""

    on: bool
    days: int
    """Before the start or the end."""


class NotificationMagazine(msgspec.Struct, frozen=True):
    """The subscription to the magazine."""

    on: bool
    title: str


class NotificationPreferences(msgspec.Struct, frozen=True):
    """«Управление уведомлениями»."""

    email: bool
    """«E-mail уведомления»: off, no letter of the others below is sent, and they keep their values."""
    advertising: bool
    magazine: NotificationMagazine
    readings_start: NotificationReminder | None
    """Null: nothing here sends such reminders."""
    readings_end: NotificationReminder | None
    kinds: list[NotificationKindColumn]
    """What can be switched for each contract."""


class NotificationReminderChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Absent or null: as it is."""

    on: bool | None = None
    days: Days | None = None


class NotificationPreferencesChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Absent or null: as it is."""

    email: bool | None = None
    advertising: bool | None = None
    magazine: bool | None = None
    readings_start: NotificationReminderChange | None = None
    readings_end: NotificationReminderChange | None = None


class NotificationContract(msgspec.Struct, frozen=True):
    """The switches of a contract, by the name of the kind."""

    contract_id: str
    number: str
    name: str
    switches: dict[str, bool]


class NotificationSwitches(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Switches to set; the others stay as they are."""

    switches: Annotated[dict[str, bool], msgspec.Meta(min_length=1, max_length=100)]


# ---- what staff sends and reads
class NotificationToAll(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="all", tag_field="to"):
    """Every client, also those who register while it is shown."""


class NotificationToContracts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="contracts", tag_field="to"):
    """Whoever holds one of the contracts."""

    ids: Annotated[list[Addressee], msgspec.Meta(min_length=1, max_length=1000)]


class NotificationToBranches(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="branches", tag_field="to"):
    """Whoever holds a contract of one of the branches."""

    names: Annotated[list[Addressee], msgspec.Meta(min_length=1, max_length=1000)]


class NotificationToAccounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="accounts", tag_field="to"):
    """Clients, by their login."""

    emails: Annotated[list[Addressee], msgspec.Meta(min_length=1, max_length=1000)]


Audience = NotificationToAll | NotificationToContracts | NotificationToBranches | NotificationToAccounts


MailingAudience = NotificationToAll | NotificationToContracts | NotificationToBranches
AudienceName = Literal["all", "contracts", "branches", "accounts"]


class NotificationPublication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A notification to publish."""

    form: Form
    topic: Topic
    text: Text
    audience: Audience
    files: Annotated[list[str], msgspec.Meta(max_length=10)] = []
    """Ids of uploaded files, in the order to show."""
    confirm_label: Label | None = None
    """modal: the confirmation button."""
    go: NotificationGoButton | None = None
    """modal: the go-to button."""
    starts_at: Aware | None = None
    """Null: at once."""
    ends_at: Aware | None = None
    """modal, top: the end of the display period; null: until it is closed."""


class NotificationPublished(msgspec.Struct, frozen=True):
    """A publication as staff sees it."""

    id: str
    form: Form
    topic: str
    text: str
    audience: AudienceName
    confirm_label: str | None
    go: NotificationGoButton | None
    starts_at: datetime
    ends_at: datetime | None
    published_by: str
    created_at: datetime
    withdrawn_at: datetime | None
    receipts: int
    """Accounts that have read or closed it."""
    files: list[NotificationFile]


class NotificationMailingOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mailing to everybody of the audience who wants it."""

    kind: Literal["advertising", "magazine"]
    topic: Topic
    text: Text
    audience: MailingAudience = NotificationToAll()


class NotificationMailing(msgspec.Struct, frozen=True):
    """A mailing."""

    id: str
    kind: Literal["advertising", "magazine"]
    topic: str
    audience: AudienceName
    letters: int
    """Ordered so far."""
    ordered_by: str
    created_at: datetime
    finished_at: datetime | None
    """Null: letters are still being ordered."""


class LetterDelivery(msgspec.Struct, frozen=True):
    """What became of a letter."""

    id: str
    letter: str
    email: str
    state: Literal["queued", "sent", "refused", "failed"]
    """queued: not taken by the mail server yet; refused: by the mail server, for good; failed: given up."""
    attempts: int
    answer: str
    """The mail server's words, or what went wrong."""
    again_of: str | None
    created_at: datetime
    settled_at: datetime | None


class LetterOrdered(msgspec.Struct, frozen=True):
    """A letter that will be sent again."""

    id: str
