"""Queries of mailings and of the account of letters."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, ContractLink
from core.identity.public import Account
from core.notifications.models import Delivery, Mailing, Notice, Preferences
from core.sdk import Query

_AFTER = sa.bindparam("after", type_=sa.Text())
_LIMIT = sa.bindparam("limit", type_=sa.Integer())


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
