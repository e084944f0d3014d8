"""The wizard: an appeal is filled in step by step, saved as a draft, taken up again, thrown away."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from core.forms.public import FileField, Step, check
from core.identity.public import limits
from core.ports.organisations import Party
from core.sdk import INVALID, Context, Problem, UnitOfWork, new_id
from plugins.appeals import domain, errors
from plugins.appeals.domain import MANUAL, OTHER
from plugins.appeals.models import Appeal
from plugins.appeals.schemas.forms import AppealForm
from plugins.appeals.services import forms, sources
from plugins.appeals.services.access import change, kind_of, locked, own, values_of
from plugins.appeals.services.files import all_of, drop, editable
from plugins.appeals.services.sources import Asking
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import CONTRACT, NO_CONTRACT, SIGNING, TYPE, AppealKind
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow, FileRow

Values = dict[str, dict[str, Any]]


# ---- the first step
async def begin(ctx: Context, values: Mapping[str, Any]) -> AppealForm:
    """«Тип обращения» of a new appeal. Nothing of it stands in any list until it is saved or sent."""
    kind, clean = await _typed(ctx, ctx.actor.id, values)
    appeal_id = new_id()
    settings = ctx.settings(AppealSettings)
    columns = await _of_type(ctx, ctx.actor.id, kind, clean)
    async with ctx.uow() as uow:
        await limits.count(uow, limits.hourly("appeals.begun", ctx.actor.id, settings.per_hour))
        await uow.execute(
            sa.insert(Appeal).values(
                id=appeal_id,
                account_id=ctx.actor.id,
                tab="none",
                state="filling",
                object_address="",
                party=b"",
                completed=1,
                values=msgspec.json.encode({TYPE: clean}),
                resolution="",
                version=1,
                attempt="",
                signatures=b"",
                pending=False,
                failure="",
                failure_text="",
                unread=False,
                correspondence=False,
                taken_by="",
                created_at=uow.now,
                last_at=uow.now,
                **columns,
            )
        )
        row = await locked(uow, appeal_id)
        return await uow.answer(await forms.form(ctx, row, kind, []))


async def _typed(ctx: Context, account_id: str, values: Mapping[str, Any]) -> tuple[AppealKind, dict[str, Any]]:
    """The kind that the choices lead to, and the choices; a section that is the only one is filled in."""
    texts = {name: value for name, value in values.items() if isinstance(value, str) and value.strip()}
    found = domain.resolve(ctx.settings(AppealSettings).catalogue.values(), texts)
    if not isinstance(found, AppealKind):
        raise Problem(INVALID, errors=found)
    filled = {**values, "section": texts.get("section", found.sections[0])}
    asking = Asking(account_id, None, None, filled)
    offered = await sources.choices(ctx, found.steps[0], asking)
    checked = check(found.steps[0], filled, offered, today=ctx.today())
    if checked.problems:
        raise Problem(INVALID, errors=checked.problems)
    return found, checked.values


async def _of_type(ctx: Context, account_id: str, kind: AppealKind, clean: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that the first step decides."""
    contract_id = None if clean[CONTRACT] == NO_CONTRACT else str(clean[CONTRACT])
    held = await sources.held_contract(ctx, account_id, contract_id) if contract_id else None
    return {
        "kind": kind.name,
        "effect": kind.effect,
        "title": kind.title,
        "topic": clean["topic"],
        "section": clean["section"],
        "subsection": clean.get("subsection", ""),
        "contract_id": contract_id,
        "contract": held.title if held else "",
    }


# ---- any step
async def form(ctx: Context, appeal_id: str, step: str | None) -> AppealForm:
    """The appeal at a step: what was filled in, what may be chosen, what it is filled with to begin with."""
    row = await own(ctx, appeal_id)
    editable(row)
    kind = kind_of(ctx, row)
    return await forms.form(ctx, row, kind, await ctx.reader.all(store.FILES, appeal_id=row.id), step)


async def submit(ctx: Context, appeal_id: str, name: str, values: Mapping[str, Any]) -> AppealForm:
    """«Дальше»: stores a step when it is complete; steps after it stay as far as they are still right."""
    row = await own(ctx, appeal_id)
    editable(row)
    if name == TYPE:
        return await _submit_type(ctx, row, values)
    kind = kind_of(ctx, row)
    found = kind.step(name)
    if found is None or name == SIGNING:
        raise Problem(errors.NO_SUCH_STEP)
    index, step = found
    if index > row.completed:
        raise Problem(errors.NOT_YET, step=kind.steps[row.completed].title)
    files = await ctx.reader.all(store.FILES, appeal_id=row.id)
    clean, party = await checked_step(ctx, row, step, values, files)
    everything = {**values_of(row), name: clean}
    after = msgspec.structs.replace(
        row, values=msgspec.json.encode(everything), party=encoded(party), completed=max(row.completed, index + 1)
    )
    return await _store(ctx, row, after, kind, files)


async def _submit_type(ctx: Context, row: AppealRow, values: Mapping[str, Any]) -> AppealForm:
    kind, clean = await _typed(ctx, row.account_id, values)
    columns = await _of_type(ctx, row.account_id, kind, clean)
    files = await ctx.reader.all(store.FILES, appeal_id=row.id)
    same = kind.name == row.kind
    everything = {**values_of(row), TYPE: clean} if same else {TYPE: clean}
    after = msgspec.structs.replace(
        row,
        values=msgspec.json.encode(everything),
        completed=row.completed if same else 1,
        party=row.party if same else b"",
        **columns,
    )
    return await _store(ctx, row, after, kind, files)


async def _store(
    ctx: Context, before: AppealRow, after: AppealRow, kind: AppealKind, files: list[FileRow]
) -> AppealForm:
    """Writes a changed appeal, with only those later steps that its new values leave right."""
    completed = await still_right(ctx, after, kind, files)
    known = {step.name for step in kind.steps}
    kept = {name: value for name, value in values_of(after).items() if name in known}
    foreign = [file for file in files if file.field.partition(".")[0] not in known]
    async with ctx.uow() as uow:
        row = await _unchanged(uow, before)
        await drop(uow, foreign)
        columns = ("kind", "effect", "title", "topic", "section", "subsection", "contract_id", "contract", "party")
        await change(
            uow,
            row.id,
            **{name: getattr(after, name) for name in columns},
            values=msgspec.json.encode(kept),
            completed=completed,
            object_address=domain.object_address(kept),
            version=row.version + 1,
            failure="",
            failure_text="",
            last_at=uow.now,
        )
        stored = await locked(uow, row.id)
    return await forms.form(ctx, stored, kind, [file for file in files if file not in foreign])


async def _unchanged(uow: UnitOfWork, seen: AppealRow) -> AppealRow:
    row = await locked(uow, seen.id)
    editable(row)
    if row.version != seen.version:
        raise Problem(errors.CHANGED)
    return row


async def still_right(ctx: Context, row: AppealRow, kind: AppealKind, files: list[FileRow]) -> int:
    """How many of the steps done are right with the values as they are now; the first that is not ends the count."""
    values = values_of(row)
    for index, step in enumerate(kind.steps[: row.completed]):
        if step.name in (TYPE, SIGNING):
            continue
        try:
            await checked_step(ctx, row, step, values.get(step.name, {}), files)
        except Problem as problem:
            if problem.kind is not INVALID:
                raise
            return index
    return row.completed


async def checked_step(
    ctx: Context, row: AppealRow, step: Step, values: Mapping[str, Any], files: list[FileRow]
) -> tuple[dict[str, Any], Party | None]:
    """The clean values of a step, its files included, and the organisation of the appeal after it."""
    party = forms.party_of(row)
    names = {field.name for field in step.fields}
    given = {name: value for name, value in values.items() if name in names or not step.shows}
    for field in step.files():
        given[field.name] = [file.id for file in files if file.field == f"{step.name}.{field.name}"]
    asking = Asking(row.account_id, row.contract_id, party, given or {"": ""})
    offered = await sources.choices(ctx, step, asking)
    checked = check(step, given, offered, today=ctx.today())
    if checked.problems:
        raise Problem(INVALID, errors=checked.problems)
    clean = checked.values
    if "organisation" in names or "found" in names:
        party = await _party(ctx, msgspec.structs.replace(asking, values=clean), clean)
    return {
        name: value
        for name, value in clean.items()
        if not isinstance(next(field for field in step.fields if field.name == name), FileField)
    }, party


async def _party(ctx: Context, asking: Asking, clean: Mapping[str, Any]) -> Party | None:
    """The organisation that a step has named."""
    if certificate := clean.get("certificate"):
        option = next(one for one in await sources.certificates(ctx, asking) if one.value == certificate)
        return Party(option.details["inn"], option.details["kpp"], option.details["organisation"])
    organisation = clean.get("organisation")
    if organisation and organisation != OTHER:
        return next(
            one for one in await sources.parties_of_contracts(ctx, asking.account_id) if one.key == organisation
        )
    if clean.get("found") == MANUAL:
        return Party(clean["inn"], clean.get("organisation_kpp", ""), clean["organisation_name"])
    return await sources.chosen_party(ctx, asking, clean["found"])


def encoded(party: Party | None) -> bytes:
    """As it is stored."""
    return msgspec.json.encode(party) if party else b""


# ---- drafts
async def save(ctx: Context, appeal_id: str) -> None:
    """«Сохранить»: keeps what was completed as a draft; files of a step that was not are dropped (APL-59)."""
    row = await own(ctx, appeal_id)
    kind = kind_of(ctx, row)
    async with ctx.uow() as uow:
        row = await _unchanged(uow, row)
        if not kind.drafts:
            raise Problem(errors.NO_DRAFTS)
        if row.completed < 2:
            raise Problem(errors.TOO_EARLY)
        done = {step.name for step in kind.steps[: row.completed]}
        files = await all_of(uow, row.id)
        await drop(uow, [file for file in files if file.field.partition(".")[0] not in done])
        await change(uow, row.id, tab="drafts", state="draft", last_at=uow.now, version=row.version + 1)


async def discard(ctx: Context, appeal_id: str) -> None:
    """Leaves nothing of an appeal that has not been sent."""
    row = await own(ctx, appeal_id)
    async with ctx.uow() as uow:
        await _unchanged(uow, row)
        await erase(uow, row.id)


async def erase(uow: UnitOfWork, appeal_id: str) -> None:
    """Removes an appeal that has not been sent, with its files."""
    await drop(uow, await all_of(uow, appeal_id))
    await uow.execute(sa.delete(Appeal).where(Appeal.id == appeal_id))
