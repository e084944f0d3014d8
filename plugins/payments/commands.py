"""What operators do with payments on the command line."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec

from core.sdk import Command, Context, Told
from plugins.payments.schemas.paying import PaymentsReconciliation, PaymentsStatement
from plugins.payments.services import bank_client, reconciling


class Day(msgspec.Struct, frozen=True):
    """Options of `abonent payments reconcile`."""

    day: Annotated[
        date | None, msgspec.Meta(description="A business day, for example 2026-01-25. Yesterday unless given.")
    ] = None


async def reconcile(ctx: Context, options: Day) -> Told:
    """The differences, a line each; the status tells whether there are any."""
    day = options.day or ctx.today() - timedelta(days=1)
    found = await reconciling.reconcile(ctx, day)
    return Told(list(_compared(day, found)), well=not found.differences)


def _compared(day: date, found: PaymentsReconciliation) -> Iterator[str]:
    yield f"{day}: {found.payments} payments, {found.taken} taken, {found.returned} returned"
    for one in found.differences:
        yield f"{one.code:16} {one.payment_id}  here {one.cabinet or '-'}  there {one.other or '-'}"
    yield f"{len(found.differences)} differences"


class Statement(msgspec.Struct, frozen=True):
    """Options of `abonent payments statement`."""

    file: Path


async def statement(ctx: Context, options: Statement) -> Told:
    """What became of the statement; the status tells whether a document was left over."""
    content = await asyncio.to_thread(options.file.read_bytes)
    found = await bank_client.take_statement(ctx, content)
    return Told(list(_taken(found)), well=not (found.unmatched or found.faults))


def _taken(found: PaymentsStatement) -> Iterator[str]:
    for one in found.unmatched:
        yield f"no contract: № {one.number} of {one.day}, {one.amount}, INN {one.payer_inn or '-'}: {one.purpose}"
    for fault in found.faults:
        yield f"line {fault.line}: {fault.field} cannot be used"
    yield f"{found.documents} documents: {found.taken} taken, {found.repeated} known, {len(found.unmatched)} unmatched"


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "payments.reconcile",
        reconcile,
        Day,
        title="Compare a day's payments in the cabinet, at the acquirer and in billing; status 1 if they differ.",
    ),
    Command(
        "payments.statement",
        statement,
        Statement,
        title="Take a bank statement (1CClientBankExchange); status 1 if a document is left over.",
    ),
)
