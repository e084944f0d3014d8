"""An SMS gateway behind HTTP on 127.0.0.1: takes JSON from whoever it knows, each id once, and misbehaves on demand."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from core.testing.sockets import Request, read_request, respond

Trouble = Callable[[asyncio.StreamWriter], Awaitable[None]]


class SmsGateway:
    """`bodies` are the messages taken, in order. `reply` is what a good request is answered."""

    def __init__(self, authorization: str | None) -> None:
        self.bodies: dict[str, Any] = {}
        self.requests: list[Request] = []
        self.reply: tuple[int, bytes] = (200, b'{"status":"ok"}')
        self.trouble: Trouble | None = None
        self.takes_first = False
        """True: the message is taken before the trouble."""
        self.port = 0
        self._authorization = authorization
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/messages"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SmsGateway"]:
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    async def start(self) -> None:
        """Listens, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Breaks every connection and takes no more."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
        self.requests.append(request)
        known = self._authorization is None or request.headers.get("authorization") == self._authorization
        if known and (self.trouble is None or self.takes_first):
            self.bodies.setdefault(request.headers["idempotency-key"], json.loads(request.body))
        if self.trouble:
            await self.trouble(writer)
        elif known:
            await respond(writer, *self.reply)
        else:
            await respond(writer, 401, b"{}")
