"""Whose appeal it is: what is not the caller's looks like what is not there."""

from typing import Any

import msgspec

from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import AppealKind
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow

EDITABLE = ("filling", "draft")


async def own(ctx: Context, appeal_id: str) -> AppealRow:
    """An appeal of the caller."""
    row = await ctx.reader.first(store.APPEAL, appeal_id=appeal_id)
    if row is None or row.account_id != ctx.actor.id:
        raise Problem(NOT_FOUND)
    return row


async def sent(ctx: Context, appeal_id: str) -> AppealRow:
    """An appeal that has been registered, for staff and for the company's systems."""
    row = await ctx.reader.first(store.APPEAL, appeal_id=appeal_id)
    if row is None or row.state not in ("open", "closed"):
        raise Problem(NOT_FOUND)
    return row


async def filed(ctx: Context, appeal_id: str) -> AppealRow:
    """An appeal that the company has been told of."""
    row = await ctx.reader.first(store.APPEAL, appeal_id=appeal_id)
    if row is None or row.state not in ("sending", "open", "closed"):
        raise Problem(NOT_FOUND)
    return row


async def locked(uow: UnitOfWork, appeal_id: str) -> AppealRow:
    """The appeal as it is now, held until the end of the transaction."""
    found = await uow.one(store.LOCKED, {"appeal_id": appeal_id})
    if found is None:
        raise Problem(NOT_FOUND)
    return AppealRow(*found)


def kind_of(ctx: Context, row: AppealRow) -> AppealKind:
    """The kind of an appeal; one that the supplier has taken out of the catalogue since has no form any more."""
    kind = ctx.settings(AppealSettings).catalogue.get(row.kind)
    if kind is None:
        raise Problem(NOT_FOUND)
    return kind


def values_of(row: AppealRow) -> dict[str, dict[str, Any]]:
    """step -> field -> value"""
    return msgspec.json.decode(row.values, type=dict[str, dict[str, Any]]) if row.values else {}


async def change(uow: UnitOfWork, appeal_id: str, **values: Any) -> None:
    """Changes columns of an appeal."""
    await uow.execute(store.changed(appeal_id, **values))
