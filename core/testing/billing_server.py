"""A billing behind HTTP on 127.0.0.1, as strict as a good one, and as bad as a test wants it.

It checks signatures by itself, sharing no code with the adapter, so that the two prove the agreement between them.
"""

import asyncio
import hashlib
import hmac
import re
import ssl
from collections.abc import Awaitable, Callable

import msgspec

from core.clock import Clock
from core.ports.billing import Answer, Fact
from core.testing.billing import BillingBook
from core.testing.sockets import HttpServer, Request, respond

_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)
_TOLERANCE_SECONDS = 300

Misbehaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Writes whatever it likes instead of the reply."""


class _Batch(msgspec.Struct, forbid_unknown_fields=True):
    facts: list[Fact]


class BillingServer(HttpServer):
    """Serves a book. `requests` and `connections` tell what came in."""

    def __init__(self, clock: Clock, keys: dict[str, bytes], *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(path="/facts", tls=tls)
        self.book = BillingBook()
        self.requests: list[Request] = []
        self.misbehave: Misbehaviour | None = None
        self._clock, self._keys = clock, keys

    async def _serve(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
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
