"""Credentials that operators make on the command line."""

from core.identity import domain, errors
from core.identity.models import Account, ServiceAccount
from core.identity.services import passwords
from core.passwords import hash_password
from core.sdk import INVALID, Context, FieldProblem, Problem, new_id
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
