"""Queries of electronic documents."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, visible_contract
from core.sdk import Query, UnitOfWork, any_of, new_id
from plugins.edo.domain import Kind, Method, Side, Standing, State
from plugins.edo.models import EdoDeed, EdoDocument, EdoEvent, EdoSignature, EdoSigning
from plugins.edo.schemas.documents import Agreement, EdoContract, EdoDeedItem

LAST_DAY = date(9999, 12, 31)


def text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


def _day(name: str) -> sa.BindParameter[date]:
    return sa.bindparam(name, type_=sa.Date())


def _flag(name: str) -> sa.BindParameter[bool]:
    return sa.bindparam(name, type_=sa.Boolean())


# ---- contracts
class AgreementRow(msgspec.Struct, frozen=True):
    """A kind of agreement that the caller's contracts have."""

    agreement: Agreement


_AGREED = (visible_contract(Contract.id), Contract.signature.is_not(None))
AGREEMENTS = Query(sa.select(Contract.signature).where(*_AGREED).distinct(), AgreementRow)
CONTRACTS = Query(
    sa.select(
        Contract.id,
        Contract.number,
        Contract.name,
        Contract.inn,
        sa.func.coalesce(Contract.kpp, ""),
        Contract.signature,
    )
    .where(*_AGREED)
    .order_by(Contract.number, Contract.id)
    .limit(1000),
    EdoContract,
)
CONTRACT = Query(
    sa.select(
        Contract.id,
        Contract.number,
        Contract.name,
        Contract.inn,
        sa.func.coalesce(Contract.kpp, ""),
        sa.func.coalesce(Contract.signature, ""),
    ).where(visible_contract(Contract.id), Contract.id == text("contract_id")),
    EdoContract,
)
ORGANISATION = Query(
    sa.select(
        Contract.id,
        Contract.number,
        Contract.name,
        Contract.inn,
        sa.func.coalesce(Contract.kpp, ""),
        Contract.signature,
    )
    .where(*_AGREED, Contract.inn == text("inn"))
    .order_by(Contract.id)
    .limit(1),
    EdoContract,
)


# ---- documents
class DocumentRow(msgspec.Struct, frozen=True):
    """A document as it is read."""

    id: str
    contract_id: str
    contract_number: str
    inn: str
    agreement: str
    origin: Side
    kind: Kind
    number: str
    issued_on: date
    name: str
    comment: str
    method: Method
    state: State
    file_name: str
    stored_key: str
    size: int
    sha256: str
    media_type: str
    asked_by: Side | None
    confirmed: bool

    @property
    def standing(self) -> Standing:
        return Standing(self.state, self.origin, self.asked_by, self.confirmed, self.method)


_READ = sa.select(
    EdoDocument.id,
    EdoDocument.contract_id,
    Contract.number,
    Contract.inn,
    sa.func.coalesce(Contract.signature, ""),
    EdoDocument.origin,
    EdoDocument.kind,
    EdoDocument.number,
    EdoDocument.issued_on,
    EdoDocument.name,
    EdoDocument.comment,
    EdoDocument.method,
    EdoDocument.state,
    EdoDocument.file_name,
    EdoDocument.stored_key,
    EdoDocument.size,
    EdoDocument.sha256,
    EdoDocument.media_type,
    EdoDocument.asked_by,
    EdoDocument.confirmed,
).join(Contract, Contract.id == EdoDocument.contract_id)
_SHOWN = (
    visible_contract(EdoDocument.contract_id),
    Contract.signature.is_not(None),
    EdoDocument.stored_key.is_not(None),
)
DOCUMENTS = Query(
    _READ.where(
        *_SHOWN,
        any_of(EdoDocument.state, "states"),
        sa.or_(_flag("any_contract"), EdoDocument.contract_id == text("contract_id")),
        sa.or_(_flag("any_kind"), EdoDocument.kind == text("kind")),
        EdoDocument.issued_on.between(_day("date_from"), _day("date_to")),
        sa.or_(_flag("any_text"), EdoDocument.search.like(text("pattern"), escape="\\")),
        sa.tuple_(EdoDocument.issued_on, EdoDocument.id) < sa.tuple_(_day("before"), text("before_id")),
    )
    .order_by(EdoDocument.issued_on.desc(), EdoDocument.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer())),
    DocumentRow,
)
NAMED = Query(_READ.where(*_SHOWN, any_of(EdoDocument.id, "ids")).order_by(EdoDocument.id), DocumentRow)
DOCUMENT = Query(_READ.where(*_SHOWN, EdoDocument.id == text("document_id")), DocumentRow)
OF_COMPANY = Query(_READ.where(EdoDocument.id == text("document_id"), EdoDocument.stored_key.is_not(None)), DocumentRow)
"""For the company's systems."""


class StateCount(msgspec.Struct, frozen=True):
    """So many documents in a state."""

    state: State
    count: int


COUNTS = Query(
    sa.select(EdoDocument.state, sa.func.count())
    .join(Contract, Contract.id == EdoDocument.contract_id)
    .where(*_SHOWN)
    .group_by(EdoDocument.state),
    StateCount,
)


class SignatureRow(msgspec.Struct, frozen=True):
    """A signature."""

    id: str
    side: Side
    method: Method
    signer: str
    signed_at: Any
    sha256: str
    statement: str
    proof: str
    evidence_id: str | None


SIGNATURES = Query(
    sa.select(
        EdoSignature.id,
        EdoSignature.side,
        EdoSignature.method,
        EdoSignature.signer,
        EdoSignature.signed_at,
        EdoSignature.sha256,
        EdoSignature.statement,
        EdoSignature.proof,
        EdoSignature.evidence_id,
    )
    .where(EdoSignature.document_id == text("document_id"))
    .order_by(EdoSignature.id),
    SignatureRow,
)
DEEDS = Query(
    sa.select(EdoDeed.at, EdoDeed.side, EdoDeed.action, EdoDeed.state, EdoDeed.text)
    .where(EdoDeed.document_id == text("document_id"))
    .order_by(EdoDeed.id)
    .limit(1000),
    EdoDeedItem,
)


# ---- inside a transaction
class Locked(msgspec.Struct, frozen=True):
    """A document that no other transaction changes now."""

    id: str
    contract_id: str
    origin: Side
    kind: str
    number: str
    issued_on: date
    state: State
    method: Method
    file_name: str
    name: str
    comment: str
    stored_key: str | None = None
    sha256: str | None = None
    asked_by: Side | None = None
    confirmed: bool = False

    @property
    def standing(self) -> Standing:
        return Standing(self.state, self.origin, self.asked_by, self.confirmed, self.method)


_LOCKED = (
    sa.select(
        EdoDocument.id,
        EdoDocument.contract_id,
        EdoDocument.origin,
        EdoDocument.kind,
        EdoDocument.number,
        EdoDocument.issued_on,
        EdoDocument.state,
        EdoDocument.method,
        EdoDocument.file_name,
        EdoDocument.name,
        EdoDocument.comment,
        EdoDocument.stored_key,
        EdoDocument.sha256,
        EdoDocument.asked_by,
        EdoDocument.confirmed,
    )
    .where(any_of(EdoDocument.id, "ids"))
    .order_by(EdoDocument.id)
    .with_for_update()
)


async def locked(uow: UnitOfWork, ids: Sequence[str]) -> dict[str, Locked]:
    """Documents by identifier, held until the transaction ends."""
    return {row.id: Locked(*row) for row in await uow.execute(_LOCKED, {"ids": list(ids)})}


PARTICULARS = ("contract_id", "kind", "number", "issued_on", "file_name", "name", "comment")
"""What the company may correct."""
_CHANGE = sa.update(EdoDocument).where(EdoDocument.id == text("document_id"))
_WITHOUT_FILE: dict[str, Any] = {
    "name": "",
    "comment": "",
    "stored_key": None,
    "size": None,
    "sha256": None,
    "media_type": "application/octet-stream",
    "created_by": None,
    "asked_by": None,
}


async def add(uow: UnitOfWork, documents: Sequence[Mapping[str, Any]]) -> None:
    """Stores new documents, all with the same columns; what they do not say is that of one whose file is to come."""
    rows = [{**_WITHOUT_FILE, "created_at": uow.now, "search": _search(one), **one} for one in documents]
    if rows:
        await uow.execute(sa.insert(EdoDocument), rows)


async def change(uow: UnitOfWork, documents: Sequence[Locked]) -> None:
    """Stores other particulars of documents, with the method and the state that follow from them."""
    rows = []
    for one in documents:
        said = {name: getattr(one, name) for name in (*PARTICULARS, "method", "state")}
        rows.append({"document_id": one.id, "search": _search(said), **said})
    if rows:
        await uow.execute(_CHANGE, rows)


def _search(said: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (said["number"], said.get("name"), said["file_name"]))).lower()


_LAST_DEED = (
    sa.select(EdoDeed.at).where(EdoDeed.document_id == text("document_id")).order_by(EdoDeed.id.desc()).limit(1)
)


async def move(
    uow: UnitOfWork,
    row: Locked,
    after: Standing,
    action: str,
    side: Side,
    reason: str = "",
    *,
    at: datetime | None = None,
) -> str:
    """Notes a deed and where the document stands after it; returns the deed's identifier."""
    changed = {"state": after.state, "asked_by": after.asked_by, "confirmed": after.confirmed}
    await uow.execute(sa.update(EdoDocument).where(EdoDocument.id == row.id).values(**changed))
    uow.audit(f"edo.{action}", row.id, state=after.state, side=side)
    return await note(uow, row.id, after.state, action, side, reason, at=at)


async def note(
    uow: UnitOfWork,
    document_id: str,
    state: State,
    action: str,
    side: Side,
    reason: str = "",
    *,
    at: datetime | None = None,
) -> str:
    """A line of a document's history; returns its identifier. `at`: when the other side says it was; null: now."""
    moment = uow.now if at is None else await _believed(uow, document_id, at)
    deed = {"id": new_id(), "document_id": document_id, "at": moment, "side": side, "action": action}
    await uow.execute(sa.insert(EdoDeed).values(**deed, state=state, text=reason))
    return str(deed["id"])


async def _believed(uow: UnitOfWork, document_id: str, at: datetime) -> datetime:
    """A moment that is neither to come nor before the deed that stands before it in the history."""
    before = await uow.one(_LAST_DEED, {"document_id": document_id})
    return min(at if before is None else max(at, before.at), uow.now)


async def sign(uow: UnitOfWork, document_id: str, side: Side, method: Method, **proof: Any) -> str:
    """Stores a signature; returns its identifier."""
    signature_id = new_id()
    bare = {"account_id": None, "signed_at": uow.now, "statement": "", "proof": "", "evidence_id": None}
    values = {"id": signature_id, "document_id": document_id, "side": side, "method": method} | bare | proof
    await uow.execute(sa.insert(EdoSignature).values(**values))
    return signature_id


CLIENT_OF = sa.select(Contract.name).where(Contract.id == text("contract_id"))
NUMBER_OF = sa.select(Contract.id, Contract.number).where(any_of(Contract.id, "ids"))
AGREEMENT_OF = sa.select(Contract.id, Contract.signature).where(any_of(Contract.id, "ids"))
APPLIED = sa.select(EdoEvent.id).where(any_of(EdoEvent.id, "ids"))
SIGNING = (
    sa.select(EdoSigning.documents, EdoSigning.email, EdoSigning.sent_at, EdoSigning.wrong_attempts)
    .where(EdoSigning.account_id == text("account_id"), EdoSigning.id == text("signing_id"))
    .with_for_update()
)
