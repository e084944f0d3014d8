"""A billing that behaves: it takes facts once, in order, and is down when told so or by chance."""

from collections.abc import Callable, Sequence
from random import Random

from core.ports.billing import Answer, BillingUnavailable, Fact


def accept_all(fact: Fact) -> Sequence[Answer]:
    """The answers of a billing that likes everything."""
    return [Answer(fact.id, "accepted")]


class FlakyBilling:
    """Keeps what it was given; drops repeats by their id, as a real one must.

    `down`: refuses everything. `failures`: the share of deliveries that fail by chance, half of them after the facts
    were taken (the answer got lost on its way). `answers`: what it says of a fact that it has taken.
    """

    pushes = True

    def __init__(
        self, *, seed: int = 1, failures: float = 0.0, answers: Callable[[Fact], Sequence[Answer]] = accept_all
    ) -> None:
        self.facts: list[Fact] = []
        self.down = False
        self.deliveries = 0
        self._known: set[str] = set()
        self._chance = Random(seed)  # noqa: S311 - not for secrets
        self._failures = failures
        self._answers = answers

    async def deliver(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        self.deliveries += 1
        failing = self._chance.random() < self._failures
        if self.down or (failing and self._chance.random() < 0.5):
            raise BillingUnavailable("no connection")
        fresh = [fact for fact in facts if fact.id not in self._known]
        self._known.update(fact.id for fact in fresh)
        self.facts.extend(fresh)
        if failing:
            raise BillingUnavailable("the answer was lost")
        return [answer for fact in facts for answer in self._answers(fact)]

    async def close(self) -> None:
        """Nothing to close."""
