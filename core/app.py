"""The ASGI application of a host."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from core.access import DatabaseAuthenticator
from core.context import Context, Runtime
from core.db.uow import AlreadyAnswered
from core.errors import PLUGIN_UNHEALTHY, Problem
from core.host import Host
from core.http import idempotency, openapi, problems
from core.http.access import PUBLIC, provide_context
from core.http.answers import Answer
from core.http.bodies import StrictJson
from core.http.middleware import Metrics, Observer
from core.http.problems import ProblemBody
from core.http.routing import route
from core.plugins import API

OnOpen = Callable[[Runtime], AbstractAsyncContextManager[None]]


def create_app(host: Host, *, on_open: OnOpen | None = None) -> Observer:
    """The ASGI application (its `.app` is Litestar). `on_open` runs beside it with its runtime: the worker."""
    app = Litestar(
        route_handlers=[*host.manifest.routes, *_closed_sections(host)],
        lifespan=[_lifespan],
        dependencies={"ctx": Provide(_provide_context, sync_to_thread=False)},
        dto=StrictJson,
        return_dto=None,
        response_class=Answer,
        before_request=idempotency.before_request,
        exception_handlers={
            Problem: problems.on_problem,
            AlreadyAnswered: idempotency.on_already_answered,
            HTTPException: problems.on_http,
            Exception: problems.on_error,
        },
        openapi_config=None,
        request_max_body_size=host.config.host.max_body,
        logging_config=None,
    )
    app.state.update({"authenticator": DatabaseAuthenticator(), "on_open": on_open})
    app.state.description = openapi.describe(app)
    observer = Observer(app, host.config.host.trusted_proxies)
    serve(observer, host)
    return observer


def serve(observer: Observer, host: Host) -> None:
    """Makes an application that is not running the one of a host. The host has the routes that it was created with."""
    observer.metrics = Metrics()
    observer.tls = host.config.host.secure_cookies
    observer.body_seconds = host.config.host.body_seconds
    observer.app.state.update({"host": host, "metrics": observer.metrics})


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    host: Host = app.state.host
    runtime = app.state.runtime = await host.open()
    try:
        async with app.state.on_open(runtime) if app.state.on_open else nullcontext():
            yield
    finally:
        await host.close(runtime)


def _provide_context(request: Request[Any, Any, Any]) -> Context:
    return provide_context(request)


def _closed_sections(host: Host) -> list[HTTPRouteHandler]:
    """A quarantined plugin's places answer 503 with its name; everything else works."""
    return [
        _closed(name, f"{area}{place}", method)
        for name, places in host.manifest.closed.items()
        for place in places
        for area in ("/", API, f"{API}staff/", f"{API}exchange/")
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    ]


def _closed(name: str, place: str, method: str) -> HTTPRouteHandler:
    @route(
        method,
        place,
        access=PUBLIC,
        operation_id=f"closed{place.replace('/', '_')}_{method.lower()}",
        include_in_schema=False,
        status_code=200,
    )
    async def closed(path: FromPath[str] = "") -> Response[ProblemBody]:
        """A section that is switched off."""
        raise Problem(PLUGIN_UNHEALTHY, retry_after=60, plugin=name)

    closed.paths = {place, f"{place}/{{path:path}}"}
    return closed
