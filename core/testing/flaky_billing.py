"""A billing that behaves like one on a bad line: it takes facts once, in order, and fails when told so or by chance."""

from collections.abc import Awaitable, Callable, Sequence
from random import Random

from core.ports.billing import Answer, BillingUnavailable, Fact


def accept(fact: Fact) -> Sequence[Answer]:
    """The answers of a billing that likes everything."""
    return [Answer(fact.id, "accepted")]


class FlakyBilling:
    """Keeps what it was given; drops repeats by their id, as a real one must. Change its attributes at any time."""

    pushes = True

    def __init__(self, seed: int = 1) -> None:
        self.facts: list[Fact] = []
        self.deliveries = 0
        self.down = False
        """True: nothing gets through."""
        self.failures = 0.0
        """Share of deliveries that fail by chance, half of them after the facts were taken: the reply got lost."""
        self.answers: Callable[[Fact], Sequence[Answer]] = accept
        """What it says of a fact at once."""
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        """What happens while the next delivery is on its way; once."""
        self._known: set[str] = set()
        self._chance = Random(seed)  # noqa: S311 - not for secrets

    async def deliver(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        self.deliveries += 1
        if self.meanwhile:
            event, self.meanwhile = self.meanwhile, None
            await event()
        failing, before = self._chance.random() < self.failures, self._chance.random() < 0.5
        if self.down or (failing and before):
            raise BillingUnavailable("no connection")
        fresh = [fact for fact in facts if fact.id not in self._known]
        self._known.update(fact.id for fact in fresh)
        self.facts.extend(fresh)
        if failing:
            raise BillingUnavailable("the reply was lost")
        return [answer for fact in facts for answer in self.answers(fact)]

    async def close(self) -> None:
        """Nothing is open."""
