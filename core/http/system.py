"""Routes of the host itself: health, readiness, metrics, and the interactive page of the API."""

from pathlib import Path
from typing import Annotated

import msgspec
import sqlalchemy as sa
from litestar import MediaType, Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from core.db.reader import Query
from core.errors import NOT_FOUND, Problem
from core.http.access import PUBLIC
from core.http.routing import Ctx, get

_STATIC = Path(__file__).parent / "static"
_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "start.js": "text/javascript"}
_ONE = Query(sa.select(sa.literal(1, sa.Integer())), int)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Abonent API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/assets/start.js"></script></body></html>
"""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Health(msgspec.Struct, frozen=True):
    """The process answers. `plugins` names those that run, `quarantined` those that failed, and how.

    The whole reason is told at the start, to whoever operates the host: it may hold what is nobody else's business.
    """

    status: str
    plugins: list[str]
    quarantined: dict[str, str]


class Ready(msgspec.Struct, frozen=True):
    """The database answers: requests can be served."""

    status: str


@get("/health", access=PUBLIC, operation_id="health", tags=["host"])
async def health(request: Request) -> Health:  # type: ignore[type-arg]
    """Whether the process is alive, and which plugins run."""
    manifest = request.app.state.host.manifest
    quarantined = {name: reason.partition("(")[0] for name, reason in manifest.quarantined.items()}
    return Health("ok", [plugin.name for plugin in manifest.plugins], quarantined)


@get("/ready", access=PUBLIC, operation_id="ready", tags=["host"])
async def ready(ctx: Ctx) -> Ready:
    """Whether requests can be served; 503 while the database is away."""
    await ctx.reader.first(_ONE)
    return Ready("ok")


@get("/metrics", access=PUBLIC, operation_id="metrics", tags=["host"], media_type=MediaType.TEXT)
async def metrics(request: Request) -> Response[bytes]:  # type: ignore[type-arg]
    """Prometheus measurements. Close this path to the outside at the proxy."""
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)


@get("/schema/openapi.json", access=PUBLIC, operation_id="openapi", include_in_schema=False)
async def openapi(request: Request) -> Response[bytes]:  # type: ignore[type-arg]
    """The description of this API: OpenAPI 3.1."""
    return Response(msgspec.json.encode(request.app.state.description), media_type=MediaType.JSON)


@get("/docs", access=PUBLIC, operation_id="docs", include_in_schema=False, media_type=MediaType.HTML)
async def docs() -> Response[str]:
    """The interactive page; everything that it loads comes from this host."""
    return Response(_PAGE, media_type=MediaType.HTML, headers={"Content-Security-Policy": _POLICY})


@get("/docs/assets/{name:str}", access=PUBLIC, operation_id="docs_asset", include_in_schema=False)
async def docs_asset(name: Annotated[str, PathParameter(max_length=64)]) -> Response[bytes]:
    """A file of the interactive page."""
    if name not in _ASSETS:
        raise Problem(NOT_FOUND)
    content = (_STATIC / name).read_bytes()
    return Response(content, media_type=_ASSETS[name], headers={"Cache-Control": "max-age=86400"})


ROUTES: tuple[HTTPRouteHandler, ...] = (health, ready, metrics, openapi, docs, docs_asset)
