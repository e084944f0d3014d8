"""What clients do goes to the operator: ordered in the transaction of the deed, sent until it is taken or refused."""

from datetime import timedelta

import msgspec
import sqlalchemy as sa

from core.ports.edo_operator import (
    EdoOperator,
    OperatorRefused,
    OperatorUnavailable,
    Outgoing,
    Paper,
    Patch,
    Reply,
    Sent,
)
from core.ports.files import FileMissing, Files, FilesUnavailable
from core.sdk import NOT_FOUND, Context, Later, Problem, UnitOfWork, finishing
from core.signatures.public import evidence
from plugins.edo import domain, errors, store
from plugins.edo.domain import Action
from plugins.edo.models import EdoHome, EdoOperatorEvent, EdoSending
from plugins.edo.schemas.documents import EdoTransfer
from plugins.edo.services import telling
from plugins.edo.services.operators import clean, operator
from plugins.edo.store import Locked
from plugins.edo.store import operators as queries
from plugins.edo.store.operators import SendingRow

DOUBT = timedelta(days=1)
"""A duplicate that has not come as an event by then was none: the other side takes nothing."""
_SOON, _DOUBTFUL, _LONGEST = timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)
_FIRST = timedelta(seconds=5)
_REPLIES: dict[str, Reply] = {
    "sign": "sign",
    "reject": "reject",
    "withdraw": "revoke",
    "request_annulment": "revoke",
    "agree": "sign",
    "refuse": "reject",
}
_DUPLICATE = "Оператор отвечает, что это дубликат или что получатель не принимает документы (409)"
_NO_FILE = "Файл документа не найден"
_ANSWERS = ("agree", "refuse")


class SendToOperator(msgspec.Struct, frozen=True):
    """Send a client's deed to the operator."""

    sending_id: str


# ---- ordering
async def order(
    uow: UnitOfWork, row: Locked, action: Action, deed_id: str, *, text: str = "", evidence_id: str | None = None
) -> None:
    """Orders the sending of a deed, if its document goes through an operator.

    A client's own document starts to do so when it is signed by КЭП and its contract has a box.
    """
    home = await queries.home(uow, row.id)
    what: str = action
    if home is None:
        if evidence_id is None or row.origin != "client":
            return
        box = await uow.one(queries.BOX_OF, {"contract_id": row.contract_id})
        if box is None:
            return
        name, box_id = box
        nowhere = {"message_id": None, "entity_id": None, "annulment_id": None}
        await uow.execute(sa.insert(EdoHome).values(document_id=row.id, operator=name, box_id=box_id, **nowhere))
        what = "deliver"
    else:
        name = home.operator
    await uow.execute(
        sa.insert(EdoSending).values(
            id=deed_id,
            document_id=row.id,
            operator=name,
            action=what,
            text=text,
            evidence_id=evidence_id,
            state="sending",
            failure="",
            tries=0,
            ordered_at=uow.now,
            settled_at=None,
        )
    )
    uow.enqueue(SendToOperator(deed_id))


async def transfer(ctx: Context, document_id: str) -> EdoTransfer:
    """Whether the operator has what the client did: what was refused is told first, then what waits."""
    rows = await ctx.reader.all(queries.TRANSFERS, document_id=document_id)
    for state in ("refused", "sending", "sent"):
        for row in rows:
            if row.state == state:
                return EdoTransfer(row.state, domain.TRANSFERS[row.state], row.failure if state == "refused" else "")
    return EdoTransfer("none", "", "")


async def repeat(ctx: Context, sending_id: str) -> None:
    """Sends once more what was refused: a subscription was paid, a box was opened. Raises Problem 404, 409."""
    async with ctx.uow() as uow:
        state = await uow.scalar(sa.select(EdoSending.state).where(EdoSending.id == sending_id).with_for_update())
        if state is None:
            raise Problem(NOT_FOUND)
        if state != "refused":
            raise Problem(errors.NOT_REFUSED)
        fresh = {"state": "sending", "failure": "", "tries": 0, "ordered_at": uow.now, "settled_at": None}
        await uow.execute(sa.update(EdoSending).where(EdoSending.id == sending_id).values(**fresh))
        uow.enqueue(SendToOperator(sending_id))
        uow.audit("edo.sending_repeated", sending_id)


# ---- the job
async def send(ctx: Context, wanted: SendToOperator) -> None:
    """Sends a deed under its own identifier, which doubles nothing however often it runs.

    Raises Later while the operator does not answer, or while an earlier deed of the document is on its way.
    """
    row = await ctx.reader.first(queries.SENDING, sending_id=wanted.sending_id)
    if row is None or row.state != "sending":
        return
    if await ctx.reader.all(queries.EARLIER, document_id=row.document_id, sending_id=row.id):
        raise Later(_SOON)
    try:
        sent = await _sent(ctx, operator(ctx, row.operator), row)
    except OperatorRefused as error:
        await _settle(ctx, row, "refused", f"{error.text} ({error.code})")
    except FileMissing:
        await _settle(ctx, row, "refused", _NO_FILE)
    except (OperatorUnavailable, FilesUnavailable) as error:
        await _failed(ctx, row, str(error))
        raise Later(_pause(row, error)) from error
    else:
        if not sent.duplicate:
            await _settle(ctx, row, "sent", sent=sent)
        elif ctx.now() - row.ordered_at < DOUBT:
            await _failed(ctx, row, "409")
            raise Later(_DOUBTFUL)
        else:
            await _settle(ctx, row, "refused", _DUPLICATE)


async def _sent(ctx: Context, to: EdoOperator, row: SendingRow) -> Sent:
    if row.action == "deliver":
        return await to.send(row.id, await _message(ctx, to, row))
    parent = row.annulment_id if row.action in _ANSWERS else row.entity_id
    if row.message_id is None or parent is None:
        if ctx.now() - row.ordered_at < DOUBT:  # it comes with the echo
            raise OperatorUnavailable("the operator has not told yet what this is about")
        raise OperatorRefused("unknown", "У оператора нет того, к чему относится действие")
    signature = await _signature(ctx, row)
    return await to.patch(row.id, Patch(row.box_id, row.message_id, parent, _REPLIES[row.action], row.text, signature))


async def _message(ctx: Context, to: EdoOperator, row: SendingRow) -> Outgoing:
    document = await ctx.reader.first(store.OF_COMPANY, document_id=row.document_id)
    if document is None:
        raise OperatorRefused("unknown", _NO_FILE)
    paper = Paper(
        domain.kind_sent(document.kind),
        document.number,
        document.issued_on,
        document.file_name,
        awaits=True,
        comment=document.comment,
        contract=document.contract_id,
    )
    key, files = document.stored_key, ctx.port(Files)
    return Outgoing(row.box_id, to.box_id, paper, document.size, lambda: files.get(key), await _signature(ctx, row))


async def _signature(ctx: Context, row: SendingRow) -> bytes:
    kept = await evidence(ctx, row.evidence_id) if row.evidence_id else None
    return kept.signature if kept else b""


def _pause(row: SendingRow, error: Exception) -> timedelta:
    """As long as the operator says, or longer with every try."""
    said = getattr(error, "retry_after", 0.0)
    return min(timedelta(seconds=said), _LONGEST) if said else min(_FIRST * 3 ** min(row.tries, 10), _LONGEST)


async def _failed(ctx: Context, row: SendingRow, why: str) -> None:
    async with ctx.uow() as uow:
        told = {"tries": EdoSending.tries + 1, "failure": clean(why, 500)}
        await uow.execute(
            sa.update(EdoSending).where(EdoSending.id == row.id, EdoSending.state == "sending").values(**told)
        )


async def _settle(ctx: Context, row: SendingRow, state: str, why: str = "", sent: Sent | None = None) -> None:
    """Ends the job and notes how it went; what an event has told meanwhile stands."""
    async with finishing(ctx) as uow:
        if sent is not None and sent.entity_id:
            echo = {"operator": row.operator, "id": sent.entity_id, "kind": "sent", "document_id": row.document_id}
            told = uow.upsert(EdoOperatorEvent).values(**echo, trouble="", text="", taken_at=uow.now)
            await uow.execute(told.on_conflict_do_nothing())
            await learned(uow, row.document_id, row.action, sent.message_id, sent.entity_id)
        if await settle(uow, row.id, state, why) and state == "refused":
            telling.was_refused(uow, (await store.locked(uow, [row.document_id]))[row.document_id], clean(why, 300))


async def settle(uow: UnitOfWork, sending_id: str, state: str, why: str = "") -> bool:
    """Notes the end of a sending; False: it had ended. That it was taken is never taken back, and beats a refusal."""
    open_ = EdoSending.state != "sent" if state == "sent" else EdoSending.state == "sending"
    values = {"state": state, "failure": clean(why, 1000), "settled_at": uow.now}
    done = await uow.execute(sa.update(EdoSending).where(EdoSending.id == sending_id, open_).values(**values))
    if done.rowcount:
        uow.audit(f"edo.transfer_{state}", sending_id)
    return bool(done.rowcount)


async def learned(uow: UnitOfWork, document_id: str, action: str, message_id: str, entity_id: str) -> None:
    """Notes under which identifiers the operator keeps what was sent."""
    if not message_id or not entity_id:
        return
    if action == "deliver":
        values = {"message_id": message_id, "entity_id": entity_id}
    elif _REPLIES[action] == "revoke":
        values = {"annulment_id": entity_id}
    else:
        return
    await uow.execute(sa.update(EdoHome).where(EdoHome.document_id == document_id).values(**values))
