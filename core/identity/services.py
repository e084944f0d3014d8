"""Use cases of identity."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import PRECONDITION_FAILED, TOO_MANY_REQUESTS, UNAUTHENTICATED
from core.identity import domain, errors, schemas, store
from core.identity.letters import EMAIL_CODE
from core.identity.models import Account, EmailCode, Failure, ServiceAccount, Session
from core.identity.settings import IdentitySettings
from core.notifications.public import Secret, SendLetter
from core.passwords import hash_password, verify_password
from core.sdk import FIELD_REQUIRED, INVALID, Context, ErrorKind, FieldProblem, Problem, UnitOfWork, new_id
from core.secrets import SERVICE_PREFIX, SESSION_PREFIX, csrf_token, new_token, token_hash

CODE_PURPOSE = "identity.email"


# ---- registration
async def register(ctx: Context, data: schemas.Registration) -> tuple[str, schemas.Opened]:
    """Creates an account, sends the code, opens a session. Returns the token and the answer."""
    email = domain.normal_email(data.email)
    wrong = list(_registration_problems(data, email))
    if wrong or email is None:
        raise Problem(INVALID, errors=wrong)
    hashed = await hash_password(data.password)
    account_id = new_id()
    async with ctx.uow() as uow:
        created = await uow.execute(
            uow.upsert(Account)
            .values(
                id=account_id,
                kind="client",
                email=email,
                password_hash=hashed,
                advertising=data.advertising,
                agreement_version=ctx.settings(IdentitySettings).agreement_version,
                agreement_accepted_at=uow.now,
                created_at=uow.now,
            )
            .on_conflict_do_nothing()
        )
        if created.rowcount == 0:
            raise Problem(errors.EMAIL_TAKEN)
        await _send_code(uow, account_id, email)
        token, expires_at = await _open_session(ctx, uow, account_id)
        uow.audit("identity.registered", account_id)
    return token, await _opened(ctx, token, expires_at, account_id, data.transport)


def _registration_problems(data: schemas.Registration, email: str | None) -> Iterator[FieldProblem]:
    if email is None:
        yield FieldProblem("email", errors.EMAIL_FORMAT)
    if not data.agreement:
        yield FieldProblem("agreement", errors.AGREEMENT_REQUIRED)
    for line in domain.broken_password_lines(data.password):
        yield FieldProblem("password", line)


async def send_code(ctx: Context) -> schemas.CodeSent:
    """Sends another confirmation code to the account's address, at most once a minute."""
    async with ctx.uow() as uow:
        account = await _locked_account(uow, ctx.actor.id)
        if account.email_confirmed_at is not None:
            raise Problem(errors.EMAIL_CONFIRMED_ALREADY)
        code = await uow.one(store.CODE, {"account_id": ctx.actor.id})
        left = 0 if code is None else seconds_left(code.sent_at, uow.now)
        if left:
            raise Problem(TOO_MANY_REQUESTS, retry_after=left, seconds=left)
        await _send_code(uow, ctx.actor.id, account.email)
    return schemas.CodeSent(account.email, int(domain.CODE_PAUSE.total_seconds()))


async def confirm_email(ctx: Context, code: str) -> schemas.Me:
    """Confirms the account's address by the code of the newest letter."""
    async with ctx.uow() as uow:
        account = await _locked_account(uow, ctx.actor.id)
        if account.email_confirmed_at is not None:
            raise Problem(errors.EMAIL_CONFIRMED_ALREADY)
        refusal = await _try_code(ctx, uow, code)
        if refusal is None:
            await uow.execute(sa.delete(EmailCode).where(EmailCode.account_id == ctx.actor.id))
            await uow.execute(sa.update(Account).where(Account.id == ctx.actor.id).values(email_confirmed_at=uow.now))
            uow.audit("identity.email_confirmed", ctx.actor.id)
    if refusal is not None:  # after the commit, so that the wrong attempt stays counted
        raise Problem(INVALID, errors=[FieldProblem("code", refusal)])
    return await me(ctx)


async def _try_code(ctx: Context, uow: UnitOfWork, code: str) -> ErrorKind | None:
    """None when the code is right; otherwise counts the attempt and says why."""
    row = await uow.one(store.CODE, {"account_id": ctx.actor.id})
    if row is None or row.wrong_attempts >= domain.CODE_ATTEMPTS or uow.now - row.sent_at > domain.CODE_LIFETIME:
        return errors.CODE_EXPIRED
    if ctx.secrets.matches(CODE_PURPOSE, row.id, code):
        return None
    await uow.execute(
        sa.update(EmailCode).where(EmailCode.id == row.id).values(wrong_attempts=EmailCode.wrong_attempts + 1)
    )
    return errors.CODE_WRONG


async def _send_code(uow: UnitOfWork, account_id: str, email: str) -> None:
    code_id = new_id()
    fresh = {"id": code_id, "email": email, "sent_at": uow.now, "wrong_attempts": 0}
    await uow.execute(
        uow.upsert(EmailCode)
        .values(account_id=account_id, **fresh)
        .on_conflict_do_update(index_elements=[EmailCode.account_id], set_=fresh)
    )
    uow.enqueue(SendLetter(EMAIL_CODE.name, email, secret=Secret("code", CODE_PURPOSE, code_id)))


async def _locked_account(uow: UnitOfWork, account_id: str) -> sa.Row[*tuple[Any, ...]]:
    row = await uow.one(
        sa.select(Account.email, Account.email_confirmed_at, Account.version)
        .where(Account.id == account_id)
        .with_for_update()
    )
    if row is None:
        raise Problem(UNAUTHENTICATED)
    return row


def seconds_left(sent_at: datetime, now: datetime) -> int:
    """Whole seconds until another code may be asked for."""
    left = (sent_at + domain.CODE_PAUSE - now).total_seconds()
    return max(0, -int(-left // 1))


# ---- sessions
async def sign_in(ctx: Context, data: schemas.SignIn) -> tuple[str, schemas.Opened]:
    """Opens a session. Unknown addresses, wrong passwords and deleted accounts are told apart by nothing."""
    email = data.email.lower()
    await _check_failures(ctx, email)
    account = await ctx.reader.first(store.ACCOUNT_BY_EMAIL, email=email)
    if not await verify_password(account.password_hash if account else None, data.password) or account is None:
        await _note_failure(ctx, email)
        raise Problem(errors.SIGN_IN_REFUSED)
    async with ctx.uow() as uow:
        await uow.execute(sa.delete(Failure).where(Failure.key == _failure_key(f"email:{email}")))
        token, expires_at = await _open_session(ctx, uow, account.id)
    return token, await _opened(ctx, token, expires_at, account.id, data.transport)


async def sign_out(ctx: Context) -> None:
    """Ends the session in use."""
    async with ctx.uow() as uow:
        await uow.execute(sa.update(Session).where(Session.id == ctx.actor.session_id).values(ended_at=uow.now))


async def _open_session(ctx: Context, uow: UnitOfWork, account_id: str) -> tuple[str, datetime]:
    token = new_token(SESSION_PREFIX)
    expires_at = uow.now + timedelta(days=ctx.settings(IdentitySettings).session_days)
    await uow.execute(
        sa.insert(Session).values(
            token_hash=token_hash(token),
            id=new_id(),
            account_id=account_id,
            created_at=uow.now,
            expires_at=expires_at,
            user_agent=ctx.user_agent,
            address=ctx.address,
        )
    )
    return token, expires_at


async def _opened(
    ctx: Context, token: str, expires_at: datetime, account_id: str, transport: schemas.Transport
) -> schemas.Opened:
    return schemas.Opened(
        token=token if transport == "bearer" else None,
        csrf=csrf_token(token),
        expires_at=expires_at,
        me=await _me(ctx, account_id),
    )


async def _check_failures(ctx: Context, email: str) -> None:
    limit = ctx.settings(IdentitySettings).failures
    now = ctx.now()
    for key, allowed in ((f"email:{email}", limit), (f"from:{ctx.address}", limit * 10)):
        until = await ctx.reader.first(store.FAILURES, key=_failure_key(key), limit=allowed, now=now)
        if until is not None:
            seconds = int((until - now).total_seconds()) + 1
            raise Problem(TOO_MANY_REQUESTS, retry_after=seconds, seconds=seconds)


async def _note_failure(ctx: Context, email: str) -> None:
    async with ctx.uow() as uow:
        until = uow.now + timedelta(minutes=ctx.settings(IdentitySettings).failure_minutes)
        for key in sorted((_failure_key(f"email:{email}"), _failure_key(f"from:{ctx.address}"))):
            over = Failure.until <= uow.now
            await uow.execute(
                uow.upsert(Failure)
                .values(key=key, count=1, until=until)
                .on_conflict_do_update(
                    index_elements=[Failure.key],
                    set_={"count": sa.case((over, 1), else_=Failure.count + 1), "until": until},
                )
            )


def _failure_key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# ---- the account
async def me(ctx: Context) -> schemas.Me:
    """Who is signed in."""
    return await _me(ctx, ctx.actor.id)


async def _me(ctx: Context, account_id: str) -> schemas.Me:
    account = await _account(ctx, account_id)
    code = await ctx.reader.first(store.CODE_OF_ACCOUNT, account_id=account_id)
    return schemas.Me(
        account_id=account.id,
        kind="staff" if account.kind == "staff" else "client",
        email=account.email,
        email_confirmed=account.email_confirmed_at is not None,
        step=_step(account),
        scopes=account.scopes.split(),
        code_seconds_left=seconds_left(code.sent_at, ctx.now()) if code else 0,
    )


async def profile(ctx: Context) -> tuple[schemas.Profile, int]:
    """«Профиль» and its version."""
    account = await _account(ctx, ctx.actor.id)
    shown = schemas.Profile(
        email_confirmed=account.email_confirmed_at is not None,
        **{name: getattr(account, name) for name in schemas.Profile.__struct_fields__ if name != "email_confirmed"},
    )
    return shown, account.version


async def save_personal_data(ctx: Context, data: schemas.PersonalData, expected: int | None) -> None:
    """Replaces «Личные данные»; with `expected`, only if nobody changed the profile since."""
    values = {name: str(getattr(data, name)).strip() for name in data.__struct_fields__}
    blank = [FieldProblem(name, FIELD_REQUIRED) for name in ("surname", "given_name") if not values[name]]
    if blank:
        raise Problem(INVALID, errors=blank)
    await _change(ctx, values, expected)


async def save_phone(ctx: Context, phone: str, expected: int | None) -> None:
    """Replaces the phone."""
    normal = domain.normal_phone(phone.strip())
    if normal is None:
        raise Problem(INVALID, errors=[FieldProblem("phone", errors.PHONE_FORMAT)])
    await _change(ctx, {"phone": normal}, expected)


async def _change(ctx: Context, values: dict[str, str], expected: int | None) -> None:
    async with ctx.uow() as uow:
        account = await _locked_account(uow, ctx.actor.id)
        if expected is not None and account.version != expected:
            raise Problem(PRECONDITION_FAILED)
        await uow.execute(
            sa.update(Account).where(Account.id == ctx.actor.id).values(version=Account.version + 1, **values)
        )
        uow.audit("identity.profile_changed", ctx.actor.id, fields=sorted(values))


async def _account(ctx: Context, account_id: str) -> store.AccountRow:
    account = await ctx.reader.first(store.ACCOUNT_BY_ID, account_id=account_id)
    if account is None:
        raise Problem(UNAUTHENTICATED)
    return account


def _step(account: store.AccountRow) -> str:
    if account.kind == "staff":
        return "done"
    agreed = account.agreement_accepted_at is not None
    return domain.next_step(agreed, account.surname, account.given_name, account.phone)


async def set_advertising(uow: UnitOfWork, account_id: str, on: bool) -> None:
    """«Рекламная рассылка»: the consent of the registration form and the switch of the settings are this one value."""
    await uow.execute(sa.update(Account).where(Account.id == account_id).values(advertising=on))
    uow.audit("identity.advertising_switched", account_id, on=on)


# ---- credentials that operators make (the command line)
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
    wrong = [FieldProblem("password", line) for line in domain.broken_password_lines(password)]
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
