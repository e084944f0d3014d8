"""What an event of an operator's makes of documents. Each is taken once; what makes no sense is noted and left."""

import logging
from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from core.ports.edo_operator import OperatorEvent, Paper
from core.sdk import UnitOfWork, new_id
from core.uploads.public import clean_name
from plugins.edo import domain, store
from plugins.edo.domain import Action, Impossible, Method, OperatorName, Side, Standing
from plugins.edo.models import EdoHome, EdoOperatorEvent
from plugins.edo.schemas import Trouble
from plugins.edo.services import sending, telling
from plugins.edo.services.fetching import FetchEdoContent
from plugins.edo.services.operators import clean
from plugins.edo.store import Locked
from plugins.edo.store import operators as queries
from plugins.edo.store.operators import Home

_KEY_LENGTH, _FIRST_YEAR = 100, 2000
_log = logging.getLogger(__name__)


class Source(msgspec.Struct, frozen=True):
    """Whose events they are."""

    operator: OperatorName
    box_id: str
    """The company's."""
    supplier: str
    """The company's name."""


class Unfit(Exception):
    """The event has no effect."""

    def __init__(self, trouble: Trouble, document_id: str | None = None) -> None:
        super().__init__(trouble)
        self.trouble, self.document_id = trouble, document_id


async def take(uow: UnitOfWork, source: Source, events: Sequence[OperatorEvent]) -> int:
    """Takes events in their order, in the caller's transaction. What was taken before is passed over.

    Returns how many were of no concern: the box has other counterparties than the clients of the cabinet.
    """
    strange = 0
    for event in events:
        if not 0 < len(event.id) <= _KEY_LENGTH or not event.id.isprintable():
            _log.warning("an event of the operator %s has an impossible identifier", source.operator)
            continue
        row = {
            "operator": source.operator,
            "id": event.id,
            "kind": event.kind,
            "document_id": None,
            "trouble": "",
            "text": clean(event.text, 500),
            "taken_at": uow.now,
        }
        claim = uow.upsert(EdoOperatorEvent).values(row).on_conflict_do_nothing()
        if (await uow.execute(claim)).rowcount:
            strange += await _take(uow, source, event)
    return strange


async def _take(uow: UnitOfWork, source: Source, event: OperatorEvent) -> bool:
    """True: it is of no concern, and nothing is kept of it."""
    own = EdoOperatorEvent.operator == source.operator, EdoOperatorEvent.id == event.id
    document_id: str | None
    trouble: Trouble = ""
    try:
        async with uow.savepoint():
            document_id = await _apply(uow, source, event)
    except Unfit as unfit:
        trouble, document_id = unfit.trouble, unfit.document_id
        if trouble in ("unknown_box", "unknown_document") and document_id is None:
            await uow.execute(sa.delete(EdoOperatorEvent).where(*own))
            return True
        _log.warning("an event (%s) of the operator %s has no effect: %s", event.kind, source.operator, trouble)
        if trouble == "impossible" and document_id is not None:
            await _note(uow, source, event, document_id)
    except (sa.exc.IntegrityError, sa.exc.DataError, ValueError, ArithmeticError) as error:
        trouble, document_id = "not_stored", None
        _log.warning("an event (%s) of the operator %s could not be stored: %r", event.kind, source.operator, error)
    values = {"trouble": trouble, "document_id": document_id}
    await uow.execute(sa.update(EdoOperatorEvent).where(*own).values(**values))
    return False


async def _note(uow: UnitOfWork, source: Source, event: OperatorEvent, document_id: str) -> None:
    """The history of the document tells what the operator said."""
    row = (await store.locked(uow, [document_id]))[document_id]
    side: Side = "company" if event.box_id == source.box_id else "client"
    said = f"Сообщение оператора ЭДО не соответствует состоянию документа: {_SAID[event.kind]}"
    await store.note(uow, row.id, row.state, "noted", side, f"{said} {clean(event.text, 500)}".strip())


_SAID = {
    "document": "документ.",
    "signature": "подпись.",
    "rejection": "отказ в подписи или в аннулировании.",
    "revocation": "запрос аннулирования.",
    "verdict": "подпись недействительна.",
    "other": "",
}


async def _apply(uow: UnitOfWork, source: Source, event: OperatorEvent) -> str | None:
    """The document that the event was about. Raises Unfit."""
    named = (event.message_id, event.parent_id, event.box_id, event.to_box, event.tag)
    if event.kind == "other" or not all(one.isprintable() and len(one) <= _KEY_LENGTH for one in named):
        raise Unfit("not_understood")
    if event.tag and (echoed := await _echoed(uow, source, event)):
        return echoed
    if event.kind == "document":
        return await _arrived(uow, source, event)
    home = await _home(uow, source, event)
    row = (await store.locked(uow, [home.document_id]))[home.document_id]
    side, action = _deed(source, event, home, row)
    if action == "sign" and row.origin == "client" and row.state != "awaiting":
        return row.id  # he has signed it to send it
    if action is not None:
        await _happened(uow, source, event, home, row, side, action)
    else:
        await _signed(uow, source, event, row, side)
    return row.id


async def _echoed(uow: UnitOfWork, source: Source, event: OperatorEvent) -> str | None:
    """The document, if the event is what was sent from here: its effect is there already."""
    row = await uow.one(queries.ECHOED, {"sending_id": event.tag, "operator": source.operator})
    if row is None:
        return None
    document_id, action = row
    home = await queries.home(uow, document_id)
    if home is None or event.box_id not in ("", home.box_id):
        return None  # somebody else uses our identifiers
    if event.kind != "signature" or action != "deliver":  # else it is the signature that goes with a document
        await sending.learned(uow, document_id, action, event.message_id, event.id)
    await sending.settle(uow, event.tag, "sent")
    return str(document_id)


# ---- a document
async def _arrived(uow: UnitOfWork, source: Source, event: OperatorEvent) -> str:
    paper = event.paper
    if paper is None or not event.message_id:
        raise Unfit("not_understood")
    origin: Side = "company" if event.box_id == source.box_id else "client"
    if origin == "client" and event.to_box != source.box_id:
        raise Unfit("unknown_box")
    client_box = event.to_box if origin == "company" else event.box_id
    contract_id = await _contract(uow, source, client_box, paper)
    document_id = new_id()
    awaits = paper.awaits or origin == "client"
    row = _document(uow, event, paper, origin, awaits)
    await store.add(uow, [{"id": document_id, "contract_id": contract_id, **row}])
    place = {"message_id": event.message_id, "entity_id": event.id, "annulment_id": None}
    home = {"document_id": document_id, "operator": source.operator, "box_id": client_box}
    await uow.execute(sa.insert(EdoHome).values(**home, **place))
    state = domain.delivered("kep" if awaits else "none")
    await store.note(uow, document_id, state, "deliver", origin, at=_moment(uow, event))
    uow.audit("edo.arrived", document_id, operator=source.operator, origin=origin)
    if not paper.sound:
        locked = (await store.locked(uow, [document_id]))[document_id]
        await store.move(uow, locked, domain.step(locked.standing, "invalidate", "company"), "invalidate", "company")
    uow.enqueue(FetchEdoContent(document_id))
    return document_id


async def _contract(uow: UnitOfWork, source: Source, client_box: str, paper: Paper) -> str:
    """The contract of a document: the only one of its box, or the one that it names. Raises Unfit."""
    asked = {"operator": source.operator, "box_id": client_box}
    found: dict[str, str] = {row.contract_id: row.signature or "" for row in await uow.execute(queries.BOXES, asked)}
    if not found:
        raise Unfit("unknown_box")
    if paper.contract:
        found = {key: agreement for key, agreement in found.items() if key == paper.contract}
    if len(found) != 1:
        raise Unfit("ambiguous_contract")
    ((contract_id, agreement),) = found.items()
    if not agreement:
        raise Unfit("without_agreement")
    return str(contract_id)


def _document(uow: UnitOfWork, event: OperatorEvent, paper: Paper, origin: Side, awaits: bool) -> dict[str, object]:
    method: Method = "kep" if awaits else "none"
    return {
        "origin": origin,
        "kind": domain.KIND_OF[paper.kind],
        "number": clean(paper.number, 64),
        "issued_on": paper.issued_on or _moment(uow, event).date(),
        "comment": clean(paper.comment, 1000),
        "method": method,
        "state": domain.delivered(method),
        "file_name": clean_name(paper.file_name)[:200],
    }


# ---- what is done to one
async def _home(uow: UnitOfWork, source: Source, event: OperatorEvent) -> Home:
    """Where the document lives that an event is about. Raises Unfit."""
    homes = await queries.homes_of_message(uow, source.operator, event.message_id)
    for home in homes:
        if event.parent_id and event.parent_id in (home.entity_id, home.annulment_id):
            return home
    known = await uow.one(queries.DOCUMENT_OF, {"operator": source.operator, "event_id": event.parent_id})
    for home in homes:
        if known is not None and home.document_id == known[0]:
            return home
    raise Unfit("unknown_document")


def _deed(source: Source, event: OperatorEvent, home: Home, row: Locked) -> tuple[Side, Action | None]:
    """Who has done what; None: whose document it is has signed it, as he must to send it. Raises Unfit."""
    of_annulment = event.parent_id == home.annulment_id
    expected = _other(row.asked_by or row.origin) if of_annulment else _other(row.origin)
    side = _side(source, event, home, expected)
    if event.kind == "verdict":
        return "company", "invalidate"
    if event.parent_id != home.entity_id and not of_annulment:
        raise Unfit("unknown_document", row.id)  # of a request that another one has replaced
    match event.kind:
        case "revocation":
            return side, "request_annulment"
        case "rejection":
            return side, "refuse" if of_annulment else "reject"
    if of_annulment:
        return side, "agree"
    if side == "company":
        return side, None if row.origin == "company" else "confirm"
    return side, "sign"


def _moment(uow: UnitOfWork, event: OperatorEvent) -> datetime:
    """When it happened, if that can be believed."""
    return event.at if event.at.year >= _FIRST_YEAR else uow.now


def _side(source: Source, event: OperatorEvent, home: Home, expected: Side) -> Side:
    """Whose deed it is; where the operator does not say, it is the side that could do it."""
    if not event.box_id:
        return expected
    if event.box_id == source.box_id:
        return "company"
    if event.box_id == home.box_id:
        return "client"
    raise Unfit("unknown_box", home.document_id)


def _other(side: Side) -> Side:
    return "client" if side == "company" else "company"


async def _happened(
    uow: UnitOfWork, source: Source, event: OperatorEvent, home: Home, row: Locked, side: Side, action: Action
) -> None:
    text = clean(event.text, 1000)
    if action == "request_annulment":
        values = {"annulment_id": event.id}
        await uow.execute(sa.update(EdoHome).where(EdoHome.document_id == home.document_id).values(**values))
    after, action = _stepped(row, action, side)
    if action in ("sign", "confirm"):
        await _signed(uow, source, event, row, side)
    await store.move(uow, row, after, action, side, text, at=_moment(uow, event))
    if side == "company":
        telling.has_moved(uow, row, after.state, text)


def _stepped(row: Locked, action: Action, side: Side) -> tuple[Standing, Action]:
    """Where the document stands after a deed. Of one that nobody has signed a request for annulment takes it back."""
    for one in (action, "withdraw") if action == "request_annulment" else (action,):
        try:
            return domain.step(row.standing, one, side), one
        except Impossible:
            continue
    raise Unfit("impossible", row.id)


async def _signed(uow: UnitOfWork, source: Source, event: OperatorEvent, row: Locked, side: Side) -> None:
    """Keeps a signature that the operator has."""
    signer = source.supplier
    if side == "client":
        signer = str((await uow.execute(store.CLIENT_OF, {"contract_id": row.contract_id})).scalar_one())
    proof = f"Подпись хранится у оператора ЭДО: сообщение {clean(event.message_id, 100)}, подпись {event.id}"
    digest = row.sha256 or ""
    await store.sign(uow, row.id, side, "kep", signer=signer, signed_at=_moment(uow, event), sha256=digest, proof=proof)
