"""A bank's callbacks as one would take them by hand for speed: raw ASGI, the signature, one SELECT and one INSERT."""

import hmac
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import asyncpg
import msgspec

FIND = "SELECT id FROM payments_payment WHERE id = $1 AND order_id = $2"
ORDER = "INSERT INTO core_outbox (job, payload, due, created_at) VALUES ('payments.check', $1, $2, $2)"
ANSWER = b'{"status":"ok"}'


class Check(msgspec.Struct):
    payment_id: str
    once: bool


def application() -> Callable[..., Any]:
    pool: asyncpg.Pool[asyncpg.Record]
    key, encoder = os.environ["ABONENT_BENCH_BANK_KEY"].encode(), msgspec.json.Encoder()

    async def live(receive: Any, send: Any) -> None:
        nonlocal pool
        await receive()
        pool = await asyncpg.create_pool(os.environ["ABONENT_BENCH_DATABASE"], min_size=1, max_size=10)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        fields = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        checksum = fields.pop("checksum")
        text = "".join(f"{name};{fields[name]};" for name in sorted(fields)).encode()
        assert hmac.compare_digest(hmac.digest(key, text, "sha256").hex().upper(), checksum)
        async with pool.acquire() as connection:
            payment_id = await connection.fetchval(FIND, fields["orderNumber"], fields["mdOrder"])
            assert payment_id is not None
            await connection.execute(ORDER, encoder.encode(Check(payment_id, True)), datetime.now(UTC))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": ANSWER})

    return app
