"""The content of a document is fetched from its operator; with it the document becomes visible."""

from contextlib import aclosing
from datetime import timedelta

import msgspec
import sqlalchemy as sa

from core.ports.edo_operator import OperatorUnavailable
from core.sdk import Context, ErrorKind, Later, Problem, UnitOfWork
from core.uploads.public import Received, keep_file, receive_file
from plugins.edo import errors, store
from plugins.edo.models import EdoDocument, EdoOperatorEvent, EdoSignature
from plugins.edo.schemas import Trouble
from plugins.edo.services import telling
from plugins.edo.services.files import FOLDER
from plugins.edo.services.operators import operator
from plugins.edo.settings import EdoSettings
from plugins.edo.store.operators import COMING, ComingRow

PATIENCE = timedelta(days=7)
"""Content that has not come by then does not come."""
_SHORTEST, _LONGEST = timedelta(seconds=15), timedelta(hours=1)
_NEVER: dict[ErrorKind, Trouble] = {errors.FILE_TOO_LARGE: "file_too_large", errors.FILE_EMPTY: "file_empty"}


class FetchEdoContent(msgspec.Struct, frozen=True):
    """Fetch the content of a document from its operator."""

    document_id: str


async def fetch(ctx: Context, wanted: FetchEdoContent) -> None:
    """Streams the content into the store of files. Raises Later while the operator does not give it."""
    row = await ctx.reader.first(COMING, document_id=wanted.document_id)
    if row is None or row.stored_key is not None or row.message_id is None or row.entity_id is None:
        return
    most = ctx.settings(EdoSettings).file_bytes
    told = {"too_large": errors.FILE_TOO_LARGE, "empty": errors.FILE_EMPTY}
    try:
        async with (
            aclosing(operator(ctx, row.operator).content(row.message_id, row.entity_id)) as content,
            receive_file(ctx, FOLDER, content, most=most, **told) as file,
            ctx.uow() as uow,
        ):
            await _keep(uow, wanted.document_id, file)
    except Problem as problem:
        if problem.kind not in _NEVER:
            await _wait(ctx, wanted.document_id, row, problem)
        else:
            await _give_up(ctx, wanted.document_id, row, _NEVER[problem.kind])
    except OperatorUnavailable as error:
        await _wait(ctx, wanted.document_id, row, error)


async def _wait(ctx: Context, document_id: str, row: ComingRow, error: Exception) -> None:
    """Raises Later, as long as there is hope."""
    age = ctx.now() - row.created_at
    if age <= PATIENCE:
        raise Later(max(_SHORTEST, min(age / 4, _LONGEST))) from error
    await _give_up(ctx, document_id, row, "file_missing")


async def _keep(uow: UnitOfWork, document_id: str, file: Received) -> None:
    row = (await store.locked(uow, [document_id]))[document_id]
    if row.stored_key is not None:
        return  # somebody else has fetched it
    await keep_file(uow, file)
    values = {"stored_key": file.key, "size": file.size, "sha256": file.sha256, "media_type": file.media_type}
    await uow.execute(sa.update(EdoDocument).where(EdoDocument.id == document_id).values(**values))
    early = EdoSignature.document_id == document_id, EdoSignature.sha256 == ""
    await uow.execute(sa.update(EdoSignature).where(*early).values(sha256=file.sha256))
    if row.origin == "company":
        telling.has_come(uow, row, row.state)


async def _give_up(ctx: Context, document_id: str, row: ComingRow, trouble: Trouble) -> None:
    async with ctx.uow() as uow:
        own = EdoOperatorEvent.operator == row.operator, EdoOperatorEvent.id == row.entity_id
        await uow.execute(sa.update(EdoOperatorEvent).where(*own).values(trouble=trouble))
        uow.audit("edo.not_fetched", document_id, why=trouble)
