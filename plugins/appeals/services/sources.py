"""Where the choices and the defaults come from that a form only names."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from core.forms.public import Choice, Option, Step
from core.ports.organisations import DirectoryUnavailable, ExtendedDirectory, OrganisationDirectory, Party
from core.sdk import Context, Problem
from core.signatures.public import candidates
from plugins.appeals import errors
from plugins.appeals.domain import MANUAL, OTHER, address_parts
from plugins.appeals.permissions import FILE
from plugins.appeals.settings.kinds import NO_CONTRACT, NO_CONTRACT_TITLE
from plugins.appeals.store import appeals as store
from plugins.appeals.store import lists
from plugins.appeals.store.appeals import HeldRow

Choices = dict[str, list[Option]]


class Asking(msgspec.Struct, frozen=True):
    """For whom and about what choices are asked."""

    account_id: str
    contract_id: str | None
    party: Party | None
    """What the appeal names already."""
    values: Mapping[str, Any]
    """Of the step; empty: it is only shown."""


async def choices(ctx: Context, step: Step, asking: Asking) -> Choices:
    """What may be chosen now in the fields of a step whose lists are not in the form.

    With values lists are looked up for what was chosen only: no list is too long to be checked.
    """
    found: Choices = {}
    for field in step.fields:
        if isinstance(field, Choice) and field.source:
            source = _SOURCES.get(field.source)
            found[field.name] = await source(ctx, asking, str(asking.values.get(field.name) or "")) if source else []
    return found


async def held_contract(ctx: Context, account_id: str, contract_id: str) -> HeldRow | None:
    """A contract on which the account may file appeals."""
    row = await ctx.reader.first(store.HELD_ONE, account_id=account_id, contract_id=contract_id)
    return row if row and row.role in ctx.runtime.permissions[FILE.name] else None


async def _contracts(ctx: Context, asking: Asking, wanted: str) -> list[Option]:
    without = Option(NO_CONTRACT, NO_CONTRACT_TITLE)
    if wanted:
        one = await held_contract(ctx, asking.account_id, wanted)
        return [Option(one.id, one.title)] if one else [without]
    return [*(Option(row.id, row.title) for row in await _held(ctx, asking.account_id)), without]


async def _held(ctx: Context, account_id: str) -> list[HeldRow]:
    roles = ctx.runtime.permissions[FILE.name]
    return [row for row in await ctx.reader.all(store.HELD, account_id=account_id) if row.role in roles]


async def parties_of_contracts(ctx: Context, account_id: str) -> list[Party]:
    """The distinct parties of the contracts on which an account may file appeals."""
    rows = await _held(ctx, account_id)
    found = {(row.inn, row.kpp or ""): Party(row.inn, row.kpp or "", row.name) for row in rows}
    return list(found.values())


async def _organisations(ctx: Context, asking: Asking, wanted: str) -> list[Option]:
    parties = await parties_of_contracts(ctx, asking.account_id)
    details = [Option(one.key, one.name, {"inn": one.inn, "kpp": one.kpp}) for one in parties]
    return [*details, Option(OTHER, "Другая")]


async def _certificates(ctx: Context, asking: Asking, wanted: str) -> list[Option]:
    return await certificates(ctx, asking)


async def certificates(ctx: Context, asking: Asking) -> list[Option]:
    """Certificates registered for the organisation of the contract; without a contract, every pair of both."""
    held = None
    if asking.contract_id:
        held = await held_contract(ctx, asking.account_id, asking.contract_id)
        if held is None:
            return []
    found = await candidates(ctx, asking.account_id, held.inn if held else "")
    return [
        Option(
            f"{one.id}:{one.inn}",
            f"{one.organisation}: {one.person or one.subject}, до {one.valid_until:%d.%m.%Y}",
            {"inn": one.inn, "kpp": one.kpp, "organisation": one.organisation, "serial": one.serial},
        )
        for one in found
    ]


# ---- the directory
async def find_parties(ctx: Context, inn: str, *, extended: bool = False) -> list[Party]:
    """What a directory knows of a valid INN. Raises Problem when it cannot be asked."""
    port = ctx.port(ExtendedDirectory if extended else OrganisationDirectory)
    try:
        return await port.find(inn)
    except DirectoryUnavailable as error:
        raise Problem(errors.DIRECTORY_DOWN) from error


async def chosen_party(ctx: Context, asking: Asking, wanted: str) -> Party | None:
    """The party that the client chose among those found by INN.

    What the appeal names already stays chosen without asking again, so a directory that is down now undoes nothing.
    """
    inn = str(asking.values.get("inn") or "").strip()
    if asking.party and asking.party.key == wanted and asking.party.inn == inn:
        return asking.party
    known = {one.key: one for one in await find_parties(ctx, inn)}
    if wanted not in known:
        known = {one.key: one for one in await find_parties(ctx, inn, extended=True)}
    return known.get(wanted)


async def _directory(ctx: Context, asking: Asking, wanted: str) -> list[Option]:
    if not wanted:
        return []
    if wanted == MANUAL:
        return [Option(MANUAL, "Ввести вручную")] if await _down(ctx, asking) else []
    party = await chosen_party(ctx, asking, wanted)
    return [Option(party.key, party.name)] if party else []


async def _down(ctx: Context, asking: Asking) -> bool:
    """A name is taken by hand only while the directory cannot be asked, and stays as it was taken then."""
    inn = str(asking.values.get("inn") or "")
    named = asking.values.get("organisation_name")
    if asking.party and (asking.party.inn, asking.party.name) == (inn, named):
        return True
    try:
        await ctx.port(OrganisationDirectory).find(inn)
    except DirectoryUnavailable:
        return True
    return False


# ---- what is at the contract
async def _objects(ctx: Context, asking: Asking, wanted: str) -> list[Option]:
    if not asking.contract_id:
        return []
    rows = await ctx.reader.all(
        lists.OBJECTS, contract_id=asking.contract_id, every=not wanted, wanted=wanted, **ctx.visible(FILE.name)
    )
    return [
        Option(row.id, f"{row.number}, {row.address}", {"address": row.address, **address_parts(row.address)})
        for row in rows
    ]


async def _devices(ctx: Context, asking: Asking, wanted: str) -> list[Option]:
    if not asking.contract_id:
        return []
    rows = await ctx.reader.all(
        lists.DEVICES, contract_id=asking.contract_id, every=not wanted, wanted=wanted, **ctx.visible(FILE.name)
    )
    chosen = asking.values.get("object")
    return [
        Option(row.id, f"{row.number} ({row.model})", {"object": row.object_id, "place": row.point})
        for row in rows
        if not asking.values or row.object_id == chosen
    ]


_SOURCES: dict[str, Callable[[Context, Asking, str], Awaitable[list[Option]]]] = {
    "contracts": _contracts,
    "organisations": _organisations,
    "certificates": _certificates,
    "directory": _directory,
    "objects": _objects,
    "devices": _devices,
}


# ---- defaults
async def defaults(ctx: Context, step: Step, asking: Asking, offered: Choices) -> dict[str, Any]:
    """What the fields of a step are filled with to begin with; of a list with a single entry, that entry."""
    wanted = {field.default for field in step.fields if field.default}
    known: dict[str, Any] = {}
    if any(name.startswith("profile.") for name in wanted):
        known |= await _profile(ctx, asking.account_id)
    if any(name.partition(".")[0] in ("object", "device") for name in wanted):
        known |= _only(offered, "object") | _only(offered, "device")
    found = {field.name: known[field.default] for field in step.fields if known.get(field.default)}
    singles = {
        field.name: offered[field.name][0].value
        for field in step.fields
        if field.name in ("object", "device") and len(offered.get(field.name, [])) == 1
    }
    return {**singles, **found}


async def _profile(ctx: Context, account_id: str) -> dict[str, str]:
    row = await ctx.reader.first(store.PROFILE, account_id=account_id)
    if row is None:
        return {}
    fields = ("email", "surname", "given_name", "patronymic", "phone", "full_name")
    return {f"profile.{name}": getattr(row, name) for name in fields}


def _only(offered: Choices, name: str) -> dict[str, str]:
    """The details of the only entry of a list; of several the client takes those of what he chooses."""
    options = offered.get(name, [])
    return {f"{name}.{key}": value for key, value in options[0].details.items()} if len(options) == 1 else {}
