"""The platform behind HTTP on 127.0.0.1, sharing no code with the adapter."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

from core.testing.billing_server import Request, read_request, respond
from core.testing.metering.platform import Platform


class PlatformServer:
    """Serves a platform to whoever has the key."""

    def __init__(self, platform: Platform, key: str) -> None:
        self.platform, self._key = platform, key
        self.url = ""
        self.requests: list[Request] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["PlatformServer"]:
        """Listens at `url` until the end of the block."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/changes"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
        status, body = self._answer(request)
        if self.platform.trouble == "slow":
            await asyncio.sleep(0.05)
        await respond(writer, status, body)

    def _answer(self, request: Request) -> tuple[int, bytes]:
        platform, parts = self.platform, urlsplit(request.path)
        if request.method != "GET" or parts.path != "/v1/changes":
            return 404, b"{}"
        if request.headers.get("authorization") != f"Bearer {self._key}":
            return 401, b"{}"
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        after, limit = query["after"], int(query["limit"])
        platform.asked.append(after)
        if platform.failures or platform.trouble == "down":
            platform.failures = max(0, platform.failures - 1)
            return 503, b"{}"
        if platform.trouble == "garbage":
            return 200, b'{"items": [{"kind": "events", "row"'
        page = platform.page(after, limit + 1 if platform.trouble == "hasty" else limit)
        cursor = {"stuck": after, "back": ""}.get(platform.trouble, page.next)
        items = ",".join(f'{{"kind":"{item.kind}","row":{bytes(item.row).decode()}}}' for item in page.items)
        return 200, f'{{"items":[{items}],"next":{json.dumps(cursor)},"more":{json.dumps(page.more)}}}'.encode()
