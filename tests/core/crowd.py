"""Some thousands of clients and contracts: of a handful of rows PostgreSQL takes any index, or none."""

from typing import Any

import sqlalchemy as sa

from core.contracts.public import Contract, ContractLink
from core.identity.public import Account
from core.sdk import ROLES, Context
from core.testing.cabinet import Cabinet

SIZE, LARGE = 3000, "a0"
"""Everybody holds one contract; the first one holds every tenth besides."""


async def gather(cabinet: Cabinet) -> None:
    """Puts them into the database, and has it look at what it holds."""
    async with Context(cabinet.runtime).uow() as uow:
        made = {"kind": "client", "password_hash": "", "created_at": uow.now}
        people = [
            {"id": f"a{n}", "email": f"{n}@example.ru", "folded_name": f"иванов {n}", "phone": f"+7{n:010}", **made}
            for n in range(SIZE)
        ]
        await uow.execute(sa.insert(Account), people)
        blank = {"name": "", "search": "", "inn": "", "branch": "", "address": ""}
        await uow.execute(sa.insert(Contract), [{"id": f"c{n}", "number": f"{n:05}", **blank} for n in range(SIZE)])
        held: dict[str, Any] = {"state": "active", "role": ROLES[1], "all_objects": True, "created_at": uow.now}
        pairs = [(f"a{n}", n) for n in range(SIZE)] + [(LARGE, n) for n in range(10, SIZE, 10)]
        links = [{"account_id": a, "contract_id": f"c{n}", "request_id": f"{a}-{n}", **held} for a, n in pairs]
        await uow.execute(sa.insert(ContractLink), links)
    async with Context(cabinet.runtime).uow() as uow:
        await uow.execute(sa.text("ANALYZE"))
