"""A load generator: a few keep-alive connections, each sending its next request when the answer is complete.

It speaks just enough HTTP/1.1 for answers with a Content-Length, so that it costs a small part of what a server does.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Iterator
from statistics import quantiles
from typing import cast

import msgspec

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")


class Measured(msgspec.Struct, frozen=True):
    """What one run has seen; latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def request(method: str, path: str, *, token: str = "", body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "accept: application/json"]
    if token:
        lines.append(f"authorization: Bearer {token}")
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def measure(port: int, requests: Iterable[Iterator[bytes]], seconds: float, *, expect: int = 200) -> Measured:
    """Loads a server on this machine for so long, with a connection for each iterator of requests.

    Raises RuntimeError for an answer of another status than `expect` or of unknown length, and for a lost connection.
    """
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    latencies: list[float] = []
    made = [_Connection(source, started + seconds, expect, latencies) for source in requests]
    for connection in made:
        await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*[connection.over for connection in made])
    spent = time.perf_counter() - started
    cuts = quantiles(latencies, n=100) if len(latencies) > 1 else latencies * 99
    return Measured(len(latencies), spent, cuts[49] * 1000, cuts[98] * 1000)


class _Connection(asyncio.Protocol):
    def __init__(self, source: Iterator[bytes], until: float, expect: int, latencies: list[float]) -> None:
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._source, self._until, self._expect, self._latencies = source, until, expect, latencies
        self._received = bytearray()
        self._needed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's does not derive from it
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._needed and not self._read_head():
            return
        if len(self._received) < self._needed:
            return
        now = time.perf_counter()
        self._latencies.append(now - self._sent)
        self._received.clear()
        self._needed = 0
        if now < self._until:
            self._send()
        else:
            self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(RuntimeError(f"the server closed the connection: {exc}"))

    def _send(self) -> None:
        message = next(self._source, None)
        if message is None:
            self._end(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(message)

    def _read_head(self) -> bool:
        """Whether the head of the answer is complete; notes how many bytes the answer has."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._received[: end + 2])
        status, length = _STATUS.match(head), _LENGTH.search(head)
        if status is None or length is None or int(status[1]) != self._expect:
            self._end(RuntimeError(bytes(self._received[:2000]).decode(errors="replace")))
            return False
        self._needed = end + 4 + int(length[1])
        return True

    def _end(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None) if error is None else self.over.set_exception(error)
        self._transport.close()
