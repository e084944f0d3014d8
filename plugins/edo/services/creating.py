"""«Создать документ» (EDO-05)."""

from core.identity.public import limits
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork, new_id
from core.uploads.public import Attached
from plugins.edo import domain, errors, store
from plugins.edo.permissions import SIGN
from plugins.edo.public import EdoCreated
from plugins.edo.schemas.documents import EdoContract, EdoItem, EdoNew
from plugins.edo.services import access, files
from plugins.edo.settings import EdoSettings

_COLUMNS = (
    "id",
    "contract_id",
    "origin",
    "kind",
    "number",
    "issued_on",
    "name",
    "method",
    "state",
    "file_name",
    "size",
)


async def create(ctx: Context, data: EdoNew) -> EdoItem:
    """A document of the client's for the company; he signs it like any other."""
    await access.full(ctx)
    contract = await ctx.reader.first(store.CONTRACT, contract_id=data.contract_id, **ctx.visible(SIGN.name))
    if contract is None:
        raise Problem(NOT_FOUND)
    if not contract.agreement:
        raise Problem(INVALID, errors=[FieldProblem("contract_id", errors.WITHOUT_AGREEMENT)])
    document_id, per_hour = new_id(), ctx.settings(EdoSettings).created_per_hour
    async with ctx.uow() as uow:
        await limits.count(uow, limits.hourly("edo.created", ctx.actor.id, per_hour))
        file = await _file(ctx, uow, data.file, document_id)
        item = _item(ctx, data, contract, document_id, file)
        row = {name: getattr(item, name) for name in _COLUMNS}
        kept = {"stored_key": file.stored_key, "sha256": file.sha256, "media_type": file.media_type}
        await store.add(uow, [row | kept | {"comment": data.comment, "created_by": ctx.actor.id}])
        await store.note(uow, item.id, item.state, "deliver", "client")
        uow.audit("edo.created", item.id, contract=item.contract_id)
        uow.emit(_created(ctx, uow, item, data.comment, file.sha256), subject=item.id)
        return await uow.answer(item)


async def _file(ctx: Context, uow: UnitOfWork, upload_id: str, document_id: str) -> Attached:
    """The upload, attached to the document. Raises Problem 422."""
    file = await files.taken(uow, ctx.actor.id, upload_id, f"edo.document:{document_id}")
    most = ctx.settings(EdoSettings).file_bytes
    if not file.size:
        raise Problem(INVALID, errors=[FieldProblem("file", errors.FILE_EMPTY)])
    if file.size > most:
        raise Problem(INVALID, errors=[FieldProblem("file", errors.FILE_TOO_LARGE, {"most": most})])
    return file


def _item(ctx: Context, data: EdoNew, contract: EdoContract, document_id: str, file: Attached) -> EdoItem:
    return EdoItem(
        document_id,
        contract.id,
        contract.number,
        "client",
        data.kind,
        data.number,
        ctx.today(),
        data.name,
        domain.method_of(data.kind, contract.agreement),
        "awaiting",
        domain.TITLES["awaiting"],
        file.name,
        file.size,
    )


def _created(ctx: Context, uow: UnitOfWork, item: EdoItem, comment: str, sha256: str) -> EdoCreated:
    return EdoCreated(
        item.id,
        item.contract_id,
        item.kind,
        item.number,
        item.issued_on,
        item.name,
        comment,
        item.file_name,
        item.size,
        sha256,
        ctx.actor.label,
        uow.now,
    )
