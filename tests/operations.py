"""The operations of an application, walked over its own routes and not over anybody's list of them."""

import re
from typing import Any

import httpx
import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from core.http.access import Access
from core.testing.cabinet import Caller

_PLACEHOLDER = re.compile(r"\{(\w+)(?::\w+)?\}")


class Operation(msgspec.Struct, frozen=True):
    """A method of a route. `path` is a template with `{name}` for each parameter."""

    id: str
    method: str
    path: str
    handler: HTTPRouteHandler

    @property
    def access(self) -> Access:
        access: Access = self.handler.opt["access"]
        return access

    @property
    def params(self) -> list[str]:
        return _PLACEHOLDER.findall(self.path)

    @property
    def body(self) -> type[msgspec.Struct] | None:
        """The Struct of its JSON body."""
        field = self.handler.parsed_fn_signature.parameters.get("data")
        return field.annotation if field else None

    def url(self, **params: str) -> str:
        """The path with every parameter filled; those not given by a dummy."""
        return re.sub(r"\{(\w+)\}", lambda found: params.get(found[1], "dummy"), self.path)


def handlers_of(app: Litestar) -> list[tuple[str, str, HTTPRouteHandler]]:
    """(method, path, handler) of every route that the application answers, the framework's own included."""
    return [
        (method, _PLACEHOLDER.sub(r"{\1}", route.path), handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
    ]


def operations_of(app: Litestar) -> list[Operation]:
    """Every operation but those OPTIONS that the framework answers with the methods that a path has."""
    found: list[Any] = [entry for entry in handlers_of(app) if entry[0] != "OPTIONS" or "access" in entry[2].opt]
    return [Operation(str(handler.operation_id), method, path, handler) for method, path, handler in found]


async def call(caller: Caller, one: Operation, **params: str) -> httpx.Response:
    """Calls an operation with an empty object where a body belongs."""
    if one.body:
        return await caller.request(one.method, one.url(**params), json={})
    return await caller.request(one.method, one.url(**params))
