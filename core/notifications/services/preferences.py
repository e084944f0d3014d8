"""«Управление уведомлениями»: the switches of an account and of its contracts."""

from typing import Any

from core.errors import FIELD_UNKNOWN
from core.identity.public import set_advertising
from core.notifications import schemas, store
from core.notifications.models import Preferences, Switch
from core.notifications.settings import NotificationsSettings
from core.sdk import (
    INVALID,
    NOT_FOUND,
    Context,
    FieldProblem,
    NotificationKind,
    Page,
    Problem,
    decode_cursor,
    page,
)


async def read(ctx: Context) -> schemas.NotificationPreferences:
    """The switches of the account."""
    row = await ctx.reader.first(store.PREFERENCES, account_id=ctx.actor.id)
    if row is None:
        raise Problem(NOT_FOUND)
    return schemas.NotificationPreferences(
        email=row.email,
        advertising=row.advertising,
        magazine=schemas.NotificationMagazine(row.magazine, ctx.settings(NotificationsSettings).magazine),
        readings_start=schemas.NotificationReminder(row.start_on, row.start_days) if _reminds(ctx, "start") else None,
        readings_end=schemas.NotificationReminder(row.end_on, row.end_days) if _reminds(ctx, "end") else None,
        kinds=[schemas.NotificationKindColumn(kind.name, kind.title) for kind in _switched(ctx)],
    )


def _switched(ctx: Context) -> list[NotificationKind]:
    return [kind for kind in ctx.declared(NotificationKind) if kind.per_contract]


def _reminds(ctx: Context, edge: str) -> bool:
    return any(kind.reminds == edge for kind in ctx.declared(NotificationKind))


async def change(ctx: Context, data: schemas.NotificationPreferencesChange) -> schemas.NotificationPreferences:
    """Sets what is given; everything else keeps its value."""
    for edge, given in (("start", data.readings_start), ("end", data.readings_end)):
        if given is not None and not _reminds(ctx, edge):
            raise Problem(INVALID, errors=[FieldProblem(f"readings_{edge}", FIELD_UNKNOWN)])
    changes = _changes(data)
    async with ctx.uow() as uow:
        if changes:
            await uow.execute(
                uow.upsert(Preferences)
                .values(account_id=ctx.actor.id, **changes)
                .on_conflict_do_update(index_elements=[Preferences.account_id], set_=changes)
            )
            uow.audit("notifications.preferences_changed", ctx.actor.id, **changes)
        if data.advertising is not None:
            await set_advertising(uow, ctx.actor.id, data.advertising)
    return await read(ctx)


def _changes(data: schemas.NotificationPreferencesChange) -> dict[str, Any]:
    start = data.readings_start or schemas.NotificationReminderChange()
    end = data.readings_end or schemas.NotificationReminderChange()
    given = {
        "email": data.email,
        "magazine": data.magazine,
        "start_on": start.on,
        "start_days": start.days,
        "end_on": end.on,
        "end_days": end.days,
    }
    return {name: value for name, value in given.items() if value is not None}


# ---- contracts
async def contracts(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.NotificationContract]:
    """The contracts of the account, by number, each with its switches."""
    number, contract_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.CONTRACTS, account_id=ctx.actor.id, number=number, id=contract_id, limit=limit + 1
    )
    cut = page(rows, limit, lambda row: (row.number, row.id))
    touched = await _touched(ctx, [row.id for row in cut.items])
    return Page([_contract(ctx, row.id, row.number, row.name, touched) for row in cut.items], cut.next)


async def _touched(ctx: Context, contract_ids: list[str]) -> dict[tuple[str, str], bool]:
    rows = await ctx.reader.all(store.SWITCHES, account_id=ctx.actor.id, contracts=contract_ids)
    return {(contract_id, kind): on for contract_id, kind, on in rows}


def _contract(
    ctx: Context, contract_id: str, number: str, name: str, touched: dict[tuple[str, str], bool]
) -> schemas.NotificationContract:
    switches = {kind.name: touched.get((contract_id, kind.name), kind.default) for kind in _switched(ctx)}
    return schemas.NotificationContract(contract_id, number, name, switches)


async def switch(ctx: Context, contract_id: str, data: schemas.NotificationSwitches) -> schemas.NotificationContract:
    """Sets switches of one contract of the account."""
    async with ctx.uow() as uow:
        held = await uow.one(store.CONTRACT, {"account_id": ctx.actor.id, "contract_id": contract_id})
        if held is None:
            raise Problem(NOT_FOUND)
        known = {kind.name for kind in _switched(ctx)}
        if strangers := sorted(data.switches.keys() - known):
            raise Problem(INVALID, errors=[FieldProblem(f"switches.{name[:64]}", FIELD_UNKNOWN) for name in strangers])
        for kind, on in data.switches.items():
            await uow.execute(
                uow.upsert(Switch)
                .values(account_id=ctx.actor.id, contract_id=contract_id, kind=kind, on=on)
                .on_conflict_do_update(
                    index_elements=[Switch.account_id, Switch.contract_id, Switch.kind], set_={"on": on}
                )
            )
        uow.audit("notifications.switches_changed", contract_id, switches=data.switches)
    return _contract(ctx, held.id, held.number, held.name, await _touched(ctx, [contract_id]))
