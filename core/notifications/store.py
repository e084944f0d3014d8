"""Queries of notifications."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.contracts.public import Contract, ContractLink, ContractLinkObject
from core.identity.public import Account
from core.notifications.models import (
    PUBLISHED,
    Delivery,
    Mailing,
    Notice,
    NoticeAudience,
    NoticeFile,
    Preferences,
    Receipt,
    Switch,
)
from core.sdk import Moment, Query, any_of

_ME = sa.bindparam("account_id", type_=sa.Text())
_NOW = sa.bindparam("now", type_=Moment())
_AFTER = sa.bindparam("after", type_=sa.Text())
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_GROUP = sa.bindparam("group", type_=sa.Integer())


class Fresh(msgspec.Struct, frozen=True):
    """A notice as its addressee gets it."""

    id: str
    form: str
    kind: str
    topic: str
    text: str
    confirm_label: str | None
    go_label: str | None
    go_url: str | None
    starts_at: datetime
    ends_at: datetime | None
    read: int
    """1: read or closed."""


def _held(column: Any) -> sa.Select[*tuple[Any, ...]]:
    """`column` of every contract that the account holds."""
    return (
        sa.select(column)
        .select_from(ContractLink)
        .where(ContractLink.account_id == _ME, ContractLink.state == "active")
    )


def _mine(columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Everything that is addressed to an account and shown at the moment `now`, whatever its form."""
    keys = sa.union_all(
        sa.select(sa.literal("all", sa.Text()).label("key")),
        sa.select(sa.literal("account:", sa.Text()) + _ME),
        _held(sa.literal("contract:", sa.Text()) + ContractLink.contract_id),
        _held(sa.literal("branch:", sa.Text()) + Contract.branch).join(
            Contract, Contract.id == ContractLink.contract_id
        ),
    ).cte("keys")
    addressed = sa.select(NoticeAudience.notice_id).where(NoticeAudience.key.in_(sa.select(keys.c.key)))
    registered = sa.select(Account.created_at).where(Account.id == _ME).scalar_subquery()
    return (
        sa.select(*columns)
        .select_from(Notice)
        .outerjoin(Receipt, sa.and_(Receipt.account_id == _ME, Receipt.notice_id == Notice.id))
        .where(
            Notice.id.in_(addressed),
            Notice.withdrawn_at.is_(None),
            Notice.starts_at <= _NOW,
            sa.or_(Notice.contract_id.is_(None), Notice.contract_id.in_(_held(ContractLink.contract_id))),
            # a newcomer is not met by the news of former years
            sa.or_(Notice.audience != "all", Notice.starts_at >= registered, Notice.ends_at > registered),
        )
    )


_SEEN = sa.case((Receipt.at.is_not(None), 1), else_=0)
_COLUMNS = (*[getattr(Notice, name) for name in Fresh.__struct_fields__ if name != "read"], _SEEN.label("read"))
_OVER = sa.or_(Notice.form == "bell", Notice.ends_at <= _NOW)
"""Stands in the list without having been closed."""
_LISTED = sa.or_(_OVER, Receipt.at.is_not(None))
_LAST = aliased(Notice)
_MARK = sa.select(_LAST.starts_at).where(_LAST.id == _AFTER).scalar_subquery()

ENTRIES = Query(
    _mine(_COLUMNS)
    .where(
        _LISTED,
        sa.or_(
            _GROUP < _SEEN,
            sa.and_(
                _GROUP == _SEEN,
                sa.or_(Notice.starts_at < _MARK, sa.and_(Notice.starts_at == _MARK, Notice.id < _AFTER)),
            ),
        ),
    )
    .order_by(_SEEN, Notice.starts_at.desc(), Notice.id.desc())
    .limit(_LIMIT),
    Fresh,
)
"""The list: unread ones before read ones, each from the latest to the earliest; behind `after` of `group`."""
UNREAD = Query(_mine((sa.func.count(),)).where(_OVER, Receipt.at.is_(None)), int)
PENDING = Query(
    _mine(_COLUMNS)
    .where(
        Notice.form == sa.bindparam("form"),
        Receipt.at.is_(None),
        sa.or_(Notice.ends_at.is_(None), Notice.ends_at > _NOW),
    )
    .order_by(Notice.starts_at, Notice.id),
    Fresh,
)
"""Modals, or those at the top, that are to be shown."""
ENTRY = _mine((Notice.id,)).where(_LISTED, Notice.id == sa.bindparam("notice_id"))
CLOSABLE = _mine((Notice.confirm_label, _SEEN.label("closed"))).where(
    Notice.form.in_(("modal", "top")), Notice.id == sa.bindparam("notice_id")
)


class FileRow(msgspec.Struct, frozen=True):
    """An attached file."""

    notice_id: str
    id: str
    name: str
    size: int
    key: str


_FILES = sa.select(*[getattr(NoticeFile, name) for name in FileRow.__struct_fields__])
FILES = Query(
    _FILES.where(any_of(NoticeFile.notice_id, "notices")).order_by(NoticeFile.notice_id, NoticeFile.sort), FileRow
)
FILE = Query(
    _FILES.where(
        NoticeFile.id == sa.bindparam("file_id"),
        NoticeFile.notice_id == sa.bindparam("notice_id"),
        NoticeFile.notice_id.in_(_mine((Notice.id,))),
    ),
    FileRow,
)
STALE_UPLOADS = Query(
    sa.select(NoticeFile.id, NoticeFile.key)
    .where(sa.text("notice_id IS NULL"), NoticeFile.uploaded_at <= sa.bindparam("before", type_=Moment()))
    .limit(1000),
    lambda file_id, key: (file_id, key),
)


# ---- publications
class PublishedRow(msgspec.Struct, frozen=True):
    """A publication."""

    id: str
    form: str
    topic: str
    text: str
    audience: str
    confirm_label: str | None
    go_label: str | None
    go_url: str | None
    starts_at: datetime
    ends_at: datetime | None
    published_by: str
    created_at: datetime
    withdrawn_at: datetime | None
    receipts: int


_RECEIPTS = sa.select(sa.func.count()).where(Receipt.notice_id == Notice.id).scalar_subquery()
_PUBLISHED = sa.select(
    *[getattr(Notice, name) for name in PublishedRow.__struct_fields__ if name != "receipts"], _RECEIPTS
).where(PUBLISHED)
PUBLICATIONS = Query(
    _PUBLISHED.where(sa.or_(_AFTER.is_(None), Notice.id < _AFTER)).order_by(Notice.id.desc()).limit(_LIMIT),
    PublishedRow,
)
PUBLICATION = Query(_PUBLISHED.where(Notice.id == sa.bindparam("notice_id")), PublishedRow)
CONTRACT_IDS = Query(sa.select(Contract.id).where(any_of(Contract.id, "names")), str)
BRANCHES = Query(sa.select(Contract.branch).where(any_of(Contract.branch, "names")).distinct(), str)
ACCOUNTS = Query(
    sa.select(Account.email, Account.id).where(
        any_of(Account.email, "names"), Account.deleted_at.is_(None), Account.kind == "client"
    ),
    lambda email, account_id: (email, account_id),
)


# ---- whom a plugin's notification reaches
class Recipient(msgspec.Struct, frozen=True):
    """A client who is told. `letters`: the master switch; `switched`: the contract's, None while it is untouched."""

    account_id: str
    email: str
    email_confirmed: bool
    letters: bool
    switched: bool | None


_RECIPIENT = (
    sa.select(
        Account.id,
        Account.email,
        Account.email_confirmed_at.is_not(None),
        sa.func.coalesce(Preferences.email, sa.true()),
        Switch.on,
    )
    .outerjoin(Preferences, Preferences.account_id == Account.id)
    .outerjoin(
        Switch,
        sa.and_(
            Switch.account_id == Account.id,
            Switch.contract_id == sa.bindparam("contract_id"),
            Switch.kind == sa.bindparam("kind"),
        ),
    )
    .where(Account.deleted_at.is_(None), Account.kind == "client")
)
_OBJECT = sa.bindparam("energy_object_id", type_=sa.Text())
_COVERED = sa.or_(
    _OBJECT == "",
    ContractLink.all_objects.is_(True),
    sa.exists().where(
        ContractLinkObject.account_id == ContractLink.account_id,
        ContractLinkObject.contract_id == ContractLink.contract_id,
        ContractLinkObject.energy_object_id == _OBJECT,
    ),
)
RECIPIENTS = Query(_RECIPIENT.where(any_of(Account.id, "accounts")), Recipient)
HOLDERS = Query(
    _RECIPIENT.join(ContractLink, ContractLink.account_id == Account.id).where(
        ContractLink.contract_id == sa.bindparam("contract_id"),
        ContractLink.state == "active",
        any_of(ContractLink.role, "roles"),
        _COVERED,
    ),
    Recipient,
)


# ---- settings
class PreferencesRow(msgspec.Struct, frozen=True):
    """The switches of an account, advertising included."""

    advertising: bool
    email: bool = True
    magazine: bool = False
    start_on: bool = False
    start_days: int = 4
    end_on: bool = False
    end_days: int = 2


_OWN = [name for name in PreferencesRow.__struct_fields__ if name != "advertising"]
PREFERENCES = Query(
    sa.select(Account.advertising, *[getattr(Preferences, name) for name in _OWN])
    .outerjoin(Preferences, Preferences.account_id == Account.id)
    .where(Account.id == _ME),
    # without a row every column of the join is null: the defaults
    lambda advertising, email, *more: (
        PreferencesRow(advertising) if email is None else PreferencesRow(advertising, email, *more)
    ),
)


class HeldContract(msgspec.Struct, frozen=True):
    """A contract of the account."""

    id: str
    number: str
    name: str


CONTRACTS = Query(
    sa.select(Contract.id, Contract.number, Contract.name)
    .join(ContractLink, ContractLink.contract_id == Contract.id)
    .where(
        ContractLink.account_id == _ME,
        ContractLink.state == "active",
        sa.tuple_(Contract.number, Contract.id)
        > sa.tuple_(sa.bindparam("number", type_=sa.Text()), sa.bindparam("id", type_=sa.Text())),
    )
    .order_by(Contract.number, Contract.id)
    .limit(_LIMIT),
    HeldContract,
)
CONTRACT = (
    _held(Contract.id)
    .add_columns(Contract.number, Contract.name)
    .join(Contract, Contract.id == ContractLink.contract_id)
    .where(ContractLink.contract_id == sa.bindparam("contract_id"))
)
SWITCHES = Query(
    sa.select(Switch.contract_id, Switch.kind, Switch.on).where(
        Switch.account_id == _ME, any_of(Switch.contract_id, "contracts")
    ),
    lambda contract_id, kind, on: (contract_id, kind, bool(on)),
)


# ---- mailings
def wanting(kind: str, after: str, limit: int, audience: str, addressees: Sequence[str]) -> sa.Select[str, str]:
    """The next accounts of the audience that want a mailing: id and address."""
    held = sa.select(ContractLink.account_id).where(ContractLink.state == "active")
    audiences = {
        "all": sa.true(),
        "contracts": Account.id.in_(held.where(ContractLink.contract_id.in_(addressees))),
        "branches": Account.id.in_(
            held.join(Contract, Contract.id == ContractLink.contract_id).where(Contract.branch.in_(addressees))
        ),
    }
    magazine = sa.func.coalesce(Preferences.magazine, sa.false())
    wanted = Account.advertising if kind == "advertising" else magazine
    return (
        sa.select(Account.id, Account.email)
        .outerjoin(Preferences, Preferences.account_id == Account.id)
        .where(
            Account.id > after,
            audiences[audience],
            Account.kind == "client",
            Account.deleted_at.is_(None),
            Account.email_confirmed_at.is_not(None),
            wanted.is_(True),
            sa.func.coalesce(Preferences.email, sa.true()).is_(True),
        )
        .order_by(Account.id)
        .limit(limit)
    )


class MailingRow(msgspec.Struct, frozen=True):
    """A mailing."""

    id: str
    kind: str
    topic: str
    audience: str
    letters: int
    ordered_by: str
    created_at: datetime
    finished_at: datetime | None


MAILINGS = Query(
    sa.select(*[getattr(Mailing, name) for name in MailingRow.__struct_fields__])
    .where(sa.or_(_AFTER.is_(None), Mailing.id < _AFTER))
    .order_by(Mailing.id.desc())
    .limit(_LIMIT),
    MailingRow,
)


# ---- letters
def owners_of(emails: Sequence[str]) -> sa.Select[str, str]:
    """The live client accounts with these addresses: address and id."""
    return sa.select(Account.email, Account.id).where(
        Account.email.in_(emails), Account.deleted_at.is_(None), Account.kind == "client"
    )


CONTENT = {
    kind: Query(
        sa.select(table.topic, table.text).where(table.id == sa.bindparam("content_id")),
        lambda topic, text: {"topic": topic, "text": text},
    )
    for kind, table in (("notice", Notice), ("mailing", Mailing))
}


class DeliveryRow(msgspec.Struct, frozen=True):
    """What became of a letter."""

    id: str
    letter: str
    email: str
    state: str
    attempts: int
    answer: str
    again_of: str | None
    created_at: datetime
    settled_at: datetime | None


_DELIVERIES = (
    sa.select(*[getattr(Delivery, name) for name in DeliveryRow.__struct_fields__])
    .where(sa.or_(_AFTER.is_(None), Delivery.id < _AFTER))
    .order_by(Delivery.id.desc())
    .limit(_LIMIT)
)
_EMAIL, _STATE = Delivery.email == sa.bindparam("email"), Delivery.state == sa.bindparam("state")
DELIVERIES = {
    (): Query(_DELIVERIES, DeliveryRow),
    ("email",): Query(_DELIVERIES.where(_EMAIL), DeliveryRow),
    ("state",): Query(_DELIVERIES.where(_STATE), DeliveryRow),
    ("email", "state"): Query(_DELIVERIES.where(_EMAIL, _STATE), DeliveryRow),
}
"""By the names of the filters given: each has its index."""
