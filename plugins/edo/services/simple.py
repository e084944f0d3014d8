"""Signing with ПЭП (EDO-10): a code by e-mail confirms the text of what is signed."""

from datetime import timedelta

import msgspec
import sqlalchemy as sa

from core.identity.public import contact, limits
from core.notifications.public import Secret, SendLetter
from core.sdk import FORBIDDEN, Context, ErrorKind, Problem, UnitOfWork, new_id
from plugins.edo import domain, errors, store
from plugins.edo.letters import CODE
from plugins.edo.models import EdoSigning
from plugins.edo.schemas import signing as schemas
from plugins.edo.services import access
from plugins.edo.services.signing import SIGNED, Proven, seal, signable
from plugins.edo.settings import EdoSettings
from plugins.edo.store import DocumentRow, Locked

PURPOSE = "edo.signing"
LIFETIME = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
ATTEMPTS = 5


async def order_code(ctx: Context, data: schemas.EdoCodeOrder) -> schemas.EdoCodeSent:
    """Sends a code that signs exactly these documents as they are now; an older code is void."""
    rows = await signable(ctx, data.documents, "pep")
    signer, email = await _caller(ctx)
    pledges = [schemas.Pledge(row.id, row.sha256, _statement(signer, row, row.contract_number)) for row in rows]
    fresh = {
        "id": new_id(),
        "documents": msgspec.json.encode(pledges),
        "email": email,
        "wrong_attempts": 0,
    }
    async with ctx.uow() as uow:
        await limits.count(
            uow,
            limits.hourly("edo.codes", ctx.actor.id, ctx.settings(EdoSettings).codes_per_hour),
            limits.Attempt("edo.code", ctx.actor.id, 1, PAUSE),
        )
        fresh["sent_at"] = uow.now
        await uow.put(EdoSigning, ("account_id",), [{"account_id": ctx.actor.id, **fresh}])
        titles = "\n".join(domain.title(row.kind, row.number, row.issued_on) for row in rows)
        secret = Secret("code", PURPOSE, str(fresh["id"]))
        uow.enqueue(SendLetter(CODE.name, email, params={"documents": titles}, secret=secret))
        uow.audit("edo.code_sent", ctx.actor.id, signing=fresh["id"], documents=len(rows))
        sent = schemas.EdoCodeSent(str(fresh["id"]), email, uow.now + LIFETIME, pledges)
        return await uow.answer(sent)


async def sign(ctx: Context, data: schemas.EdoCode) -> schemas.EdoSigned:
    """Signs what the code was sent for: all of it, or nothing. A wrong code counts as an attempt."""
    await access.full(ctx)
    async with ctx.uow() as uow:
        found = await _spend(ctx, uow, data)
        if not isinstance(found, ErrorKind):
            return await _seal(ctx, uow, data.signing_id, *found)
    raise Problem(found)  # after the attempt was counted


async def _spend(ctx: Context, uow: UnitOfWork, data: schemas.EdoCode) -> ErrorKind | tuple[list[schemas.Pledge], str]:
    """What the code was sent for and where it went; or what is wrong with it, the attempt counted."""
    row = await uow.one(store.SIGNING, {"account_id": ctx.actor.id, "signing_id": data.signing_id})
    if row is None or row.wrong_attempts >= ATTEMPTS or uow.now - row.sent_at > LIFETIME:
        return errors.CODE_EXPIRED
    own = EdoSigning.id == data.signing_id
    if not ctx.secrets.matches(PURPOSE, data.signing_id, data.code):
        await uow.execute(sa.update(EdoSigning).where(own).values(wrong_attempts=EdoSigning.wrong_attempts + 1))
        uow.audit("edo.code_wrong", ctx.actor.id, signing=data.signing_id)
        return errors.CODE_WRONG
    await uow.execute(sa.delete(EdoSigning).where(own))
    return msgspec.json.decode(row.documents, type=list[schemas.Pledge]), row.email


async def _seal(
    ctx: Context, uow: UnitOfWork, signing_id: str, pledges: list[schemas.Pledge], email: str
) -> schemas.EdoSigned:
    await signable(ctx, [one.id for one in pledges], "pep")  # a role may have been lost since
    proof = f"Код отправлен на {email}, запрос {signing_id}"
    signer, _ = await _caller(ctx)
    await _unchanged(uow, pledges, signer)
    proven = {one.id: Proven(one.sha256, signer, {"statement": one.statement, "proof": proof}) for one in pledges}
    return schemas.EdoSigned(SIGNED, await seal(ctx, uow, "pep", proven))


async def _caller(ctx: Context) -> tuple[str, str]:
    """Full name and e-mail. Raises Problem 403 where the account is no more."""
    person = await contact(ctx, ctx.actor.id)
    if person is None:
        raise Problem(FORBIDDEN)
    return " ".join(part for part in (person.surname, person.given_name, person.patronymic) if part), person.email


async def _unchanged(uow: UnitOfWork, pledges: list[schemas.Pledge], signer: str) -> None:
    """Holds the documents. Raises Problem 409 if one of them is not what its statement says any more."""
    rows = await store.locked(uow, sorted(one.id for one in pledges))
    asked = {"ids": sorted({row.contract_id for row in rows.values()})}
    numbers = {row.id: row.number for row in await uow.execute(store.NUMBER_OF, asked)}
    for one in pledges:
        row = rows[one.id]
        if one.statement != _statement(signer, row, numbers[row.contract_id]):
            raise Problem(errors.CHANGED)


def _statement(signer: str, row: DocumentRow | Locked, contract: str) -> str:
    title = domain.title(row.kind, row.number, row.issued_on)
    return domain.statement(signer, title, contract, row.file_name, row.sha256 or "")
