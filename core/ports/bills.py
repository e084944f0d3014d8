"""Bills that a plugin issues: to be paid in the cabinet where a plugin takes payments."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import msgspec


class IssuedBill(msgspec.Struct, frozen=True):
    """A bill that the company has issued for something ordered in the cabinet."""

    id: str
    """Unique among all bills: begins with the plugin's name."""
    contract_id: str
    number: str
    kind: str
    """What it is for, as people read it."""
    issued_on: date
    amount: Decimal
    due_on: date | None = None


class Bills(Protocol):
    """Offers bills for payment. `uow` and `ctx` are the caller's unit of work and context."""

    async def issue(self, uow: Any, bill: IssuedBill) -> None:
        """Offers a bill, if the transaction commits; the same bill again changes nothing but its words."""
        ...

    async def withdraw(self, uow: Any, bill: IssuedBill) -> None:
        """Offers it no more."""
        ...

    async def payable(self, ctx: Any, bill_ids: Collection[str]) -> frozenset[str]:
        """Those of the bills that can be paid now."""
        ...

    async def close(self) -> None:
        """Lets go of what is open."""
        ...
