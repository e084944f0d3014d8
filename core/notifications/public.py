"""How anybody orders a letter."""

from typing import Literal

import msgspec

from core.sdk import new_id


class Secret(msgspec.Struct, frozen=True):
    """A code or a link token that only the letter may show: derived when it is sent, stored nowhere."""

    form: Literal["code", "token", "password"]
    purpose: str
    subject: str


class SendLetter(msgspec.Struct, frozen=True):
    """A letter to send. Order it with `uow.enqueue(SendLetter(...))`: it leaves after the commit, at least once."""

    letter: str
    """Name of a declared Letter."""
    to: str
    params: dict[str, str] = {}
    secret: Secret | None = None
    """Appears in the template under the name of its form."""
    id: str = msgspec.field(default_factory=new_id)
    """Becomes the Message-ID: a letter that had to be sent twice is recognised."""
