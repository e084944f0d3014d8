"""The bank's card gateway: the payer pays on its page, and what it says when asked is the truth about his money.

All amounts are whole kopecks. Every call that changes something may be repeated with the same key: that is how an
unknown outcome is resolved, never by a guess. A callback is a hint to ask, and nothing else (ADR 9).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

ORDER_NUMBER = r"^[0-9A-Za-z-]{1,36}\Z"
"""What every gateway takes as an order number; a UUID fits."""

Vat = Literal["none", "0", "5", "7", "10", "20", "22", "5/105", "7/107", "10/110", "20/120", "22/122"]
"""The VAT of a line of the receipt; `22/122`: reckoned from an advance."""

OrderState = Literal["created", "confirming", "held", "paid", "partly_refunded", "refunded", "reversed", "declined"]
"""created: not paid yet, may still be; confirming: the payer is with his bank (3-D Secure); held: reserved on the card;
paid, partly_refunded, refunded: the money was taken, and then given back in part or whole; reversed: the hold was let
go, or the payment undone as if it had not been; declined: no money, and no more attempts at it (time ran out, too)."""

RefusalReason = Literal["conflict", "not_found", "state", "amount", "expired", "other"]
"""conflict: the key was used for something else; not_found: no such order or card; state: the order is not in a
state for that; amount: more than there is; expired: the order's time is over and the gateway has none."""


class ReceiptItem(msgspec.Struct, frozen=True):
    """A line of the fiscal receipt."""

    name: str
    """At most 128 characters."""
    amount: int
    """Kopecks of the whole line."""
    vat: Vat
    method: Literal["full_prepayment", "prepayment", "advance", "full_payment"] = "full_payment"
    """54-FZ: how it is paid; electricity paid before its invoice is an `advance`."""
    subject: Literal["commodity", "service", "payment", "another"] = "service"
    """54-FZ: what is paid for."""


class Order(msgspec.Struct, frozen=True):
    """An order to pay. Everything in it must be the same when it is registered again."""

    number: str
    """Ours, see ORDER_NUMBER; the key by which the gateway recognises it."""
    amount: int
    """Kopecks, more than 0; the items, if any, add up to it."""
    description: str
    """What the payer reads: «Оплата по договору №78010000012345»."""
    return_url: str
    """Where the browser goes after success; it proves nothing."""
    fail_url: str
    placed_at: datetime
    """When we made the order."""
    expires_at: datetime
    """After it the order cannot be paid."""
    email: str = ""
    """«Отправить чек на»"""
    items: tuple[ReceiptItem, ...] = ()
    payer_id: str = ""
    """Ours, stable; whose cards are meant. Empty: no card is saved or offered."""
    save_card: bool = False
    """The payer agreed to save his card."""
    card_id: str = ""
    """The saved card to pay with, of this `payer_id`."""
    hold: bool = False
    """Only reserve the money: `capture` takes it, `reverse` lets it go."""


class Registered(msgspec.Struct, frozen=True):
    """An order that the gateway holds."""

    order_id: str
    """The gateway's own."""
    payment_url: str
    """Where the payer goes. Empty: no page is needed (a saved card was charged); ask for the status."""


class SavedCard(msgspec.Struct, frozen=True):
    """A card that the gateway keeps for a payer; we know its mask only."""

    id: str
    payer_id: str
    mask: str
    """`220220**4242`: at most the first six and the last four digits."""
    expires: str = ""
    """`YYYYMM`; empty where the gateway does not tell."""
    system: str = ""
    """`MIR`, `VISA`, ...; empty where the gateway does not tell."""


class OrderStatus(msgspec.Struct, frozen=True):
    """What the gateway knows of an order. The caller compares `number` and `amount` with his own."""

    order_id: str
    number: str
    state: OrderState
    amount: int
    """Kopecks that the order is for."""
    paid: int = 0
    """Kopecks taken from the card, refunds not subtracted; 0 while they are only held, and after a reversal."""
    refunded: int = 0
    """Kopecks given back."""
    paid_at: datetime | None = None
    mask: str = ""
    """Of the card that paid, at most the first six and the last four digits."""
    system: str = ""
    rrn: str = ""
    """Reference number by which banks find the operation."""
    auth_code: str = ""
    decline_code: str = ""
    """The gateway's own code of a refusal to pay."""
    decline_text: str = ""
    """The gateway's words."""
    card: SavedCard | None = None
    """The card that was saved with this payment."""


class Refund(msgspec.Struct, frozen=True):
    """A refund that the gateway took."""

    id: str
    """The gateway's, or our key where it has none."""
    amount: int
    state: Literal["done", "pending"]
    """pending: ask again with the same key."""


class Callback(msgspec.Struct, frozen=True):
    """A request of the gateway (or of somebody who pretends to be it), as it arrived."""

    query: str
    """Without the question mark, still encoded."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    address: str
    """The sender's, as the outermost proxy of ours saw it."""


class Hint(msgspec.Struct, frozen=True):
    """Something may have happened to an order: ask for its status. Nothing else in a callback is believed."""

    order_id: str
    number: str
    """Ours; empty where the gateway does not tell."""
    event: str
    """The gateway's word for it, for the log: `deposited`, `payment.succeeded`."""


class AcquirerError(Exception):
    """Base of what may go wrong."""


class AcquirerRefused(AcquirerError):
    """A clear no: this call changed nothing, and repeating it is useless."""

    def __init__(self, reason: RefusalReason, code: str = "", text: str = "") -> None:
        super().__init__(f"{reason} {code} {text}".strip())
        self.reason, self.code, self.text = reason, code, text


class AcquirerUnavailable(AcquirerError):
    """This call certainly changed nothing (no connection, wrong credentials, too many requests); repeat it later.

    After an earlier OutcomeUnknown of the same key it says nothing about that one.
    """


class OutcomeUnknown(AcquirerError):
    """The call may have been carried out or not. Repeat it with the same key until the answer is clear."""


class CallbackRefused(Exception):
    """Not from the gateway as far as we can prove, or not readable. Its text is for the log and holds no card data."""


class Acquirer(Protocol):
    """A card gateway. Calls that change something raise AcquirerRefused, AcquirerUnavailable or OutcomeUnknown; those
    that only read raise AcquirerRefused (`not_found`) or AcquirerUnavailable."""

    name: str
    """Of the adapter, as in `[ports]`: `rbs`, `yookassa`, `off`."""
    takes_cards: bool
    """False: the supplier has no acquiring; every call is refused, so paying by card must not be offered."""

    async def register(self, order: Order) -> Registered:
        """Registers an order, or finds the one registered before under its number.

        Refused with `conflict` when the number belongs to an order of another amount, with `expired` when the time of
        the order is over and the gateway has none. Raises ValueError for an order that breaks the rules above.
        """
        ...

    async def status(self, order_id: str) -> OrderStatus:
        """The truth about an order, read anew."""
        ...

    async def capture(self, order_id: str, amount: int) -> None:
        """Takes held money, at most what is held; the rest is let go. Done already: nothing happens."""
        ...

    async def refund(self, order_id: str, key: str, amount: int) -> Refund:
        """Gives money back, the whole or a part. `key` is ours (see ORDER_NUMBER), one for each refund meant."""
        ...

    async def reverse(self, order_id: str) -> None:
        """Lets a hold go, or undoes a payment before the bank's day ends. Done already: nothing happens.

        Refused with `state` when it is too late or the gateway cannot: then a refund is the way.
        """
        ...

    async def saved_cards(self, payer_id: str) -> Sequence[SavedCard] | None:
        """The payer's cards that can pay now. None: this gateway keeps no list; what `status` told of them counts."""
        ...

    async def forget_card(self, card_id: str) -> None:
        """The card is not offered any more. Unknown or forgotten already: nothing happens."""
        ...

    def orders(self, since: datetime, until: datetime) -> AsyncIterator[OrderStatus]:
        """All orders registered in [since, until), for reconciliation; of each what `status` tells, cards excepted."""
        ...

    def read_callback(self, callback: Callback) -> Hint:
        """Checks the signature or the sender of a callback and tells which order to ask about. Raises CallbackRefused.

        A genuine callback may be read any number of times: copies mean the same as the first.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...
