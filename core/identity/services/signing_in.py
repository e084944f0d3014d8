"""Signing in: with the password, and from a device that is not known yet with a confirmation besides."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core.identity import domain, errors, schemas, store
from core.identity.models import Challenge, Device
from core.identity.services import codes, invitations, limits, second_factor, sessions
from core.identity.services.limits import Attempt
from core.identity.services.sessions import Opening
from core.identity.settings import IdentitySettings
from core.passwords import verify_password
from core.sdk import INVALID, Context, ErrorKind, FieldProblem, Problem, UnitOfWork
from core.secrets import CHALLENGE_PREFIX, DEVICE_PREFIX, new_token, token_hash

SignedIn = Opening | schemas.ConfirmationNeeded


async def sign_in(ctx: Context, data: schemas.SignIn, device: str) -> SignedIn:
    """Opens a session, or asks to confirm that it is the user.

    Unknown addresses, wrong passwords and closed accounts are told apart by nothing: neither words nor time.
    """
    email = data.email.lower()
    attempts = _attempts(ctx, email)
    await limits.take(ctx, *attempts)
    account = await ctx.reader.first(store.ACCOUNT_BY_EMAIL, email=email)
    right = await verify_password(account.password_hash if account else None, data.password)
    right = right and not (account and invitations.is_over(ctx, account, data.password))
    admitted: SignedIn | None = None
    async with ctx.uow() as uow:
        row = await uow.one(store.ACCOUNT_FOR_UPDATE, {"account_id": account.id if account and right else ""})
        if account is None or row is None or row.password_hash != account.password_hash:
            uow.audit("identity.sign_in_refused", account.id if account else "unknown")
        else:
            await limits.give_back(uow, attempts[1:], forgotten=attempts[:1])
            admitted = await _admit(ctx, uow, row, device)
    if admitted is None:  # after the commit, so that it is on record
        raise Problem(errors.SIGN_IN_REFUSED)
    return admitted


def _attempts(ctx: Context, email: str) -> tuple[Attempt, Attempt]:
    settings = ctx.settings(IdentitySettings)
    window = timedelta(minutes=settings.failure_minutes)
    return (
        Attempt("sign_in", email, settings.failures, window),
        limits.from_network(ctx, "sign_in", settings.failures_per_network, window),
    )


async def _admit(ctx: Context, uow: UnitOfWork, account: sa.Row[*tuple[Any, ...]], device: str) -> SignedIn:
    forced = account.kind == "staff" and ctx.settings(IdentitySettings).staff_two_factor
    if not (account.two_factor or forced) or await _is_known(ctx, uow, account.id, device):
        return await sessions.open_session(ctx, uow, account.id)
    token = new_token(CHALLENGE_PREFIX)
    expires_at = uow.now + domain.CHALLENGE_LIFETIME
    await uow.execute(
        sa.insert(Challenge).values(
            token_hash=token_hash(token),
            account_id=account.id,
            password_hash=account.password_hash,
            expires_at=expires_at,
        )
    )
    target = second_factor.target(ctx, account)
    left = await codes.seconds_left(uow, account.id, "device")
    if target and not left:  # within a minute of the code before, that one is to be entered
        await codes.send_counted(ctx, uow, account.id, "device", target)
        left = int(domain.CODE_PAUSE.total_seconds())
    uow.audit("identity.confirmation_asked", account.id)
    return schemas.ConfirmationNeeded(
        challenge=token,
        expires_at=expires_at,
        sent_to=domain.masked(target) if target else None,
        seconds_left=left,
        methods=await second_factor.methods(ctx, uow, account),
    )


async def _is_known(ctx: Context, uow: UnitOfWork, account_id: str, device: str) -> bool:
    known = await uow.scalar(
        sa.select(Device.browser).where(Device.token_hash == token_hash(device), Device.account_id == account_id)
    )
    return bool(device) and known == domain.agent(ctx.user_agent).identity


# ---- confirming
async def confirm(ctx: Context, data: schemas.SignInConfirmation) -> Opening:
    """Opens the session of a challenge by a code, and trusts the device from now on."""
    account_id = await _challenged(ctx, data.challenge)
    attempt = _confirmation(ctx, account_id)
    await limits.take(ctx, attempt)
    async with ctx.uow() as uow:
        account = await _account_of(uow, data.challenge)
        refusal = await _try(ctx, uow, account.id, data)
        if refusal is None:
            await limits.give_back(uow, [attempt])
            await uow.execute(sa.delete(Challenge).where(Challenge.token_hash == token_hash(data.challenge)))
            opening = await sessions.open_session(ctx, uow, account.id)
            opening.device = await trust_device(ctx, uow, account.id)
        else:
            uow.audit("identity.confirmation_refused", account.id, method=data.method, reason=refusal.code)
    if refusal is not None:  # after the commit, so that the wrong attempt stays counted
        raise Problem(INVALID, errors=[FieldProblem("code", refusal)])
    return opening


async def send_code(ctx: Context, data: schemas.SignInCodeRequest) -> schemas.SignInCodeSent:
    """Sends the code of a challenge (again), if need be over the other channel."""
    async with ctx.uow() as uow:
        account = await _account_of(uow, data.challenge)
        target = second_factor.target(ctx, account, data.channel)
        if target is None:
            raise Problem(INVALID, errors=[FieldProblem("channel", errors.CHANNEL_UNAVAILABLE)])
        await codes.send_again(ctx, uow, account.id, "device", target)
    return schemas.SignInCodeSent(domain.masked(target), int(domain.CODE_PAUSE.total_seconds()))


async def trust_device(ctx: Context, uow: UnitOfWork, account_id: str) -> str:
    """Makes the caller's browser a known one; returns the token that only this browser is to keep."""
    token = new_token(DEVICE_PREFIX)
    await uow.execute(
        sa.insert(Device).values(
            token_hash=token_hash(token),
            account_id=account_id,
            browser=domain.agent(ctx.user_agent).identity,
            created_at=uow.now,
        )
    )
    uow.audit("identity.device_confirmed", account_id)
    return token


def _confirmation(ctx: Context, account_id: str) -> Attempt:
    return Attempt("device", account_id, ctx.settings(IdentitySettings).device_failures, timedelta(days=1))


async def _challenged(ctx: Context, token: str) -> str:
    account_id = await ctx.reader.first(store.CHALLENGE_OF, token_hash=token_hash(token), now=ctx.now())
    if account_id is None:
        raise Problem(errors.CHALLENGE_GONE)
    return account_id


async def _account_of(uow: UnitOfWork, token: str) -> sa.Row[*tuple[Any, ...]]:
    """The account of a live challenge, locked. Raises Problem when it is over or the password was changed."""
    asked = {"token_hash": token_hash(token), "now": uow.now}
    challenge = await uow.one(store.CHALLENGE, asked)
    account = await uow.one(store.ACCOUNT_FOR_UPDATE, {"account_id": challenge.account_id}) if challenge else None
    challenge = await uow.one(store.CHALLENGE, asked)  # under the lock: another call may just have used it up
    if challenge is None or account is None or account.password_hash != challenge.password_hash:
        raise Problem(errors.CHALLENGE_GONE)
    return account


async def _try(ctx: Context, uow: UnitOfWork, account_id: str, data: schemas.SignInConfirmation) -> ErrorKind | None:
    match data.method:
        case "code":
            return await codes.spend(ctx, uow, account_id, "device", data.code)
        case "totp":
            return await second_factor.spend_totp(ctx, uow, account_id, data.code)
        case "recovery_code":
            return await second_factor.spend_recovery_code(uow, account_id, data.code)
