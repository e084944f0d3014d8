"""Rules of payments. Pure: no I/O, no clock; money is exact Decimals of two decimals."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec

from plugins.payments.settings import CommissionRule

State = Literal["new", "waiting", "failed", "expired", "succeeded", "refunded"]
"""new: the acquirer has not been reached yet; waiting: the bank's page is open; succeeded: the money was taken (some of
it may have been given back); refunded: all of it was given back."""
Account = Literal["acquirer", "bills", "advances", "commission"]
Mode = Literal["bills", "debt", "prepayment"]

OPEN: frozenset[State] = frozenset({"new", "waiting"})
UNTAKEN: frozenset[State] = frozenset({"new", "waiting", "failed", "expired"})

NOTHING = Decimal("0.00")
_KOPECK = Decimal("0.01")


# ---- money
def kopecks(value: Decimal) -> Decimal:
    """The amount with two decimals, whatever the database made of it. It must have no more."""
    return value.quantize(_KOPECK)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    return sum(amounts, NOTHING)


def commission(amount: Decimal, rule: CommissionRule) -> Decimal:
    """What is added to `amount`: its share, rounded half up to kopecks, within the bounds of the rule."""
    share = (amount * Decimal(rule.percent) / 100).quantize(_KOPECK, rounding=ROUND_HALF_UP)
    share = max(share, kopecks(Decimal(rule.minimum)))
    return min(share, kopecks(Decimal(rule.maximum))) if rule.maximum else share


def roubles(amount: Decimal) -> str:
    """For people: «3 269 237,58»."""
    whole, _, fraction = f"{amount:.2f}".partition(".")
    return f"{int(whole):,}".replace(",", "\u00a0") + f",{fraction}"


# ---- bills
def bill_title(kind: str, number: str) -> str:
    """«Основная реализация № 67309»"""
    return f"{kind} № {number}" if number else kind


def purpose(contract_number: str) -> str:
    """«Назначение» of a payment."""
    return f"Оплата по договору №{contract_number}"


def spread(amount: Decimal, bills: Sequence[tuple[str, Decimal]]) -> tuple[dict[str, Decimal], Decimal]:
    """Shares of the bills, which come the earliest due first, and what is left over for an advance."""
    shares: dict[str, Decimal] = {}
    for bill_id, remaining in bills:
        share = min(amount, remaining)
        if share > 0:
            shares[bill_id] = share
            amount -= share
    return shares, amount


def shown_remaining(billed: Decimal, uncounted: Decimal) -> Decimal:
    """What is left of a bill: billing's figure without what was paid here since; never below zero."""
    return max(kopecks(billed) - uncounted, NOTHING)


# ---- the history
def payer_text(bank: str | None, number: str, paid_on: date) -> str:
    """«БАНК ГПБ (АО) № 113 от 17.12.2022»"""
    parts = [bank or "", f"№ {number}" if number else "", f"от {paid_on:%d.%m.%Y}"]
    return " ".join(part for part in parts if part)


# ---- what becomes of a payment
class Seen(msgspec.Struct, frozen=True):
    """What the acquirer says of an order. Amounts are totals so far, in roubles."""

    outcome: Literal["pending", "failed", "expired", "taken"]
    taken: Decimal = NOTHING
    returned: Decimal = NOTHING
    reason: str = ""


class Known(msgspec.Struct, frozen=True):
    """A payment as the cabinet has it."""

    state: State
    total: Decimal
    returned: Decimal


class Move(msgspec.Struct, frozen=True):
    """What has to change. Nothing but these three ever does."""

    state: State
    took: bool = False
    """The money was taken: to be posted once, now."""
    gave_back: Decimal = NOTHING
    """So much more was given back."""


class Mismatch(msgspec.Struct, frozen=True):
    """The acquirer took or gave back another sum than it can have been asked to: nothing changes, people must look."""

    expected: Decimal
    seen: Decimal


def follow(known: Known, seen: Seen) -> Move | Mismatch | None:
    """What an observation changes; None: nothing new.

    States only move forward (an attempt that ended badly may still turn out to have been paid, money taken is never
    untaken), so observations may come repeated and in any order and end in the same state.
    """
    if seen.outcome == "taken":
        return _taken(known, seen)
    if known.state not in OPEN:
        return None
    state: State = "waiting" if seen.outcome == "pending" else seen.outcome
    return None if state == known.state else Move(state)


def _taken(known: Known, seen: Seen) -> Move | Mismatch | None:
    if seen.taken != known.total:
        return Mismatch(known.total, seen.taken)
    if not NOTHING <= seen.returned <= known.total:
        return Mismatch(known.total, seen.returned)
    took = known.state in UNTAKEN
    gave_back = max(seen.returned - known.returned, NOTHING)
    if not took and not gave_back:
        return None
    returned = known.returned + gave_back
    return Move("refunded" if returned == known.total else "succeeded", took, gave_back)


# ---- the ledger
def posting_of_taken(amount: Decimal, advance: Decimal, fee: Decimal) -> dict[Account, Decimal]:
    """The acquirer owes the company the whole sum; bills, advances and commission are paid by it."""
    return _posting({"acquirer": amount + fee, "bills": advance - amount, "advances": -advance, "commission": -fee})


class Return(msgspec.Struct, frozen=True):
    """How money given back is taken off what it had paid."""

    bills: dict[str, Decimal]
    advance: Decimal
    fee: Decimal

    @property
    def posting(self) -> dict[Account, Decimal]:
        bills = total(self.bills.values())
        back = bills + self.advance + self.fee
        return _posting({"acquirer": -back, "bills": bills, "advances": self.advance, "commission": self.fee})


def split_return(back: Decimal, advance: Decimal, credited: Mapping[str, Decimal]) -> Return:
    """Off the advance first, then off the bills, the last one first; the commission goes back last."""
    taken_off = min(back, advance)
    left = back - taken_off
    bills: dict[str, Decimal] = {}
    for bill_id, share in reversed(credited.items()):
        if (part := min(left, share)) > 0:
            bills[bill_id] = part
            left -= part
    return Return(bills, taken_off, left)


def _posting(lines: dict[Account, Decimal]) -> dict[Account, Decimal]:
    return {account: amount for account, amount in lines.items() if amount}
