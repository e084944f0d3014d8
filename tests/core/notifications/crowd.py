"""A cabinet of many clients on PostgreSQL, made by the database itself: enough rows for an honest plan."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.contracts.public import Contract, ContractLink
from core.identity.public import Account
from core.notifications.models import Delivery, Mailing, Notice, NoticeAudience, NoticeFile, Preferences, Receipt

CLIENTS = 20_000
NEWS = 60
"""Publications to everybody, or to a branch; every client has one more of his own, and has read it."""
_BY_TYPE = {sa.Boolean: "false", sa.Integer: "0", sa.BigInteger: "0", sa.LargeBinary: "'\\x'::bytea"}
_PERSON, _DAY = "to_char(n, 'FM000000')", "timestamptz '2025-12-01'"
_OF_NOTICE = {"starts_at": f"{_DAY} - n * interval '1 second'", "ends_at": "NULL", "withdrawn_at": "NULL"}
_SEEDS: tuple[tuple[Any, int, dict[str, str]], ...] = (
    (
        Account,
        CLIENTS,
        {"id": f"'a' || {_PERSON}", "email": f"'a' || {_PERSON} || '@example.ru'", "kind": "'client'"}
        | {"created_at": "timestamptz '2025-01-01'"},
    ),
    (Contract, CLIENTS, {"id": f"'c' || {_PERSON}", "number": _PERSON, "branch": "'branch ' || n % 20"}),
    (
        ContractLink,
        CLIENTS,
        {"id": f"'l' || {_PERSON}", "account_id": f"'a' || {_PERSON}", "contract_id": f"'c' || {_PERSON}"}
        | {"state": "'active'", "role": "'Энергетик'", "all_objects": "true"},
    ),
    (
        Notice,
        CLIENTS,
        {"id": f"'n' || {_PERSON}", "form": "'bell'", "audience": "'accounts'", "contract_id": f"'c' || {_PERSON}"}
        | _OF_NOTICE
        | {"published_by": "''"},
    ),
    (
        Notice,
        NEWS,
        {"id": f"'news' || {_PERSON}", "form": "(array['bell', 'modal', 'top'])[1 + n % 3]", "audience": "'all'"}
        | _OF_NOTICE
        | {"published_by": "'s'"},
    ),
    (NoticeAudience, CLIENTS, {"key": f"'account:a' || {_PERSON}", "notice_id": f"'n' || {_PERSON}"}),
    (
        NoticeAudience,
        NEWS,
        {"key": "CASE WHEN n % 2 = 0 THEN 'all' ELSE 'branch:branch ' || n % 20 END"}
        | {"notice_id": f"'news' || {_PERSON}"},
    ),
    (Receipt, CLIENTS, {"account_id": f"'a' || {_PERSON}", "notice_id": f"'n' || {_PERSON}", "act": "'read'"}),
    (NoticeFile, CLIENTS, {"id": f"'f' || {_PERSON}", "notice_id": f"'n' || {_PERSON}"}),
    (Preferences, CLIENTS, {"account_id": f"'a' || {_PERSON}", "email": "true"}),
    (Mailing, 200, {"id": f"'m' || {_PERSON}"}),
    (
        Delivery,
        CLIENTS,
        {"id": f"'d' || {_PERSON}", "email": f"'a' || {_PERSON} || '@example.ru'", "account_id": f"'a' || {_PERSON}"}
        | {"state": "CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'sent' END"},
    ),
)
SEEDED = {table.__tablename__ for table, rows, _ in _SEEDS if rows >= CLIENTS}


async def settle(connection: AsyncConnection) -> None:
    """Fills the tables and lets PostgreSQL know them."""
    for table, rows, given in _SEEDS:
        values = _values(table.__table__, given)
        await connection.execute(
            sa.text(
                f"INSERT INTO {table.__tablename__} ({', '.join(values)})"
                f" SELECT {', '.join(values.values())} FROM generate_series(1, {rows}) AS n"
            )
        )
    for name in sorted({table.__tablename__ for table, *_ in _SEEDS}):
        await connection.execute(sa.text(f"ANALYZE {name}"))


def _values(table: sa.Table, given: dict[str, str]) -> dict[str, str]:
    """Column -> expression over `n`; whatever must not be null and is not given gets something of its type."""
    free = (one for one in table.columns if not one.nullable and one.server_default is None)
    unset = {f'"{one.name}"': _anything(one.type) for one in free if one.name not in given}
    return unset | {f'"{name}"': value for name, value in given.items() if name in table.columns}


def _anything(kind: sa.types.TypeEngine[Any]) -> str:
    for known, value in _BY_TYPE.items():
        if isinstance(kind, known):
            return value
    return "'x' || n" if isinstance(kind, sa.Text | sa.String) else "now()"
