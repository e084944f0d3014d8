"""Who a credential stands for: one query joins the session, the account and the grant on the contract asked about."""

from typing import cast

import sqlalchemy as sa

from core.context import Actor, Grant, Runtime
from core.contracts.models import ContractLink, ContractLinkObject
from core.db.reader import Query
from core.http.access import Identified
from core.identity import domain
from core.identity.services.sessions import idle_since
from core.identity.settings import IdentitySettings
from core.identity.store import SERVICE, SessionRow, live_session, seen
from core.secrets import SERVICE_PREFIX, SESSION_PREFIX, token_hash


class _Row(SessionRow, frozen=True):
    role: str | None = None
    all_objects: bool | None = None


_SESSION = Query(live_session(), SessionRow)
_SESSION_ON_CONTRACT = Query(
    live_session()
    .outerjoin(
        ContractLink,
        sa.and_(
            ContractLink.account_id == sa.literal_column("identity_account.id"),
            ContractLink.contract_id == sa.bindparam("contract_id"),
            ContractLink.state == "active",
        ),
    )
    .add_columns(ContractLink.role, ContractLink.all_objects),
    _Row,
)
_OBJECTS = Query(
    sa.select(ContractLinkObject.energy_object_id).where(
        ContractLinkObject.account_id == sa.bindparam("account_id"),
        ContractLinkObject.contract_id == sa.bindparam("contract_id"),
    ),
    str,
)


class DatabaseAuthenticator:
    """Sessions and service keys of the database; nothing is cached, so an ended session ends everywhere at once."""

    async def identify(self, runtime: Runtime, token: str, contract_id: str | None) -> Identified | None:
        """See `core.http.access.Authenticator`."""
        if token.startswith(SERVICE_PREFIX):
            return await _service(runtime, token)
        if token.startswith(SESSION_PREFIX):
            return await _session(runtime, token, contract_id)
        return None


async def _service(runtime: Runtime, token: str) -> Identified | None:
    row = await runtime.database.reader.first(SERVICE, key_hash=token_hash(token))
    return None if row is None else Identified(Actor("service", row.id, scopes=frozenset(row.scopes.split())))


async def _session(runtime: Runtime, token: str, contract_id: str | None) -> Identified | None:
    reader, now = runtime.database.reader, runtime.clock.now()
    settings = cast(IdentitySettings, runtime.settings[IdentitySettings])
    asked = {"token_hash": token_hash(token), "now": now, "idle_since": idle_since(settings, now)}
    if contract_id is None:
        row = await reader.first(_SESSION, **asked)
        return None if row is None else Identified(await _seen(runtime, row))
    found = await reader.first(_SESSION_ON_CONTRACT, **asked, contract_id=contract_id)
    if found is None or found.role is None:
        return None if found is None else Identified(await _seen(runtime, found))
    objects = None
    if not found.all_objects:
        objects = tuple(await reader.all(_OBJECTS, account_id=found.account_id, contract_id=contract_id))
    return Identified(await _seen(runtime, found), Grant(contract_id, found.role, objects))


async def _seen(runtime: Runtime, row: SessionRow) -> Actor:
    """The actor; that the session is in use is written down every few minutes, not on every call."""
    now = runtime.clock.now()
    if now - row.last_seen_at >= domain.SEEN_EVERY:
        async with runtime.database.writer.begin() as connection:
            await connection.execute(seen(row.session_id, now))
    return _actor(row)


def _actor(row: SessionRow) -> Actor:
    if row.kind == "staff":
        return Actor("staff", row.account_id, row.session_id, frozenset(row.scopes.split()))
    return Actor(
        "client",
        row.account_id,
        row.session_id,
        step=domain.next_step(row.agreed, row.surname, row.given_name, row.phone),
        email_confirmed=row.email_confirmed,
    )
