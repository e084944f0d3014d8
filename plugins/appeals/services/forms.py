"""How kinds and appeals in the making are shown."""

from typing import Any

import msgspec

from core.forms.public import FileField, Step, step_schema
from core.ports.organisations import Party
from core.sdk import NOT_FOUND, Context, Page, Problem
from plugins.appeals import errors
from plugins.appeals.schemas.forms import (
    AppealFailure,
    AppealForm,
    AppealKindForm,
    AppealKindItem,
    AppealKindStep,
    AppealPoint,
    AppealShown,
    AppealSlot,
)
from plugins.appeals.services import files as filing
from plugins.appeals.services import sources
from plugins.appeals.services.access import values_of
from plugins.appeals.services.sources import Asking, Choices
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import SIGNING, AppealKind
from plugins.appeals.store.appeals import AppealRow, FileRow

_PARTY = (
    ("Полное наименование организации", "name"),
    ("Краткое наименование организации", "short_name"),
    ("ИНН", "inn"),
    ("ОКПО", "okpo"),
    ("ОГРН", "ogrn"),
    ("КПП", "kpp"),
    ("Должность руководителя", "manager_post"),
    ("ФИО руководителя", "manager_name"),
    ("Адрес места нахождения", "address"),
)


# ---- the catalogue
def kinds(ctx: Context) -> Page[AppealKindItem]:
    """Every kind of this host."""
    return Page([AppealKindItem(**_item(kind)) for kind in ctx.settings(AppealSettings).catalogue.values()])


def kind(ctx: Context, name: str) -> AppealKindForm:
    """A kind with its whole form."""
    found = ctx.settings(AppealSettings).catalogue.get(name)
    if found is None:
        raise Problem(NOT_FOUND)
    steps = [_step(found, index, {}) for index in range(len(found.steps))]
    return AppealKindForm(**_item(found), forms=steps)


def _item(found: AppealKind) -> dict[str, Any]:
    return {
        "name": found.name,
        "title": found.title,
        "topic": found.topic,
        "sections": found.sections,
        "subsections": found.subsections,
        "contract": found.contract,
        "signed": found.signed,
        "drafts": found.drafts,
        "steps": [step.title for step in found.steps],
    }


def _step(found: AppealKind, index: int, offered: Choices) -> AppealKindStep:
    step = found.steps[index]
    entered = msgspec.structs.replace(step, fields=[one for one in step.fields if not isinstance(one, FileField)])
    return AppealKindStep(
        step.name,
        step.title,
        index + 1,
        len(found.steps),
        step.fields,
        step.shows,
        step_schema(entered, {name: options for name, options in offered.items() if options}),
    )


# ---- an appeal in the making
def party_of(row: AppealRow) -> Party | None:
    """The organisation that the appeal names."""
    return msgspec.json.decode(row.party, type=Party) if row.party else None


def last_data_step(found: AppealKind) -> int:
    """How many steps have to be done before an appeal of this kind can be sent."""
    return len(found.steps) - (found.steps[-1].name == SIGNING)


async def form(
    ctx: Context, row: AppealRow, found: AppealKind, files: list[FileRow], name: str | None = None
) -> AppealForm:
    """The appeal at the step asked for, or at the first that is not done."""
    index = _index(found, row, name)
    step, values = found.steps[index], values_of(row)
    asking = Asking(row.account_id, row.contract_id, party_of(row), {})
    offered = await sources.choices(ctx, step, asking)
    defaults = {} if step.name in values else await sources.defaults(ctx, step, asking, offered)
    failure = AppealFailure(row.failure, row.failure_text) if row.failure else None
    to_sign = filing.documents(found, files) if found.signed else []
    return AppealForm(
        id=row.id,
        kind=found.name,
        state=row.state,  # type: ignore[arg-type]
        title=found.title,
        step=_step(found, index, offered),
        current=min(row.completed + 1, len(found.steps)),
        total=len(found.steps),
        steps=[AppealPoint(one.name, one.title, done=at < row.completed) for at, one in enumerate(found.steps)],
        values=values,
        defaults=defaults,
        choices=offered,
        slots=_slots(step, files),
        shown=shown(row) if step.shows == "party" else [],
        files=[filing.shown(file) for file in files],
        to_sign=[filing.shown(file) for file in to_sign],
        party=party_of(row),
        failure=failure,
    )


def _index(found: AppealKind, row: AppealRow, name: str | None) -> int:
    if name is None:
        return min(row.completed, len(found.steps) - 1)
    wanted = found.step(name)
    if wanted is None:
        raise Problem(errors.NO_SUCH_STEP)
    if wanted[0] > row.completed:
        raise Problem(errors.NOT_YET, step=found.steps[row.completed].title)
    return wanted[0]


def _slots(step: Step, files: list[FileRow]) -> list[AppealSlot]:
    slots = []
    for field in step.files():
        path = f"{step.name}.{field.name}"
        held = sum(file.field == path for file in files)
        slots.append(AppealSlot(path, upload=held < (field.most if field.many else 1)))
    return slots


def shown(row: AppealRow) -> list[AppealShown]:
    """«Информация»: what the directory says of the organisation, to be read only."""
    party = party_of(row)
    return [AppealShown(title, getattr(party, name)) for title, name in _PARTY] if party else []
