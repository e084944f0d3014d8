"""The page, the list with its filters, a document and its content."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec
from litestar.response import Stream

from core.printing.public import PDF
from core.sdk import (
    INLINE,
    INVALID,
    Context,
    FieldProblem,
    Problem,
    containing,
    decode_cursor,
    download,
    page,
)
from core.uploads.public import NO_PREVIEW
from plugins.edo import domain, errors, store
from plugins.edo.permissions import SIGN, VIEW
from plugins.edo.schemas import documents as schemas
from plugins.edo.services import access, files, printing, sending, viewing
from plugins.edo.store import DocumentRow

_FILTERS: Final[dict[schemas.Filter, tuple[str, Sequence[domain.State]]]] = {
    "all": ("Все", [state for state in domain.STATES if state != "coming"]),
    "to_sign": ("На подписании", ["awaiting"]),
    "signed": ("Подписанные", ["signed"]),
    "rejected": ("Отклонённые", ["rejected", "invalid"]),
    "annulment": ("Аннулирование", ["annulment_requested", "annulled"]),
}
_NOTICE = (
    "Ключ, который хранится на сервере оператора ЭДО, здесь использовать нельзя: нужен ключ на своём компьютере. "
    "Если на вопрос о доступе к КриптоПро ответить «Нет» или страницу изменяет AdBlock, кнопка «Подписать» остаётся "
    "неактивной, пока страница не обновлена."
)
_INSTRUCTIONS = (
    schemas.EdoLink("Инструкция по экспорту сертификата", "/api/v1/documents/public-key"),
    schemas.EdoLink("Инструкция по установке плагина для разных браузеров", "/api/v1/documents/signing-software"),
)


class Asked(msgspec.Struct, frozen=True):
    """The search line and the extended filter; what is empty filters nothing."""

    filter: schemas.Filter = "all"
    search: str = ""
    contract_id: str = ""
    kind: domain.Kind | None = None
    date_from: date | None = None
    date_to: date | None = None


async def shown_page(ctx: Context) -> schemas.EdoPage:
    """Which page the section is now, and what it offers."""
    kinds, registered = await access.agreements(ctx), await access.registered(ctx)
    return schemas.EdoPage(
        page="certificate" if kinds == {"kep"} and not registered else "full",
        registered=registered,
        contracts=await ctx.reader.all(store.CONTRACTS, **ctx.visible(VIEW.name)),
        kinds=domain.KINDS,
        client_kinds=domain.CLIENT_KINDS,
        instructions=_INSTRUCTIONS,
        notice=_NOTICE,
    )


async def listed(ctx: Context, asked: Asked, cursor: str | None, limit: int) -> schemas.EdoList:
    """Documents that pass every filter, the newest first."""
    await access.full(ctx)
    first, last = asked.date_from or date.min, asked.date_to or store.LAST_DAY
    if first > last:
        raise Problem(INVALID, errors=[FieldProblem("date_from", errors.PERIOD_REVERSED)])
    before, before_id = decode_cursor(cursor, date, str) or (store.LAST_DAY, "")
    rows = await ctx.reader.all(
        store.DOCUMENTS,
        **ctx.visible(VIEW.name),
        states=list(_FILTERS[asked.filter][1]),
        any_contract=not asked.contract_id,
        contract_id=asked.contract_id,
        any_kind=asked.kind is None,
        kind=asked.kind or "",
        date_from=first,
        date_to=last,
        any_text=not asked.search.strip(),
        pattern=containing(asked.search.strip()),
        before=before,
        before_id=before_id,
        limit=limit + 1,
    )
    cut = page(rows, limit, lambda row: (row.issued_on, row.id))
    return schemas.EdoList([item(row) for row in cut.items], cut.next, await _filters(ctx))


async def _filters(ctx: Context) -> list[schemas.EdoFilter]:
    counts = {row.state: row.count for row in await ctx.reader.all(store.COUNTS, **ctx.visible(VIEW.name))}
    return [
        schemas.EdoFilter(name, title, sum(counts.get(state, 0) for state in states))
        for name, (title, states) in _FILTERS.items()
    ]


async def waiting(ctx: Context) -> int:
    """How many documents wait for the caller's signature: the counter of the menu."""
    rows = await ctx.reader.all(store.COUNTS, **ctx.visible(SIGN.name))
    return next((row.count for row in rows if row.state == "awaiting"), 0)


def item(row: DocumentRow) -> schemas.EdoItem:
    """A line of the list."""
    return schemas.EdoItem(
        row.id,
        row.contract_id,
        row.contract_number,
        row.origin,
        row.kind,
        row.number,
        row.issued_on,
        row.name,
        row.method,
        row.state,
        domain.TITLES[row.state],
        row.file_name,
        row.size,
    )


async def details(ctx: Context, document_id: str) -> schemas.EdoDetails:
    """A document, its signatures and its history."""
    row = await access.own(ctx, document_id)
    signs = await ctx.reader.first(store.DOCUMENT, document_id=row.id, **ctx.visible(SIGN.name))
    return schemas.EdoDetails(
        item(row),
        row.comment,
        row.sha256,
        row.media_type in INLINE,
        domain.possible(row.standing, "client") if signs else [],
        [
            schemas.EdoSignatureItem(one.id, one.side, one.method, one.signer, one.signed_at, one.sha256, one.statement)
            for one in await ctx.reader.all(store.SIGNATURES, document_id=row.id)
        ],
        await ctx.reader.all(store.DEEDS, document_id=row.id),
        await sending.transfer(ctx, row.id),
    )


async def opened(ctx: Context, document_id: str, *, inline: bool) -> Stream:
    """The file as a download, or in the browser's tab where that is safe."""
    row = await access.own(ctx, document_id)
    if inline and row.media_type not in INLINE:
        raise Problem(NO_PREVIEW)
    return await files.send(ctx, row, inline=inline)


async def archive(ctx: Context, document_id: str) -> Stream:
    """The document with its signatures, and what they prove, as one .zip."""
    row = await access.own(ctx, document_id)
    return await download(await files.packed(ctx, row), f"{files.stem(row)}.zip", media_type="application/zip")


async def view(ctx: Context, document_id: str) -> schemas.EdoView:
    """What an invoice or an act of reconciliation says, for people."""
    row = await access.own(ctx, document_id)
    found = await viewing.view(ctx, row)
    if isinstance(found, str):
        raise Problem(errors.NO_VIEW, reason=found)
    return found


async def printed(ctx: Context, document_id: str) -> Stream:
    """The printed form."""
    row = await access.own(ctx, document_id)
    size, form = await printing.printed(ctx, row)
    return await download(form, f"{files.stem(row)}.pdf", media_type=PDF, size=size, inline=True)
