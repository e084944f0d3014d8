"""Use cases of contracts."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.contracts import errors, schemas, store
from core.contracts.events import ContractLinked
from core.contracts.letters import CONFIRM
from core.contracts.models import ContractLink, ContractLinkObject
from core.contracts.permissions import REMOVE
from core.contracts.settings import ContractSettings
from core.errors import ROLE_FORBIDS
from core.identity.public import contact, limits, normal_email
from core.notifications.public import Secret, SendLetter
from core.sdk import (
    ADMINISTRATOR,
    INVALID,
    NOT_FOUND,
    ROLES,
    Context,
    FieldProblem,
    Page,
    Permission,
    Problem,
    UnitOfWork,
    decode_cursor,
    new_id,
    page,
)

CONFIRM_PURPOSE = "contracts.confirm"
DEFAULT_ROLE = "Руководитель"


async def add(ctx: Context, data: schemas.ContractAddition) -> schemas.ContractPending:
    """Asks for a contract: the letter goes to the address recorded in it, never to the account's own."""
    email = _check(ctx, data)
    settings = ctx.settings(ContractSettings)
    guesses = (
        limits.hourly("contracts", ctx.actor.id, settings.refusals_per_hour),
        limits.from_network(ctx, "contracts", settings.refusals_per_network),
    )
    await limits.take(ctx, *guesses)
    asker = await contact(ctx, ctx.actor.id)
    async with ctx.uow() as uow:
        contract_id = await uow.scalar(store.recorded(data.number, email))
        if contract_id is None:
            raise Problem(errors.NOT_CONFIRMABLE)
        await limits.give_back(uow, guesses)
        await limits.count(uow, limits.hourly("contracts.letters", email, settings.letters_per_hour))
        await _drop_expired(uow, ctx.actor.id, contract_id, uow.now - timedelta(hours=settings.confirm_hours))
        request_id = new_id()
        await _insert_pending(uow, ctx.actor.id, contract_id, request_id)
        uow.enqueue(
            SendLetter(
                CONFIRM.name,
                email,
                {"number": data.number, "hours": str(settings.confirm_hours), "asker": asker.email if asker else ""},
                Secret("token", CONFIRM_PURPOSE, request_id),
            )
        )
        uow.audit("contracts.addition_requested", contract_id)
        return await uow.answer(
            schemas.ContractPending(
                contract_id, data.number, "pending", uow.now + timedelta(hours=settings.confirm_hours)
            ),
            status=202,
        )


def _check(ctx: Context, data: schemas.ContractAddition) -> str:
    settings = ctx.settings(ContractSettings)
    wrong: list[FieldProblem] = []
    if not re.fullmatch(settings.number_pattern, data.number, re.ASCII):
        wrong.append(FieldProblem("number", errors.NUMBER_FORMAT, {"hint": settings.number_hint}))
    email = normal_email(data.email)
    if email is None:
        wrong.append(FieldProblem("email", errors.EMAIL_FORMAT))
    if wrong or email is None:
        raise Problem(INVALID, errors=wrong)
    return email


async def _drop_expired(uow: UnitOfWork, account_id: str, contract_id: str, before: datetime) -> None:
    await uow.execute(
        sa.delete(ContractLink).where(
            ContractLink.account_id == account_id,
            ContractLink.contract_id == contract_id,
            ContractLink.state == "pending",
            ContractLink.created_at <= before,
        )
    )


async def _insert_pending(uow: UnitOfWork, account_id: str, contract_id: str, request_id: str) -> None:
    made = await uow.execute(
        uow.upsert(ContractLink)
        .values(
            account_id=account_id,
            contract_id=contract_id,
            state="pending",
            role=DEFAULT_ROLE,
            all_objects=True,
            request_id=request_id,
            created_at=uow.now,
        )
        .on_conflict_do_nothing()
    )
    if made.rowcount == 0:
        raise Problem(errors.LINKED_ALREADY)


async def confirm(ctx: Context, token: str) -> schemas.ContractConfirmed:
    """Links the contract to the account that asked, whoever opens the letter's link."""
    request_id = ctx.secrets.subject_of(CONFIRM_PURPOSE, token)
    if request_id is None:
        raise Problem(errors.CONFIRMATION_GONE)
    async with ctx.uow() as uow:
        since = uow.now - timedelta(hours=ctx.settings(ContractSettings).confirm_hours)
        link = await uow.one(store.pending(request_id, since))
        if link is None:
            raise Problem(errors.CONFIRMATION_GONE)
        await uow.execute(
            sa.update(ContractLink)
            .where(ContractLink.request_id == request_id)
            .values(state="active", confirmed_at=uow.now)
        )
        uow.emit(
            ContractLinked(link.account_id, link.contract_id, DEFAULT_ROLE),
            subject=link.contract_id,
        )
        uow.audit("contracts.linked", link.contract_id, account=link.account_id)
    return schemas.ContractConfirmed(link.number)


async def grant(ctx: Context, account_id: str, contract_id: str, role: str) -> None:
    """`hold` on all of a contract, in a transaction of its own."""
    async with ctx.uow() as uow:
        await hold(uow, account_id, contract_id, role, None)


async def hold(uow: UnitOfWork, account_id: str, contract_id: str, role: str, objects: Sequence[str] | None) -> None:
    """Gives an account a role on a contract, on all or some of its energy objects; the link is made if there is none.

    A role replaces the one before (ROL-03). The caller has checked the right to it. Raises Problem when there is no
    such contract, or when it would get a second administrator (ROL-04).
    """
    if role not in ROLES:
        raise ValueError(f"no such role: {role}")
    await uow.lock(f"contracts.roles:{contract_id}")
    if await uow.scalar(store.known(contract_id)) is None:
        raise Problem(NOT_FOUND)
    if role == ADMINISTRATOR and await uow.scalar(store.administrator(contract_id)) not in (None, account_id):
        raise Problem(errors.ADMINISTRATOR_EXISTS)
    if objects is None and await uow.scalar(store.holds_all(account_id, contract_id, role)) is not None:
        return  # the company hears of a grant once
    held = {"state": "active", "role": role, "all_objects": objects is None, "confirmed_at": uow.now}
    await uow.execute(
        uow.upsert(ContractLink)
        .values(account_id=account_id, contract_id=contract_id, request_id=new_id(), created_at=uow.now, **held)
        .on_conflict_do_update(index_elements=[ContractLink.account_id, ContractLink.contract_id], set_=held)
    )
    await _limit(uow, account_id, contract_id, objects or ())
    uow.emit(ContractLinked(account_id, contract_id, role), subject=contract_id)
    uow.audit("contracts.role_granted", contract_id, account=account_id, role=role)


async def _limit(uow: UnitOfWork, account_id: str, contract_id: str, objects: Sequence[str]) -> None:
    await uow.execute(
        sa.delete(ContractLinkObject).where(
            ContractLinkObject.account_id == account_id, ContractLinkObject.contract_id == contract_id
        )
    )
    if objects:
        rows = [
            {"account_id": account_id, "contract_id": contract_id, "energy_object_id": item} for item in set(objects)
        ]
        await uow.execute(sa.insert(ContractLinkObject), rows)


async def release(uow: UnitOfWork, account_id: str, contract_id: str) -> bool:
    """Takes a contract, linked or pending, away from an account. False when it had none."""
    gone = await uow.execute(
        sa.delete(ContractLink).where(ContractLink.account_id == account_id, ContractLink.contract_id == contract_id)
    )
    return gone.rowcount > 0


async def listed(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.ContractItem]:
    """The caller's contracts by number; pending ones show nothing but the number."""
    number, contract_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.LINKS,
        account_id=ctx.actor.id,
        pending_since=ctx.now() - timedelta(hours=ctx.settings(ContractSettings).confirm_hours),
        number=number,
        id=contract_id,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.number, row.id))
    return Page([_item(ctx, row) for row in cut.items], cut.next)


def _item(ctx: Context, row: store.LinkRow) -> schemas.ContractItem:
    if row.state == "pending":
        return schemas.ContractItem(row.id, row.number, None, "pending", None, False, [])
    return schemas.ContractItem(
        row.id, row.number, row.name, "active", row.role, not row.has_administrator, actions(ctx, row.role)
    )


def actions(ctx: Context, role: str) -> list[str]:
    """The permissions that a role holds, in the order of their declaration."""
    return [item.name for item in ctx.declared(Permission) if role in ctx.runtime.permissions[item.name]]


async def remove(ctx: Context, contract_id: str) -> None:
    """Takes a contract, linked or pending, out of the caller's account."""
    async with ctx.uow() as uow:
        role = await uow.scalar(store.active_role(ctx.actor.id, contract_id))
        if role is not None and role not in ctx.runtime.permissions[REMOVE.name]:
            raise Problem(ROLE_FORBIDS, role=role)
        if not await release(uow, ctx.actor.id, contract_id):
            raise Problem(NOT_FOUND)
        uow.audit("contracts.removed", contract_id)


async def release_all(ctx: Context, account_id: str) -> None:
    """Takes every contract, linked or pending, out of a closed account: its roles are free again (IDN-27)."""
    async with ctx.uow() as uow:
        await forget(uow, account_id)


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """The same in a transaction of another's: at the erasure, for a link that came while the account was closing."""
    gone = await uow.execute(
        sa.delete(ContractLink).where(ContractLink.account_id == account_id).returning(ContractLink.contract_id)
    )
    for (contract_id,) in gone.all():
        uow.audit("contracts.released", contract_id, account=account_id)


async def forget_pending(ctx: Context) -> None:
    """Removes the additions that nobody confirmed in time (CTR-04)."""
    async with ctx.uow() as uow:
        before = uow.now - timedelta(hours=ctx.settings(ContractSettings).confirm_hours)
        await uow.execute(
            sa.delete(ContractLink).where(ContractLink.state == "pending", ContractLink.created_at <= before)
        )
