"""«Создать документ» (EDO-05)."""

import sqlalchemy as sa

from core.identity.public import limits
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, new_id
from plugins.edo import domain, errors, store
from plugins.edo.models import EdoDeed, EdoDocument
from plugins.edo.permissions import SIGN
from plugins.edo.public import EdoCreated
from plugins.edo.schemas.documents import EdoItem, EdoNew
from plugins.edo.services import access, files
from plugins.edo.settings import EdoSettings


async def create(ctx: Context, data: EdoNew) -> EdoItem:
    """A document of the client's for the company; he signs it like any other."""
    await access.full(ctx)
    contract = await ctx.reader.first(store.CONTRACT, contract_id=data.contract_id, **ctx.visible(SIGN.name))
    if contract is None:
        raise Problem(NOT_FOUND)
    if not contract.agreement:
        raise Problem(INVALID, errors=[FieldProblem("contract_id", errors.WITHOUT_AGREEMENT)])
    settings, document_id = ctx.settings(EdoSettings), new_id()
    method = domain.method_of(data.kind, contract.agreement)
    async with ctx.uow() as uow:
        await limits.count(uow, limits.hourly("edo.created", ctx.actor.id, settings.created_per_hour))
        file = await files.taken(uow, ctx.actor.id, data.file, f"edo.document:{document_id}")
        if not file.size:
            raise Problem(INVALID, errors=[FieldProblem("file", errors.FILE_EMPTY)])
        if file.size > settings.file_bytes:
            most = {"most": settings.file_bytes}
            raise Problem(INVALID, errors=[FieldProblem("file", errors.FILE_TOO_LARGE, most)])
        await uow.execute(
            sa.insert(EdoDocument).values(
                id=document_id,
                contract_id=contract.id,
                origin="client",
                kind=data.kind,
                number=data.number,
                issued_on=ctx.today(),
                name=data.name,
                comment=data.comment,
                search=f"{data.number} {data.name} {file.name}".lower(),
                method=method,
                state="awaiting",
                file_name=file.name,
                stored_key=file.stored_key,
                size=file.size,
                sha256=file.sha256,
                media_type=file.media_type,
                created_at=uow.now,
                created_by=ctx.actor.id,
                asked_by=None,
            )
        )
        deed = {"id": new_id(), "document_id": document_id, "at": uow.now, "side": "client", "action": "deliver"}
        await uow.execute(sa.insert(EdoDeed).values(**deed, state="awaiting", text=""))
        uow.audit("edo.created", document_id, contract=contract.id)
        uow.emit(
            EdoCreated(
                document_id,
                contract.id,
                data.kind,
                data.number,
                ctx.today(),
                data.name,
                data.comment,
                file.name,
                file.size,
                file.sha256,
                ctx.actor.label,
                uow.now,
            ),
            subject=document_id,
        )
        shown = EdoItem(
            document_id,
            contract.id,
            contract.number,
            "client",
            data.kind,
            data.number,
            ctx.today(),
            data.name,
            method,
            "awaiting",
            domain.TITLES["awaiting"],
            file.name,
            file.size,
        )
        return await uow.answer(shown)
