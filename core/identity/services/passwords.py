"""Passwords: changed by their owner, or replaced through a letter."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from core.identity import domain, errors, schemas, store
from core.identity.events import SendRecovery
from core.identity.letters import PASSWORD_CHANGED, RECOVERY
from core.identity.models import Challenge, Device, Recovery
from core.identity.services import accounts, limits, sessions
from core.identity.services.limits import Attempt
from core.identity.settings import IdentitySettings
from core.notifications.public import Secret, SendLetter
from core.passwords import hash_password, verify_password
from core.sdk import INVALID, Context, FieldProblem, Problem, UnitOfWork, finishing, new_id

RECOVERY_PURPOSE = "identity.recovery"


async def check_own(ctx: Context, password: str, field: str = "password") -> store.AccountRow:
    """The caller's account, after asking for the password again: a session left open must not be enough.

    Raises Problem naming `field`, or 429: guessing here is counted like guessing at the sign-in.
    """
    settings = ctx.settings(IdentitySettings)
    window = timedelta(minutes=settings.failure_minutes)
    attempt = Attempt("password", ctx.actor.id, settings.failures, window)
    await limits.take(ctx, attempt)
    account = await accounts.read(ctx, ctx.actor.id)
    right = await verify_password(account.password_hash, password)
    async with ctx.uow() as uow:
        if right:
            await limits.forget(uow, attempt)
            await sessions.note_verified(ctx, uow)
        else:
            uow.audit("identity.password_refused", ctx.actor.id)
    if not right:
        raise Problem(INVALID, errors=[FieldProblem(field, errors.PASSWORD_WRONG)])
    return account


async def change(ctx: Context, data: schemas.PasswordChange) -> None:
    """«Изменение пароля»: the other sessions end, this one goes on."""
    email = (await accounts.read(ctx, ctx.actor.id)).email
    wrong = list(_problems(ctx, data, email))
    if wrong:
        raise Problem(INVALID, errors=wrong)
    before = await check_own(ctx, data.old_password, "old_password")
    hashed = await hash_password(data.new_password)
    async with ctx.uow() as uow:
        account = await accounts.locked(uow, ctx.actor.id)
        if account.password_hash != before.password_hash:  # it was changed while this one was being checked
            raise Problem(INVALID, errors=[FieldProblem("old_password", errors.PASSWORD_WRONG)])
        await _replace(uow, ctx.actor.id, account.email, hashed)
        await sessions.end_all(uow, ctx.actor.id, but=ctx.actor.session_id)
        uow.audit("identity.password_changed", ctx.actor.id)


def broken_lines(ctx: Context, password: str, email: str, field: str = "password") -> list[FieldProblem]:
    """What is wrong with a new password of the account that has this address."""
    words = ctx.settings(IdentitySettings).password_words
    return [FieldProblem(field, line) for line in domain.broken_password_lines(password, email, words)]


def _problems(ctx: Context, data: schemas.PasswordChange, email: str) -> Iterator[FieldProblem]:
    yield from broken_lines(ctx, data.new_password, email, "new_password")
    if data.new_password != data.new_password_again:
        yield FieldProblem("new_password_again", errors.PASSWORDS_DIFFER)


async def _replace(uow: UnitOfWork, account_id: str, email: str, hashed: str) -> None:
    """The new hash; whatever could still set another one, or open a session by the old one, is void."""
    await accounts.change(uow, account_id, password_hash=hashed)
    for table in (Recovery, Challenge):
        await uow.execute(sa.delete(table).where(table.account_id == account_id))
    uow.enqueue(SendLetter(PASSWORD_CHANGED.name, email))


# ---- recovery
async def ask_recovery(ctx: Context, email: str) -> schemas.RecoveryAsked:
    """«Вспомнить пароль»: orders the letter. Whether somebody has this address, only the job looks up afterwards."""
    normal = domain.normal_email(email)
    if normal is None:
        raise Problem(INVALID, errors=[FieldProblem("email", errors.EMAIL_FORMAT)])
    settings = ctx.settings(IdentitySettings)
    async with ctx.uow() as uow:
        await limits.count(
            uow,
            limits.hourly("recovery", normal, settings.recoveries_per_hour),
            limits.from_network(ctx, "recovery", settings.recoveries_per_network),
        )
        uow.enqueue(SendRecovery(normal))
    return schemas.RecoveryAsked(settings.recovery_minutes)


async def send_recovery(ctx: Context, email: str) -> None:
    """The job: sends the link if the address has an account; an earlier link is void from then on."""
    minutes = ctx.settings(IdentitySettings).recovery_minutes
    async with finishing(ctx) as uow:
        account_id = await uow.scalar(store.account_id_of(email))
        if account_id is None:
            return
        fresh = {"id": new_id(), "created_at": uow.now}
        await uow.execute(
            uow.upsert(Recovery)
            .values(account_id=account_id, **fresh)
            .on_conflict_do_update(index_elements=[Recovery.account_id], set_=fresh)
        )
        token = Secret("token", RECOVERY_PURPOSE, str(fresh["id"]))
        uow.enqueue(SendLetter(RECOVERY.name, email, {"minutes": str(minutes)}, token))
        uow.audit("identity.recovery_sent", account_id)


async def recover(ctx: Context, data: schemas.NewPassword) -> None:
    """Sets a password by the letter's token: once, and every session ends."""
    recovery_id = ctx.secrets.subject_of(RECOVERY_PURPOSE, data.token)
    since = ctx.now() - timedelta(minutes=ctx.settings(IdentitySettings).recovery_minutes)
    asked = {"id": recovery_id or "", "since": since}
    email = await ctx.reader.first(store.RECOVERY_LIVE, **asked)
    if email is None:
        raise Problem(errors.RECOVERY_GONE)
    if wrong := broken_lines(ctx, data.password, email):
        raise Problem(INVALID, errors=wrong)
    hashed = await hash_password(data.password)
    async with ctx.uow() as uow:
        account = await uow.one(store.RECOVERED_ACCOUNT, asked)
        used = await uow.execute(sa.delete(Recovery).where(Recovery.id == recovery_id))
        if account is None or used.rowcount == 0:
            raise Problem(errors.RECOVERY_GONE)
        await _replace(uow, account.id, account.email, hashed)
        await sessions.end_all(uow, account.id)
        await uow.execute(sa.delete(Device).where(Device.account_id == account.id))
        uow.audit("identity.password_recovered", account.id)
