"""What both kinds of signing have in common: what may be signed, and the transaction that signs all or nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from core.sdk import INVALID, Context, FieldProblem, Problem, UnitOfWork
from plugins.edo import domain, errors, public, store
from plugins.edo.domain import Method
from plugins.edo.permissions import SIGN
from plugins.edo.schemas import signing as schemas
from plugins.edo.services import access, sending
from plugins.edo.store import DocumentRow

SIGNED = "Документы подписаны"


class Proven(msgspec.Struct, frozen=True):
    """What is signed and what proves it."""

    sha256: str
    """Of the bytes that were shown, or verified."""
    signer: str
    proof: Mapping[str, Any]
    """Further columns of the signature."""


async def signable(ctx: Context, ids: Sequence[str], method: Method) -> list[DocumentRow]:
    """The documents, if the caller may sign each of them so. Raises Problem 404, 409, 422."""
    if len(set(ids)) < len(ids):
        where = next(index for index, one in enumerate(ids) if one in ids[:index])
        raise Problem(INVALID, errors=[FieldProblem(f"documents[{where}]", errors.REPEATED)])
    rows = await access.named(ctx, ids, SIGN)
    for row in rows:
        if row.state != "awaiting":
            raise refusal(row.state)
    wrong = [
        FieldProblem(f"documents[{index}]", errors.OTHER_METHOD)
        for index, row in enumerate(rows)
        if row.method != method
    ]
    if wrong:
        raise Problem(INVALID, errors=wrong)
    return rows


def refusal(state: domain.State) -> Problem:
    """Why a document in this state is not signed."""
    if state == "signed":
        return Problem(errors.ALREADY_SIGNED)
    return Problem(errors.WRONG_STATE, state=domain.TITLES[state])


async def seal(
    ctx: Context, uow: UnitOfWork, method: Method, proven: Mapping[str, Proven]
) -> list[schemas.EdoSignedItem]:
    """Signs all of it in the caller's transaction. Raises Problem 409 if one of them is no longer what it was."""
    locked = await store.locked(uow, sorted(proven))
    signed = []
    for document_id, one in proven.items():
        row = locked[document_id]
        try:
            after = domain.step(row.standing, "sign", "client")
        except domain.Impossible as error:
            raise refusal(row.state) from error
        if (row.sha256, row.method) != (one.sha256, method):
            raise Problem(errors.CHANGED)
        fixed = {"account_id": ctx.actor.id, "signer": one.signer, "sha256": one.sha256}
        signature_id = await store.sign(uow, row.id, "client", method, **fixed, **one.proof)
        deed_id = await store.move(uow, row, after, "sign", "client")
        await sending.order(uow, row, "sign", deed_id, evidence_id=one.proof.get("evidence_id"))
        event = public.EdoSigned(row.id, row.contract_id, method, signature_id, one.signer, uow.now, one.sha256)
        uow.emit(event, subject=row.id)
        title = domain.TITLES[after.state]
        signed.append(schemas.EdoSignedItem(row.id, after.state, title, method, one.signer, uow.now))
    return signed
