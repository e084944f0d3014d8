"""Queries of identity."""

from datetime import datetime
from typing import Literal

import msgspec
import sqlalchemy as sa

from core.identity.domain import SEEN_EVERY
from core.identity.models import (
    Account,
    Agreement,
    Challenge,
    Code,
    Recovery,
    RecoveryCode,
    ServiceAccount,
    Session,
    Totp,
)
from core.sdk import Moment, Query


class AccountRow(msgspec.Struct, frozen=True):
    """What sign-in and the profile need of an account."""

    id: str
    kind: str
    email: str
    email_confirmed_at: datetime | None
    password_hash: str
    scopes: str
    agreement_version: str | None
    agreement_accepted_at: datetime | None
    advertising: bool
    surname: str
    given_name: str
    patronymic: str
    organisation: str
    position: str
    address: str
    phone: str
    two_factor: bool
    two_factor_channel: Literal["email", "phone", "totp"]
    version: int
    created_at: datetime


_ACCOUNT = sa.select(*[getattr(Account, name) for name in AccountRow.__struct_fields__]).where(
    Account.deleted_at.is_(None)
)
ACCOUNT_BY_EMAIL = Query(_ACCOUNT.where(Account.email == sa.bindparam("email")), AccountRow)
ACCOUNT_BY_ID = Query(_ACCOUNT.where(Account.id == sa.bindparam("account_id")), AccountRow)
ACCOUNT_FOR_UPDATE = _ACCOUNT.where(Account.id == sa.bindparam("account_id")).with_for_update()


def account_id_of(email: str) -> sa.Select[str]:
    """The live account with this address, locked: it cannot change its address meanwhile."""
    return sa.select(Account.id).where(Account.email == email, Account.deleted_at.is_(None)).with_for_update()


def proven_account_id_of(email: str) -> sa.Select[str]:
    """The same of a client who has confirmed the address."""
    return account_id_of(email).where(Account.kind == "client", Account.email_confirmed_at.is_not(None))


class Contact(msgspec.Struct, frozen=True):
    """How a live account is written to."""

    account_id: str
    email: str
    email_confirmed: bool
    phone: str
    surname: str
    given_name: str
    patronymic: str
    advertising: bool


CONTACT = Query(
    sa.select(
        Account.id,
        Account.email,
        Account.email_confirmed_at.is_not(None),
        Account.phone,
        Account.surname,
        Account.given_name,
        Account.patronymic,
        Account.advertising,
    ).where(Account.id == sa.bindparam("account_id"), Account.deleted_at.is_(None)),
    Contact,
)
TO_ERASE = Query(
    sa.select(Account.id)
    .where(
        Account.deleted_at <= sa.bindparam("before", type_=Moment()),
        Account.erased_at.is_(None),
        Account.id > sa.bindparam("after"),
    )
    .order_by(Account.id)
    .limit(sa.bindparam("limit", type_=sa.Integer())),
    str,
)


class SessionRow(msgspec.Struct, frozen=True):
    """The holder of a session, for the guard."""

    session_id: str
    account_id: str
    kind: str
    scopes: str
    email_confirmed: bool
    agreed: bool
    surname: str
    given_name: str
    phone: str
    last_seen_at: datetime


SESSION_COLUMNS = (
    Session.id,
    Account.id,
    Account.kind,
    Account.scopes,
    Account.email_confirmed_at.is_not(None),
    Account.agreement_accepted_at.is_not(None),
    Account.surname,
    Account.given_name,
    Account.phone,
    Session.last_seen_at,
)


def live_session() -> sa.Select[*tuple[object, ...]]:
    """A live session with its account, by `token_hash` at the moment `now`, used after `idle_since`."""
    return (
        sa.select(*SESSION_COLUMNS)
        .join(Account, Account.id == Session.account_id)
        .where(
            Session.token_hash == sa.bindparam("token_hash"),
            Session.ended_at.is_(None),
            Session.expires_at > sa.bindparam("now", type_=Moment()),
            Session.last_seen_at > sa.bindparam("idle_since", type_=Moment()),
            Account.deleted_at.is_(None),
        )
    )


def seen(session_id: str, now: datetime) -> sa.Update:
    """Notes that a session is in use; of several calls at once only the first writes."""
    stale = Session.last_seen_at <= now - SEEN_EVERY
    return sa.update(Session).where(Session.id == session_id, stale).values(last_seen_at=now)


def verified(session_id: str) -> sa.Select[datetime]:
    """When the password was last given in a session."""
    return sa.select(sa.func.coalesce(Session.verified_at, Session.created_at)).where(Session.id == session_id)


class ServiceRow(msgspec.Struct, frozen=True):
    """A service account, for the guard."""

    id: str
    scopes: str


AGREEMENT = Query(sa.select(Agreement.version), str)
SERVICE = Query(
    sa.select(ServiceAccount.id, ServiceAccount.scopes).where(
        ServiceAccount.key_hash == sa.bindparam("key_hash"), ServiceAccount.disabled_at.is_(None)
    ),
    ServiceRow,
)


class ListedSession(msgspec.Struct, frozen=True):
    """A line of the list of sessions."""

    id: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    last_seen_at: datetime
    address: str
    browser: str
    browser_version: str
    system: str
    system_version: str


SESSIONS = Query(
    sa.select(*[getattr(Session, name) for name in ListedSession.__struct_fields__])
    .where(Session.account_id == sa.bindparam("account_id"), Session.id < sa.bindparam("before"))
    .order_by(Session.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer())),
    ListedSession,
)

CODE = sa.select(Code.id, Code.sent_at, Code.wrong_attempts).where(
    Code.account_id == sa.bindparam("account_id"), Code.purpose == sa.bindparam("purpose")
)
CODE_SENT = Query(CODE.with_only_columns(Code.sent_at), lambda sent_at: sent_at)

CHALLENGE = sa.select(Challenge.account_id, Challenge.password_hash).where(
    Challenge.token_hash == sa.bindparam("token_hash"),
    Challenge.expires_at > sa.bindparam("now", type_=Moment()),
)
CHALLENGE_OF = Query(CHALLENGE.with_only_columns(Challenge.account_id), str)

TOTP = sa.select(Totp.id, Totp.last_step).where(
    Totp.account_id == sa.bindparam("account_id"), Totp.confirmed_at.is_not(None)
)
TOTP_CONFIRMED = Query(TOTP.with_only_columns(Totp.id), str)
TOTP_PENDING = sa.select(Totp.id, Totp.last_step, Totp.created_at).where(
    Totp.account_id == sa.bindparam("account_id"), Totp.confirmed_at.is_(None)
)
RECOVERY_CODES_LEFT = Query(
    sa.select(sa.func.count()).where(RecoveryCode.account_id == sa.bindparam("account_id")), int
)

_LIVE_RECOVERY = (
    sa.select(Account.id, Account.email)
    .join(Recovery, Recovery.account_id == Account.id)
    .where(
        Recovery.id == sa.bindparam("id"),
        Recovery.created_at > sa.bindparam("since", type_=Moment()),
        Account.deleted_at.is_(None),
    )
)
RECOVERY_LIVE = Query(_LIVE_RECOVERY.with_only_columns(Account.email, maintain_column_froms=True), str)
RECOVERED_ACCOUNT = _LIVE_RECOVERY.with_for_update(of=Account)
