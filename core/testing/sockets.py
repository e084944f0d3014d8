"""HTTP on 127.0.0.1 for simulators and tests, by hand: it shares nothing with the adapters that it proves."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Self

import msgspec


class Request(msgspec.Struct, frozen=True):
    """A request as it arrived; names of headers in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class HttpServer:
    """Listens and reads requests; whoever inherits answers them in `_serve`. `connections` tells how many came."""

    def __init__(self, *, path: str = "", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """`path`: what `url` ends in; `port`: 0 for any that is free."""
        self.url, self.connections = "", 0
        self._path, self._port, self._tls = path, port, tls
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Listens at `url` until the end of the block."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, ssl=self._tls)
        scheme, port = "https" if self._tls else "http", server.sockets[0].getsockname()[1]
        self.url = f"{scheme}://127.0.0.1:{port}{self._path}"
        try:
            yield self
        finally:
            server.close()
            self.disconnect()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

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
                    await self._serve(await read_request(reader), writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, request: Request, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


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
