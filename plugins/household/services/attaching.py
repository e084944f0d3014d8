"""Staff gives household accounts to whoever holds a contract, or to one client, and takes them away."""

import sqlalchemy as sa

from core.contracts.public import Contract
from core.identity.public import normal_email
from core.sdk import (
    INVALID,
    NOT_FOUND,
    Context,
    ErrorKind,
    FieldProblem,
    Page,
    Problem,
    UnitOfWork,
    decode_cursor,
    new_id,
    page,
)
from plugins.household import schemas
from plugins.household.errors import ATTACHED, ONE_HOLDER, UNKNOWN_ACCOUNT, UNKNOWN_CLIENT, UNKNOWN_CONTRACT
from plugins.household.models import Attachment, HouseholdAccount
from plugins.household.store import attaching as store


async def attachments(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.HouseholdAttachmentItem]:
    """Every attachment."""
    (after,) = decode_cursor(cursor, str) or ("",)
    rows = await ctx.reader.all(store.ATTACHMENTS, after=after, limit=limit + 1)
    return page(rows, limit, lambda row: (row.id,))


async def attach(ctx: Context, wanted: schemas.HouseholdAttach) -> schemas.HouseholdAttachmentItem:
    """Attaches an account. Raises Problem naming what does not exist."""
    if (wanted.contract_id is None) == (wanted.email is None):
        raise Problem(INVALID, errors=[FieldProblem("contract_id", ONE_HOLDER), FieldProblem("email", ONE_HOLDER)])
    async with ctx.uow() as uow:
        account = await uow.one(
            sa.select(HouseholdAccount.number, HouseholdAccount.house_id).where(
                HouseholdAccount.id == wanted.account_id
            )
        )
        if account is None:
            raise _wrong("account_id", UNKNOWN_ACCOUNT)
        client_id = None
        if wanted.email is not None:
            client_id = (await clients(uow, [wanted.email])).get(normal_email(wanted.email) or "")
            if client_id is None:
                raise _wrong("email", UNKNOWN_CLIENT)
        elif await uow.one(sa.select(Contract.id).where(Contract.id == wanted.contract_id)) is None:
            raise _wrong("contract_id", UNKNOWN_CONTRACT)
        record = {
            "id": new_id(),
            "account_id": wanted.account_id,
            "house_id": account[1],
            "contract_id": wanted.contract_id,
            "client_id": client_id,
        }
        if (await uow.execute(uow.upsert(Attachment).values(record).on_conflict_do_nothing())).rowcount == 0:
            raise Problem(ATTACHED)
        uow.audit("household.attached", wanted.account_id, attachment=record["id"])
        email = normal_email(wanted.email) if wanted.email is not None else None
        return await uow.answer(
            schemas.HouseholdAttachmentItem(record["id"], wanted.account_id, account[0], wanted.contract_id, email)
        )


def _wrong(field: str, kind: ErrorKind) -> Problem:
    return Problem(INVALID, errors=[FieldProblem(field, kind)])


async def detach(ctx: Context, attachment_id: str) -> None:
    """Takes an account away again."""
    async with ctx.uow() as uow:
        gone = await uow.execute(sa.delete(Attachment).where(Attachment.id == attachment_id))
        if gone.rowcount == 0:
            raise Problem(NOT_FOUND)
        uow.audit("household.detached", attachment_id)


async def clients(uow: UnitOfWork, emails: list[str]) -> dict[str, str]:
    """Confirmed address -> account of the client."""
    wanted = sorted({normal for email in emails if (normal := normal_email(email))})
    found = await uow.execute(store.CLIENTS, {"emails": wanted})
    return {row[0]: row[1] for row in found}


async def let_go(uow: UnitOfWork, client_id: str) -> None:
    """A person leaves: what was attached to him alone is nobody's."""
    await uow.execute(sa.delete(Attachment).where(Attachment.client_id == client_id))
