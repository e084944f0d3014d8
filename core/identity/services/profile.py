"""«Профиль»: the caller's own data."""

import sqlalchemy as sa

from core.errors import PRECONDITION_FAILED
from core.identity import domain, errors, schemas, store
from core.identity.letters import EMAIL_CHANGED
from core.identity.models import Recovery
from core.identity.services import accounts, codes, limits, sessions
from core.identity.settings import IdentitySettings
from core.notifications.public import SendLetter
from core.sdk import FIELD_REQUIRED, INVALID, Context, FieldProblem, Problem, UnitOfWork

_DERIVED = {"email_confirmed"}


async def read(ctx: Context) -> tuple[schemas.Profile, int]:
    """The profile and its version."""
    account = await accounts.read(ctx, ctx.actor.id)
    shown = schemas.Profile(
        email_confirmed=account.email_confirmed_at is not None,
        **{name: getattr(account, name) for name in schemas.Profile.__struct_fields__ if name not in _DERIVED},
    )
    return shown, account.version


async def save_personal_data(ctx: Context, data: schemas.PersonalData, expected: int | None) -> None:
    """Replaces «Личные данные»; with `expected`, only if nobody changed the profile since."""
    values = {name: str(getattr(data, name)).strip() for name in data.__struct_fields__}
    blank = [FieldProblem(name, FIELD_REQUIRED) for name in ("surname", "given_name") if not values[name]]
    if blank:
        raise Problem(INVALID, errors=blank)
    name = domain.folded_name(values["surname"], values["given_name"], values["patronymic"])
    await _save(ctx, values, expected, folded_name=name)


async def save_phone(ctx: Context, phone: str, expected: int | None) -> None:
    """Replaces the phone."""
    normal = domain.normal_phone(phone.strip())
    if normal is None:
        raise Problem(INVALID, errors=[FieldProblem("phone", errors.PHONE_FORMAT)])
    await _save(ctx, {"phone": normal}, expected)


async def _save(ctx: Context, values: dict[str, str], expected: int | None, **derived: str) -> None:
    async with ctx.uow() as uow:
        account = await accounts.locked(uow, ctx.actor.id)
        _check_version(account.version, expected)
        if "phone" in values and account.phone:
            await sessions.check_verified(ctx, uow)
        await accounts.change(uow, ctx.actor.id, **values, **derived)
        uow.audit("identity.profile_changed", ctx.actor.id, fields=sorted(values))


def _check_version(version: int, expected: int | None) -> None:
    if expected is not None and version != expected:
        raise Problem(PRECONDITION_FAILED)


async def save_email(ctx: Context, email: str, expected: int | None) -> None:
    """Another address: the login from now on, unconfirmed; the code goes to it, a notice to the one before."""
    normal = domain.normal_email(email)
    if normal is None:
        raise Problem(INVALID, errors=[FieldProblem("email", errors.EMAIL_FORMAT)])
    # Counted whatever comes of it: «занят» tells whether somebody has an address.
    await limits.take(ctx, limits.hourly("email", ctx.actor.id, ctx.settings(IdentitySettings).codes_per_hour))
    async with ctx.uow() as uow:
        account = await accounts.locked(uow, ctx.actor.id)
        _check_version(account.version, expected)
        if account.email == normal:
            return
        await sessions.check_verified(ctx, uow)
        try:
            await accounts.change(uow, ctx.actor.id, email=normal, email_confirmed_at=None)
        except sa.exc.IntegrityError as error:  # the one constraint on these columns
            raise Problem(errors.EMAIL_TAKEN) from error
        await uow.execute(sa.delete(Recovery).where(Recovery.account_id == ctx.actor.id))
        await codes.send_counted(ctx, uow, ctx.actor.id, "email", normal)
        uow.enqueue(SendLetter(EMAIL_CHANGED.name, account.email))
        uow.audit("identity.email_changed", ctx.actor.id)


# ---- for the other parts
async def set_advertising(uow: UnitOfWork, account_id: str, on: bool) -> None:
    """«Рекламная рассылка»: the consent of the registration form and the switch of the settings are this one value."""
    await accounts.change(uow, account_id, advertising=on)
    uow.audit("identity.advertising_switched", account_id, on=on)


async def contact(ctx: Context, account_id: str) -> store.Contact | None:
    """Where to write to somebody; None once the account is closed: nothing goes there any more."""
    return await ctx.reader.first(store.CONTACT, account_id=account_id)


async def find_client(uow: UnitOfWork, email: str) -> str | None:
    """The id of the live client account that has confirmed this address: anybody can register with another's."""
    found = await uow.scalar(store.proven_account_id_of(email.lower()))
    return None if found is None else str(found)
