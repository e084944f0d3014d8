"""Mail through an SMTP server: one connection a letter."""

import asyncio
import ssl
from contextlib import suppress
from typing import Annotated, Literal

import aiosmtplib
import msgspec

from core.adapters.environment import from_environment, tls_context
from core.adapters.mail_letter import Sender, ascii_address, compose, sender_of
from core.config import ConfigError
from core.ports.mail import MailRefused, MailUnavailable, Message
from core.sdk import AdapterHost, Clock

_QUIT_SECONDS = 2
_ABOUT_US = frozenset({530, 534, 535, 538})
"""Replies that ask for another login or for TLS: they condemn our settings, not the letter."""


class SmtpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.mail.smtp]`"""

    host: str
    """Name of the server; its certificate must be for this name."""
    sender: str
    """Address of the sender, `noreply@example.ru`."""
    sender_name: str = ""
    """Name of the sender; empty: the supplier's name."""
    tls: Literal["none", "starttls", "tls"] = "starttls"
    """starttls and tls demand a valid certificate; none is for a relay on the same machine."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    """0: 25 without TLS, 587 with starttls, 465 with tls."""
    user: str = ""
    """Empty: no login. A login needs TLS."""
    password_env: str = ""
    """The environment variable that holds the password."""
    ca_file: str = ""
    """PEM file of the authorities to trust instead of the system's."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """Seconds for a whole letter."""


class SmtpMail:
    """Hands letters to the server. A letter that may have been taken without a confirmation counts as not sent."""

    def __init__(self, settings: SmtpSettings, sender: Sender, clock: Clock, password: str) -> None:
        self._settings, self._sender, self._clock, self._password = settings, sender, clock, password
        self._tls: ssl.SSLContext | None = None if settings.tls == "none" else tls_context(settings.ca_file)

    async def send(self, message: Message) -> None:
        recipient = ascii_address(message.to)
        letter = compose(message, self._sender, self._clock.now())
        client = self._client()
        try:
            async with asyncio.timeout(self._settings.timeout):
                await client.connect()
                await client.sendmail(self._sender.address, [recipient], letter)
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            raise _verdict(message, error) from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _verdict(message, error.recipients[0]) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"letter {message.id}: {error!r}") from error
        else:
            await self._part(client)
        finally:
            client.close()

    async def close(self) -> None:
        """Nothing stays open between letters."""

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port or None,
            local_hostname=self._sender.host,
            username=settings.user or None,
            password=self._password or None,
            timeout=settings.timeout,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=self._tls,
        )

    async def _part(self, client: aiosmtplib.SMTP) -> None:
        # The letter has been taken: whatever happens to the farewell must not make it leave twice.
        with suppress(aiosmtplib.SMTPException, OSError):
            async with asyncio.timeout(_QUIT_SECONDS):
                await client.quit()


def _verdict(message: Message, reply: aiosmtplib.SMTPResponseException) -> MailRefused | MailUnavailable:
    text = f"letter {message.id}: the server answered {reply.code} {reply.message}"
    permanent = 500 <= reply.code < 600 and reply.code not in _ABOUT_US
    return MailRefused(text) if permanent else MailUnavailable(text)


def make_smtp(settings: SmtpSettings, host: AdapterHost) -> SmtpMail:
    """The adapter. Raises ConfigError for a bad sender, a missing password, or a login without TLS."""
    where = "[adapters.mail.smtp]"
    if settings.user and settings.tls == "none":
        raise ConfigError(f"{where} user: a login would travel in the clear, set tls to starttls or tls")
    if bool(settings.user) != bool(settings.password_env):
        raise ConfigError(f"{where}: give both user and password_env, or neither")
    password = from_environment(settings.password_env, f"{where} password_env") if settings.user else ""
    return SmtpMail(settings, sender_of(settings.sender, settings.sender_name, where, host), host.clock, password)
