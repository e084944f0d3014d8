"""Credentials that operators make on the command line."""

import sqlalchemy as sa

from core.identity import domain, errors, store
from core.identity.models import Account, ServiceAccount
from core.identity.services import closing, passwords, sessions
from core.passwords import hash_password
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, new_id
from core.secrets import SERVICE_PREFIX, new_token, token_hash


async def create_service_account(ctx: Context, name: str, scopes: list[str]) -> str:
    """Makes or renews the key of one of the company's systems; the key is shown this once and stored hashed."""
    key = new_token(SERVICE_PREFIX)
    fresh = {"key_hash": token_hash(key), "scopes": " ".join(scopes), "created_at": ctx.now(), "disabled_at": None}
    async with ctx.uow() as uow:
        await uow.execute(
            uow.upsert(ServiceAccount)
            .values(id=name, **fresh)
            .on_conflict_do_update(index_elements=[ServiceAccount.id], set_=fresh)
        )
        uow.audit("identity.service_key_made", name, scopes=scopes)
    return key


async def create_staff(ctx: Context, email: str, password: str, scopes: list[str]) -> str:
    """Makes an account of the supplier's staff. Raises Problem for a bad address or password, or a taken address."""
    normal = domain.normal_email(email)
    wrong = passwords.broken_lines(ctx, password, email)
    if normal is None:
        wrong.append(FieldProblem("email", errors.EMAIL_FORMAT))
    if wrong or normal is None:
        raise Problem(INVALID, errors=wrong)
    account_id = new_id()
    hashed = await hash_password(password)
    async with ctx.uow() as uow:
        made = await uow.execute(
            uow.upsert(Account)
            .values(
                id=account_id,
                kind="staff",
                email=normal,
                email_confirmed_at=uow.now,
                password_hash=hashed,
                scopes=" ".join(scopes),
                created_at=uow.now,
            )
            .on_conflict_do_nothing()
        )
        if made.rowcount == 0:
            raise Problem(errors.EMAIL_TAKEN)
        uow.audit("identity.staff_created", account_id, scopes=scopes)
    return account_id


async def disable_service_account(ctx: Context, name: str) -> None:
    """The key of one of the company's systems opens nothing any more. Raises Problem when there is no such system."""
    async with ctx.uow() as uow:
        known = sa.update(ServiceAccount).where(ServiceAccount.id == name)
        if (await uow.execute(known.values(disabled_at=uow.now))).rowcount == 0:
            raise Problem(NOT_FOUND)
        uow.audit("identity.service_key_disabled", name)


async def set_staff_scopes(ctx: Context, email: str, scopes: list[str]) -> None:
    """What a member of staff may do from now on, in open sessions, too. Raises Problem when nobody has this address."""
    async with ctx.uow() as uow:
        account_id = await uow.scalar(store.account_id_of(email.lower()).where(Account.kind == "staff"))
        if account_id is None:
            raise Problem(NOT_FOUND)
        await uow.execute(sa.update(Account).where(Account.id == account_id).values(scopes=" ".join(scopes)))
        uow.audit("identity.staff_scopes_set", str(account_id), scopes=scopes)


async def close_staff(ctx: Context, email: str) -> None:
    """Ends the access of a member of staff. Raises Problem when nobody of the staff has this address."""
    async with ctx.uow() as uow:
        account_id = await uow.scalar(store.account_id_of(email.lower()).where(Account.kind == "staff"))
        if account_id is None:
            raise Problem(NOT_FOUND)
        await closing.shut(uow, str(account_id))


async def end_sessions(ctx: Context, email: str | None) -> int:
    """Signs somebody out everywhere; without an address, everybody. Returns how many sessions ended.

    Raises Problem when nobody has this address.
    """
    async with ctx.uow() as uow:
        if email is None:
            ended = await sessions.end_everybodys(uow)
        else:
            account_id = await uow.scalar(store.account_id_of(email.lower()))
            if account_id is None:
                raise Problem(NOT_FOUND)
            ended = await sessions.end_all(uow, str(account_id))
        uow.audit("identity.sessions_ended_by_operator", "everybody" if email is None else str(account_id), count=ended)
    return ended
