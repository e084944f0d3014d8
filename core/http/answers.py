"""What handlers return as plain data: encoded once, sent without the headers' detour over a dictionary."""

from typing import Any

import msgspec
from litestar import Response
from litestar.types import Receive, Scope, Send

_ENCODER = msgspec.json.Encoder()
_JSON = "application/json"


class Answer(Response[Any]):
    """Litestar makes one of the data that a handler returns. Whatever is more than a body of JSON is left to it."""

    def to_asgi_response(self, app: Any, request: Any, **options: Any) -> Any:
        """The answer as an ASGI application."""
        more = self.headers or self.cookies or self.background or options.get("headers") or options.get("cookies")
        if more or self.media_type != _JSON or self.status_code == 204:
            return super().to_asgi_response(app, request, **options)
        return _Body(self.status_code or 200, _ENCODER.encode(self.content))


class _Body:
    __slots__ = ("_body", "_status")

    def __init__(self, status: int, body: bytes) -> None:
        self._status, self._body = status, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self._body)).encode())]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})
