"""Bills are paid outside of the cabinet."""

from collections.abc import Collection
from typing import Any

import msgspec

from core.ports.bills import IssuedBill
from core.sdk import AdapterHost


class BillsOffSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.bills.off]`: nothing to set."""


class BillsOff:
    """Nothing can be paid here."""

    async def issue(self, uow: Any, bill: IssuedBill) -> None:
        """The company sends the bill itself."""

    async def withdraw(self, uow: Any, bill: IssuedBill) -> None:
        """It was not offered."""

    async def payable(self, ctx: Any, bill_ids: Collection[str]) -> frozenset[str]:
        return frozenset()

    async def close(self) -> None:
        """Nothing is open."""


def make_bills_off(_: BillsOffSettings, __: AdapterHost) -> BillsOff:
    """The adapter."""
    return BillsOff()
