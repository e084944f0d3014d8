"""«Удалить аккаунт»: closed at once, erased after the grace period."""

from datetime import timedelta

import sqlalchemy as sa

from core.errors import FORBIDDEN
from core.identity import errors, schemas, store
from core.identity.events import AccountClosed
from core.identity.models import Account, Challenge, Code, Device, Limit, Recovery, RecoveryCode, Session, Totp
from core.identity.services import accounts, passwords, sessions
from core.identity.settings import IdentitySettings
from core.sdk import INVALID, Context, FieldProblem, Forgetter, Problem, UnitOfWork

_SECRETS = (Code, Recovery, Challenge, Device, Totp, RecoveryCode)
_PERSONAL = [
    *["email", "password_hash", "surname", "given_name", "patronymic", "folded_name"],
    *["organisation", "position", "address", "phone"],
]
_BATCH = 100


async def close(ctx: Context, data: schemas.AccountDeletion) -> None:
    """Closes the caller's account: nobody can sign in to it, and its address may register anew."""
    if ctx.actor.kind != "client":  # the supplier's staff come and go by the operator's hand
        raise Problem(FORBIDDEN)
    if not data.confirmed:
        raise Problem(INVALID, errors=[FieldProblem("confirmed", errors.DELETION_NOT_CONFIRMED)])
    await passwords.check_own(ctx, data.password)
    async with ctx.uow() as uow:
        await accounts.locked(uow, ctx.actor.id)
        await shut(uow, ctx.actor.id)
        uow.emit(AccountClosed(ctx.actor.id), subject=ctx.actor.id)


async def shut(uow: UnitOfWork, account_id: str) -> None:
    """Nobody gets in any more, by whatever way."""
    await accounts.change(uow, account_id, deleted_at=uow.now)
    await sessions.end_all(uow, account_id)
    for table in _SECRETS:
        await uow.execute(sa.delete(table).where(table.account_id == account_id))
    uow.audit("identity.account_closed", account_id)


async def erase_closed(ctx: Context) -> None:
    """The job: erases what every part and plugin still holds of accounts closed longer ago than the grace period.

    One transaction an account. An account that cannot be erased keeps no other from it, and fails the job.
    """
    before = ctx.now() - timedelta(days=ctx.settings(IdentitySettings).grace_days)
    failed: list[str] = []
    reason: Exception | None = None
    after = ""
    while due := await ctx.reader.all(store.TO_ERASE, before=before, after=after, limit=_BATCH):
        for account_id in due:
            try:
                await _erase(ctx, account_id)
            except Exception as error:
                failed.append(account_id)
                reason = error
        after = due[-1]
    if reason is not None:
        raise RuntimeError(f"not erased: {', '.join(failed)}") from reason


async def _erase(ctx: Context, account_id: str) -> None:
    async with ctx.uow() as uow:
        for forgetter in ctx.declared(Forgetter):
            await forgetter.forget(uow, account_id)
        uow.audit("identity.account_erased", account_id)


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """Identity's own share: of the account remains its number, which the audit trail and the company know."""
    for table in (*_SECRETS, Session):
        await uow.execute(sa.delete(table).where(table.account_id == account_id))
    blank = dict.fromkeys(_PERSONAL, "")
    await uow.execute(sa.update(Account).where(Account.id == account_id).values(erased_at=uow.now, **blank))


async def forget_stale(ctx: Context) -> None:
    """The job: removes counts, challenges and links whose time is over."""
    async with ctx.uow() as uow:
        await uow.execute(sa.delete(Limit).where(Limit.until <= uow.now))
        await uow.execute(sa.delete(Challenge).where(Challenge.expires_at <= uow.now))
        await uow.execute(sa.delete(Recovery).where(Recovery.created_at <= uow.now - timedelta(days=1)))
