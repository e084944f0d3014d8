"""Files of appeals: uploads attached to a field, a message or a block, and given back."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from core.forms.public import FileField
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork
from core.signatures.public import evidence, read_certificate
from core.uploads.public import Attached, adopt, content, drop_file, remove
from plugins.appeals import errors
from plugins.appeals.models import File
from plugins.appeals.schemas.forms import AppealFile
from plugins.appeals.services.access import EDITABLE, change, kind_of, locked, own
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import AppealKind
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow, FileRow

OF_COMPANY = "appeals/"
"""Where the store keeps what the company's CRM sends; all else are uploads."""
_CERTIFICATE_BYTES = 65_536


def owner(appeal_id: str) -> str:
    """What uploads of an appeal are attached to."""
    return f"appeals.appeal:{appeal_id}"


# ---- to a field of the form
async def attach(ctx: Context, appeal_id: str, upload_id: str, field: str) -> AppealFile:
    """Attaches an upload of the client's to a kind of documents; the same one again stays where it is."""
    row = await own(ctx, appeal_id)
    wanted = _field(ctx, row, field)
    async with ctx.uow() as uow:
        now = await locked(uow, row.id)
        editable(now)
        files = await all_of(uow, row.id)
        known = next((file for file in files if file.id == upload_id), None)
        if known and known.field == field:
            return shown(known)
        (upload,) = await adopt(uow, ctx.actor.id, [upload_id], owner=owner(row.id), field="file_id")
        if known:
            raise Problem(INVALID, errors=[FieldProblem("file_id", errors.FILE_USED)])
        await _check(ctx, wanted, upload, [file for file in files if file.field == field], len(files))
        await change(uow, row.id, version=now.version + 1)  # a sending that has seen other files begins anew
        return shown(await _insert(uow, row.id, upload, side="client", field=field))


async def _check(ctx: Context, wanted: FileField, upload: Attached, held: Sequence[FileRow], total: int) -> None:
    if not wanted.many and held:
        raise Problem(errors.ONE_FILE)
    if total >= ctx.settings(AppealSettings).files or len(held) >= wanted.most:
        raise Problem(errors.FILES_FULL)
    if wanted.suffix:
        if not upload.name.lower().endswith(wanted.suffix):
            raise Problem(INVALID, errors=[FieldProblem("file_id", errors.FILE_SUFFIX, {"suffix": wanted.suffix})])
        head = [piece async for piece in content(ctx, upload, end=_CERTIFICATE_BYTES + 1)]
        read_certificate(b"".join(head))


def _field(ctx: Context, row: AppealRow, field: str) -> FileField:
    editable(row)
    kind = kind_of(ctx, row)
    step_name, _, name = field.partition(".")
    found = kind.step(step_name)
    wanted = next((one for one in found[1].files() if one.name == name), None) if found else None
    if found is None or wanted is None:
        raise Problem(INVALID, errors=[FieldProblem("field", errors.FILE_FIELD)])
    if found[0] > row.completed:
        raise Problem(errors.NOT_YET, step=kind.steps[row.completed].title)
    return wanted


def editable(row: AppealRow) -> None:
    """Raises Problem for an appeal that has been sent."""
    if row.state not in EDITABLE:
        raise Problem(errors.SENDING if row.state == "sending" else errors.NOT_EDITABLE)


# ---- to a message or a block
async def take(
    ctx: Context, uow: UnitOfWork, appeal_id: str, ids: Sequence[str], side: str, *, message: str = "", block: str = ""
) -> list[FileRow]:
    """Attaches uploads of the caller to a message or a block. Raises Problem naming every one that cannot be."""
    if not ids:
        return []
    known = {file.id for file in await all_of(uow, appeal_id)}
    if len(known) + len(ids) > ctx.settings(AppealSettings).files:
        raise Problem(errors.FILES_FULL)
    uploads = await adopt(uow, ctx.actor.id, ids, owner=owner(appeal_id))
    used = [FieldProblem(f"files[{at}]", errors.FILE_USED) for at, one in enumerate(ids) if one in known]
    if used:
        raise Problem(INVALID, errors=used)
    return [await _insert(uow, appeal_id, upload, side=side, message=message, block=block) for upload in uploads]


async def _insert(
    uow: UnitOfWork,
    appeal_id: str,
    upload: Attached,
    *,
    side: str,
    field: str = "",
    message: str = "",
    block: str = "",
) -> FileRow:
    row = FileRow(
        id=upload.id,
        appeal_id=appeal_id,
        side=side,
        field=field,
        message_id=message or None,
        block_id=block or None,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        stored_key=upload.stored_key,
        evidence_id="",
    )
    await uow.execute(sa.insert(File).values(**msgspec.structs.asdict(row), created_at=uow.now))
    return row


async def all_of(uow: UnitOfWork, appeal_id: str) -> list[FileRow]:
    """The files of an appeal as they are now, the oldest first."""
    return [FileRow(*row) for row in await uow.execute(store.FILES.statement, {"appeal_id": appeal_id})]


# ---- going away
async def detach(ctx: Context, appeal_id: str, file_id: str) -> None:
    """The client removes a file of the form before sending (X)."""
    row = await own(ctx, appeal_id)
    async with ctx.uow() as uow:
        now = await locked(uow, row.id)
        file = next((one for one in await all_of(uow, row.id) if one.id == file_id), None)
        if file is None:
            raise Problem(NOT_FOUND)
        editable(now)
        await drop(uow, [file])
        await change(uow, row.id, version=now.version + 1)


async def drop(uow: UnitOfWork, files: Sequence[FileRow]) -> None:
    """Removes files: the rows now, the bytes after the commit."""
    if not files:
        return
    await uow.execute(sa.delete(File).where(File.id.in_([one.id for one in files])))
    await remove(uow, [one.id for one in files if not one.stored_key.startswith(OF_COMPANY)])
    for one in files:
        if one.stored_key.startswith(OF_COMPANY):
            drop_file(uow, one.stored_key)


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


async def opened(ctx: Context, appeal_id: str, file_id: str) -> Attached:
    """A file to be read; whether the caller may see the appeal has been asked."""
    file = await ctx.reader.first(store.FILE, appeal_id=appeal_id, file_id=file_id)
    if file is None:
        raise Problem(NOT_FOUND)
    if not file.stored_key:
        raise Problem(errors.FILE_AWAITED)
    return readable(file)


def readable(file: FileRow) -> Attached:
    """As uploads send it."""
    return Attached(file.id, owner(file.appeal_id), file.name, file.size, file.sha256, file.media_type, file.stored_key)


async def every(ctx: Context, appeal_id: str) -> list[Attached]:
    """All files of an appeal that are there, for one archive."""
    files = await ctx.reader.all(store.FILES, appeal_id=appeal_id)
    return [readable(file) for file in files if file.stored_key]


async def proof(ctx: Context, appeal_id: str, file_id: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Name of a signed file, and the parts of the evidence of its signature."""
    file = await ctx.reader.first(store.FILE, appeal_id=appeal_id, file_id=file_id)
    kept = await evidence(ctx, file.evidence_id) if file and file.evidence_id else None
    if file is None or kept is None:
        raise Problem(NOT_FOUND)
    return file.name, kept.files()


def documents(kind: AppealKind, files: Sequence[FileRow]) -> list[FileRow]:
    """The documents of a form that need a signature: all but the certificate itself."""
    fields = {f"{step.name}.{field.name}" for step in kind.steps for field in step.files() if not field.suffix}
    return [file for file in files if file.field in fields]


def certificate(kind: AppealKind, files: Sequence[FileRow]) -> FileRow | None:
    """The certificate file of a form."""
    fields = {f"{step.name}.{field.name}" for step in kind.steps for field in step.files() if field.suffix}
    return next((file for file in files if file.field in fields), None)


async def bytes_of(ctx: Context, file: FileRow) -> bytes:
    """All of a small file."""
    return b"".join([piece async for piece in content(ctx, readable(file))])
