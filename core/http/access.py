"""Deny by default: every route names who may call it, and one guard enforces it."""

import hmac
import re
from typing import Any, Literal, Protocol

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from core.context import ANONYMOUS, Actor, Context, Grant, Runtime
from core.errors import (
    CSRF_MISSING,
    EMAIL_NOT_CONFIRMED,
    FORBIDDEN,
    MALFORMED_REQUEST,
    NOT_FOUND,
    ONBOARDING_INCOMPLETE,
    ROLE_FORBIDS,
    UNAUTHENTICATED,
    Language,
    Problem,
)
from core.secrets import csrf_token

SESSION_COOKIE = "abonent_session"
CSRF_HEADER = "x-csrf-token"
CONTEXT_KEY = "abonent.context"
REQUEST_ID_KEY = "abonent.request_id"
PATH_KEY = "abonent.path"
"""The path as it came: the framework's own is already tidied."""
_STRANGE_PATH = re.compile(r"//|.+/$|[\x00-\x1f\x7f]")
_CONTROL_IN_QUERY = re.compile(rb"%(0[0-8bcef]|1[0-9a-f]|7f)", re.IGNORECASE)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_Kind = Literal["public", "session", "account", "permission", "staff", "service"]


class Access(msgspec.Struct, frozen=True):
    """Who may call a route. Made by the functions below, never by hand."""

    kind: _Kind
    name: str = ""
    """The permission or the scope."""
    confirmed_email: bool = False


PUBLIC = Access("public")
"""Anybody."""
SESSION = Access("session")
"""A signed-in person, client or staff, whatever the state of the registration: who am I, onboarding, sign-out."""
ACCOUNT = Access("account")
"""A client whose registration is complete."""


def permission(name: str, *, confirmed_email: bool = False) -> Access:
    """A client holding `name` on the path's `contract_id`; without one, any client (filter by `visible_contract`).

    `confirmed_email` closes the soft gate of the unconfirmed address: payments and readings.
    """
    return Access("permission", name, confirmed_email)


def staff(scope: str) -> Access:
    """A member of the supplier's staff holding `scope`."""
    return Access("staff", scope)


def service(scope: str) -> Access:
    """A service account of the company's systems holding `scope`."""
    return Access("service", scope)


class Identified(msgspec.Struct, frozen=True):
    """What a credential stands for, and what it holds on the contract asked about."""

    actor: Actor
    grant: Grant | None = None


class Authenticator(Protocol):
    """Looks a credential up: one round trip to the database for the session, the account and the grant."""

    async def identify(self, runtime: Runtime, token: str, contract_id: str | None) -> Identified | None:
        """None for an unknown, ended or malformed token."""
        ...


async def authorize(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route: makes the `Context` and refuses whoever may not call."""
    scope: dict[str, Any] = connection.scope  # type: ignore[assignment]
    check_address(scope.get(PATH_KEY, scope["path"]), scope["query_string"])
    runtime: Runtime = connection.app.state.runtime
    access: Access = handler.opt["access"]
    contract_id: str | None = scope["path_params"].get("contract_id")
    identified = Identified(ANONYMOUS)
    if access.kind != "public":
        identified = await _identify(connection, runtime, contract_id)
    check(access, identified, runtime, contract_id)
    scope[CONTEXT_KEY] = Context(
        runtime,
        identified.actor,
        identified.grant,
        language_of(connection),
        scope.get(REQUEST_ID_KEY, ""),
        (scope.get("client") or ("",))[0],
        header(connection, "user-agent")[:400],
    )


def check_address(path: str, query: bytes) -> None:
    """Refuses what no client of ours sends and what PostgreSQL, a proxy and we might read differently."""
    if _STRANGE_PATH.search(path):
        raise Problem(NOT_FOUND)
    if _CONTROL_IN_QUERY.search(query):
        raise Problem(MALFORMED_REQUEST)


async def _identify(
    connection: ASGIConnection[Any, Any, Any, Any], runtime: Runtime, contract_id: str | None
) -> Identified:
    scheme, _, token = header(connection, "authorization").partition(" ")
    from_cookie = False
    if scheme.lower() != "bearer":
        token = connection.cookies.get(cookie_name(runtime, SESSION_COOKIE), "")
        from_cookie = True
    authenticator: Authenticator = connection.app.state.authenticator
    identified = await authenticator.identify(runtime, token.strip(), contract_id) if token else None
    if identified is None:
        raise Problem(UNAUTHENTICATED)
    if from_cookie and connection.scope["method"] not in _SAFE_METHODS:  # type: ignore[typeddict-item]
        sent = header(connection, CSRF_HEADER)
        if not hmac.compare_digest(sent.encode(), csrf_token(token).encode()):
            raise Problem(CSRF_MISSING)
    return identified


def check(access: Access, identified: Identified, runtime: Runtime, contract_id: str | None) -> None:
    """Raises the Problem that keeps this actor out of this route, if there is one."""
    actor = identified.actor
    match access.kind:
        case "public":
            return
        case "staff" | "service":
            if actor.kind != access.kind or access.name not in actor.scopes:
                raise Problem(FORBIDDEN)
        case "session":
            if actor.kind not in ("client", "staff"):
                raise Problem(FORBIDDEN)
        case "account" | "permission":
            if actor.kind != "client":
                raise Problem(FORBIDDEN)
            if actor.step != "done":
                raise Problem(ONBOARDING_INCOMPLETE, step=actor.step)
            if access.kind == "permission":
                _check_permission(access, identified, runtime, contract_id)


def _check_permission(access: Access, identified: Identified, runtime: Runtime, contract_id: str | None) -> None:
    if contract_id is not None:
        if identified.grant is None:
            raise Problem(NOT_FOUND)
        if identified.grant.role not in runtime.permissions[access.name]:
            raise Problem(ROLE_FORBIDS, role=identified.grant.role)
    if access.confirmed_email and not identified.actor.email_confirmed:
        raise Problem(EMAIL_NOT_CONFIRMED)


def cookie_name(runtime: Runtime, name: str) -> str:
    """The name under which a browser keeps a cookie; with the prefix it takes it from this very host only, over TLS."""
    return f"__Host-{name}" if runtime.secure_cookies else name


def header(connection: ASGIConnection[Any, Any, Any, Any], name: str) -> str:
    """A header of the request, empty when it is absent. (Litestar would first make a dictionary of all of them.)"""
    wanted = name.encode()
    return next((value.decode("latin-1") for found, value in connection.scope["headers"] if found == wanted), "")


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Language:
    """Russian unless the first language accepted is English."""
    return "en" if header(connection, "accept-language").lower().startswith("en") else "ru"


def provide_context(request: ASGIConnection[Any, Any, Any, Any]) -> Context:
    """The dependency behind a handler's `ctx` argument."""
    context: Context = request.scope[CONTEXT_KEY]  # type: ignore[literal-required]
    return context
