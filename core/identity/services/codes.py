"""Codes of five digits: sent, tried, spent. One live code for an account and a purpose."""

from typing import Literal

import sqlalchemy as sa

from core.errors import TOO_MANY_REQUESTS
from core.identity import domain, errors, store
from core.identity.events import SendCodeMessage
from core.identity.letters import DEVICE_CODE, EMAIL_CODE
from core.identity.models import Code
from core.identity.services import limits
from core.identity.settings import IdentitySettings
from core.notifications.public import Secret, SendLetter
from core.sdk import Context, ErrorKind, Problem, UnitOfWork, new_id

Purpose = Literal["email", "device"]
_LETTERS = {"email": EMAIL_CODE.name, "device": DEVICE_CODE.name}


def secret_purpose(purpose: Purpose) -> str:
    """What the code is derived for."""
    return f"identity.{purpose}"


async def send(uow: UnitOfWork, account_id: str, purpose: Purpose, target: str) -> None:
    """Sends a new code to an e-mail address, or to a phone if that is what `target` is; older ones are void."""
    code_id = new_id()
    fresh = {"id": code_id, "target": target, "sent_at": uow.now, "wrong_attempts": 0}
    await uow.execute(
        uow.upsert(Code)
        .values(account_id=account_id, purpose=purpose, **fresh)
        .on_conflict_do_update(index_elements=[Code.account_id, Code.purpose], set_=fresh)
    )
    if target.startswith("+"):
        uow.enqueue(SendCodeMessage(code_id, target))
    else:
        uow.enqueue(SendLetter(_LETTERS[purpose], target, secret=Secret("code", secret_purpose(purpose), code_id)))
    uow.audit(f"identity.{purpose}_code_sent", account_id)


async def send_counted(ctx: Context, uow: UnitOfWork, account_id: str, purpose: Purpose, target: str) -> None:
    """The same within the hourly limits. Raises Problem 429."""
    settings = ctx.settings(IdentitySettings)
    await limits.count(
        uow,
        limits.hourly("codes", account_id, settings.codes_per_hour),
        limits.from_network(ctx, "codes", settings.codes_per_network),
    )
    await send(uow, account_id, purpose, target)


async def send_again(ctx: Context, uow: UnitOfWork, account_id: str, purpose: Purpose, target: str) -> None:
    """The same on request: also refused within a minute of the one before."""
    left = await seconds_left(uow, account_id, purpose)
    if left:
        raise Problem(TOO_MANY_REQUESTS, retry_after=left, seconds=left)
    await send_counted(ctx, uow, account_id, purpose, target)


async def seconds_left(uow: UnitOfWork, account_id: str, purpose: Purpose) -> int:
    """Seconds until another code may be sent."""
    row = await uow.one(store.CODE, {"account_id": account_id, "purpose": purpose})
    return 0 if row is None else domain.seconds_left(row.sent_at, uow.now)


async def spend(ctx: Context, uow: UnitOfWork, account_id: str, purpose: Purpose, entered: str) -> ErrorKind | None:
    """None when the code is right, which spends it; otherwise counts the attempt and says what is wrong.

    The caller holds the account's lock, and commits in either case.
    """
    row = await uow.one(store.CODE, {"account_id": account_id, "purpose": purpose})
    if row is None or row.wrong_attempts >= domain.CODE_ATTEMPTS or uow.now - row.sent_at > domain.CODE_LIFETIME:
        return errors.CODE_EXPIRED
    if not ctx.secrets.matches(secret_purpose(purpose), row.id, entered):
        await uow.execute(sa.update(Code).where(Code.id == row.id).values(wrong_attempts=Code.wrong_attempts + 1))
        return errors.CODE_WRONG
    await uow.execute(sa.delete(Code).where(Code.id == row.id))
    return None
