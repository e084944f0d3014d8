"""What a client does to a document besides signing it: rejects, withdraws, asks for its annulment, answers one."""

from core.sdk import Context, Problem
from plugins.edo import domain, errors, public, store
from plugins.edo.domain import Action
from plugins.edo.permissions import SIGN
from plugins.edo.schemas.documents import EdoDetails
from plugins.edo.services import access, documents, sending


async def act(ctx: Context, document_id: str, action: Action, reason: str) -> EdoDetails:
    """Does it, if the document's state allows that to the client. Raises Problem 404, 409."""
    row = await access.own(ctx, document_id, SIGN)
    async with ctx.uow() as uow:
        now = (await store.locked(uow, [row.id]))[row.id]
        try:
            after = domain.step(now.standing, action, "client")
        except domain.Impossible as error:
            raise Problem(errors.WRONG_STATE, state=domain.TITLES[now.state]) from error
        deed_id = await store.move(uow, now, after, action, "client", reason)
        await sending.order(uow, now, action, deed_id, text=reason)
        uow.emit(public.EdoAnswered(row.id, row.contract_id, action, reason, ctx.actor.label, uow.now), subject=row.id)
    return await documents.details(ctx, row.id)
