"""All documents of a month as one .zip, written as it is sent: its size costs no memory."""

from collections.abc import AsyncIterator
from datetime import date

from core.sdk import NOT_FOUND, Context, Problem, month_start, zipped
from plugins.payments.errors import NOTHING_TO_PACK
from plugins.payments.services.documents import content
from plugins.payments.store import documents as store
from plugins.payments.store import paying as paying_store


async def archive(ctx: Context, month: date) -> tuple[str, AsyncIterator[bytes]]:
    """File name and content. Raises Problem where the month has no files."""
    month = month_start(month)
    contract_id = ctx.granted.contract_id
    number = await ctx.reader.first(paying_store.CONTRACT_NUMBER, contract_id=contract_id)
    if number is None:
        raise Problem(NOT_FOUND)
    members = [
        (row.file_name, row.size, content(ctx, row.stored_key))
        for row in await ctx.reader.all(store.FILES_OF_MONTH, contract_id=contract_id, month=month)
        if row.stored_key is not None and row.size is not None
    ]
    if not members:
        raise Problem(NOTHING_TO_PACK)
    return f"Документы {number} {month:%m.%Y}.zip", zipped(members, ctx.now())
