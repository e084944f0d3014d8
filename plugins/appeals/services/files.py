"""Files of appeals: taken as streams, attached to a field, a message or a block, given back."""

from collections.abc import AsyncIterator, Sequence
from mimetypes import guess_type

import msgspec
import sqlalchemy as sa

from core.forms.public import FileField
from core.ports.files import FileMissing, Files, Stored
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork, new_id
from core.signatures.public import evidence, read_certificate
from plugins.appeals import errors
from plugins.appeals.domain import safe_name
from plugins.appeals.models import File
from plugins.appeals.schemas.forms import AppealFile
from plugins.appeals.schemas.orders import DropFiles
from plugins.appeals.services.access import EDITABLE, kind_of, locked, own
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import AppealKind
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow, FileRow

UNKNOWN = "application/octet-stream"
_MAGIC = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_CERTIFICATE_BYTES = 65_536


class Incoming(msgspec.Struct):
    """A file that has been stored and belongs to nothing yet."""

    name: str
    stored: Stored
    media_type: str


# ---- coming in
async def receive(ctx: Context, name: str, content: AsyncIterator[bytes]) -> Incoming:
    """Stores a stream. What a browser may show is told by the content, not by the name."""
    head = bytearray()

    async def watched() -> AsyncIterator[bytes]:
        async for piece in content:
            if len(head) < 16:
                head.extend(piece[:16])
            yield piece

    stored = await ctx.port(Files).put(f"appeals/{new_id()}", watched())
    clean = safe_name(name)
    kind = guess_type(clean)[0] or UNKNOWN
    if kind in _MAGIC and not bytes(head).startswith(_MAGIC[kind]):
        kind = UNKNOWN
    return Incoming(clean, stored, kind)


async def attach(ctx: Context, appeal_id: str, field: str, name: str, content: AsyncIterator[bytes]) -> AppealFile:
    """The client attaches a file to a field of the form, or (without one) uploads a file for his next message.

    The same file sent again to the same place is there once.
    """
    row = await own(ctx, appeal_id)
    wanted = _field(ctx, row, field) if field else None
    if wanted is None and (row.state != "open" or not row.correspondence):
        raise Problem(errors.CLOSED_CORRESPONDENCE)
    if wanted and wanted.suffix:
        incoming = await _certificate(ctx, wanted, name, content)
    else:
        incoming = await receive(ctx, name, content)
    return await _keep(ctx, row, field, wanted, incoming, side="client")


async def upload(ctx: Context, row: AppealRow, name: str, content: AsyncIterator[bytes]) -> AppealFile:
    """Staff uploads a file for the next message or block."""
    if row.state != "open":
        raise Problem(errors.NOT_OPEN)
    return await _keep(ctx, row, "", None, await receive(ctx, name, content), side="company")


async def _keep(
    ctx: Context, row: AppealRow, field: str, wanted: FileField | None, incoming: Incoming, *, side: str
) -> AppealFile:
    values = {
        "id": new_id(),
        "appeal_id": row.id,
        "side": side,
        "field": field,
        "name": incoming.name,
        "media_type": incoming.media_type,
        "size": incoming.stored.size,
        "sha256": incoming.stored.sha256,
        "stored_key": incoming.stored.key,
        "evidence_id": "",
    }
    try:
        async with ctx.uow() as uow:
            now = await locked(uow, row.id)
            if now.state not in (EDITABLE if field else ("open",)):
                raise Problem(errors.NOT_EDITABLE if field else errors.NOT_OPEN)
            there = await uow.execute(_loose(row.id, field, side))
            held = there.all()
            again = next((one for one in held if (one.name, one.sha256) == (values["name"], values["sha256"])), None)
            if again is None:
                await _room(ctx, uow, row.id, wanted, len(held))
                await uow.execute(sa.insert(File).values(**values, created_at=uow.now))
    except BaseException:
        await ctx.port(Files).delete(incoming.stored.key)
        raise
    if again is not None:
        await ctx.port(Files).delete(incoming.stored.key)
        values["id"] = again.id
    return AppealFile(
        str(values["id"]),
        field,
        incoming.name,
        incoming.media_type,
        incoming.stored.size,
        incoming.stored.sha256,
        signed=False,
        ready=True,
    )


def _loose(appeal_id: str, field: str, side: str) -> sa.Select[str, str, str]:
    """The files of a field; without one those that wait for a message."""
    return sa.select(File.id, File.name, File.sha256).where(
        File.appeal_id == appeal_id,
        File.field == field,
        File.side == side,
        File.message_id.is_(None),
        File.block_id.is_(None),
    )


async def _room(ctx: Context, uow: UnitOfWork, appeal_id: str, wanted: FileField | None, held: int) -> None:
    if wanted and not wanted.many and held:
        raise Problem(errors.ONE_FILE)
    most = ctx.settings(AppealSettings).files
    total = (await uow.execute(store.FILE_COUNT, {"appeal_id": appeal_id})).scalar_one()
    if total >= most or (wanted and held >= wanted.most):
        raise Problem(errors.FILES_FULL)


def _field(ctx: Context, row: AppealRow, field: str) -> FileField:
    if row.state not in EDITABLE:
        raise Problem(errors.SENDING if row.state == "sending" else errors.NOT_EDITABLE)
    kind = kind_of(ctx, row)
    step_name, _, name = field.partition(".")
    found = kind.step(step_name)
    wanted = next((one for one in found[1].files() if one.name == name), None) if found else None
    if found is None or wanted is None:
        raise Problem(INVALID, errors=[FieldProblem("field", errors.FILE_FIELD)])
    if found[0] > row.completed:
        raise Problem(errors.NOT_YET, step=kind.steps[row.completed].title)
    return wanted


async def _certificate(ctx: Context, wanted: FileField, name: str, content: AsyncIterator[bytes]) -> Incoming:
    """A certificate is small, and refused at once unless it is one (APL-19)."""
    clean = safe_name(name)
    if not clean.lower().endswith(wanted.suffix):
        raise Problem(INVALID, errors=[FieldProblem("name", errors.FILE_SUFFIX, {"suffix": "*" + wanted.suffix})])
    body = bytearray()
    async for piece in content:
        body += piece
        if len(body) > _CERTIFICATE_BYTES:
            break
    read_certificate(bytes(body))
    return await receive(ctx, clean, _once(bytes(body)))


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


# ---- going into a message or a block
async def claim(
    uow: UnitOfWork, appeal_id: str, ids: Sequence[str], side: str, *, message_id: str = "", block_id: str = ""
) -> list[FileRow]:
    """Puts uploaded files into a message or a block. Raises Problem naming those that are not there."""
    if not ids:
        return []
    rows = [FileRow(*row) for row in await uow.execute(store.FILES.statement, {"appeal_id": appeal_id})]
    free = {row.id: row for row in rows if row.side == side and not (row.field or row.message_id or row.block_id)}
    wrong = [
        FieldProblem(f"files[{index}]", errors.FILE_USED)
        for index, one in enumerate(ids)
        if one not in free or one in ids[:index]
    ]
    if wrong:
        raise Problem(INVALID, errors=wrong)
    where = File.id.in_(list(ids))
    await uow.execute(sa.update(File).where(where).values(message_id=message_id or None, block_id=block_id or None))
    return [free[one] for one in ids]


# ---- going away
async def detach(ctx: Context, appeal_id: str, file_id: str) -> None:
    """The client removes a file before sending (X), or one that waits for a message."""
    row = await own(ctx, appeal_id)
    async with ctx.uow() as uow:
        now = await locked(uow, row.id)
        found = (await uow.execute(store.FILE.statement, {"appeal_id": appeal_id, "file_id": file_id})).first()
        if found is None:
            raise Problem(NOT_FOUND)
        file = FileRow(*found)
        waiting = file.side == "client" and not (file.message_id or file.block_id)
        if not waiting or (file.field and now.state not in EDITABLE):
            raise Problem(errors.SENDING if now.state == "sending" else errors.NOT_EDITABLE)
        await drop(uow, [file])


async def drop(uow: UnitOfWork, files: Sequence[FileRow]) -> None:
    """Removes files: the rows now, the bytes after the commit."""
    if files:
        await uow.execute(sa.delete(File).where(File.id.in_([one.id for one in files])))
        uow.enqueue(DropFiles([one.stored_key for one in files if one.stored_key]))


async def drop_files(ctx: Context, order: DropFiles) -> None:
    """Runs in a job; removing a file twice is fine."""
    for key in order.keys:
        await ctx.port(Files).delete(key)


# ---- going out
def shown(file: FileRow) -> AppealFile:
    """A file on the wire."""
    return AppealFile(
        file.id,
        file.field,
        file.name,
        file.media_type,
        file.size,
        file.sha256,
        signed=bool(file.evidence_id),
        ready=bool(file.stored_key),
    )


async def opened(ctx: Context, appeal_id: str, file_id: str) -> tuple[FileRow, AsyncIterator[bytes]]:
    """A file and its content; whether the caller may see the appeal has been asked."""
    file = await ctx.reader.first(store.FILE, appeal_id=appeal_id, file_id=file_id)
    if file is None:
        raise Problem(NOT_FOUND)
    if not file.stored_key:
        raise Problem(errors.FILE_AWAITED)
    return file, _content(ctx, file.stored_key)


async def _content(ctx: Context, key: str) -> AsyncIterator[bytes]:
    try:
        async for piece in ctx.port(Files).get(key):
            yield piece
    except FileMissing as error:
        raise Problem(NOT_FOUND) from error


async def proof(ctx: Context, appeal_id: str, file_id: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Name of a signed file, and the parts of the evidence of its signature."""
    file = await ctx.reader.first(store.FILE, appeal_id=appeal_id, file_id=file_id)
    kept = await evidence(ctx, file.evidence_id) if file and file.evidence_id else None
    if file is None or kept is None:
        raise Problem(NOT_FOUND)
    return file.name, kept.files()


def unsigned_documents(kind: AppealKind, files: Sequence[FileRow]) -> list[FileRow]:
    """The documents of a form that need a signature: all but the certificate itself."""
    fields = {f"{step.name}.{field.name}" for step in kind.steps for field in step.files() if not field.suffix}
    return [file for file in files if file.field in fields]
