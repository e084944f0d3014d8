"""Idempotency-Key: a creating call that is repeated with its key is answered as the first time and done once."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from litestar import Request, Response

from core.context import Context, Runtime
from core.db.reader import Query
from core.db.tables import Idempotency
from core.db.uow import KEPT, AlreadyAnswered, IdempotencyClaim, Kept
from core.errors import FIELD_FORMAT, IDEMPOTENCY_MISMATCH, INVALID, FieldProblem, Problem
from core.http import problems
from core.http.access import CONTEXT_KEY

HEADER = "idempotency-key"
KEPT_FOR = timedelta(days=1)


_KEPT = Query(KEPT, Kept)


async def before_request(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Repeats a kept answer, or marks the context so that the service's transaction takes the key."""
    if not request.route_handler.opt.get("creating"):
        return None
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= 255 or not key.isascii():
        raise Problem(INVALID, errors=[FieldProblem("Idempotency-Key", FIELD_FORMAT)])
    ctx: Context = request.scope[CONTEXT_KEY]  # type: ignore[literal-required]
    operation = f"{request.route_handler.operation_id}\n{request.scope['path']}"
    ctx.claim = IdempotencyClaim(
        key_hash=_digest(f"{ctx.actor.label}\n{operation}\n{key}".encode()),
        body_hash=_digest(await request.body()),
    )
    kept = await ctx.reader.first(_KEPT, key_hash=ctx.claim.key_hash)
    return None if kept is None else _repeat(kept, ctx.claim)


def on_already_answered(request: Request[Any, Any, Any], error: AlreadyAnswered) -> Response[Any]:
    """Handler of the race: a concurrent request with the same key was first, its answer is given."""
    try:
        return _repeat(error.kept, error.claim)
    except Problem as problem:
        return problems.respond(request, problem)


def _repeat(kept: Kept, claim: IdempotencyClaim) -> Response[bytes]:
    if kept.body_hash != claim.body_hash:
        raise Problem(IDEMPOTENCY_MISMATCH)
    return Response(
        kept.answer or b"null",
        status_code=kept.status or 201,
        media_type="application/json",
        headers={"Idempotency-Replayed": "true"},
    )


async def forget(runtime: Runtime, now: datetime) -> None:
    """Removes keys older than a day."""
    async with runtime.database.writer.begin() as connection:
        await connection.execute(sa.delete(Idempotency).where(Idempotency.created_at < now - KEPT_FOR))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
