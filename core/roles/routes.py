"""HTTP of roles: /api/v1/roles, /api/v1/staff/roles."""

from typing import Annotated, Any, Literal

from litestar import Request
from litestar.params import QueryParameter
from litestar.response import Stream

from core.contracts.public import ADMINISTRATOR_EXISTS
from core.errors import TOO_MANY_REQUESTS
from core.identity.public import ADDRESS_NOT_PROVEN
from core.roles import errors, schemas
from core.roles.permissions import ASSIGN, REQUEST, REVOKE
from core.roles.public import AdministratorRequests
from core.roles.services import assigning, catalogue, clients, requests, trail
from core.sdk import (
    ACCOUNT,
    NOT_FOUND,
    Ctx,
    Cursor,
    JSONBody,
    Limit,
    Page,
    PathId,
    delete,
    download,
    get,
    permission,
    post,
    put,
    staff,
)

State = Annotated[Literal["open", "granted", "refused"], QueryParameter(name="state", description="Which requests.")]
FileName = Annotated[
    str,
    QueryParameter(min_length=1, max_length=200, pattern=r'^[^/\\\x00-\x1f"]+$(?!\n)', description="Name of the file."),
]
Asked = Annotated[str | None, QueryParameter(min_length=1, max_length=254, description="Searched for exactly.")]
NameBegins = Annotated[
    str | None,
    QueryParameter(min_length=2, max_length=300, description="How the full name begins, surname first, in any case."),
]
_TAGS = ["roles"]
_FILE_LIMIT = 50_000_000


# ---- what the roles are
@get("/api/v1/roles", access=ACCOUNT, operation_id="roles", tags=_TAGS)
async def roles(ctx: Ctx) -> Page[schemas.Role]:
    """List the four roles with what each may do on this host."""
    return Page(catalogue.roles(ctx))


@get("/api/v1/roles/matrix", access=ACCOUNT, operation_id="role_matrix", tags=_TAGS)
async def matrix(ctx: Ctx) -> Page[schemas.RoleMatrixRow]:
    """Read the table of permissions and roles that is in force."""
    return Page(catalogue.matrix(ctx))


# ---- the administrator of a contract
@get(
    "/api/v1/roles/contracts/{contract_id:str}/users",
    access=permission(ASSIGN.name),
    operation_id="role_users",
    tags=_TAGS,
)
async def users(ctx: Ctx, contract_id: PathId, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.RoleUser]:
    """List everybody who has the contract, with role and energy objects."""
    return await assigning.users(ctx, cursor, limit)


@post(
    "/api/v1/roles/contracts/{contract_id:str}/users",
    access=permission(ASSIGN.name),
    operation_id="assign_role",
    creating=True,
    raises=[ADMINISTRATOR_EXISTS, ADDRESS_NOT_PROVEN, TOO_MANY_REQUESTS],
    tags=_TAGS,
)
async def assign(ctx: Ctx, contract_id: PathId, data: JSONBody[schemas.RoleAssignment]) -> schemas.RoleUser:
    """Assign a role by e-mail; who has no account gets one, with the password in the letter."""
    return await assigning.assign(ctx, data)


@put(
    "/api/v1/roles/contracts/{contract_id:str}/users/{account_id:str}",
    access=permission(ASSIGN.name),
    operation_id="change_role",
    status_code=204,
    raises=[errors.OWN_ROLE],
    tags=_TAGS,
)
async def change(ctx: Ctx, contract_id: PathId, account_id: PathId, data: JSONBody[schemas.RoleChange]) -> None:
    """Change the role or the energy objects of somebody on the contract; in force with his next call."""
    await assigning.change(ctx, account_id, data)


@delete(
    "/api/v1/roles/contracts/{contract_id:str}/users/{account_id:str}",
    access=permission(REVOKE.name),
    operation_id="revoke_role",
    status_code=204,
    raises=[errors.OWN_ROLE],
    tags=_TAGS,
)
async def revoke(ctx: Ctx, contract_id: PathId, account_id: PathId) -> None:
    """Take a role away; that account loses the contract at once."""
    await assigning.revoke(ctx, account_id)


@get(
    "/api/v1/roles/contracts/{contract_id:str}/audit",
    access=permission(ASSIGN.name),
    operation_id="role_audit",
    tags=_TAGS,
)
async def audit(ctx: Ctx, contract_id: PathId, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.RoleDeed]:
    """Read who gave, changed and took away which role, and when."""
    return await trail.trail(ctx, contract_id, cursor, limit)


# ---- requests of «Администратор»
@post(
    "/api/v1/roles/contracts/{contract_id:str}/requests",
    access=permission(REQUEST.name),
    operation_id="request_administrator",
    creating=True,
    raises=[ADMINISTRATOR_EXISTS, errors.REQUEST_OPEN],
    tags=_TAGS,
)
async def ask(ctx: Ctx, contract_id: PathId, data: JSONBody[schemas.RoleRequestText]) -> schemas.RoleRequestItem:
    """Ask the supplier for the role «Администратор» on a contract that has none."""
    return await ctx.port(AdministratorRequests).ask(ctx, ctx.granted.contract_id, data.text)


@get("/api/v1/roles/requests", access=ACCOUNT, operation_id="role_requests", tags=_TAGS)
async def own_requests(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.RoleRequestItem]:
    """List the caller's requests, the newest first."""
    return await requests.own(ctx, cursor, limit)


@get("/api/v1/roles/requests/{request_id:str}", access=ACCOUNT, operation_id="role_request", tags=_TAGS)
async def own_request(ctx: Ctx, request_id: PathId) -> schemas.RoleRequestDetails:
    """Read a request with its dialogue."""
    return await requests.own_details(ctx, request_id)


@post(
    "/api/v1/roles/requests/{request_id:str}/messages",
    access=ACCOUNT,
    operation_id="reply_to_role_request",
    creating=True,
    raises=[errors.REQUEST_CLOSED, errors.REQUEST_FULL],
    tags=_TAGS,
)
async def reply(ctx: Ctx, request_id: PathId, data: JSONBody[schemas.RoleRequestText]) -> schemas.RoleRequestMessage:
    """Write to the supplier about an open request."""
    return await requests.reply(ctx, request_id, data.text)


@post(
    "/api/v1/roles/requests/{request_id:str}/files",
    access=ACCOUNT,
    operation_id="attach_to_role_request",
    request_max_body_size=_FILE_LIMIT,
    raises=[errors.REQUEST_CLOSED, errors.REQUEST_FULL],
    tags=_TAGS,
)
async def attach(
    request: Request[Any, Any, Any], ctx: Ctx, request_id: PathId, name: FileName
) -> schemas.RoleRequestFile:
    """Add a file to an open request; the body is the file itself. The same file sent again is there once."""
    return await requests.attach(ctx, request_id, name, request.stream())


@get(
    "/api/v1/roles/requests/{request_id:str}/files/{file_id:str}",
    access=ACCOUNT,
    operation_id="download_role_request_file",
    media_type="application/octet-stream",
    tags=_TAGS,
)
async def own_file(ctx: Ctx, request_id: PathId, file_id: PathId) -> Stream:
    """Download a file of an own request."""
    name, size, content = await requests.file(ctx, request_id, file_id, own_only=True)
    return await download(content, name, size=size)


# ---- staff
@get("/api/v1/staff/roles/clients", access=staff("roles.clients"), operation_id="staff_find_clients", tags=["staff"])
async def find_clients(
    ctx: Ctx,
    email: Asked = None,
    phone: Asked = None,
    name: NameBegins = None,
    contract: Asked = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[schemas.RoleClient]:
    """Find a client by one of: e-mail address, phone, the beginning of the name, a contract's number.

    The audit trail keeps who searched, by what, and whom the answer named.
    """
    return await clients.find(ctx, clients.Wanted(email, phone, name, contract), cursor, limit)


@get(
    "/api/v1/staff/roles/clients/{account_id:str}/contracts",
    access=staff("roles.clients"),
    operation_id="staff_client_contracts",
    raises=[NOT_FOUND],
    tags=["staff"],
)
async def client_contracts(
    ctx: Ctx, account_id: PathId, cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.RoleClientContract]:
    """List the contracts of a client, by number, with the role on each."""
    return await clients.contracts(ctx, account_id, cursor, limit)


@get("/api/v1/staff/roles/requests", access=staff("roles.answer"), operation_id="staff_role_requests", tags=["staff"])
async def queue(
    ctx: Ctx, wanted: State = "open", cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.RoleRequestItem]:
    """List requests in a state, the oldest first."""
    return await requests.queue(ctx, wanted, cursor, limit)


@get(
    "/api/v1/staff/roles/requests/{request_id:str}",
    access=staff("roles.answer"),
    operation_id="staff_role_request",
    tags=["staff"],
)
async def staff_request(ctx: Ctx, request_id: PathId) -> schemas.RoleRequestForStaff:
    """Read a request, its dialogue and who asks."""
    return await requests.details(ctx, request_id)


@get(
    "/api/v1/staff/roles/requests/{request_id:str}/files/{file_id:str}",
    access=staff("roles.answer"),
    operation_id="staff_role_request_file",
    media_type="application/octet-stream",
    tags=["staff"],
)
async def staff_file(ctx: Ctx, request_id: PathId, file_id: PathId) -> Stream:
    """Download a file of a request."""
    name, size, content = await requests.file(ctx, request_id, file_id, own_only=False)
    return await download(content, name, size=size)


@post(
    "/api/v1/staff/roles/requests/{request_id:str}/messages",
    access=staff("roles.answer"),
    operation_id="staff_answer_role_request",
    creating=True,
    raises=[errors.REQUEST_CLOSED],
    tags=["staff"],
)
async def answer(ctx: Ctx, request_id: PathId, data: JSONBody[schemas.RoleRequestText]) -> schemas.RoleRequestMessage:
    """Write to the client, for example for more documents."""
    return await requests.answer(ctx, request_id, data.text)


@put(
    "/api/v1/staff/roles/requests/{request_id:str}/decision",
    access=staff("roles.grant"),
    operation_id="staff_decide_role_request",
    status_code=204,
    raises=[errors.REQUEST_CLOSED, errors.NOT_HELD, ADMINISTRATOR_EXISTS],
    tags=["staff"],
)
async def decide(ctx: Ctx, request_id: PathId, data: JSONBody[schemas.RoleDecision]) -> None:
    """Grant the role or refuse it, with a message to the client."""
    await requests.decide(ctx, request_id, data)


@put(
    "/api/v1/staff/roles/contracts/{contract:str}/administrator",
    access=staff("roles.grant"),
    operation_id="staff_make_administrator",
    status_code=204,
    raises=[errors.NOT_HELD, ADMINISTRATOR_EXISTS],
    tags=["staff"],
)
async def make_administrator(ctx: Ctx, contract: PathId, data: JSONBody[schemas.RoleAdministrator]) -> None:
    """Make somebody who has the contract its «Администратор»."""
    await requests.grant(ctx, contract, data.account_id)


@delete(
    "/api/v1/staff/roles/contracts/{contract:str}/administrator",
    access=staff("roles.grant"),
    operation_id="staff_strip_administrator",
    status_code=204,
    raises=[NOT_FOUND],
    tags=["staff"],
)
async def strip(ctx: Ctx, contract: PathId) -> None:
    """Take «Администратор» away: that account is «Руководитель» again, the role is free."""
    await requests.strip(ctx, contract)


@get(
    "/api/v1/staff/roles/contracts/{contract:str}/audit",
    access=staff("roles.answer"),
    operation_id="staff_role_audit",
    tags=["staff"],
)
async def staff_audit(ctx: Ctx, contract: PathId, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.RoleDeed]:
    """Read who gave, changed and took away which role on a contract."""
    return await trail.trail(ctx, contract, cursor, limit)


ROUTES = (
    roles,
    matrix,
    users,
    assign,
    change,
    revoke,
    audit,
    ask,
    own_requests,
    own_request,
    reply,
    attach,
    own_file,
    find_clients,
    client_contracts,
    queue,
    staff_request,
    staff_file,
    answer,
    decide,
    make_administrator,
    strip,
    staff_audit,
)
