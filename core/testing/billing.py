"""A billing that lives in memory: what it was given, what it says of it, and how it fails on demand."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from core.ports.billing import Answer, Billing, BillingUnavailable, Fact


def sample_fact(position: int, kind: str = "sample.happened") -> Fact:
    """A fact for a billing that does not look inside."""
    return Fact(
        id=f"0194a3c2-0000-7000-8000-{position:012d}",
        position=position,
        kind=kind,
        subject=f"contract-{position % 3}",
        occurred_at=datetime(2026, 1, 25, 9, 0, position % 60, 123456, tzinfo=UTC),
        body=msgspec.Raw(f'{{"value":"16249.160","note":"«№ {position}»"}}'.encode()),
    )


class BillingBook:
    """What billing holds: facts by their ids, refusals to come, and the trouble it is in."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.refusals: dict[str, tuple[str, str]] = {}
        self.late = False
        self.trouble: Literal["", "before", "after"] = ""
        """before: fails without taking anything; after: takes the facts and loses its reply."""

    def take(self, facts: Iterable[Fact]) -> None:
        """Counts each fact once."""
        for fact in facts:
            self.facts.setdefault(fact.id, fact)

    def judge(self, fact: Fact) -> Sequence[Answer]:
        """The answers about one fact; override it in a billing that looks inside."""
        if fact.id in self.refusals:
            code, text = self.refusals[fact.id]
            return (Answer(fact.id, "refused", code, text),)
        return (Answer(fact.id, "accepted"),)


class BillingSimulator:
    """The port over a book, without a network. Late answers become known `delay` later."""

    pushes = True

    def __init__(self, book: BillingBook | None = None, delay: timedelta = timedelta(minutes=5)) -> None:
        self.book = book or BillingBook()
        self._delay = delay

    async def deliver(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        if not facts:
            return ()
        if self.book.trouble == "before":
            raise BillingUnavailable("the simulator refuses to work")
        self.book.take(facts)
        if self.book.trouble == "after":
            raise BillingUnavailable("the simulator lost its reply")
        delay = self._delay if self.book.late else timedelta(0)
        return [msgspec.structs.replace(answer, delay=delay) for fact in facts for answer in self.book.judge(fact)]

    async def close(self) -> None:
        """Nothing is open."""


class BookHarness:
    """The harness of the billing suite for any adapter whose billing keeps a book. Override `fact` as needed."""

    def __init__(self, adapter: Billing, book: BillingBook) -> None:
        self.adapter, self.book = adapter, book

    def fact(self, position: int) -> Fact:
        return sample_fact(position)

    async def taken(self) -> Sequence[Fact]:
        return list(self.book.facts.values())

    def refuse(self, fact_id: str, code: str, text: str) -> None:
        self.book.refusals[fact_id] = (code, text)

    def answer_late(self) -> None:
        self.book.late = True

    def fail(self, *, after_taking: bool = False) -> None:
        self.book.trouble = "after" if after_taking else "before"

    def mend(self) -> None:
        self.book.trouble = ""
