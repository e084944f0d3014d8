"""Two-factor authentication: the switch, authenticator applications (RFC 6238), recovery codes."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import pyotp
import sqlalchemy as sa

from core.identity import domain, errors, schemas, store
from core.identity.letters import TWO_FACTOR_OFF
from core.identity.models import Challenge, Device, RecoveryCode, Totp
from core.identity.services import accounts, passwords, sessions
from core.identity.settings import IdentitySettings
from core.notifications.public import SendLetter
from core.sdk import INVALID, Context, ErrorKind, FieldProblem, Problem, UnitOfWork, new_id

TOTP_PURPOSE = "identity.totp"
_ENROLMENT = timedelta(minutes=30)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters and digits that people take for one another."""


# ---- the switch
async def read(ctx: Context) -> schemas.TwoFactor:
    """How the caller's new devices are confirmed."""
    account = await accounts.read(ctx, ctx.actor.id)
    totp = await ctx.reader.first(store.TOTP_CONFIRMED, account_id=ctx.actor.id)
    left = await ctx.reader.first(store.RECOVERY_CODES_LEFT, account_id=ctx.actor.id)
    channels = _channels(ctx, account)
    if totp:
        channels.append("totp")
    return schemas.TwoFactor(
        on=account.two_factor,
        channel=account.two_factor_channel,
        channels=channels,
        totp_confirmed=totp is not None,
        recovery_codes_left=left or 0,
    )


async def switch(ctx: Context, data: schemas.TwoFactorSwitch) -> schemas.TwoFactor:
    """«Запрашивать подтверждение при входе с нового устройства/браузера»"""
    async with ctx.uow() as uow:
        account = await accounts.locked(uow, ctx.actor.id)
        await sessions.check_verified(ctx, uow)
        channel = data.channel or account.two_factor_channel
        if data.channel and not await _offers(ctx, uow, account, data.channel):
            raise Problem(INVALID, errors=[FieldProblem("channel", errors.CHANNEL_UNAVAILABLE)])
        await accounts.change(uow, ctx.actor.id, two_factor=data.on, two_factor_channel=channel)
        if account.two_factor and not data.on:
            await _forget_devices(uow, ctx.actor.id)
            uow.enqueue(SendLetter(TWO_FACTOR_OFF.name, account.email))
        uow.audit("identity.two_factor_switched", ctx.actor.id, on=data.on, channel=channel)
    return await read(ctx)


async def _forget_devices(uow: UnitOfWork, account_id: str) -> None:
    for table in (Device, Challenge):
        await uow.execute(sa.delete(table).where(table.account_id == account_id))


def _channels(ctx: Context, account: Any) -> list[schemas.Channel]:
    """Where a code can be sent."""
    offered = ctx.settings(IdentitySettings).code_channels
    return [channel for channel in offered if channel == "email" or account.phone]


async def _offers(ctx: Context, uow: UnitOfWork, account: Any, channel: schemas.Channel) -> bool:
    if channel == "totp":
        return await uow.one(store.TOTP, {"account_id": account.id}) is not None
    return channel in _channels(ctx, account)


def target(ctx: Context, account: Any, channel: schemas.Channel | None = None) -> str | None:
    """Where a code goes by the account's choice, or by `channel`; None: nowhere by itself.

    A phone that cannot be used any more gives way to the mailbox: the owner must not be locked out.
    """
    wanted = channel or account.two_factor_channel
    if wanted == "totp":
        return None
    if wanted == "phone" and "phone" in _channels(ctx, account):
        return str(account.phone)
    return None if channel == "phone" else str(account.email)


async def methods(ctx: Context, uow: UnitOfWork, account: Any) -> list[schemas.Method]:
    """How a sign-in may be confirmed."""
    found: list[schemas.Method] = ["code"]
    if await _offers(ctx, uow, account, "totp"):
        found.append("totp")
    if await uow.scalar(sa.select(RecoveryCode.code_hash).where(RecoveryCode.account_id == account.id).limit(1)):
        found.append("recovery_code")
    return found


# ---- an authenticator application
async def enrol(ctx: Context, password: str) -> schemas.TotpEnrolment:
    """The secret for an application. Nothing changes until the application has shown its first code."""
    account = await passwords.check_own(ctx, password)
    totp_id = new_id()
    async with ctx.uow() as uow:
        await accounts.locked(uow, ctx.actor.id)
        await uow.execute(sa.delete(Totp).where(Totp.account_id == ctx.actor.id, Totp.confirmed_at.is_(None)))
        await uow.execute(sa.insert(Totp).values(id=totp_id, account_id=ctx.actor.id, created_at=uow.now))
        uow.audit("identity.totp_started", ctx.actor.id)
    totp = _totp(ctx, totp_id)
    link = totp.provisioning_uri(name=account.email, issuer_name=ctx.runtime.supplier)
    return schemas.TotpEnrolment(secret=totp.secret, link=link, expires_at=ctx.now() + _ENROLMENT)


async def confirm_totp(ctx: Context, code: str) -> schemas.RecoveryCodes:
    """Takes the application into use by its first code; the one before is void. Gives fresh recovery codes."""
    async with ctx.uow() as uow:
        await accounts.locked(uow, ctx.actor.id)
        pending = await uow.one(store.TOTP_PENDING, {"account_id": ctx.actor.id})
        if pending is None or uow.now - pending.created_at > _ENROLMENT:
            raise Problem(errors.TOTP_NOT_STARTED)
        step = _matching_step(ctx, pending.id, pending.last_step, code)
        if step is None:
            raise Problem(INVALID, errors=[FieldProblem("code", errors.CODE_WRONG)])
        await uow.execute(sa.delete(Totp).where(Totp.account_id == ctx.actor.id, Totp.id != pending.id))
        taken = {"confirmed_at": uow.now, "last_step": step}
        await uow.execute(sa.update(Totp).where(Totp.id == pending.id).values(taken))
        made = await _new_recovery_codes(uow, ctx.actor.id)
        uow.audit("identity.totp_confirmed", ctx.actor.id)
    return schemas.RecoveryCodes(made)


async def remove_totp(ctx: Context) -> None:
    """Gives the application up; codes go to the mailbox again if it was the chosen way."""
    async with ctx.uow() as uow:
        account = await accounts.locked(uow, ctx.actor.id)
        await sessions.check_verified(ctx, uow)
        await uow.execute(sa.delete(Totp).where(Totp.account_id == ctx.actor.id))
        if account.two_factor_channel == "totp":
            await accounts.change(uow, ctx.actor.id, two_factor_channel="email")
        uow.audit("identity.totp_removed", ctx.actor.id)


async def spend_totp(ctx: Context, uow: UnitOfWork, account_id: str, code: str) -> ErrorKind | None:
    """None when the application shows this code now and it was not taken before."""
    row = await uow.one(store.TOTP, {"account_id": account_id})
    step = _matching_step(ctx, row.id, row.last_step, code) if row else None
    if row is None or step is None:
        return errors.CODE_WRONG
    await uow.execute(sa.update(Totp).where(Totp.id == row.id).values(last_step=step))
    return None


def _totp(ctx: Context, totp_id: str) -> pyotp.TOTP:
    return pyotp.TOTP(ctx.secrets.base32(TOTP_PURPOSE, totp_id), interval=domain.TOTP_STEP)


def _matching_step(ctx: Context, totp_id: str, last_step: int, code: str) -> int | None:
    """The step, later than the last one taken, at which the application shows this code."""
    totp, now = _totp(ctx, totp_id), int(ctx.now().timestamp()) // domain.TOTP_STEP
    steps = range(now - domain.TOTP_DRIFT, now + domain.TOTP_DRIFT + 1)
    matching = [step for step in steps if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return next((step for step in matching if step > last_step), None)


# ---- recovery codes
async def renew_recovery_codes(ctx: Context, password: str) -> schemas.RecoveryCodes:
    """Fresh one-time codes, shown this once; the ones before are void."""
    await passwords.check_own(ctx, password)
    async with ctx.uow() as uow:
        await accounts.locked(uow, ctx.actor.id)
        made = await _new_recovery_codes(uow, ctx.actor.id)
    return schemas.RecoveryCodes(made)


async def _new_recovery_codes(uow: UnitOfWork, account_id: str) -> list[str]:
    made = ["-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)) for _ in range(10)]
    await uow.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    rows = [{"account_id": account_id, "code_hash": _code_hash(account_id, code)} for code in made]
    await uow.execute(sa.insert(RecoveryCode), rows)
    uow.audit("identity.recovery_codes_made", account_id)
    return made


async def spend_recovery_code(uow: UnitOfWork, account_id: str, code: str) -> ErrorKind | None:
    """None when the code was unused, which uses it up."""
    spent = await uow.execute(
        sa.delete(RecoveryCode).where(
            RecoveryCode.account_id == account_id, RecoveryCode.code_hash == _code_hash(account_id, code)
        )
    )
    if spent.rowcount == 0:
        return errors.CODE_WRONG
    uow.audit("identity.recovery_code_used", account_id)
    return None


def _code_hash(account_id: str, code: str) -> str:
    # 79 random bits: a plain hash is enough
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(f"{account_id}:{plain}".encode()).hexdigest()
