"""The readable view of a document that is XML of the tax service."""

import asyncio

from core.sdk import Context
from core.uploads.public import read_file
from plugins.edo.adapters.formal import MOST_BYTES, NotFormal, parsed
from plugins.edo.adapters.invoice import invoice, is_invoice
from plugins.edo.adapters.reconciliation import is_reconciliation, reconciliation
from plugins.edo.schemas.documents import EdoView
from plugins.edo.store import DocumentRow


async def view(ctx: Context, row: DocumentRow) -> EdoView | str:
    """What the XML says; or why there is nothing to be shown, in Russian."""
    if row.size > MOST_BYTES:
        return "файл слишком большой"
    data = b"".join([piece async for piece in read_file(ctx, row.stored_key)])
    try:
        return await asyncio.to_thread(read, data)
    except NotFormal as error:
        return str(error)


def read(data: bytes) -> EdoView:
    """What a file says. Raises NotFormal."""
    root = parsed(data)
    if is_invoice(root):
        return invoice(root)
    if is_reconciliation(root):
        return reconciliation(root)
    raise NotFormal("это не УПД, не счёт-фактура и не акт сверки")
