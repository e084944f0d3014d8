"""The `billing` port over an invented billing: it checks readings, takes its time, and fails on demand."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from core.ports.billing import Answer, BillingUnavailable, Fact
from core.sdk import AdapterHost
from hosts.demo import domain, household
from hosts.demo.adapters.book import Book, Ledger, TroubleKind
from hosts.demo.settings import SimulatorSettings
from plugins.household.public import SUBMITTED as HOUSEHOLD
from plugins.readings.public import ConsumptionSubmitted, ReadingsSubmitted

READINGS, CONSUMPTION = "readings.submitted", "readings.consumption_submitted"
_SUBMITTED = msgspec.json.Decoder(ReadingsSubmitted)
_CONSUMPTION = msgspec.json.Decoder(ConsumptionSubmitted)


class BillingSimulator:
    """Takes every fact once, by its id, and answers it the same each time."""

    pushes = True

    def __init__(self, settings: SimulatorSettings, book: Book) -> None:
        self.settings, self.book = settings, book

    async def deliver(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        if not facts:
            return ()
        trouble, answers = await asyncio.to_thread(self._deliver, facts)
        if trouble == "hang":
            await asyncio.sleep(self.settings.hang_seconds)
        if trouble:
            raise BillingUnavailable(f"the simulated billing is in trouble: {trouble}")
        return answers

    async def close(self) -> None:
        """Nothing stays open."""

    def _deliver(self, facts: Sequence[Fact]) -> tuple[TroubleKind | None, list[Answer]]:
        with self.book.open() as ledger:
            trouble = ledger.meet_trouble()
            if trouble in ("unavailable", "hang"):
                return trouble, []
            return trouble, [self._late(answer) for fact in facts for answer in self._answers(ledger, fact)]

    def _answers(self, ledger: Ledger, fact: Fact) -> Sequence[Answer]:
        answers = ledger.answers(fact.id)
        if answers is None:
            answers = self._judge(ledger, fact)
            ledger.take(fact, answers)
        return answers

    def _judge(self, ledger: Ledger, fact: Fact) -> list[Answer]:
        """Readings are looked into, every other fact is noted as it is."""
        ordered = ledger.refusal(fact.id)
        if ordered:
            return [Answer(fact.id, "refused", *ordered)]
        try:
            return self._look_into(ledger, fact)
        except msgspec.MsgspecError:
            return [Answer(fact.id, "refused", domain.UNREADABLE.code, domain.UNREADABLE.text)]

    def _look_into(self, ledger: Ledger, fact: Fact) -> list[Answer]:
        if fact.kind == CONSUMPTION:
            return domain.judge_consumption(fact.id, _CONSUMPTION.decode(fact.body), self.settings)
        if fact.kind == HOUSEHOLD:
            return list(household.answers(fact))
        if fact.kind != READINGS:
            return [Answer(fact.id, "accepted")]
        submitted = _SUBMITTED.decode(fact.body)
        known = ledger.known(submitted.meter_id, submitted.month)
        answers = domain.judge(fact.id, submitted, known, self.settings)
        _keep(ledger, submitted, answers)
        return answers

    def _late(self, answer: Answer) -> Answer:
        share = float(domain.chance(self.settings.seed, "delay", answer.fact_id)) + 0.5
        return msgspec.structs.replace(answer, delay=timedelta(seconds=self.settings.delay_seconds * share))


def _keep(ledger: Ledger, submitted: ReadingsSubmitted, answers: Sequence[Answer]) -> None:
    """Notes the values of the registers that are accepted."""
    refused = {answer.item for answer in answers if answer.outcome == "refused"}
    for value in submitted.values:
        if not refused & {"", f"{submitted.meter_id}/{value.register}"}:
            ledger.accept(submitted.meter_id, value.register, submitted.month, value.value)


def make_simulator(settings: SimulatorSettings, host: AdapterHost) -> BillingSimulator:
    """The adapter; its billing lives in `<data_dir>/billing.db`."""
    return BillingSimulator(settings, Book(host.data_dir / "billing.db"))
