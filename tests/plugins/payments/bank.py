"""A card gateway in memory, for tests of what is above the port: it does what it is told, and counts every kopeck."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qs

import msgspec

from core.ports.acquirer import (
    AcquirerRefused,
    AcquirerUnavailable,
    Callback,
    CallbackRefused,
    Hint,
    Order,
    OrderState,
    OrderStatus,
    OutcomeUnknown,
    Refund,
    Registered,
    SavedCard,
)

MASK = "220220**4242"


class Kept(msgspec.Struct):
    """An order as the bank has it."""

    order: Order
    id: str
    state: OrderState = "created"
    paid: int = 0
    refunds: dict[str, int] = {}
    decline_code: str = ""
    card: SavedCard | None = None

    @property
    def refunded(self) -> int:
        return sum(self.refunds.values())


class Bank:
    """The port. `trouble` makes the next calls fail: before or after they have done their work."""

    name = "memory"
    takes_cards = True

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        """By our number."""
        self.cards: dict[str, list[SavedCard]] = {}
        self.trouble: Literal["", "away", "lost", "lost_after"] = ""
        """away: certainly nothing happens; lost: unknown, nothing happened; lost_after: unknown, and it happened."""
        self.registrations = 0
        self.wrong_amount = 0

    # ---- what the payer and the bank do
    def pay(self, number: str) -> None:
        kept = self.kept[number]
        assert kept.state == "created"
        kept.state, kept.paid = "paid", kept.order.amount
        if kept.order.save_card:
            kept.card = SavedCard(f"card-{number}", kept.order.payer_id, MASK, "202912", "MIR")
            self.cards.setdefault(kept.order.payer_id, []).append(kept.card)

    def decline(self, number: str, code: str = "-2007") -> None:
        self.kept[number].state = "declined"
        self.kept[number].decline_code = code

    @property
    def taken(self) -> int:
        """Kopecks that the bank holds for the supplier."""
        return sum(kept.paid - kept.refunded for kept in self.kept.values())

    def only(self) -> str:
        """The number of the only order."""
        (number,) = self.kept
        return number

    # ---- the port
    async def register(self, order: Order) -> Registered:
        self._stumble("away", "lost")
        self.registrations += 1
        kept = self.kept.setdefault(order.number, Kept(order, f"bank-{order.number}"))
        if kept.order != order:
            raise AcquirerRefused("conflict")
        if order.card_id and kept.state == "created":
            self.pay(order.number)
        self._stumble("lost_after")
        return Registered(kept.id, "" if order.card_id else f"https://bank.example/pay/{kept.id}")

    def _stumble(self, *kinds: str) -> None:
        if self.trouble in kinds:
            if self.trouble == "away":
                raise AcquirerUnavailable("no connection")
            raise OutcomeUnknown("no answer")

    def _find(self, order_id: str) -> Kept:
        found = next((kept for kept in self.kept.values() if kept.id == order_id), None)
        if found is None:
            raise AcquirerRefused("not_found")
        return found

    async def status(self, order_id: str) -> OrderStatus:
        if self.trouble:
            raise AcquirerUnavailable("no connection")
        return self._status(self._find(order_id))

    def _status(self, kept: Kept) -> OrderStatus:
        return OrderStatus(
            kept.id,
            kept.order.number,
            kept.state,
            self.wrong_amount or kept.order.amount,
            paid=kept.paid,
            refunded=kept.refunded,
            paid_at=datetime(2026, 1, 25, 9, 5, tzinfo=UTC) if kept.paid else None,
            mask=MASK if kept.paid else "",
            decline_code=kept.decline_code,
            card=kept.card,
        )

    async def capture(self, order_id: str, amount: int) -> None:
        raise AcquirerRefused("state")

    async def refund(self, order_id: str, key: str, amount: int) -> Refund:
        self._stumble("away", "lost")
        kept = self._find(order_id)
        if key not in kept.refunds:
            if amount > kept.paid - kept.refunded:
                raise AcquirerRefused("amount", "5", "Сумма возврата больше суммы платежа")
            kept.refunds[key] = amount
            kept.state = "refunded" if kept.refunded == kept.paid else "partly_refunded"
        self._stumble("lost_after")
        return Refund(key, amount, "done")

    async def reverse(self, order_id: str) -> None:
        kept = self._find(order_id)
        if kept.state not in ("paid", "reversed"):
            raise AcquirerRefused("state")
        kept.state, kept.paid = "reversed", 0

    async def saved_cards(self, payer_id: str) -> Sequence[SavedCard] | None:
        return list(self.cards.get(payer_id, ()))

    async def forget_card(self, card_id: str) -> None:
        for payer_id, cards in self.cards.items():
            self.cards[payer_id] = [card for card in cards if card.id != card_id]

    async def orders(self, since: datetime, until: datetime) -> AsyncIterator[OrderStatus]:
        for kept in self.kept.values():
            if since <= kept.order.placed_at < until:
                yield self._status(kept)

    def read_callback(self, callback: Callback) -> Hint:
        fields = {name: values[0] for name, values in parse_qs(callback.query or callback.body.decode()).items()}
        if fields.get("sign") != "genuine":
            raise CallbackRefused("wrong signature")
        return Hint(fields.get("mdOrder", ""), fields.get("orderNumber", ""), fields.get("operation", ""))

    async def close(self) -> None:
        """Nothing is open."""
