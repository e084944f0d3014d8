"""Outgoing mail."""

from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A letter ready to leave."""

    id: str
    """Becomes the Message-ID: a letter sent twice is recognised by the receiver."""
    to: str
    subject: str
    text: str
    html: str = ""


class MailUnavailable(Exception):
    """The letter did not (certainly) leave; it will be tried again."""


class MailRefused(Exception):
    """The server refused the letter for good (no such mailbox); trying again is useless."""


class Mail(Protocol):
    """Sends letters."""

    async def send(self, message: Message) -> None:
        """Hands the letter to the mail server. Raises MailUnavailable or MailRefused."""
        ...

    async def close(self) -> None: ...
