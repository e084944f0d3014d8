"""A file comes in: streamed into the store, noted, and handed to the job that reads it."""

import unicodedata
from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from typing import Any

import msgspec
import sqlalchemy as sa

from core.errors import UNAVAILABLE
from core.importing import MEGABYTE
from core.imports import domain, errors, schemas, store
from core.imports.models import Import
from core.imports.services import access, showing
from core.imports.services.access import AnyImporter
from core.imports.settings import ImportSettings
from core.ports.files import Files, FilesUnavailable
from core.sdk import FIELD_FORMAT, INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork, new_id

FOLDER = "imports/"
"""Where the files lie in the store."""
HEAD = 4096
"""Bytes that a file is first judged by."""
_LONGEST_NAME = 200


class ReadFile(msgspec.Struct, frozen=True):
    """Read an uploaded file and check it."""

    import_id: str


class ForgetFile(msgspec.Struct, frozen=True):
    """Delete a file from the store: its row is gone."""

    key: str


class Upload(msgspec.Struct, frozen=True):
    """What a client says of the file that he sends."""

    kind: str
    contract_id: str
    name: str
    send: bool
    """Send what is right as soon as it is checked."""
    replaces: str | None
    """An unsent file of the caller that goes when this one is stored."""
    parts: tuple[str, ...] = ()
    """What the file is about, as far as the kind asks for it."""


async def upload(ctx: Context, wanted: Upload, body: AsyncIterator[bytes]) -> schemas.ImportItem:
    """Stores a file; nothing of it is sent before that is ordered. A file that is refused leaves nothing behind."""
    importer = access.importer_asked(ctx, wanted.kind)
    granted = await access.at_place(ctx, importer, wanted.contract_id)
    access.require(granted, importer, sending=True)
    if not await importer.offered(granted):
        raise Problem(errors.NOT_OFFERED, title=importer.title)
    parts = await importer.parts(granted, wanted.parts)
    await access.admit(granted, importer)
    name = clean_name(wanted.name, importer)
    import_id, files = new_id(), ctx.port(Files)
    try:
        stored = await files.put(f"{FOLDER}{import_id}", _judged(body, name, importer))
    except FilesUnavailable as error:
        raise Problem(UNAVAILABLE) from error
    row = {
        "id": import_id,
        "kind": importer.name,
        "contract_id": wanted.contract_id,
        "account_id": ctx.actor.id,
        "partial": granted.grant is not None and granted.grant.objects is not None,
        "parts": msgspec.json.encode(parts).decode(),
        "file_name": name,
        "size": stored.size,
        "sha256": stored.sha256,
        "stored_key": stored.key,
        "ordered": wanted.send,
        "notes": b"[]",
    }
    try:
        return await _note(granted, row, wanted, importer)
    except Problem:
        await files.delete(stored.key)
        raise


async def _note(ctx: Context, row: dict[str, Any], wanted: Upload, importer: AnyImporter) -> schemas.ImportItem:
    async with ctx.uow() as uow:
        await uow.lock(f"imports:{ctx.actor.id}:{wanted.contract_id}")
        if wanted.replaces is not None:
            await _replace(ctx, uow, wanted)
        most = ctx.settings(ImportSettings).staged_files
        if await store.waiting(uow, ctx.actor.id, wanted.contract_id) >= most:
            raise Problem(errors.TOO_MANY_FILES, most=most)
        ordered_at = uow.now if wanted.send else None
        times = {"uploaded_at": uow.now, "changed_at": uow.now, "ordered_at": ordered_at}
        await uow.execute(sa.insert(Import).values(**row, **times))
        uow.enqueue(ReadFile(row["id"]))
        subject = wanted.contract_id or row["id"]
        uow.audit("imports.uploaded", subject, file=row["id"], kind=importer.name, sha256=row["sha256"])
        stored = await store.lock(uow, row["id"])
        assert stored is not None
        return showing.item(ctx, stored, importer)


async def _replace(ctx: Context, uow: UnitOfWork, wanted: Upload) -> None:
    assert wanted.replaces is not None
    old = await store.lock(uow, wanted.replaces)
    if old is None or (old.account_id, old.contract_id) != (ctx.actor.id, wanted.contract_id):
        raise Problem(NOT_FOUND)
    await forget(uow, old)


async def forget(uow: UnitOfWork, row: store.ImportRow) -> None:
    """Removes an unsent import with its file."""
    try:
        domain.delete(row.life)
    except domain.Impossible as error:
        raise Problem(errors.NOT_NOW, state=domain.WORDS[row.state]) from error
    await store.remove(uow, row.id)
    uow.enqueue(ForgetFile(row.stored_key))
    uow.audit("imports.deleted", row.subject, file=row.id)


async def forget_file(ctx: Context, order: ForgetFile) -> None:
    """The job behind `ForgetFile`."""
    await ctx.port(Files).delete(order.key)


# ---- names and contents
def clean_name(name: str, importer: AnyImporter) -> str:
    """The last part of a file's name without what no file is called. Raises Problem for another extension."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    if not plain:
        raise Problem(INVALID, errors=[FieldProblem("name", FIELD_FORMAT)])
    suffix = suffix_of(plain)
    if suffix not in importer.suffixes:
        raise Problem(errors.WRONG_SUFFIX, name=plain[:_LONGEST_NAME], suffixes=" или ".join(importer.suffixes))
    return plain[: -len(suffix)][: _LONGEST_NAME - len(suffix)] + plain[-len(suffix) :]


def suffix_of(name: str) -> str:
    """`.xlsx`, in small letters; empty where a name has none."""
    return PurePosixPath(name).suffix.lower()


async def _judged(body: AsyncIterator[bytes], name: str, importer: AnyImporter) -> AsyncIterator[bytes]:
    """The body, as far as it may be one: neither empty nor too large, and beginning as such a file does."""
    head, size, judged = b"", 0, False
    async for piece in body:
        size += len(piece)
        if size > importer.max_bytes:
            raise Problem(errors.FILE_TOO_LARGE, megabytes=importer.max_bytes // MEGABYTE)
        if judged:
            yield piece
            continue
        head += piece
        if len(head) >= HEAD:
            _check_head(head, name, importer)
            judged = True
            yield head
    if not judged:
        _check_head(head, name, importer)
        yield head


def _check_head(head: bytes, name: str, importer: AnyImporter) -> None:
    if not head:
        raise Problem(errors.EMPTY_FILE, name=name)
    if not importer.fits(head[:HEAD]):
        raise Problem(errors.WRONG_CONTENT, name=name)
