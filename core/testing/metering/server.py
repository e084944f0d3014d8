"""The platform behind HTTP on 127.0.0.1, sharing no code with the adapter."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

from core.testing.metering.platform import Platform
from core.testing.sockets import HttpServer, Request, respond


class PlatformServer(HttpServer):
    """Serves a platform to whoever has the key."""

    def __init__(self, platform: Platform, key: str) -> None:
        super().__init__(path="/v1/changes")
        self.platform, self._key = platform, key
        self.requests: list[Request] = []

    async def _serve(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
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
