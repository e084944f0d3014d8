"""No acquiring: the supplier takes no cards."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import msgspec

from core.ports.acquirer import (
    AcquirerRefused,
    Callback,
    CallbackRefused,
    Hint,
    Order,
    OrderStatus,
    Refund,
    Registered,
    SavedCard,
)
from core.sdk import AdapterHost


class AcquirerOffSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.acquirer.off]`: nothing to set."""


class AcquirerOff:
    """Refuses to take money, and knows of none."""

    name = "off"
    takes_cards = False

    async def register(self, order: Order) -> Registered:
        raise _refusal()

    async def status(self, order_id: str) -> OrderStatus:
        raise AcquirerRefused("not_found")

    async def capture(self, order_id: str, amount: int) -> None:
        raise AcquirerRefused("not_found")

    async def refund(self, order_id: str, key: str, amount: int) -> Refund:
        raise AcquirerRefused("not_found")

    async def reverse(self, order_id: str) -> None:
        raise AcquirerRefused("not_found")

    async def saved_cards(self, payer_id: str) -> Sequence[SavedCard] | None:
        return ()

    async def forget_card(self, card_id: str) -> None:
        """There is none."""

    async def orders(self, since: datetime, until: datetime) -> AsyncIterator[OrderStatus]:
        none: tuple[OrderStatus, ...] = ()
        for status in none:
            yield status

    def read_callback(self, callback: Callback) -> Hint:
        raise CallbackRefused("there is no acquiring")

    async def close(self) -> None:
        """Nothing is open."""


def _refusal() -> AcquirerRefused:
    return AcquirerRefused("other", "off", "Оплата картой не подключена")


def make_acquirer_off(_: AcquirerOffSettings, __: AdapterHost) -> AcquirerOff:
    """The adapter."""
    return AcquirerOff()
