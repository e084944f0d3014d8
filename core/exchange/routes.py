"""HTTP of the company's side. Service accounts only."""

from collections.abc import AsyncIterator
from typing import IO, Annotated, Any, Literal

from litestar import Request
from litestar.params import QueryParameter
from litestar.response import Stream

from core.errors import TOO_LARGE
from core.exchange import services
from core.exchange.errors import (
    BROKEN_GZIP,
    POSITION_BACKWARDS,
    POSITION_UNKNOWN,
    UNKNOWN_DATASET,
    UNKNOWN_ENCODING,
)
from core.exchange.schemas import Acknowledgement, FeedPage
from core.sdk import Ctx, JSONBody, Limit, PathId, get, post, service

NDJSON = "application/x-ndjson"
_LOAD_RAISES = (UNKNOWN_ENCODING, BROKEN_GZIP, TOO_LARGE)
_AnyRequest = Request[Any, Any, Any]
Answers = Annotated[
    Literal["all", "refused"], QueryParameter(description="`refused`: only refused rows and the summary.")
]
After = Annotated[
    int | None,
    QueryParameter(ge=0, le=2**63 - 1, description="Facts after this position; absent: after the one acknowledged."),
]
Kind = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^[a-z0-9_.]{1,100}$(?!\n)", description="Only kinds that begin so, for example `readings.`."
    ),
]


@post(
    "/api/v1/exchange/{dataset:str}",
    access=service("exchange.load"),
    operation_id="exchange_load",
    raises=(UNKNOWN_DATASET, *_LOAD_RAISES),
    status_code=200,
    media_type=NDJSON,
    request_max_body_size=None,
    tags=["exchange"],
)
async def load_rows(request: _AnyRequest, ctx: Ctx, dataset: PathId, answers: Answers = "all") -> Stream:
    """Load rows into a dataset.

    The body is NDJSON (`application/x-ndjson`, also with `Content-Encoding: gzip`) of any length, one row a line, or
    `{"<key>": ..., "deleted": true}`. The answer is NDJSON: one object for each row in the order of the lines, then
    `{"summary": ...}`. Without a summary the load did not come to its end: send it again, what is stored already is
    answered `unchanged`. Besides `exchange.load` the account needs the scope `exchange.load:<dataset>` or
    `exchange.load:*`.
    """
    encoding = request.headers.get("content-encoding", "").lower()
    spool = await services.load_rows(
        ctx, dataset, request.stream(), encoding=encoding, refused_only=answers == "refused"
    )
    return Stream(_replay(spool), media_type=NDJSON)


@post(
    "/api/v1/exchange/answers",
    access=service("exchange.answers"),
    operation_id="exchange_answer_facts",
    raises=_LOAD_RAISES,
    status_code=200,
    media_type=NDJSON,
    request_max_body_size=None,
    tags=["exchange"],
)
async def load_answers(request: _AnyRequest, ctx: Ctx, answers: Answers = "all") -> Stream:
    """Answer facts of the feed.

    NDJSON of `{"fact_id", "outcome": "accepted" | "refused", "code", "text", "item"}`, answered like a load. An answer
    repeated changes nothing; a later one with the other outcome counts.
    """
    encoding = request.headers.get("content-encoding", "").lower()
    spool = await services.load_answers(ctx, request.stream(), encoding=encoding, refused_only=answers == "refused")
    return Stream(_replay(spool), media_type=NDJSON)


@get(
    "/api/v1/exchange/feed",
    access=service("exchange.feed"),
    operation_id="exchange_read_feed",
    raises=(POSITION_UNKNOWN,),
    tags=["exchange"],
)
async def read_feed(ctx: Ctx, after: After = None, limit: Limit = 500, kind: Kind = None) -> FeedPage:
    """Read the feed of facts.

    Positions are dense and strictly increasing; a fact keeps its position for good. Ask again with `after` = `next`.
    """
    return await services.read_feed(ctx, after, limit, kind)


@post(
    "/api/v1/exchange/feed/acknowledgements",
    access=service("exchange.feed"),
    operation_id="exchange_acknowledge",
    raises=(POSITION_BACKWARDS, POSITION_UNKNOWN),
    status_code=204,
    tags=["exchange"],
)
async def acknowledge(ctx: Ctx, data: JSONBody[Acknowledgement]) -> None:
    """Acknowledge facts up to a position.

    Reading without `after` then starts behind it. It never goes back; to read again, use `after`.
    """
    await services.acknowledge(ctx, data.position)


async def _replay(spool: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := spool.read(65_536):
            yield piece
    finally:
        spool.close()


ROUTES = (load_rows, load_answers, read_feed, acknowledge)
