"""The lists, the counter and the card of an appeal."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from core.forms.public import Option, Step
from core.sdk import Context, Page, decode_cursor, page
from plugins.appeals import domain
from plugins.appeals.schemas.dialogue import (
    BLOCKS,
    AppealBlock,
    AppealCard,
    AppealGroup,
    AppealItem,
    AppealMessage,
    AppealUnread,
)
from plugins.appeals.schemas.forms import AppealFailure, AppealFile, AppealShown
from plugins.appeals.services import files as filing
from plugins.appeals.services.access import EDITABLE, change, locked, own, values_of
from plugins.appeals.services.forms import party_of
from plugins.appeals.services.forms import shown as shown_party
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import SIGNING, TYPE, AppealKind
from plugins.appeals.store import appeals as store
from plugins.appeals.store import lists
from plugins.appeals.store.appeals import AppealRow, FileRow, ItemRow

_LAST = (datetime(9999, 1, 1, tzinfo=UTC), "")
_RESOLUTIONS = {"filling": "", "draft": "Черновик", "sending": "Отправляется"}


# ---- lists
async def tab(ctx: Context, name: str, cursor: str | None, limit: int) -> Page[AppealItem]:
    """The caller's appeals of a tab, the one with the latest message first."""
    before, before_id = decode_cursor(cursor, datetime, str) or _LAST
    rows = await ctx.reader.all(
        store.TAB, account_id=ctx.actor.id, tab=name, before=before, before_id=before_id, limit=limit + 1
    )
    cut = page(rows, limit, lambda row: (row.last_at, row.id))
    return Page([_item(ctx, row) for row in cut.items], cut.next)


def _item(ctx: Context, row: ItemRow) -> AppealItem:
    return AppealItem(
        id=row.id,
        day=row.last_at.astimezone(ctx.runtime.zone).date(),
        title=row.title,
        section=row.section,
        contract_id=row.contract_id,
        contract=row.contract or None,
        object_address=row.object_address or None,
        resolution=_resolution(row.state, row.resolution),
        state=row.state,  # type: ignore[arg-type]
        unread=row.unread,
        number=row.number,
        last_at=row.last_at,
    )


def _resolution(state: str, resolution: str) -> str:
    return _RESOLUTIONS.get(state, resolution)


async def unread(ctx: Context) -> AppealUnread:
    """How many appeals of the caller have unread messages."""
    return AppealUnread(await count_unread(ctx))


async def count_unread(ctx: Context) -> int:
    """The counter of the menu."""
    return await ctx.reader.first(store.UNREAD, account_id=ctx.actor.id) or 0


# ---- the card
async def opened(ctx: Context, appeal_id: str) -> AppealCard:
    """The card for the author; opening it clears its mark."""
    row = await own(ctx, appeal_id)
    if row.unread:
        async with ctx.uow() as uow:
            await locked(uow, row.id)
            await change(uow, row.id, unread=False)
    return await card(ctx, row)


async def card(ctx: Context, row: AppealRow) -> AppealCard:
    """Heading, form and dialogue. Of a closed appeal the form is not shown."""
    kind = ctx.settings(AppealSettings).catalogue.get(row.kind)
    files = await ctx.reader.all(store.FILES, appeal_id=row.id)
    resolution = _resolution(row.state, row.resolution)
    name = row.topic if kind is None or (kind.contract == "required" and not kind.signed) else row.title
    allowed = row.state == "open" and row.correspondence
    return AppealCard(
        id=row.id,
        state=row.state,  # type: ignore[arg-type]
        resolution=resolution,
        name=name,
        heading=domain.heading(resolution, name),
        number=row.number,
        created_at=row.created_at,
        registered_at=row.registered_at,
        source=domain.SOURCE,
        topic=row.topic,
        section=row.section,
        subsection=row.subsection,
        person_type=row.subsection or "-",
        contract_id=row.contract_id,
        contract=row.contract or None,
        object_address=row.object_address or None,
        sending={"sending": domain.SENDING, "open": domain.SENT}.get(row.state, ""),
        failure=AppealFailure(row.failure, row.failure_text) if row.failure and row.state in EDITABLE else None,
        groups=await _groups(ctx, row, kind, files) if kind and row.state != "closed" else [],
        messages=await _messages(ctx, row, files),
        blocks=await _blocks(ctx, row, files),
        correspondence=allowed,
        correspondence_text="" if allowed else domain.NO_CORRESPONDENCE,
        withdrawable=row.state == "open" and bool(kind and kind.withdrawable),
    )


async def _groups(ctx: Context, row: AppealRow, kind: AppealKind, files: list[FileRow]) -> list[AppealGroup]:
    values, groups = values_of(row), []
    of_step = _by(files, lambda file: file.field.partition(".")[0])
    for step in kind.steps:
        if step.name in (TYPE, SIGNING) or (step.name not in values and not step.shows):
            continue
        entered = values.get(step.name, {})
        lines = domain.readable(step, entered, await _titles(ctx, row, step, entered))
        title = "Приложенные файлы" if step.fields and len(step.files()) == len(step.fields) else step.title
        read_only = shown_party(row) if step.shows else []
        pairs = [*read_only, *(AppealShown(title, value) for title, value in lines)]
        groups.append(AppealGroup(step.name, title, pairs, of_step.get(step.name, [])))
    return groups


async def _titles(ctx: Context, row: AppealRow, step: Step, entered: dict[str, Any]) -> dict[str, list[Option]]:
    """How what was chosen is called; what is gone since is shown by its key."""
    found: dict[str, list[Option]] = {}
    party = party_of(row)
    for field in ("organisation", "found", "certificate"):
        if party and entered.get(field):
            found[field] = [Option(str(entered[field]), party.name)]
    for field, query in (("object", lists.OBJECT_NAME), ("device", lists.DEVICE_NAME)):
        if entered.get(field) and row.contract_id:
            name = await ctx.reader.first(query, contract_id=row.contract_id, wanted=entered[field])
            found[field] = [Option(str(entered[field]), name or str(entered[field]))]
    return found


def _by(files: list[FileRow], key: Callable[[FileRow], str | None]) -> dict[str, list[AppealFile]]:
    """The files of each step, message or block."""
    found: dict[str, list[AppealFile]] = {}
    for file in files:
        if owner := key(file):
            found.setdefault(owner, []).append(filing.shown(file))
    return found


async def _messages(ctx: Context, row: AppealRow, files: list[FileRow]) -> list[AppealMessage]:
    of_message = _by(files, lambda file: file.message_id)
    return [
        AppealMessage(
            id=message.id,
            own=message.side == "client",
            author=message.author,
            text=message.text,
            created_at=message.created_at,
            files=of_message.get(message.id, []),
        )
        for message in await ctx.reader.all(store.MESSAGES, appeal_id=row.id)
    ]


async def _blocks(ctx: Context, row: AppealRow, files: list[FileRow]) -> list[AppealBlock]:
    closed = row.state == "closed"
    of_block = _by(files, lambda file: file.block_id)
    return [
        AppealBlock(
            id=block.id,
            kind=block.kind,  # type: ignore[arg-type]
            title=BLOCKS[block.kind],
            created_at=block.created_at,
            files=of_block.get(block.id, []),
        )
        for block in await ctx.reader.all(store.BLOCKS, appeal_id=row.id)
        if not closed or block.kind == "signed"
    ]
