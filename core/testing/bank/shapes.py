"""What the bank holds: orders, refunds, cards, movements of money, callbacks to send, and trouble to come."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from core.testing.bank.cards import BY_BEHAVIOUR, EXPIRES, SYSTEM, Behaviour, mask

State = Literal["created", "confirming", "held", "paid", "refunded", "reversed", "declined"]
SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, number TEXT NOT NULL, content TEXT NOT NULL, amount INTEGER NOT NULL,
    description TEXT NOT NULL, return_url TEXT NOT NULL, fail_url TEXT NOT NULL, email TEXT NOT NULL,
    payer_id TEXT NOT NULL, save_card INTEGER NOT NULL, card_id TEXT NOT NULL, hold INTEGER NOT NULL,
    callback_url TEXT NOT NULL, receipt TEXT NOT NULL, created_at REAL NOT NULL, expires_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'created', paid INTEGER NOT NULL DEFAULT 0, refunded INTEGER NOT NULL DEFAULT 0,
    paid_at REAL, behaviour TEXT NOT NULL DEFAULT '', saved_card TEXT NOT NULL DEFAULT '',
    rrn TEXT NOT NULL DEFAULT '', auth_code TEXT NOT NULL DEFAULT '', action INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS orders_created ON orders (created_at);
CREATE TABLE IF NOT EXISTS refunds (
    key TEXT NOT NULL, order_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL, at REAL NOT NULL,
    note TEXT NOT NULL, PRIMARY KEY (order_id, key)
);
CREATE TABLE IF NOT EXISTS cards (
    id TEXT PRIMARY KEY, payer_id TEXT NOT NULL, behaviour TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS movements (
    seq INTEGER PRIMARY KEY, order_id TEXT NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL, amount INTEGER NOT NULL,
    at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS callbacks (
    seq INTEGER PRIMARY KEY, order_id TEXT NOT NULL, event TEXT NOT NULL, subject TEXT NOT NULL,
    success INTEGER NOT NULL, due REAL, attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS callbacks_due ON callbacks (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS faults (call TEXT PRIMARY KEY, kind TEXT NOT NULL, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS mood (one INTEGER PRIMARY KEY CHECK (one = 1), mood TEXT NOT NULL);
"""


class BankError(Exception):
    """A rule of the bank; `code` is one of duplicate, not_found, state, amount, card, key."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Mood(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the bank calls back. Shares are of all callbacks, chosen by the seed: the same orders fare alike."""

    seed: int = 1
    missing: float = 0.0
    """Share that is never sent."""
    doubled: float = 0.0
    """Share that is sent twice, the copy a little later."""
    late: float = 0.0
    """Share that comes `late_seconds` after its time, so that callbacks overtake each other."""
    late_seconds: float = 5.0


class NewOrder(msgspec.Struct, frozen=True):
    """What the shop asks for."""

    key: str
    """By which the bank recognises a repetition."""
    number: str
    amount: int
    description: str
    return_url: str
    fail_url: str
    seconds: float
    """How long it can be paid."""
    email: str = ""
    payer_id: str = ""
    save_card: bool = False
    card_id: str = ""
    hold: bool = False
    callback_url: str = ""
    receipt: str = ""


class BankOrder(msgspec.Struct, frozen=True):
    """An order as the bank holds it; moments are Unix seconds."""

    id: str
    key: str
    number: str
    content: str
    amount: int
    description: str
    return_url: str
    fail_url: str
    email: str
    payer_id: str
    save_card: bool
    card_id: str
    hold: bool
    callback_url: str
    receipt: str
    created_at: float
    expires_at: float
    state: State
    paid: int
    refunded: int
    paid_at: float | None
    behaviour: str
    saved_card: str
    rrn: str
    auth_code: str
    action: int
    reason: str

    @property
    def mask(self) -> str:
        """Of the card that paid; empty before."""
        return mask(BY_BEHAVIOUR[self.behaviour]) if self.behaviour else ""  # type: ignore[index]


class Refunded(msgspec.Struct, frozen=True):
    """A refund."""

    key: str
    order_id: str
    id: str
    amount: int
    at: float
    note: str


class Saved(msgspec.Struct, frozen=True):
    """A saved card."""

    id: str
    payer_id: str
    behaviour: Behaviour
    active: bool
    expires: str = EXPIRES
    system: str = SYSTEM

    @property
    def mask(self) -> str:
        return mask(BY_BEHAVIOUR[self.behaviour])


class Movement(msgspec.Struct, frozen=True):
    """Money that moved: a charge is what the card holder lost, the others what he got back."""

    seq: int
    order_id: str
    number: str
    kind: Literal["charge", "refund", "reversal"]
    amount: int
    at: float


class DueCallback(msgspec.Struct, frozen=True):
    """A callback to send. `subject` is a refund's or a card's id, where it is about one."""

    seq: int
    order_id: str
    event: str
    subject: str
    success: bool
    due: float | None
    attempts: int


def order_of(row: Mapping[str, Any]) -> BankOrder:
    fields = {name: row[name] for name in BankOrder.__struct_fields__}
    return BankOrder(**fields | {"save_card": bool(fields["save_card"]), "hold": bool(fields["hold"])})


def callback_of(row: Mapping[str, Any]) -> DueCallback:
    fields = {name: row[name] for name in DueCallback.__struct_fields__}
    return DueCallback(**fields | {"success": bool(fields["success"])})
