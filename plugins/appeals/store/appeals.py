"""Appeals, their dialogue and their files."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, ContractLink
from core.identity.public import Account
from core.sdk import Moment, Query
from plugins.appeals.models import Appeal, Block, File, Message

_ID = sa.bindparam("appeal_id", type_=sa.Text())
_ACCOUNT = sa.bindparam("account_id", type_=sa.Text())
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_BEFORE = sa.bindparam("before", type_=Moment())
_BEFORE_ID = sa.bindparam("before_id", type_=sa.Text())


class AppealRow(msgspec.Struct, frozen=True):
    """An appeal as it is stored."""

    id: str
    account_id: str
    kind: str
    effect: str
    tab: str
    state: str
    topic: str
    section: str
    subsection: str
    title: str
    contract_id: str | None
    contract: str
    object_address: str
    party: bytes
    completed: int
    values: bytes
    resolution: str
    number: str | None
    registered_at: datetime | None
    version: int
    attempt: str
    signatures: bytes
    pending: bool
    failure: str
    failure_text: str
    unread: bool
    correspondence: bool
    taken_by: str
    created_at: datetime
    last_at: datetime
    closed_at: datetime | None


_ROW = [getattr(Appeal, name) for name in AppealRow.__struct_fields__]
APPEAL = Query(sa.select(*_ROW).where(Appeal.id == _ID), AppealRow)
LOCKED = sa.select(*_ROW).where(Appeal.id == _ID).with_for_update()
"""The appeal of `appeal_id`; whoever changes it or adds to it holds this lock."""
LOCKED_ATTEMPT = sa.select(*_ROW).where(Appeal.attempt == sa.bindparam("attempt", type_=sa.Text())).with_for_update()


class ItemRow(msgspec.Struct, frozen=True):
    """An appeal in a list of its author."""

    id: str
    title: str
    section: str
    contract_id: str | None
    contract: str
    object_address: str
    resolution: str
    state: str
    unread: bool
    number: str | None
    last_at: datetime


_ITEM = [getattr(Appeal, name) for name in ItemRow.__struct_fields__]
TAB = Query(
    sa.select(*_ITEM)
    .where(
        Appeal.account_id == _ACCOUNT,
        Appeal.tab == sa.bindparam("tab", type_=sa.Text()),
        sa.tuple_(Appeal.last_at, Appeal.id) < sa.tuple_(_BEFORE, _BEFORE_ID),
    )
    .order_by(Appeal.last_at.desc(), Appeal.id.desc())
    .limit(_LIMIT),
    ItemRow,
)
UNREAD = Query(
    sa.select(sa.func.count()).select_from(Appeal).where(Appeal.account_id == _ACCOUNT, Appeal.unread.is_(True)), int
)


class QueueRow(msgspec.Struct, frozen=True):
    """An appeal in the queue of staff."""

    id: str
    title: str
    topic: str
    section: str
    contract_id: str | None
    contract: str
    resolution: str
    number: str | None
    taken_by: str
    last_at: datetime


QUEUE = Query(
    sa.select(*[getattr(Appeal, name) for name in QueueRow.__struct_fields__])
    .where(
        Appeal.tab == sa.bindparam("tab", type_=sa.Text()),
        Appeal.state != "sending",
        Appeal.resolution == sa.bindparam("resolution", type_=sa.Text()),
        sa.tuple_(Appeal.last_at, Appeal.id)
        > sa.tuple_(sa.bindparam("after", type_=Moment()), sa.bindparam("after_id", type_=sa.Text())),
    )
    .order_by(Appeal.last_at, Appeal.id)
    .limit(_LIMIT),
    QueueRow,
)
ABANDONED = sa.select(Appeal.id).where(Appeal.tab == "none", Appeal.last_at < _BEFORE).limit(500)
OPEN_REQUEST = sa.select(Appeal.id).where(
    Appeal.account_id == _ACCOUNT,
    Appeal.contract_id == sa.bindparam("contract_id", type_=sa.Text()),
    Appeal.effect == "administrator",
    Appeal.tab == "open",
)


# ---- the dialogue
class MessageRow(msgspec.Struct, frozen=True):
    """A message."""

    id: str
    side: str
    author: str
    text: str
    created_at: datetime


MESSAGES = Query(
    sa.select(Message.id, Message.side, Message.author, Message.text, Message.created_at)
    .where(Message.appeal_id == _ID)
    .order_by(Message.id),
    MessageRow,
)
MESSAGE_COUNT = sa.select(sa.func.count()).select_from(Message).where(Message.appeal_id == _ID)


class BlockRow(msgspec.Struct, frozen=True):
    """A block of documents."""

    id: str
    kind: str
    created_at: datetime


BLOCKS = Query(
    sa.select(Block.id, Block.kind, Block.created_at).where(Block.appeal_id == _ID).order_by(Block.id), BlockRow
)


class FileRow(msgspec.Struct, frozen=True):
    """A file."""

    id: str
    appeal_id: str
    side: str
    field: str
    message_id: str | None
    block_id: str | None
    name: str
    media_type: str
    size: int
    sha256: str
    stored_key: str
    evidence_id: str


_FILE = [getattr(File, name) for name in FileRow.__struct_fields__]
AWAITED = sa.select(File.id).where(
    File.block_id == sa.bindparam("block_id", type_=sa.Text()), File.stored_key == sa.literal_column("''")
)
"""Files of a block that the company has named and not sent yet."""
FILES = Query(sa.select(*_FILE).where(File.appeal_id == _ID).order_by(File.id), FileRow)
FILE = Query(
    sa.select(*_FILE).where(File.appeal_id == _ID, File.id == sa.bindparam("file_id", type_=sa.Text())), FileRow
)


# ---- who files
class ProfileRow(msgspec.Struct, frozen=True):
    """The profile of an account."""

    email: str
    surname: str
    given_name: str
    patronymic: str
    phone: str

    @property
    def full_name(self) -> str:
        """Surname first."""
        return " ".join(part for part in (self.surname, self.given_name, self.patronymic) if part)


PROFILE = Query(
    sa.select(Account.email, Account.surname, Account.given_name, Account.patronymic, Account.phone).where(
        Account.id == _ACCOUNT
    ),
    ProfileRow,
)


class HeldRow(msgspec.Struct, frozen=True):
    """A contract that the account holds."""

    id: str
    number: str
    name: str
    inn: str
    kpp: str | None
    role: str

    @property
    def title(self) -> str:
        """«ООО «Ромашка» (78000000012345)»"""
        return f"{self.name} ({self.number})"


_HELD = (
    sa.select(Contract.id, Contract.number, Contract.name, Contract.inn, Contract.kpp, ContractLink.role)
    .join(ContractLink, ContractLink.contract_id == Contract.id)
    .where(ContractLink.account_id == _ACCOUNT, ContractLink.state == "active")
)
HELD = Query(_HELD.order_by(ContractLink.number, Contract.id).limit(1000), HeldRow)
HELD_ONE = Query(_HELD.where(Contract.id == sa.bindparam("contract_id", type_=sa.Text())), HeldRow)


def changed(appeal_id: str, **values: Any) -> sa.Update:
    """The update of an appeal."""
    return sa.update(Appeal).where(Appeal.id == appeal_id).values(**values)
