"""Problems on the wire: RFC 9457 with a stable `code`, the sentence in the caller's language, all fields at once."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from core import errors
from core.errors import FieldProblem, Language, Problem
from core.http.access import REQUEST_ID_KEY, language_of
from core.http.bodies import classify

_log = structlog.get_logger("abonent.http")
MEDIA_TYPE = "application/problem+json"
_BY_STATUS = {
    401: errors.UNAUTHENTICATED,
    403: errors.FORBIDDEN,
    404: errors.NOT_FOUND,
    405: errors.METHOD_NOT_ALLOWED,
    413: errors.TOO_LARGE,
    503: errors.UNAVAILABLE,
}
# What the drivers raise when the database cannot be reached, is shutting down, or keeps us waiting too long.
_GONE = (
    OSError,
    TimeoutError,
    sa.exc.TimeoutError,
    sa.exc.OperationalError,
    sa.exc.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.AdminShutdownError,
    sqlite3.OperationalError,
)


class FieldBody(msgspec.Struct, frozen=True):
    """One wrong field."""

    field: str
    code: str
    message: str


class ProblemBody(msgspec.Struct, frozen=True):
    """`application/problem+json`"""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldBody] = []
    params: dict[str, Any] = {}


def body(problem: Problem, language: Language, request_id: str) -> ProblemBody:
    """The problem in one language."""
    params: Mapping[str, Any] = {"request_id": request_id, **problem.params}
    return ProblemBody(
        type=f"urn:abonent:problem:{problem.kind.code}",
        title=problem.kind.en.format_map(params),
        status=problem.kind.status,
        code=problem.kind.code,
        detail=problem.kind.text(language, params),
        request_id=request_id,
        errors=[field_body(field, language) for field in problem.errors],
        params=problem.params,
    )


def field_body(field: FieldProblem, language: Language) -> FieldBody:
    """One field's problem in one language."""
    return FieldBody(field.field, field.kind.code, field.kind.text(language, field.params))


def respond(request: Request[Any, Any, Any], problem: Problem) -> Response[ProblemBody]:
    """The answer to a request that ran into a problem."""
    headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    if problem.kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        body(problem, language_of(request), str(request.scope.get(REQUEST_ID_KEY, ""))),
        status_code=problem.kind.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def on_problem(request: Request[Any, Any, Any], error: Problem) -> Response[ProblemBody]:
    """Handler of our own refusals."""
    return respond(request, error)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[ProblemBody]:
    """Handler of the framework's refusals: unknown paths, wrong methods, malformed parameters."""
    if isinstance(error, ValidationException):
        return respond(request, Problem(errors.INVALID, errors=_parameters(request, error)))
    answer = respond(request, Problem(_BY_STATUS.get(error.status_code, errors.MALFORMED_REQUEST)))
    if allow := (error.headers or {}).get("allow"):
        answer.headers["Allow"] = allow
    return answer


def _parameters(request: Request[Any, Any, Any], error: ValidationException) -> list[FieldProblem]:
    if "Missing required" in error.detail:
        return [FieldProblem(error.detail.split("'")[1], errors.FIELD_REQUIRED)]
    listed = error.extra if isinstance(error.extra, list) else []
    return [_parameter(request, item.get("key", ""), item["message"]) for item in listed]


def _parameter(request: Request[Any, Any, Any], name: str, message: str) -> FieldProblem:
    if name == "data":  # the framework's name for the body, which is absent
        return FieldProblem("", errors.FIELD_REQUIRED)
    declared = request.route_handler.parsed_fn_signature.parameters.get(name)
    sent_as = getattr(declared.kwarg_definition, "name", None) if declared else None
    return classify(message, sent_as or name)


def _is_gone(error: Exception) -> bool:
    cause = getattr(error, "orig", None) or error
    if (getattr(cause, "sqlstate", None) or "").startswith("40"):  # of two that wait for each other, one gives way
        return True
    broken = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR  # no such table: our mistake
    return isinstance(error, _GONE) and not broken


def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemBody]:
    """Handler of everything unforeseen: logged with its trace, told to nobody."""
    if _is_gone(error):
        _log.warning("unavailable", error=type(error).__name__, request_id=request.scope.get(REQUEST_ID_KEY))
        return respond(request, Problem(errors.UNAVAILABLE, retry_after=1))
    _log.error("unhandled", exc_info=error, request_id=request.scope.get(REQUEST_ID_KEY))
    return respond(request, Problem(errors.INTERNAL))
