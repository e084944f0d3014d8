"""Queries of what goes through operators."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract
from core.sdk import Query, UnitOfWork, any_of
from plugins.edo.domain import OperatorName, Transfer
from plugins.edo.models import EdoBox, EdoDocument, EdoHome, EdoOperatorEvent, EdoPolling, EdoSending
from plugins.edo.store import text

_LIMIT = sa.bindparam("limit", type_=sa.Integer())


# ---- boxes and homes
class Home(msgspec.Struct, frozen=True):
    """Where a document lives at its operator."""

    document_id: str
    operator: OperatorName
    box_id: str
    message_id: str | None
    entity_id: str | None
    annulment_id: str | None


BOXES = (
    sa.select(EdoBox.contract_id, Contract.signature)
    .join(Contract, Contract.id == EdoBox.contract_id)
    .where(EdoBox.operator == text("operator"), EdoBox.box_id == text("box_id"))
    .order_by(EdoBox.contract_id)
    .limit(10_000)
)
BOX_OF = sa.select(EdoBox.operator, EdoBox.box_id).where(EdoBox.contract_id == text("contract_id"))
_HOME = sa.select(
    EdoHome.document_id,
    EdoHome.operator,
    EdoHome.box_id,
    EdoHome.message_id,
    EdoHome.entity_id,
    EdoHome.annulment_id,
)
HOME = Query(_HOME.where(EdoHome.document_id == text("document_id")), Home)
_AWAY = sa.select(EdoHome.document_id).where(any_of(EdoHome.document_id, "ids"))
_HOMES_OF_MESSAGE = (
    _HOME.where(EdoHome.operator == text("operator"), EdoHome.message_id == text("message_id"))
    .order_by(EdoHome.document_id)
    .limit(100)
)


async def home(uow: UnitOfWork, document_id: str) -> Home | None:
    """The home of a document; None: the exchange."""
    row = await uow.one(HOME.statement, {"document_id": document_id})  # type: ignore[arg-type]
    return None if row is None else Home(*row)


async def at_operators(uow: UnitOfWork, ids: Iterable[str]) -> set[str]:
    """Those of the documents that live at an operator."""
    return {document_id for (document_id,) in await uow.execute(_AWAY, {"ids": sorted(ids)})}


async def homes_of_message(uow: UnitOfWork, operator: str, message_id: str) -> list[Home]:
    """The documents of a message."""
    asked = {"operator": operator, "message_id": message_id}
    return [Home(*row) for row in await uow.execute(_HOMES_OF_MESSAGE, asked)]


# ---- what is sent
class SendingRow(msgspec.Struct, frozen=True):
    """A deed on its way, and its document."""

    id: str
    document_id: str
    operator: OperatorName
    action: str
    text: str
    evidence_id: str | None
    state: Transfer
    tries: int
    ordered_at: datetime
    box_id: str
    message_id: str | None
    entity_id: str | None
    annulment_id: str | None


SENDING = Query(
    sa.select(
        EdoSending.id,
        EdoSending.document_id,
        EdoSending.operator,
        EdoSending.action,
        EdoSending.text,
        EdoSending.evidence_id,
        EdoSending.state,
        EdoSending.tries,
        EdoSending.ordered_at,
        EdoHome.box_id,
        EdoHome.message_id,
        EdoHome.entity_id,
        EdoHome.annulment_id,
    )
    .join(EdoHome, EdoHome.document_id == EdoSending.document_id)
    .where(EdoSending.id == text("sending_id")),
    SendingRow,
)


class BeforeRow(msgspec.Struct, frozen=True):
    """The state of a sending."""

    state: Transfer


EARLIER = Query(
    sa.select(EdoSending.state).where(
        EdoSending.document_id == text("document_id"),
        EdoSending.id < text("sending_id"),
        EdoSending.state == sa.literal_column("'sending'"),
    ),
    BeforeRow,
)
"""What has to be settled before."""


class TransferRow(msgspec.Struct, frozen=True):
    """What became of a deed at the operator."""

    state: Transfer
    failure: str


TRANSFERS = Query(
    sa.select(EdoSending.state, EdoSending.failure)
    .where(EdoSending.document_id == text("document_id"))
    .order_by(EdoSending.id.desc())
    .limit(1000),
    TransferRow,
)
ECHOED = sa.select(EdoSending.document_id, EdoSending.action).where(
    EdoSending.id == text("sending_id"), EdoSending.operator == text("operator")
)


# ---- what is read
class PollingRow(msgspec.Struct, frozen=True):
    """How far an operator was read."""

    cursor: str
    taken: int
    strange: int
    asked_at: datetime
    succeeded_at: datetime | None
    failure: str


POLLING = Query(
    sa.select(
        EdoPolling.cursor,
        EdoPolling.taken,
        EdoPolling.strange,
        EdoPolling.asked_at,
        EdoPolling.succeeded_at,
        EdoPolling.failure,
    ).where(EdoPolling.operator == text("operator")),
    PollingRow,
)
PLACE = (
    sa.select(EdoPolling.cursor, EdoPolling.taken, EdoPolling.strange)
    .where(EdoPolling.operator == text("operator"))
    .with_for_update()
)
DOCUMENT_OF = sa.select(EdoOperatorEvent.document_id).where(
    EdoOperatorEvent.operator == text("operator"), EdoOperatorEvent.id == text("event_id")
)


class ComingRow(msgspec.Struct, frozen=True):
    """A document whose content may still have to be fetched."""

    operator: OperatorName
    message_id: str | None
    entity_id: str | None
    stored_key: str | None
    created_at: datetime


COMING = Query(
    sa.select(EdoHome.operator, EdoHome.message_id, EdoHome.entity_id, EdoDocument.stored_key, EdoDocument.created_at)
    .join(EdoDocument, EdoDocument.id == EdoHome.document_id)
    .where(EdoHome.document_id == text("document_id")),
    ComingRow,
)


# ---- for staff
class TroubleCount(msgspec.Struct, frozen=True):
    """So many events of an operator had no effect."""

    operator: OperatorName
    count: int


TROUBLE_COUNTS = Query(
    sa.select(EdoOperatorEvent.operator, sa.func.count())
    .where(EdoOperatorEvent.trouble != sa.literal_column("''"))
    .group_by(EdoOperatorEvent.operator),
    TroubleCount,
)


class TroubleRow(msgspec.Struct, frozen=True):
    """An event without effect."""

    operator: OperatorName
    id: str
    kind: str
    document_id: str | None
    trouble: str
    text: str
    taken_at: datetime


TROUBLES = Query(
    sa.select(
        EdoOperatorEvent.operator,
        EdoOperatorEvent.id,
        EdoOperatorEvent.kind,
        EdoOperatorEvent.document_id,
        EdoOperatorEvent.trouble,
        EdoOperatorEvent.text,
        EdoOperatorEvent.taken_at,
    )
    .where(
        EdoOperatorEvent.trouble != sa.literal_column("''"),
        sa.tuple_(EdoOperatorEvent.operator, EdoOperatorEvent.taken_at, EdoOperatorEvent.id)
        < sa.tuple_(text("operator"), sa.bindparam("before", type_=EdoOperatorEvent.taken_at.type), text("id")),
    )
    .order_by(EdoOperatorEvent.operator.desc(), EdoOperatorEvent.taken_at.desc(), EdoOperatorEvent.id.desc())
    .limit(_LIMIT),
    TroubleRow,
)


class OpenRow(msgspec.Struct, frozen=True):
    """A deed that the operator does not have."""

    id: str
    document_id: str
    contract_id: str
    operator: OperatorName
    action: str
    state: Transfer
    failure: str
    tries: int
    ordered_at: datetime


OPEN = Query(
    sa.select(
        EdoSending.id,
        EdoSending.document_id,
        EdoDocument.contract_id,
        EdoSending.operator,
        EdoSending.action,
        EdoSending.state,
        EdoSending.failure,
        EdoSending.tries,
        EdoSending.ordered_at,
    )
    .join(EdoDocument, EdoDocument.id == EdoSending.document_id)
    .where(EdoSending.state != sa.literal_column("'sent'"), EdoSending.id > text("after"))
    .order_by(EdoSending.id)
    .limit(_LIMIT),
    OpenRow,
)
