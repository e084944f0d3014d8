"""Sessions: opened, listed, ended."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from core.identity import domain, errors, schemas, store
from core.identity.models import Session
from core.identity.services import accounts
from core.identity.settings import IdentitySettings
from core.sdk import NOT_FOUND, Context, Page, Problem, UnitOfWork, decode_cursor, new_id, page
from core.secrets import SESSION_PREFIX, csrf_token, new_token, token_hash


class Opening:
    """A session that has just been opened: what only its holder may know."""

    def __init__(self, account_id: str, token: str, expires_at: datetime) -> None:
        self.account_id, self.token, self.expires_at = account_id, token, expires_at
        self.device = ""
        """The token of the device, when it was confirmed for this session."""


async def open_session(ctx: Context, uow: UnitOfWork, account_id: str) -> Opening:
    """Opens a session for the caller."""
    token = new_token(SESSION_PREFIX)
    expires_at = uow.now + timedelta(days=ctx.settings(IdentitySettings).session_days)
    agent = domain.agent(ctx.user_agent)
    session_id = new_id()
    await uow.execute(
        sa.insert(Session).values(
            token_hash=token_hash(token),
            id=session_id,
            account_id=account_id,
            created_at=uow.now,
            expires_at=expires_at,
            last_seen_at=uow.now,
            address=ctx.address,
            browser=agent.browser,
            browser_version=agent.browser_version,
            system=agent.system,
            system_version=agent.system_version,
        )
    )
    uow.audit("identity.session_opened", account_id, session=session_id)
    return Opening(account_id, token, expires_at)


async def opened(ctx: Context, opening: Opening, transport: schemas.Transport) -> schemas.Opened:
    """The answer to whoever opened the session; a browser gets the tokens as cookies and not in here."""
    bearer = transport == "bearer"
    return schemas.Opened(
        token=opening.token if bearer else None,
        csrf=csrf_token(opening.token),
        expires_at=opening.expires_at,
        device=opening.device if bearer and opening.device else None,
        me=await accounts.me(ctx, opening.account_id),
    )


async def listed(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.SessionItem]:
    """The caller's sessions, the newest first, ended ones too."""
    (before,) = decode_cursor(cursor, str) or ("g",)  # after every id
    rows = await ctx.reader.all(store.SESSIONS, account_id=ctx.actor.id, before=before, limit=limit + 1)
    cut = page(rows, limit, lambda row: (row.id,))
    return Page([_item(ctx, row) for row in cut.items], cut.next)


def _item(ctx: Context, row: store.ListedSession) -> schemas.SessionItem:
    settings = ctx.settings(IdentitySettings)
    return schemas.SessionItem(
        id=row.id,
        browser=row.browser,
        browser_version=row.browser_version,
        system=row.system,
        system_code="-".join(f"{row.system} {row.system_version}".lower().split()),
        address=row.address,
        opened_at=row.created_at.replace(microsecond=0),
        last_seen_at=row.last_seen_at.replace(microsecond=0),
        live=row.ended_at is None and row.expires_at > ctx.now() and row.last_seen_at > idle_since(settings, ctx.now()),
        current=row.id == ctx.actor.session_id,
    )


def idle_since(settings: IdentitySettings, now: datetime) -> datetime:
    """A session that was last seen then, or earlier, is over."""
    return now - timedelta(days=settings.idle_days)


# ---- verified
async def note_verified(ctx: Context, uow: UnitOfWork) -> None:
    """The password was given again in the session in use."""
    await uow.execute(sa.update(Session).where(Session.id == ctx.actor.session_id).values(verified_at=uow.now))


async def check_verified(ctx: Context, uow: UnitOfWork) -> None:
    """Raises Problem unless the password was given lately: a session left open must not be enough to take it over."""
    given_at = await uow.scalar(store.verified(ctx.actor.session_id))
    window = timedelta(minutes=ctx.settings(IdentitySettings).verified_minutes)
    if given_at is None or given_at <= uow.now - window:
        raise Problem(errors.PASSWORD_NEEDED)


# ---- ended
async def sign_out(ctx: Context) -> None:
    """Ends the session in use; it stays in the list."""
    async with ctx.uow() as uow:
        await uow.execute(sa.update(Session).where(Session.id == ctx.actor.session_id).values(ended_at=uow.now))
        uow.audit("identity.signed_out", ctx.actor.id, session=ctx.actor.session_id)


async def terminate(ctx: Context, session_id: str) -> None:
    """«Завершить»: the session in use ends; another one ends, too, and leaves the list."""
    if session_id == ctx.actor.session_id:
        await sign_out(ctx)
        return
    async with ctx.uow() as uow:
        gone = await uow.execute(sa.delete(Session).where(Session.id == session_id, Session.account_id == ctx.actor.id))
        if gone.rowcount == 0:
            raise Problem(NOT_FOUND)
        uow.audit("identity.session_removed", ctx.actor.id, session=session_id)


async def end_others(ctx: Context) -> int:
    """Ends every session but the one in use; returns how many."""
    async with ctx.uow() as uow:
        ended = await end_all(uow, ctx.actor.id, but=ctx.actor.session_id)
        uow.audit("identity.other_sessions_ended", ctx.actor.id, count=ended)
    return ended


async def end_replaced(ctx: Context, token: str) -> None:
    """Ends the session that a browser held until it signed in anew."""
    async with ctx.uow() as uow:
        live = sa.and_(Session.token_hash == token_hash(token), Session.ended_at.is_(None))
        await uow.execute(sa.update(Session).where(live).values(ended_at=uow.now))


async def end_everybodys(uow: UnitOfWork) -> int:
    """Ends every live session of every account."""
    live = sa.and_(Session.ended_at.is_(None), Session.expires_at > uow.now)
    return (await uow.execute(sa.update(Session).where(live).values(ended_at=uow.now))).rowcount


async def end_all(uow: UnitOfWork, account_id: str, *, but: str = "") -> int:
    """Ends every live session of an account, if need be but one."""
    ended = await uow.execute(
        sa.update(Session)
        .where(Session.account_id == account_id, Session.id != but)
        .where(Session.ended_at.is_(None), Session.expires_at > uow.now)
        .values(ended_at=uow.now)
    )
    return ended.rowcount
