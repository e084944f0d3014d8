"""The outermost layer: request id, security headers, one log line and one measurement per request."""

import asyncio
import re
import time
from collections.abc import Collection
from typing import Any

import structlog
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Histogram

from core.errors import SLOW_BODY, Problem
from core.http.access import PATH_KEY, REQUEST_ID_KEY
from core.values import new_id

_log = structlog.get_logger("abonent.access")
BODIED = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose bodies are read."""
_SLOWEST = 1000
"""Bytes a second."""
_TAKEN = 16 * 1024 * 1024
"""So many bytes that nobody wants to read are taken before an answer."""
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_TLS_ONLY = (b"strict-transport-security", b"max-age=31536000")


class Metrics:
    """The host's measurements; a registry of its own, so that two apps in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("abonent_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram("abonent_request_seconds", "Time to answer.", ("route",), registry=self.registry)
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answer."""
        found = self._children.get((method, route, status))
        if found is None:
            found = self.requests.labels(method, route, status), self.seconds.labels(route)
            self._children[method, route, status] = found
        count, time_taken = found
        count.inc()
        time_taken.observe(seconds)


class Observer:
    """ASGI middleware around the whole application."""

    def __init__(self, app: Litestar, trusted_proxies: Collection[str] = ()) -> None:
        self.app = app
        self.metrics = Metrics()
        self.tls = True
        """Whether browsers reach the host by TLS only, and are told to keep to it."""
        self.body_seconds = 60.0
        self._proxies = frozenset(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        context: dict[str, Any] = scope  # type: ignore[assignment]
        context[PATH_KEY] = scope["path"]
        if self._proxies:
            context["client"] = _client(scope, self._proxies)
        request_id = context[REQUEST_ID_KEY] = _request_id(scope)
        status = 500
        method = scope["method"]
        if method == "HEAD":  # the routes know GET alone: the same answer, without its body
            context["method"] = "GET"
        headers = [*_HEADERS, _TLS_ONLY] if self.tls else _HEADERS

        heard = _Patient(receive, self.body_seconds) if method in BODIED else None

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                if heard is not None:
                    await heard.take_rest(scope)
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                    *[header for header in headers if header[0] not in present],
                ]
                if b"allow" in present:
                    message["headers"] = [_with_head(*header) for header in message["headers"]]
            elif method == "HEAD":
                message["body"] = b""  # type: ignore[typeddict-unknown-key]
            await send(message)

        try:
            await self.app(scope, heard or receive, observed)
        finally:
            self._note(scope, method, status, time.perf_counter() - started, request_id)

    def _note(self, scope: Any, method: str, status: int, seconds: float, request_id: str) -> None:
        route = scope.get("path_template") or "unknown"
        self.metrics.note(method, route, status, seconds)
        if status >= 400:  # the path may hold what is private: the template never does
            _log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), id=request_id)


def _with_head(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; in `Allow`, HEAD goes with GET."""
    if name.lower() != b"allow":
        return name, value
    methods = set(value.decode("latin-1").replace(" ", "").split(","))
    return name, ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set()))).encode()


class _Patient:
    """Waits for a body for so long in all, and longer the more of it has come: nobody holds a request open by dripping.

    Only waiting counts, not what is done with the pieces meanwhile.
    """

    __slots__ = ("_begun", "_ended", "_left", "_receive")

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive, self._left, self._begun, self._ended = receive, seconds, False, False

    async def __call__(self) -> Any:
        if self._ended:  # what comes now is the end of the connection: that may take its time
            return await self._receive()
        started, self._begun = time.monotonic(), True
        try:
            async with asyncio.timeout(self._left):
                message: Any = await self._receive()
        except TimeoutError:
            raise Problem(SLOW_BODY) from None
        self._left += len(message.get("body", b"")) / _SLOWEST - (time.monotonic() - started)
        self._ended = not message.get("more_body", False)
        return message

    async def take_rest(self, scope: Any) -> None:
        """Takes what is left of the body. The server closes a connection over an unread one, and the answer with it.

        Not where the client waits to be asked for it, and not what is too long to be taken.
        """
        if self._ended:
            return
        declared = {name: value for name, value in scope["headers"] if name in (b"expect", b"content-length")}
        length = declared.get(b"content-length", b"")
        if (b"expect" in declared and not self._begun) or (length.isdigit() and int(length) > _TAKEN):
            return
        taken, more = 0, True
        while more and taken < _TAKEN:
            try:
                message = await self()
            except Problem:  # it drips
                return
            taken, more = taken + len(message.get("body", b"")), message.get("more_body", False)


def _client(scope: Any, proxies: frozenset[str]) -> Any:
    """The nearest address that is not one of our proxies: each of them appends whom it was called by."""
    client = scope.get("client")
    if client is None or client[0] not in proxies:
        return client
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    hops = [hop.strip() for hop in ",".join(forwarded).split(",") if hop.strip()]
    return next(((hop[:64], 0) for hop in reversed(hops) if hop not in proxies), client)


def _request_id(scope: Any) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text: str = value.decode("latin-1")
            return text if _REQUEST_ID.fullmatch(text) else new_id()
    return new_id()
