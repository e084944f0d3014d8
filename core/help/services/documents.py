"""Documents: published by staff in versions, read and downloaded by anybody."""

from collections.abc import AsyncIterator
from hashlib import sha256
from io import BytesIO
from typing import Any

import msgspec
import sqlalchemy as sa

from core.help import errors, schemas, store
from core.help.domain.texts import AGREEMENT, BUILT_IN
from core.help.models import Document
from core.help.services.company import filled
from core.identity.public import initial_agreement_version, publish_agreement
from core.ports.files import FileMissing, Files
from core.sdk import FIELD_REQUIRED, INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork, new_id, pieces

BUILT_IN_VERSION = "1"
"""Of the program's own texts; that of the agreement is identity's setting."""
Download = tuple[str, int, AsyncIterator[bytes]]
"""File name, size, content."""


# ---- anybody
async def listed(ctx: Context) -> list[schemas.HelpDocumentItem]:
    """The newest version of every document, by kind."""
    stored = {row.kind: _shown(row) for row in await ctx.reader.all(store.NEWEST_OF_ALL)}
    missing = {kind: _built_in(ctx, kind) for kind in BUILT_IN if kind not in stored}
    return [_item(document) for _, document in sorted((stored | missing).items())]


async def newest(ctx: Context, kind: str) -> schemas.HelpDocument:
    """The version in force."""
    row = await ctx.reader.first(store.NEWEST, kind=kind)
    return _built_in(ctx, kind) if row is None else _shown(row)


async def versions(ctx: Context, kind: str) -> list[schemas.HelpDocumentItem]:
    """Every version, the newest first; the program's own text, if there is one, is the oldest."""
    found = [_item(_shown(row)) for row in await ctx.reader.all(store.VERSIONS, kind=kind)]
    if kind in BUILT_IN:
        own = _built_in(ctx, kind)
        found += [] if own.version in {item.version for item in found} else [_item(own)]
    if not found:
        raise Problem(NOT_FOUND)
    return found


async def version(ctx: Context, kind: str, wanted: str) -> schemas.HelpDocument:
    """A certain version."""
    row = await ctx.reader.first(store.VERSION, kind=kind, version=wanted)
    if row is not None:
        return _shown(row)
    own = _built_in(ctx, kind)
    if own.version != wanted:
        raise Problem(NOT_FOUND)
    return own


async def content(ctx: Context, kind: str) -> Download:
    """What a download of the version in force consists of."""
    row = await ctx.reader.first(store.NEWEST, kind=kind)
    return _text_file(_built_in(ctx, kind)) if row is None else _file(ctx, row)


async def version_content(ctx: Context, kind: str, wanted: str) -> Download:
    """What a download of a certain version consists of."""
    row = await ctx.reader.first(store.VERSION, kind=kind, version=wanted)
    return _text_file(await version(ctx, kind, wanted)) if row is None else _file(ctx, row)


def _file(ctx: Context, row: store.DocumentRow) -> Download:
    if row.stored_key is None:
        return _text_file(_shown(row))
    return row.file_name, row.size, _stored(ctx, row.stored_key)


async def _stored(ctx: Context, key: str) -> AsyncIterator[bytes]:
    try:
        async for piece in ctx.port(Files).get(key):
            yield piece
    except FileMissing as error:
        raise Problem(NOT_FOUND) from error


def _text_file(document: schemas.HelpDocument) -> Download:
    encoded = (document.text or "").encode()
    return document.file_name, len(encoded), pieces(BytesIO(encoded))


def _built_in(ctx: Context, kind: str) -> schemas.HelpDocument:
    own = BUILT_IN.get(kind)
    if own is None:
        raise Problem(NOT_FOUND)
    text = filled(ctx, own.text)
    number = initial_agreement_version(ctx) if kind == AGREEMENT else BUILT_IN_VERSION
    return schemas.HelpDocument(
        kind, own.title, number, None, _text_name(kind, number), len(text.encode()), own.link, text
    )


def _shown(row: store.DocumentRow) -> schemas.HelpDocument:
    return schemas.HelpDocument(**{name: getattr(row, name) for name in schemas.HelpDocument.__struct_fields__})


def _item(document: schemas.HelpDocument) -> schemas.HelpDocumentItem:
    return schemas.HelpDocumentItem(
        **{name: getattr(document, name) for name in schemas.HelpDocumentItem.__struct_fields__}
    )


def _text_name(kind: str, number: str) -> str:
    return f"{kind}-{number}.txt"


# ---- staff
async def publish_text(
    ctx: Context, kind: str, number: str, form: schemas.HelpDocumentText
) -> schemas.HelpDocumentItem:
    """Publishes a version written as plain text."""
    encoded = form.text.encode()
    async with ctx.uow() as uow:
        return await _publish(
            uow,
            kind,
            number,
            title=form.title,
            link=form.link,
            file_name=_text_name(kind, number),
            size=len(encoded),
            text=form.text,
            stored_key=None,
            sha256=sha256(encoded).hexdigest(),
        )


async def publish_file(
    ctx: Context, kind: str, number: str, title: str, file_name: str, link: str | None, body: AsyncIterator[bytes]
) -> schemas.HelpDocumentItem:
    """Publishes a version that is a file. A version that was published already is not replaced."""
    if await ctx.reader.first(store.VERSION, kind=kind, version=number) is not None:
        raise Problem(errors.VERSION_TAKEN, version=number)
    files = ctx.port(Files)
    stored = await files.put(f"help/documents/{new_id()}", body)
    try:
        if stored.size == 0:
            raise Problem(INVALID, errors=[FieldProblem("", FIELD_REQUIRED)])
        async with ctx.uow() as uow:
            return await _publish(
                uow,
                kind,
                number,
                title=title,
                link=link,
                file_name=file_name,
                size=stored.size,
                text=None,
                stored_key=stored.key,
                sha256=stored.sha256,
            )
    except Problem:
        await files.delete(stored.key)
        raise


async def _publish(uow: UnitOfWork, kind: str, number: str, **columns: Any) -> schemas.HelpDocumentItem:
    await uow.lock(f"help.documents:{kind}")
    if await uow.scalar(store.published(kind, number)) is not None:
        raise Problem(errors.VERSION_TAKEN, version=number)
    last = await uow.scalar(store.last_number(kind)) or 0
    document = {"kind": kind, "version": number, "published_at": uow.now, **columns}
    await uow.execute(sa.insert(Document).values(id=new_id(), number=last + 1, **document))
    if kind == AGREEMENT:
        await publish_agreement(uow, number)
    uow.audit("help.document_published", kind, version=number, sha256=columns["sha256"])
    return msgspec.convert(document, schemas.HelpDocumentItem)
