"""Reconciliation acts that the cabinet makes itself, from its copy of billing's figures."""

from datetime import datetime, time, timedelta

import msgspec
import sqlalchemy as sa

from core.printing.public import pdf
from core.sdk import Context, Later, UnitOfWork, finishing, pieces
from core.uploads.public import Received, keep_file, receive_file
from plugins.payments import domain
from plugins.payments.adapters.act_paper import ActHead, Party, paper
from plugins.payments.domain.acts import Figures, Movement, figures
from plugins.payments.models import DocumentFile
from plugins.payments.schemas.company import DocumentRow
from plugins.payments.services import feeds
from plugins.payments.services.documents import FOLDER
from plugins.payments.settings import PaymentsSettings
from plugins.payments.store import acts as store
from plugins.payments.store import bank_client as payer_store
from plugins.payments.store.acts import OrderedAct
from plugins.payments.store.documents import ACT


class PrintAct(msgspec.Struct, frozen=True):
    """Print the act that somebody ordered."""

    order_id: str


async def print_act(ctx: Context, wanted: PrintAct) -> None:
    """Makes the act, stores it as a document of the contract and tells whoever ordered it; runs in a job."""
    order = await ctx.reader.first(store.ORDER, order_id=wanted.order_id)
    if order is None or order.document_id is not None:
        return
    client = await ctx.reader.first(payer_store.PAYER, contract_id=order.contract_id)
    if client is None:
        return
    printed = await ctx.reader.all(store.PRINTED, contract_id=order.contract_id)
    payee = ctx.settings(PaymentsSettings).payee
    head = ActHead(
        f"ЛК-{len(printed) + 1}",
        ctx.today(),
        client.number,
        order.period_from,
        order.period_to,
        Party(payee.name or ctx.runtime.supplier, payee.inn, payee.kpp),
        Party(client.name, client.inn, client.kpp or ""),
    )
    content = pieces(await pdf(paper(head, await _figures(ctx, order))))
    async with receive_file(ctx, FOLDER, content) as file, finishing(ctx) as uow:
        await _keep(uow, wanted.order_id, order, head, file, len(printed))


async def _figures(ctx: Context, order: OrderedAct) -> Figures:
    zone, first = ctx.runtime.zone, order.period_from
    since = datetime.combine(first, time(), zone).astimezone(ctx.now().tzinfo)
    rows = await ctx.reader.all(store.MOVEMENTS, contract_id=order.contract_id, first=first, since=since)
    owed, movements = domain.NOTHING, []
    for row in rows:
        amount = domain.kopecks(row.amount or domain.NOTHING)
        day = row.day or (row.moment.astimezone(zone).date() if row.moment else first)
        match row.what:
            case "owed":
                owed += amount
            case "held":
                owed -= amount
            case "bill":
                movements.append(Movement(day, domain.bill_title(row.title or "", row.number or ""), debit=amount))
            case "return":
                movements.append(Movement(day, "Возврат оплаты", debit=amount))
            case "payment":
                title = f"Оплата {domain.payer_text(row.title, row.number or '', day)}"
                movements.append(Movement(day, title, credit=amount))
    return figures(owed, movements, first, order.period_to)


async def _keep(uow: UnitOfWork, order_id: str, order: OrderedAct, head: ActHead, file: Received, printed: int) -> None:
    """The act as a document. Raises Later where another one has taken its number, or answered its order, meanwhile."""
    await uow.lock(f"payments.acts:{order.contract_id}")
    taken = len(list(await uow.execute(store.PRINTED.statement, {"contract_id": order.contract_id})))
    row = DocumentRow(
        f"{store.PREFIX}{order_id}",
        order.contract_id,
        ACT,
        head.number,
        head.issued_on,
        f"Акт сверки {head.period_from:%d.%m.%Y}-{head.period_to:%d.%m.%Y}.pdf",
        period_from=head.period_from,
        period_to=head.period_to,
        order_id=order_id,
    )
    (refused,) = await feeds.load_documents(uow, [row])
    if taken != printed or refused is not None:
        raise Later(timedelta(seconds=1))
    await keep_file(uow, file)
    await uow.execute(
        sa.insert(DocumentFile).values(document_id=row.id, stored_key=file.key, size=file.size, sha256=file.sha256)
    )
    uow.audit("payments.act_printed", row.id, size=file.size)
