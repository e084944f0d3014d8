"""What every billing adapter that pushes must do: a real one, and a simulator of billing inside the process alike."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import pytest

from core.ports.billing import Answer, Billing, BillingUnavailable, Fact


class BillingHarness(Protocol):
    """A billing adapter and the billing behind it, which at first answers every fact at once with `accepted`."""

    @property
    def adapter(self) -> Billing: ...

    def fact(self, position: int) -> Fact:
        """A fact that this billing understands and can answer; a new one for each position."""
        ...

    async def taken(self) -> Sequence[Fact]:
        """The facts that billing counts, in the order of their arrival."""
        ...

    def refuse(self, fact_id: str, code: str, text: str) -> None:
        """Billing will refuse this fact."""
        ...

    def answer_late(self) -> None:
        """From now on billing makes up its mind only later."""
        ...

    def fail(self, *, after_taking: bool = False) -> None:
        """From now on deliveries fail; `after_taking`: the facts arrive, and the reply gets lost."""
        ...

    def mend(self) -> None:
        """Deliveries succeed again."""
        ...


def verdicts(answers: Sequence[Answer]) -> dict[str, set[str]]:
    """Fact -> the outcomes told of it or of its parts."""
    told: dict[str, set[str]] = {}
    for answer in answers:
        told.setdefault(answer.fact_id, set()).add(answer.outcome)
    return told


class BillingSuite:
    """Fixture: `billing`, a BillingHarness."""

    def test_it_pushes(self, billing: BillingHarness) -> None:
        assert billing.adapter.pushes is True

    async def test_facts_arrive_in_order_and_unchanged(self, billing: BillingHarness) -> None:
        facts = [billing.fact(position) for position in range(1, 8)]
        await billing.adapter.deliver(facts[:3])
        await billing.adapter.deliver(facts[3:])
        assert list(await billing.taken()) == facts

    async def test_every_fact_is_answered(self, billing: BillingHarness) -> None:
        facts = [billing.fact(position) for position in range(1, 4)]
        answers = await billing.adapter.deliver(facts)
        assert verdicts(answers) == {fact.id: {"accepted"} for fact in facts}
        assert all(answer.delay == timedelta(0) for answer in answers)

    async def test_a_refusal_tells_its_reason(self, billing: BillingHarness) -> None:
        facts = [billing.fact(position) for position in range(1, 4)]
        billing.refuse(facts[1].id, "below_previous", "Показание меньше предыдущего: «12 < 15»")
        answers = await billing.adapter.deliver(facts)
        told = verdicts(answers)
        assert told[facts[0].id] == told[facts[2].id] == {"accepted"}
        refusals = [answer for answer in answers if answer.outcome == "refused"]
        assert {answer.fact_id for answer in refusals} == {facts[1].id}
        assert {answer.code for answer in refusals} == {"below_previous"}
        assert {answer.text for answer in refusals} == {"Показание меньше предыдущего: «12 < 15»"}

    async def test_a_repeated_fact_counts_once(self, billing: BillingHarness) -> None:
        facts = [billing.fact(position) for position in range(1, 6)]
        await billing.adapter.deliver(facts[:3])
        await billing.adapter.deliver(facts)
        await billing.adapter.deliver(facts[:1])
        assert list(await billing.taken()) == facts

    async def test_nothing_to_deliver_is_no_delivery(self, billing: BillingHarness) -> None:
        billing.fail()
        assert list(await billing.adapter.deliver([])) == []
        assert list(await billing.taken()) == []

    async def test_a_fact_not_decided_yet_is_taken_all_the_same(self, billing: BillingHarness) -> None:
        facts = [billing.fact(1), billing.fact(2)]
        billing.answer_late()
        answers = await billing.adapter.deliver(facts)
        assert list(await billing.taken()) == facts
        # A real billing says nothing yet, a simulator says when its answer will be known.
        assert all(answer.delay > timedelta(0) for answer in answers)
        assert {answer.fact_id for answer in answers} <= {fact.id for fact in facts}

    async def test_a_failed_delivery_takes_nothing(self, billing: BillingHarness) -> None:
        facts = [billing.fact(position) for position in range(1, 4)]
        billing.fail()
        for _ in range(2):
            with pytest.raises(BillingUnavailable):
                await billing.adapter.deliver(facts)
        assert list(await billing.taken()) == []
        billing.mend()
        assert verdicts(await billing.adapter.deliver(facts)).keys() == {fact.id for fact in facts}
        assert list(await billing.taken()) == facts

    async def test_a_lost_reply_is_made_up_for(self, billing: BillingHarness) -> None:
        facts = [billing.fact(position) for position in range(1, 4)]
        billing.fail(after_taking=True)
        with pytest.raises(BillingUnavailable):
            await billing.adapter.deliver(facts)
        billing.mend()
        answers = await billing.adapter.deliver(facts)
        assert verdicts(answers) == {fact.id: {"accepted"} for fact in facts}
        assert list(await billing.taken()) == facts

    async def test_a_thousand_facts_in_one_batch(self, billing: BillingHarness) -> None:
        facts = [billing.fact(position) for position in range(1, 1001)]
        answers = await billing.adapter.deliver(facts)
        assert verdicts(answers) == {fact.id: {"accepted"} for fact in facts}
        assert list(await billing.taken()) == facts

    async def test_closing_twice_is_fine(self, billing: BillingHarness) -> None:
        await billing.adapter.deliver([billing.fact(1)])
        await billing.adapter.close()
        await billing.adapter.close()
