"""What the suite asks of an adapter's tests: the gateway behind it, and hands on its levers."""

from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, Protocol

import pytest

from core.clock import Clock
from core.ports.acquirer import (
    Acquirer,
    AcquirerRefused,
    Callback,
    Order,
    RefusalReason,
    Registered,
)
from core.values import new_id

Call = Literal["register", "status", "capture", "refund", "reverse"]
Fault = Literal["drop", "lost", "error", "error_after", "garbage"]
Behaviour = Literal["success", "declined", "insufficient", "confirm"]
UNCLEAR: tuple[Fault, ...] = ("drop", "lost", "error", "error_after", "garbage")
DONE_ALL_THE_SAME = ("lost", "error_after", "garbage")
AMOUNT = 345_238
"""3 452,38 roubles, the total of the manual's figure."""


class AcquirerHarness(Protocol):
    """An adapter and the gateway behind it, both by the same clock."""

    @property
    def adapter(self) -> Acquirer: ...

    @property
    def clock(self) -> Clock: ...

    def pay(self, order_id: str, behaviour: Behaviour = "success") -> None:
        """The payer pays on the page. With `confirm` his bank asks, and he has not answered yet."""
        ...

    def answer(self, order_id: str, *, confirm: bool) -> None:
        """The payer answers his bank."""
        ...

    def pass_time(self, delta: timedelta) -> None:
        """Moves the clock."""
        ...

    def movements(self) -> Sequence[tuple[str, str, int]]:
        """(our number, charge | refund | reversal, kopecks): the money that moved."""
        ...

    def order_count(self) -> int:
        """How many orders the gateway holds."""
        ...

    def spoil(self, call: Call, fault: Fault, count: int = 1) -> None:
        """The next calls of this kind go wrong."""
        ...

    async def break_off(self) -> None:
        """Nobody listens any more."""
        ...

    async def mend(self) -> None:
        """The gateway listens again."""
        ...

    def callbacks(self, order_id: str) -> Sequence[Callback]:
        """What the gateway sends about an order, in order, genuine."""
        ...

    def forge(self, callback: Callback, fields: Mapping[str, Any]) -> Callback:
        """The same callback with altered fields (`number`, `amount`) and nothing else."""
        ...


def order_of(clock: Clock, **changes: Any) -> Order:
    """An order to register, with a number of its own."""
    now = clock.now()
    usual: dict[str, Any] = {
        "number": new_id(),
        "amount": AMOUNT,
        "description": "Оплата по договору №98010000000001",
        "return_url": "https://lk.example.ru/payments/back",
        "fail_url": "https://lk.example.ru/payments/failed",
        "placed_at": now,
        "expires_at": now + timedelta(minutes=20),
        "email": "buhgalter@hleb.example",
    }
    return Order(**usual | changes)


class AcquirerCases:
    """Steps that the cases begin with. Fixture: `bank`, an AcquirerHarness."""

    reverses_payments = True
    """False: only a hold can be reversed here."""

    async def registered(self, bank: AcquirerHarness, **changes: Any) -> Registered:
        """An order at the gateway."""
        return await bank.adapter.register(order_of(bank.clock, **changes))

    async def paid(self, bank: AcquirerHarness, **changes: Any) -> str:
        """The gateway's id of an order that was paid."""
        order_id = (await self.registered(bank, **changes)).order_id
        bank.pay(order_id)
        return order_id

    async def refused(self, reason: RefusalReason, call: Awaitable[Any]) -> None:
        """The call ends with this refusal."""
        with pytest.raises(AcquirerRefused) as refused:
            await call
        assert refused.value.reason == reason
