"""The figures of a reconciliation act, reckoned back from what is owed today.

The cabinet's copy need not reach back to the beginning of a contract, so the balance of a day is that of today without
all that has moved since. Amounts above zero are what the client owes, below zero what the supplier holds for him.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from plugins.payments.domain import NOTHING, roubles, total


class Movement(msgspec.Struct, frozen=True):
    """A line of an act: a bill or a return is a debit, a payment a credit."""

    day: date
    title: str
    debit: Decimal = NOTHING
    credit: Decimal = NOTHING


class Figures(msgspec.Struct, frozen=True):
    """What an act says."""

    opening: Decimal
    """At the beginning of the period's first day."""
    movements: list[Movement]
    """By day."""
    debit: Decimal
    credit: Decimal
    closing: Decimal
    """At the end of its last day."""


def figures(owed_now: Decimal, movements: Sequence[Movement], first: date, last: date) -> Figures:
    """An act from `first` to `last`; `movements` are all of those since `first`, later ones included."""
    within = sorted((one for one in movements if first <= one.day <= last), key=lambda one: one.day)
    later = [one for one in movements if one.day > last]
    closing = owed_now - total(one.debit for one in later) + total(one.credit for one in later)
    debit, credit = total(one.debit for one in within), total(one.credit for one in within)
    return Figures(closing - debit + credit, within, debit, credit, closing)


def verdict(closing: Decimal, day: date, supplier: str, client: str) -> str:
    """The sentence under the table."""
    on = f"на {day:%d.%m.%Y}"
    if closing == 0:
        return f"Задолженность {on} отсутствует."
    creditor = supplier if closing > 0 else client
    return f"Задолженность {on} в пользу {creditor} составляет {roubles(abs(closing))} руб."
