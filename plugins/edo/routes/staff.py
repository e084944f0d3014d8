"""How it goes with the operators, for the supplier's staff."""

from core.sdk import NOT_FOUND, Ctx, Cursor, Limit, Page, PathId, get, post, staff
from plugins.edo import errors
from plugins.edo.schemas.staff import EdoOperatorState, EdoRepeated, EdoRereading, EdoTrouble, EdoUnsent
from plugins.edo.services import overseeing, sending

_SCOPE = "edo.operators"


@get("/api/v1/staff/edo/operators", access=staff(_SCOPE), operation_id="edo_operators", tags=["staff"])
async def edo_operators(ctx: Ctx) -> list[EdoOperatorState]:
    """Show how far each operator was read, and why not further."""
    return await overseeing.states(ctx)


@get("/api/v1/staff/edo/troubles", access=staff(_SCOPE), operation_id="edo_troubles", tags=["staff"])
async def edo_troubles(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[EdoTrouble]:
    """List the events of operators that had no effect, the newest first, one operator after the other."""
    return await overseeing.troubles(ctx, cursor, limit)


@get("/api/v1/staff/edo/unsent", access=staff(_SCOPE), operation_id="edo_unsent", tags=["staff"])
async def edo_unsent(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[EdoUnsent]:
    """List what clients did and operators do not have yet, or do not take, the oldest first."""
    return await overseeing.unsent(ctx, cursor, limit)


@post(
    "/api/v1/staff/edo/unsent/{sending_id:str}/repetition",
    access=staff(_SCOPE),
    operation_id="repeat_edo_sending",
    status_code=200,
    raises=[NOT_FOUND, errors.NOT_REFUSED],
    tags=["staff"],
)
async def repeat_edo_sending(ctx: Ctx, sending_id: PathId) -> EdoRepeated:
    """Send once more what an operator has refused."""
    await sending.repeat(ctx, sending_id)
    return EdoRepeated(sending_id, "sending")


@post(
    "/api/v1/staff/edo/operators/{operator:str}/rereading",
    access=staff(_SCOPE),
    operation_id="reread_edo_operator",
    status_code=200,
    raises=[NOT_FOUND],
    tags=["staff"],
)
async def reread_edo_operator(ctx: Ctx, operator: PathId) -> EdoRereading:
    """Read an operator from the beginning once more, for what had no effect at the time; nothing is doubled."""
    return EdoRereading(await overseeing.reread(ctx, operator))


ROUTES = (edo_operators, reread_edo_operator, edo_troubles, edo_unsent, repeat_edo_sending)
