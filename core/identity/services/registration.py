"""The registration: the form, the agreement, the code that confirms the address."""

from collections.abc import Iterator

from core.identity import domain, errors, schemas
from core.identity.models import Account
from core.identity.services import accounts, codes, limits, passwords, sessions
from core.identity.services.agreement import agreement_version
from core.identity.services.sessions import Opening
from core.identity.settings import IdentitySettings
from core.passwords import hash_password
from core.sdk import INVALID, Context, FieldProblem, Problem, new_id


async def register(ctx: Context, data: schemas.Registration) -> Opening:
    """Creates an account, sends the code, opens a session."""
    email = domain.normal_email(data.email)
    wrong = list(_problems(ctx, data, email))
    if wrong or email is None:
        raise Problem(INVALID, errors=wrong)
    allowed = ctx.settings(IdentitySettings).registrations_per_hour
    await limits.take(ctx, limits.from_network(ctx, "registration", allowed))
    hashed, version = await hash_password(data.password), await agreement_version(ctx)
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
                agreement_version=version,
                agreement_accepted_at=uow.now,
                created_at=uow.now,
            )
            .on_conflict_do_nothing()
        )
        if created.rowcount == 0:
            raise Problem(errors.EMAIL_TAKEN)
        await codes.send(uow, account_id, "email", email)
        opening = await sessions.open_session(ctx, uow, account_id)
        uow.audit("identity.registered", account_id)
    return opening


def _problems(ctx: Context, data: schemas.Registration, email: str | None) -> Iterator[FieldProblem]:
    if email is None:
        yield FieldProblem("email", errors.EMAIL_FORMAT)
    if not data.agreement:
        yield FieldProblem("agreement", errors.AGREEMENT_REQUIRED)
    yield from passwords.broken_lines(ctx, data.password, data.email)


async def accept_agreement(ctx: Context, agreement: bool) -> schemas.Me:
    """The first step of somebody who was invited and has never seen the registration form."""
    if not agreement:
        raise Problem(INVALID, errors=[FieldProblem("agreement", errors.AGREEMENT_REQUIRED)])
    version = await agreement_version(ctx)
    async with ctx.uow() as uow:
        account = await accounts.locked(uow, ctx.actor.id)
        if account.agreement_accepted_at is not None:
            raise Problem(errors.AGREED_ALREADY)
        await accounts.change(uow, ctx.actor.id, agreement_version=version, agreement_accepted_at=uow.now)
        uow.audit("identity.agreement_accepted", ctx.actor.id, version=version)
    return await accounts.me(ctx, ctx.actor.id)


async def send_code(ctx: Context) -> schemas.CodeSent:
    """Sends another confirmation code to the account's address, at most once a minute."""
    async with ctx.uow() as uow:
        account = await accounts.locked(uow, ctx.actor.id)
        if account.email_confirmed_at is not None:
            raise Problem(errors.EMAIL_CONFIRMED_ALREADY)
        await codes.send_again(ctx, uow, ctx.actor.id, "email", account.email)
    return schemas.CodeSent(account.email, int(domain.CODE_PAUSE.total_seconds()))


async def confirm_email(ctx: Context, code: str) -> schemas.Me:
    """Confirms the account's address by the code of the newest letter."""
    async with ctx.uow() as uow:
        account = await accounts.locked(uow, ctx.actor.id)
        if account.email_confirmed_at is not None:
            raise Problem(errors.EMAIL_CONFIRMED_ALREADY)
        refusal = await codes.spend(ctx, uow, ctx.actor.id, "email", code)
        if refusal is None:
            await accounts.change(uow, ctx.actor.id, email_confirmed_at=uow.now)
            uow.audit("identity.email_confirmed", ctx.actor.id)
        else:
            uow.audit("identity.email_code_refused", ctx.actor.id, reason=refusal.code)
    if refusal is not None:  # after the commit, so that the wrong attempt stays counted
        raise Problem(INVALID, errors=[FieldProblem("code", refusal)])
    return await accounts.me(ctx, ctx.actor.id)
