"""Receipts for files of interval data."""

from dataclasses import replace

from core.imports.public import ImportEntry, entries, one
from core.sdk import NOT_FOUND, Context, Problem
from plugins.readings.adapters import receipts
from plugins.readings.domain.intervals import FINAL, KIND
from plugins.readings.errors.layout_80020 import NO_RECEIPT_YET
from plugins.readings.schemas.intervals import (
    IntervalReceipt,
    IntervalReceiptKeys,
    IntervalReceiptPoint,
    SignedIntervalReceipt,
)

_PURPOSE = "readings.receipts"
_MOST_POINTS = 500


async def signed(ctx: Context, import_id: str) -> SignedIntervalReceipt:
    """The receipt for a file of the contract in the path."""
    receipt = await _receipt(ctx, import_id)
    return SignedIntervalReceipt(receipt, receipts.sign(receipt, ctx.secrets.seed(_PURPOSE)))


async def as_xml(ctx: Context, import_id: str) -> bytes:
    """The same in the style of layout 60091."""
    return receipts.as_xml(await _receipt(ctx, import_id))


def keys(ctx: Context) -> IntervalReceiptKeys:
    """What verifies the signatures."""
    return IntervalReceiptKeys([receipts.public_key(ctx.secrets.seed(_PURPOSE))])


async def _receipt(ctx: Context, import_id: str) -> IntervalReceipt:
    ctx = replace(ctx, language="ru")
    item = await one(ctx, import_id)
    if item.kind != KIND or item.contract_id != ctx.granted.contract_id:
        raise Problem(NOT_FOUND)
    if item.state_text not in FINAL:
        raise Problem(NO_RECEIPT_YET)
    refused = await entries(ctx, import_id, "refused", False, None, _MOST_POINTS)
    counts = item.counts
    return IntervalReceipt(
        item.id,
        item.file_name,
        item.size,
        item.sha256,
        item.contract_id,
        item.uploaded_at,
        ctx.now(),
        ctx.runtime.supplier,
        item.state_text,
        counts.sent + counts.accepted,
        counts.unchanged,
        counts.refused + counts.declined,
        [note.message for note in item.notes],
        [_point(entry) for entry in refused.items],
    )


def _point(entry: ImportEntry) -> IntervalReceiptPoint:
    notes = [*entry.notes, *(note for line in entry.lines for note in line.notes)]
    return IntervalReceiptPoint(entry.title, list(dict.fromkeys(note.message for note in notes)))
