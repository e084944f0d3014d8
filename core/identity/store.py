"""Queries of identity."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from core.identity.models import Account, EmailCode, Failure, ServiceAccount, Session
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
    version: int


_ACCOUNT = sa.select(*[getattr(Account, name) for name in AccountRow.__struct_fields__]).where(
    Account.deleted_at.is_(None)
)
ACCOUNT_BY_EMAIL = Query(_ACCOUNT.where(Account.email == sa.bindparam("email")), AccountRow)
ACCOUNT_BY_ID = Query(_ACCOUNT.where(Account.id == sa.bindparam("account_id")), AccountRow)


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
)


def live_session() -> sa.Select[*tuple[object, ...]]:
    """A live session with its account, by `token_hash` at the moment `now`."""
    return (
        sa.select(*SESSION_COLUMNS)
        .join(Account, Account.id == Session.account_id)
        .where(
            Session.token_hash == sa.bindparam("token_hash"),
            Session.ended_at.is_(None),
            Session.expires_at > sa.bindparam("now", type_=Moment()),
            Account.deleted_at.is_(None),
        )
    )


class ServiceRow(msgspec.Struct, frozen=True):
    """A service account, for the guard."""

    id: str
    scopes: str


SERVICE = Query(
    sa.select(ServiceAccount.id, ServiceAccount.scopes).where(
        ServiceAccount.key_hash == sa.bindparam("key_hash"), ServiceAccount.disabled_at.is_(None)
    ),
    ServiceRow,
)


class CodeRow(msgspec.Struct, frozen=True):
    """The live code of an account."""

    id: str
    email: str
    sent_at: datetime
    wrong_attempts: int


CODE = sa.select(EmailCode.id, EmailCode.email, EmailCode.sent_at, EmailCode.wrong_attempts).where(
    EmailCode.account_id == sa.bindparam("account_id")
)
CODE_OF_ACCOUNT = Query(CODE, CodeRow)

FAILURES = Query(
    sa.select(sa.func.max(Failure.until)).where(
        Failure.key == sa.bindparam("key"),
        Failure.count >= sa.bindparam("limit", type_=sa.Integer()),
        Failure.until > sa.bindparam("now", type_=Moment()),
    ),
    lambda until: until,
)
