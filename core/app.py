"""The ASGI application of a host."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.app import AppConfig
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
Describe = Callable[[Litestar], dict[str, Any]]


def create_app(host: Host, *, on_open: OnOpen | None = None, describe: Describe = openapi.describe) -> Observer:
    """The ASGI application (its `.app` is Litestar). `on_open` runs beside it with its runtime: the worker."""
    metrics = Metrics()
    routes = [*host.manifest.routes, *_closed_sections(host)]

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        runtime = await host.open()
        app.state.runtime = runtime
        try:
            if on_open is None:
                yield
            else:
                async with on_open(runtime):
                    yield
        finally:
            await host.close(runtime)

    def configure(config: AppConfig) -> AppConfig:
        config.state.update({"manifest": host.manifest, "authenticator": DatabaseAuthenticator(), "metrics": metrics})
        return config

    app = Litestar(
        route_handlers=routes,
        lifespan=[lifespan],
        on_app_init=[configure],
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
    app.state.description = describe(app)
    return Observer(app, metrics, host.config.host.trusted_proxies)


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
