"""`get`, `post`, ... for plugins: Litestar handlers that cannot be made without saying who may call them."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter
from litestar.types import AnyCallable

from core.context import Context
from core.errors import ErrorKind
from core.http.access import Access, authorize

Ctx = NamedDependency[Context]
"""Annotation of a handler's first argument, `ctx`: who calls, and everything a service needs."""
PathId = Annotated[str, PathParameter(max_length=64, description="An identifier.")]
"""Annotation of an identifier in the path."""
Decorator = Callable[[AnyCallable], HTTPRouteHandler]


class Handler(HTTPRouteHandler):
    """Checks the access itself: Litestar copies a handler for every guard of every request."""

    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        await authorize(connection, self)


def route(
    method: str,
    path: str,
    *,
    access: Access,
    operation_id: str,
    raises: Sequence[ErrorKind] = (),
    creating: bool = False,
    status_code: int | None = None,
    tags: Sequence[str] = (),
    also_as: Sequence[str] = (),
    **options: Any,
) -> Decorator:
    """A route. `path` is absolute and starts with the owner's place (`/api/v1/readings/...`).

    `raises`: the problems that this operation may answer besides those of its access and body; the API description
    lists them and a test holds it to them. `creating`: honours Idempotency-Key; the service must pass its result
    through `uow.answer`. `also_as`: media types that it may answer with besides its `media_type`.
    """

    def decorate(function: AnyCallable) -> HTTPRouteHandler:
        return Handler(
            path,
            http_method=method,  # type: ignore[arg-type]
            operation_id=operation_id,
            guards=[authorize],
            status_code=status_code,
            tags=list(tags),
            summary=_summary(function),
            opt={"access": access, "raises": tuple(raises), "creating": creating, "also_as": tuple(also_as)},
            **options,
        )(function)

    return decorate


def get(path: str, **options: Any) -> Decorator:
    """A reading route; see `route` for the options."""
    return route("GET", path, **options)


def post(path: str, **options: Any) -> Decorator:
    """A creating or commanding route; see `route` for the options."""
    return route("POST", path, **options)


def put(path: str, **options: Any) -> Decorator:
    """A replacing route; see `route` for the options."""
    return route("PUT", path, **options)


def patch(path: str, **options: Any) -> Decorator:
    """A changing route; see `route` for the options."""
    return route("PATCH", path, **options)


def delete(path: str, **options: Any) -> Decorator:
    """A removing route; see `route` for the options."""
    return route("DELETE", path, **options)


def _summary(function: AnyCallable) -> str:
    return (function.__doc__ or "").strip().partition("\n")[0].rstrip(".")
