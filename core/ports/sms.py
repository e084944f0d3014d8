"""Outgoing text messages."""

from typing import Protocol

import msgspec


class TextMessage(msgspec.Struct, frozen=True):
    """A message ready to leave."""

    id: str
    """The same each time that the message is sent: a gateway recognises it."""
    to: str
    """E.164: `+79218662294`"""
    text: str


class SmsUnavailable(Exception):
    """The message did not (certainly) leave; it will be tried again."""


class SmsRefused(Exception):
    """The message is refused for good (no such number, a text that no gateway takes); trying again is useless."""


class Sms(Protocol):
    """Sends text messages."""

    async def send(self, message: TextMessage) -> None:
        """Hands the message to the gateway. Raises SmsUnavailable or SmsRefused.

        It may be called again for a message that has left already: the id is the same each time.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...
