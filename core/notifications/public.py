"""How anybody orders a letter or raises a notification, and asks who wants to be reminded.

Plain orders and tables only: the parts that notifications is built on order letters, too.
"""

from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from core.notifications.models import Preferences
from core.sdk import new_id


class Secret(msgspec.Struct, frozen=True):
    """A code or a link token that only the letter may show: derived when it is sent, stored nowhere."""

    form: Literal["code", "token", "password"]
    purpose: str
    subject: str


class Attachment(msgspec.Struct, frozen=True):
    """A file that the plugin has put into the store of files, and keeps there."""

    key: str
    name: str
    size: int
    """Bytes."""


class SendLetter(msgspec.Struct, frozen=True):
    """A letter to send. Order it with `uow.enqueue(SendLetter(...))`: it leaves after the commit, at least once."""

    letter: str
    """Name of a declared Letter."""
    to: str
    params: dict[str, str] = {}
    secret: Secret | None = None
    """Appears in the template under the name of its form."""
    content: str = ""
    """`notice:<id>` or `mailing:<id>`: its topic and text appear as `topic` and `text`."""
    files: list[Attachment] = []
    """Sent with it, so keep them until it has left. Together no more than mail servers take: some 20 MB."""
    leave: str = ""
    """`<advertising or magazine>:<account id>`: what the letter's link of unsubscription switches off. The link appears
    in the template as `unsubscribe`, and in the headers of the letter (RFC 8058)."""
    again_of: str | None = None
    """The letter that this one repeats."""
    id: str = msgspec.field(default_factory=new_id)
    """Becomes the Message-ID: a letter that had to be sent twice is recognised."""


class Notify(msgspec.Struct, frozen=True):
    """A notification to raise: `uow.enqueue(Notify(...))`. An entry of the bell and, where it is wanted, a letter.

    Give `accounts`, or `contract_id` for everybody who holds it in a role with the kind's permission (with
    `energy_object_id`: whose role covers that object), or both for those accounts as far as they hold it so.
    """

    kind: str
    """Name of a declared NotificationKind."""
    topic: str
    text: str
    accounts: list[str] = []
    contract_id: str = ""
    energy_object_id: str = ""
    files: list[Attachment] = []
    id: str = msgspec.field(default_factory=new_id)


def reminded(account_id: Any, edge: Literal["start", "end"], days: Any) -> sa.ColumnElement[bool]:
    """Whether an account wants a letter `days` days before the start or the end of the period of readings.

    `account_id` and `days` are columns or values of the query that this becomes a part of.
    """
    on, chosen = (
        (Preferences.start_on, Preferences.start_days)
        if edge == "start"
        else (Preferences.end_on, Preferences.end_days)
    )
    return sa.exists().where(
        Preferences.account_id == account_id, Preferences.email.is_(True), on.is_(True), chosen == days
    )
