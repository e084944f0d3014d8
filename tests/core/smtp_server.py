"""A real SMTP server on 127.0.0.1 that misbehaves on demand."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.testing.suites.mail import Stage

SILENCE = "silence"
DROP = "drop"
USER = b"cabinet"
PASSWORD = b"s3cret"


class SmtpServer:
    """Keeps what it took in `letters`; `trouble` says what happens at a stage: a reply, SILENCE or DROP."""

    def __init__(self, tls: ssl.SSLContext | None = None, *, implicit: bool = False, login: bool = False) -> None:
        self.letters: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.trouble: dict[Stage, str] = {}
        self.encrypted: list[bool] = []
        self.port = 0
        self._tls, self._implicit, self._login = tls, implicit, login
        self._server: asyncio.Server | None = None
        self._protocols: list[SMTP] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SmtpServer"]:
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    async def start(self) -> None:
        """Listens, on the same port as before if there was one."""
        loop = asyncio.get_running_loop()
        context = self._tls if self._implicit else None
        self._server = await loop.create_server(self._protocol, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Breaks every connection and takes no more."""
        assert self._server is not None
        self._server.close()
        for protocol in self._protocols:
            _abort(protocol)
        self._protocols.clear()
        await self._server.wait_closed()

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return await self._answer(server, "mail")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        reply = await self._answer(server, "rcpt")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = await self._answer(server, "data")
        if reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.letters.append(envelope.content)
            self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
            self.encrypted.append(session.ssl is not None or self._implicit)
        return reply

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return (await self._answer(server, "quit")).replace("250", "221", 1)

    async def _answer(self, server: SMTP, stage: Stage) -> str:
        trouble = self.trouble.get(stage, "250 OK")
        if trouble == DROP:
            _abort(server)
        if trouble in (DROP, SILENCE):
            await asyncio.Event().wait()
        return trouble

    def _protocol(self) -> SMTP:
        with warnings.catch_warnings():
            # The library knows STARTTLS only and takes a login over implicit TLS for one in the clear.
            warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS", UserWarning)
            protocol = SMTP(
                self,
                hostname="mail.test",
                tls_context=None if self._implicit else self._tls,
                require_starttls=self._tls is not None and not self._implicit,
                auth_required=self._login,
                auth_require_tls=not self._implicit,
                authenticator=_check_login if self._login else None,
            )
        self._protocols.append(protocol)
        return protocol


def _abort(protocol: SMTP) -> None:
    if isinstance(protocol.transport, asyncio.Transport):
        protocol.transport.abort()


def _check_login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    genuine = isinstance(login, LoginPassword) and (login.login, login.password) == (USER, PASSWORD)
    return AuthResult(success=genuine, handled=False)
