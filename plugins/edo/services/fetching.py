"""The content of a document is fetched from its operator; with it the document becomes visible."""

from contextlib import aclosing
from datetime import timedelta

import msgspec
import sqlalchemy as sa

from core.ports.edo_operator import OperatorUnavailable
from core.ports.files import Files, FilesUnavailable
from core.sdk import Context, Later, Problem, UnitOfWork, new_id
from core.uploads.public import media_type_of
from plugins.edo import store
from plugins.edo.models import EdoDocument, EdoOperatorEvent, EdoSignature
from plugins.edo.schemas import Trouble
from plugins.edo.services import telling
from plugins.edo.services.files import Measured
from plugins.edo.services.operators import operator
from plugins.edo.settings import EdoSettings
from plugins.edo.store.operators import COMING, ComingRow

PATIENCE = timedelta(days=7)
"""Content that has not come by then does not come."""
_SHORTEST, _LONGEST = timedelta(seconds=15), timedelta(hours=1)


class FetchEdoContent(msgspec.Struct, frozen=True):
    """Fetch the content of a document from its operator."""

    document_id: str


async def fetch(ctx: Context, wanted: FetchEdoContent) -> None:
    """Streams the content into the store of files. Raises Later while the operator does not give it."""
    row = await ctx.reader.first(COMING, document_id=wanted.document_id)
    if row is None or row.stored_key is not None or row.message_id is None or row.entity_id is None:
        return
    try:
        async with aclosing(operator(ctx, row.operator).content(row.message_id, row.entity_id)) as content:
            measured = Measured(content, ctx.settings(EdoSettings).file_bytes)
            stored = await ctx.port(Files).put(f"edo/documents/{new_id()}", aiter(measured))
    except Problem:
        await _give_up(ctx, wanted.document_id, row, "file_too_large")
        return
    except (OperatorUnavailable, FilesUnavailable) as error:
        age = ctx.now() - row.created_at
        if age > PATIENCE:
            await _give_up(ctx, wanted.document_id, row, "file_missing")
            return
        raise Later(max(_SHORTEST, min(age / 4, _LONGEST))) from error
    if not measured.size:
        await ctx.port(Files).delete(stored.key)
        await _give_up(ctx, wanted.document_id, row, "file_empty")
        return
    async with ctx.uow() as uow:
        kept = await _keep(uow, wanted.document_id, stored.key, stored.size, stored.sha256, measured.head)
    if not kept:
        await ctx.port(Files).delete(stored.key)


async def _keep(uow: UnitOfWork, document_id: str, key: str, size: int, sha256: str, head: bytes) -> bool:
    """False: somebody else has fetched it."""
    row = (await store.locked(uow, [document_id]))[document_id]
    if row.stored_key is not None:
        return False
    values = {"stored_key": key, "size": size, "sha256": sha256, "media_type": media_type_of(head)}
    await uow.execute(sa.update(EdoDocument).where(EdoDocument.id == document_id).values(**values))
    early = EdoSignature.document_id == document_id, EdoSignature.sha256 == ""
    await uow.execute(sa.update(EdoSignature).where(*early).values(sha256=sha256))
    if row.origin == "company":
        telling.has_come(uow, row, row.state)
    return True


async def _give_up(ctx: Context, document_id: str, row: ComingRow, trouble: Trouble) -> None:
    async with ctx.uow() as uow:
        own = EdoOperatorEvent.operator == row.operator, EdoOperatorEvent.id == row.entity_id
        await uow.execute(sa.update(EdoOperatorEvent).where(*own).values(trouble=trouble))
        uow.audit("edo.not_fetched", document_id, why=trouble)
