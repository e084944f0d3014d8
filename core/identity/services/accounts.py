"""An account as the other use cases need it: locked, or as it is shown."""

from typing import Any

import sqlalchemy as sa

from core.errors import UNAUTHENTICATED
from core.identity import domain, schemas, store
from core.identity.models import Account
from core.sdk import Context, Problem, UnitOfWork


async def locked(uow: UnitOfWork, account_id: str) -> sa.Row[*tuple[Any, ...]]:
    """The live account, until the commit nobody else's. Raises Problem 401 when it was closed meanwhile."""
    row = await uow.one(store.ACCOUNT_FOR_UPDATE, {"account_id": account_id})
    if row is None:
        raise Problem(UNAUTHENTICATED)
    return row


async def change(uow: UnitOfWork, account_id: str, **values: Any) -> None:
    """Sets columns of an account; its ETag moves on."""
    await uow.execute(sa.update(Account).where(Account.id == account_id).values(version=Account.version + 1, **values))


async def read(ctx: Context, account_id: str) -> store.AccountRow:
    """The live account."""
    account = await ctx.reader.first(store.ACCOUNT_BY_ID, account_id=account_id)
    if account is None:
        raise Problem(UNAUTHENTICATED)
    return account


async def me(ctx: Context, account_id: str) -> schemas.Me:
    """Who this is, and what the registration still lacks."""
    account = await read(ctx, account_id)
    code = await ctx.reader.first(store.CODE_SENT, account_id=account_id, purpose="email")
    return schemas.Me(
        account_id=account.id,
        kind="staff" if account.kind == "staff" else "client",
        email=account.email,
        email_confirmed=account.email_confirmed_at is not None,
        step=_step(account),
        scopes=account.scopes.split(),
        code_seconds_left=domain.seconds_left(code, ctx.now()) if code else 0,
    )


def _step(account: store.AccountRow) -> str:
    if account.kind == "staff":
        return "done"
    agreed = account.agreement_accepted_at is not None
    return domain.next_step(agreed, account.surname, account.given_name, account.phone)
