"""Outgoing mail."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class MailFile(msgspec.Struct, frozen=True):
    """A file attached to a letter."""

    name: str
    content: bytes


class Message(msgspec.Struct, frozen=True):
    """A letter ready to leave."""

    id: str
    """Becomes the Message-ID: a letter sent twice is recognised by the receiver."""
    to: str
    """One bare address, `name@host`; the host may be in Cyrillic."""
    subject: str
    """Line breaks and control characters in it become spaces."""
    text: str
    html: str = ""
    """The same in HTML; empty: the letter is plain text only."""
    files: Sequence[MailFile] = ()
    unsubscribe: str = ""
    """A URL that ends the subscription on a bare POST (RFC 8058); of mailings only."""


class MailUnavailable(Exception):
    """The letter did not (certainly) leave; it will be tried again."""


class MailRefused(Exception):
    """The letter is refused for good (no such mailbox, no such address); trying again is useless."""


class Mail(Protocol):
    """Sends letters."""

    async def send(self, message: Message) -> None:
        """Hands the letter to the mail server. Raises MailUnavailable or MailRefused.

        It may be called again for a letter that has left already: the Message-ID is the same each time.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...
