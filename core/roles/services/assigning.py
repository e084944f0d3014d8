"""The administrator of a contract gives roles to others, changes them and takes them away."""

from collections.abc import Sequence

from core.contracts.public import hold, release
from core.identity.public import INVITATION, invite, limits, normal_email
from core.notifications.public import Secret, SendLetter
from core.roles import errors, schemas, store
from core.roles.letters import ASSIGNED, INVITED
from core.roles.settings import RoleSettings
from core.sdk import (
    ADMINISTRATOR,
    INVALID,
    NOT_FOUND,
    ROLES,
    Context,
    FieldProblem,
    Page,
    Problem,
    UnitOfWork,
    decode_cursor,
    page,
)


async def users(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.RoleUser]:
    """Everybody who has the contract, by e-mail, with role and energy objects."""
    contract_id = ctx.granted.contract_id
    (after,) = decode_cursor(cursor, str) or ("",)
    rows = await ctx.reader.all(store.USERS, contract_id=contract_id, after=after, limit=limit + 1)
    cut = page(rows, limit, lambda row: (row.email,))
    scopes: dict[str, list[str]] = {row.account_id: [] for row in cut.items if not row.all_objects}
    for account_id, energy_object_id in await ctx.reader.all(
        store.USER_OBJECTS, contract_id=contract_id, accounts=list(scopes)
    ):
        scopes[account_id].append(energy_object_id)
    return Page([_user(row, scopes.get(row.account_id)) for row in cut.items], cut.next)


def _user(row: store.UserRow, objects: list[str] | None) -> schemas.RoleUser:
    name = " ".join(part for part in (row.surname, row.given_name, row.patronymic) if part)
    return schemas.RoleUser(row.account_id, row.email, name, row.role, objects)


async def assign(ctx: Context, data: schemas.RoleAssignment) -> schemas.RoleUser:
    """Gives a role on some energy objects to whoever has the address; without an account, one is opened for him."""
    contract_id = ctx.granted.contract_id
    email = normal_email(data.email)
    wrong = _wrong_role(data.role)
    if email is None:
        wrong.append(FieldProblem("email", errors.EMAIL_MALFORMED))
    wrong += await _wrong_objects(ctx, data.energy_objects)
    if wrong or email is None:
        raise Problem(INVALID, errors=wrong)
    invitation = await invite(ctx, email)
    if invitation.account_id == ctx.actor.id:
        raise Problem(INVALID, errors=[FieldProblem("email", errors.OWN_EMAIL)])
    async with ctx.uow() as uow:
        await limits.count(
            uow, limits.hourly("roles.assigned", ctx.actor.id, ctx.settings(RoleSettings).assigned_per_hour)
        )
        account_id = await invitation.accept(uow)
        await _hold(ctx, uow, account_id, data.role, data.energy_objects)
        await _tell(uow, contract_id, data.role, email, account_id if invitation.is_new else None)
        return await uow.answer(schemas.RoleUser(account_id, email, "", data.role, sorted(set(data.energy_objects))))


async def change(ctx: Context, account_id: str, data: schemas.RoleChange) -> None:
    """Changes the role or the energy objects of somebody who has the contract."""
    wrong = _wrong_role(data.role)
    if data.energy_objects is not None:
        wrong += await _wrong_objects(ctx, data.energy_objects)
    if wrong:
        raise Problem(INVALID, errors=wrong)
    user = await _other_user(ctx, account_id)
    async with ctx.uow() as uow:
        await _hold(ctx, uow, account_id, data.role, data.energy_objects)
        await _tell(uow, ctx.granted.contract_id, data.role, user.email, None)


async def revoke(ctx: Context, account_id: str) -> None:
    """Takes the role away, and the contract with it: falling back to the initial role would widen what it may."""
    user = await _other_user(ctx, account_id)
    async with ctx.uow() as uow:
        await release(uow, account_id, ctx.granted.contract_id)
        uow.audit("roles.revoked", ctx.granted.contract_id, account=account_id, role=user.role)


def _wrong_role(role: str) -> list[FieldProblem]:
    assignable = role in ROLES and role != ADMINISTRATOR
    return [] if assignable else [FieldProblem("role", errors.ROLE_UNKNOWN)]


async def _wrong_objects(ctx: Context, objects: Sequence[str]) -> list[FieldProblem]:
    known = await ctx.reader.all(store.OBJECTS, contract_id=ctx.granted.contract_id, ids=list(objects))
    found = set(known)
    return [
        FieldProblem(f"energy_objects[{index}]", errors.OBJECT_UNKNOWN)
        for index, item in enumerate(objects)
        if item not in found
    ]


async def _other_user(ctx: Context, account_id: str) -> store.UserRow:
    """Somebody else who has the contract."""
    if account_id == ctx.actor.id:
        raise Problem(errors.OWN_ROLE)
    row = await ctx.reader.first(store.USER, contract_id=ctx.granted.contract_id, account_id=account_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def _hold(ctx: Context, uow: UnitOfWork, account_id: str, role: str, objects: Sequence[str] | None) -> None:
    contract_id = ctx.granted.contract_id
    await hold(uow, account_id, contract_id, role, objects)
    uow.audit("roles.assigned", contract_id, account=account_id, role=role, energy_objects=objects)


async def _tell(uow: UnitOfWork, contract_id: str, role: str, email: str, invited: str | None) -> None:
    params = {"contract": str(await uow.scalar(store.contract_name(contract_id))), "role": role}
    if invited is None:
        uow.enqueue(SendLetter(ASSIGNED.name, email, params))
    else:
        secret = Secret("password", INVITATION, invited)
        uow.enqueue(SendLetter(INVITED.name, email, {**params, "login": email}, secret))
