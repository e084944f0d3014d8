"""Documents, acts and their files."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, visible_contract
from core.sdk import Query, any_of
from plugins.payments.models import ActOrder, Bill, Document, DocumentFile
from plugins.payments.schemas.documents import DocumentType

ACT: Final = "акт сверки"


class DocumentRead(msgspec.Struct, frozen=True):
    """A document with what is known of its file and of its bill."""

    id: str
    contract_id: str
    contract_number: str
    kind: DocumentType
    number: str
    issued_on: date
    month: date
    file_name: str
    size: int | None
    bill_id: str | None
    remaining: Decimal | None


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


def _day(name: str) -> sa.BindParameter[date]:
    return sa.bindparam(name, type_=sa.Date())


DOCUMENTS = Query(
    sa.select(
        Document.id,
        Document.contract_id,
        Contract.number,
        Document.kind,
        Document.number,
        Document.issued_on,
        Document.month,
        Document.file_name,
        DocumentFile.size,
        Document.bill_id,
        Bill.remaining,
    )
    .join(Contract, Contract.id == Document.contract_id)
    .outerjoin(DocumentFile, DocumentFile.document_id == Document.id)
    .outerjoin(Bill, Bill.id == Document.bill_id)
    .where(
        visible_contract(Document.contract_id),
        sa.or_(sa.bindparam("every_contract", type_=sa.Boolean()), Document.contract_id == _text("contract_id")),
        any_of(Document.kind, "kinds"),
        Document.month.between(_day("month_from"), _day("month_to")),
        sa.tuple_(Document.issued_on, Document.id) < sa.tuple_(_day("before"), _text("before_id")),
    )
    .order_by(Document.issued_on.desc(), Document.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer())),
    DocumentRead,
)


class FileRow(msgspec.Struct, frozen=True):
    """Where the file of a document lies."""

    kind: str
    number: str
    issued_on: date
    file_name: str
    stored_key: str | None
    size: int | None


_FILE = sa.select(
    Document.kind,
    Document.number,
    Document.issued_on,
    Document.file_name,
    DocumentFile.stored_key,
    DocumentFile.size,
).outerjoin(DocumentFile, DocumentFile.document_id == Document.id)

FILE = Query(_FILE.where(Document.contract_id == _text("contract_id"), Document.id == _text("document_id")), FileRow)
FILES_OF_MONTH = Query(
    _FILE.where(Document.contract_id == _text("contract_id"), Document.month == _day("month")).order_by(
        Document.issued_on, Document.id
    ),
    FileRow,
)
KNOWN = Query(sa.select(Document.id).where(Document.id == _text("document_id")), str)


# ---- reconciliation acts
class ActRow(msgspec.Struct, frozen=True):
    """An issued act."""

    id: str
    number: str
    issued_on: date
    period_from: date
    period_to: date
    ordered_at: datetime | None
    size: int | None


ACTS = Query(
    sa.select(
        Document.id,
        Document.number,
        Document.issued_on,
        Document.period_from,
        Document.period_to,
        ActOrder.ordered_at,
        DocumentFile.size,
    )
    .outerjoin(DocumentFile, DocumentFile.document_id == Document.id)
    .outerjoin(ActOrder, ActOrder.document_id == Document.id)
    .where(Document.contract_id == _text("contract_id"), Document.kind == ACT)
    .order_by(Document.issued_on.desc(), Document.id.desc())
    .limit(500),
    ActRow,
)


class OrderRow(msgspec.Struct, frozen=True):
    """An act that is still to come."""

    id: str
    period_from: date
    period_to: date
    ordered_at: datetime


ORDERS = Query(
    sa.select(ActOrder.id, ActOrder.period_from, ActOrder.period_to, ActOrder.ordered_at)
    .where(ActOrder.contract_id == _text("contract_id"), ActOrder.document_id.is_(None))
    .order_by(ActOrder.id.desc())
    .limit(100),
    OrderRow,
)

LOCKED_ORDERS = (
    sa.select(ActOrder.id, ActOrder.contract_id, ActOrder.account_id, ActOrder.document_id)
    .where(any_of(ActOrder.id, "ids"))
    .order_by(ActOrder.id)
    .with_for_update()
)
KNOWN_BILLS = sa.select(Bill.id, Bill.contract_id).where(any_of(Bill.id, "ids"))
KNOWN_DOCUMENTS = sa.select(Document.id).where(any_of(Document.id, "ids"))
LOCKED = sa.select(Document.id).with_for_update()
STORED_KEY = sa.select(DocumentFile.stored_key)
