"""Rules of payments. Pure: no I/O, no clock; money is exact Decimals of two decimals."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec

from plugins.payments.settings import CommissionRule

State = Literal["new", "waiting", "failed", "expired", "succeeded", "refunded"]
"""new: the acquirer has not been reached yet; waiting: the bank's page is open; succeeded: the money was taken (some of
it may have been given back); refunded: all of it was given back."""
Account = Literal["acquirer", "bills", "advances", "commission"]
Mode = Literal["bills", "debt", "prepayment"]
RefundState = Literal["asked", "done", "refused"]

OPEN: frozenset[State] = frozenset({"new", "waiting"})
UNTAKEN: frozenset[State] = frozenset({"new", "waiting", "failed", "expired"})

NOTHING = Decimal("0.00")
_KOPECK = Decimal("0.01")


# ---- money
def kopecks(value: Decimal) -> Decimal:
    """The amount with two decimals, whatever the database made of it. It must have no more."""
    return value.quantize(_KOPECK)


def roubles_of(whole_kopecks: int) -> Decimal:
    """The amount of so many kopecks."""
    return Decimal(whole_kopecks).scaleb(-2)


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
    for bill_id, share in reversed(list(credited.items())):
        if (part := min(left, share)) > 0:
            bills[bill_id] = part
            left -= part
    return Return(bills, taken_off, left)


def _posting(lines: dict[Account, Decimal]) -> dict[Account, Decimal]:
    return {account: amount for account, amount in lines.items() if amount}


# ---- what is to be paid
class Due(msgspec.Struct, frozen=True):
    """An unpaid bill of the contract."""

    id: str
    title: str
    remaining: Decimal


class Plan(msgspec.Struct, frozen=True):
    """What a payment would do."""

    amount: Decimal
    shares: dict[str, Decimal]
    """Bill -> its share, the earliest due first."""
    advance: Decimal


_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?", re.ASCII)


def parse_amount(text: str) -> Decimal | None:
    """Roubles as typed; None unless it is a number above zero with at most two decimals."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    amount = Decimal(f"{match[1]}.{(match[2] or '').ljust(2, '0')}")
    return amount if amount > 0 else None


def plan(mode: Mode, amount: Decimal | None, unpaid: Sequence[Due], chosen: Sequence[str] = ()) -> Plan | None:
    """The plan of an order; None where a mode with fixed bills is asked for another amount.

    `unpaid`: the bills of the contract, the earliest due first; `chosen`: some of them, for the mode `bills`.
    """
    if mode == "prepayment":
        whole = amount or NOTHING
        return Plan(whole, {}, whole)
    wanted = [due for due in unpaid if mode == "debt" or due.id in chosen]
    full = total(due.remaining for due in wanted)
    if mode == "bills" and amount not in (None, full):
        return None
    whole = full if amount is None else amount
    shares, rest = spread(whole, [(due.id, due.remaining) for due in wanted])
    return Plan(whole, shares, rest)


# ---- when to look again
def next_look(age: timedelta, left: timedelta) -> timedelta:
    """How long an open payment of this age is left alone, with so much of the bank's session left (negative: none)."""
    if age < timedelta(minutes=1):
        return timedelta(seconds=10)
    if left > timedelta(0):
        return min(timedelta(seconds=30), left + timedelta(seconds=5))
    return timedelta(minutes=1) if left > -timedelta(hours=1) else timedelta(hours=1)
