"""Bills of other plugins: the adapter `payments` of the port `bills`."""

from collections.abc import Collection
from typing import Any

from core.ports.bills import IssuedBill
from core.sdk import AdapterHost
from plugins.payments.schemas.company import BillRow
from plugins.payments.services import feeds
from plugins.payments.store import bills as store


class PaymentsBills:
    """Bills stand beside those that billing feeds in and are paid like them."""

    async def issue(self, uow: Any, bill: IssuedBill) -> None:
        await _load(uow, bill, str(bill.amount))

    async def withdraw(self, uow: Any, bill: IssuedBill) -> None:
        await _load(uow, bill, "0")

    async def payable(self, ctx: Any, bill_ids: Collection[str]) -> frozenset[str]:
        return frozenset(await ctx.reader.all(store.OWED_OF, ids=sorted(bill_ids)))

    async def close(self) -> None:
        """Nothing is open."""


async def _load(uow: Any, bill: IssuedBill, remaining: str) -> None:
    row = BillRow(
        bill.id,
        bill.contract_id,
        bill.number,
        bill.kind,
        bill.issued_on,
        str(bill.amount),
        remaining,
        due_on=bill.due_on,
    )
    (error,) = await feeds.load_bills(uow, [row])
    if error is not None:
        raise ValueError(error.message)


def make_bills(_: Any, __: AdapterHost) -> PaymentsBills:
    """The adapter."""
    return PaymentsBills()
