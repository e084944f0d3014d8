"""A billing behind HTTP on 127.0.0.1, as strict as a good one, and as bad as a test wants it.

It checks signatures by itself, sharing no code with the adapter, so that the two prove the agreement between them.
"""

import asyncio
import hashlib
import hmac
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

import msgspec

from core.clock import Clock
from core.ports.billing import Answer, Fact
from core.testing.billing import BillingBook

_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)
_TOLERANCE_SECONDS = 300

Misbehaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Writes whatever it likes instead of the reply."""


class Request(msgspec.Struct, frozen=True):
    """A request as it arrived; names of headers in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Batch(msgspec.Struct, forbid_unknown_fields=True):
    facts: list[Fact]


class BillingServer:
    """Serves a book. `requests` and `connections` tell what came in."""

    def __init__(self, clock: Clock, keys: dict[str, bytes], *, tls: ssl.SSLContext | None = None) -> None:
        self.book = BillingBook()
        self.requests: list[Request] = []
        self.connections = 0
        self.misbehave: Misbehaviour | None = None
        self.url = ""
        self._clock, self._keys, self._tls = clock, keys, tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["BillingServer"]:
        """Listens at `url` until the end of the block."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls)
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/facts"
        try:
            yield self
        finally:
            self._server.close()
            self.disconnect()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._server.wait_closed()

    def disconnect(self) -> None:
        """Breaks every open connection."""
        for task in self._tasks:
            task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    request = await read_request(reader)
                    self.requests.append(request)
                    await self._serve(request, writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if self.misbehave:
            await self.misbehave(writer)
            return
        status, body = self._reply(request)
        if self.book.trouble == "after":
            raise ConnectionAbortedError
        await respond(writer, status, body)

    def _reply(self, request: Request) -> tuple[int, bytes]:
        if self.book.trouble == "before":
            return 503, b"{}"
        if request.method != "POST" or request.path != "/facts":
            return 404, b"{}"
        if not self._genuine(request):
            return 401, b"{}"
        try:
            facts = msgspec.json.decode(request.body, type=_Batch).facts
        except msgspec.MsgspecError:
            return 400, b"{}"
        if request.headers.get("idempotency-key") != f"{facts[0].id}..{facts[-1].id}":
            return 400, b"{}"
        self.book.take(facts)
        known = [] if self.book.late else [answer for fact in facts for answer in self.book.judge(fact)]
        return 200, msgspec.json.encode({"answers": [_plain(answer) for answer in known]})

    def _genuine(self, request: Request) -> bool:
        key = self._keys.get(request.headers.get("x-abonent-key-id", ""))
        found = _SIGNATURE.fullmatch(request.headers.get("x-abonent-signature", ""))
        if key is None or found is None:
            return False
        signed = found[1].encode() + b"." + request.body
        fresh = abs(self._clock.now().timestamp() - int(found[1])) <= _TOLERANCE_SECONDS
        return fresh and hmac.compare_digest(hmac.new(key, signed, hashlib.sha256).hexdigest(), found[2])


def _plain(answer: Answer) -> dict[str, str]:
    """The answer as a real billing words it: without `delay`, which it does not know."""
    return {
        "fact_id": answer.fact_id,
        "outcome": answer.outcome,
        "code": answer.code,
        "text": answer.text,
        "item": answer.item,
    }


async def respond(writer: asyncio.StreamWriter, status: int, body: bytes, *headers: str) -> None:
    """Writes a whole reply."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *headers]
    if status != HTTPStatus.NO_CONTENT:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Reads a whole request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, path, _ = first.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)
