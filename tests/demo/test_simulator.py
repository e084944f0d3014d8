"""The invented billing: the port's suite, its rules, its trouble, and that a restart forgets nothing."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.ports.billing import BillingUnavailable, Fact
from core.testing.suites.billing import BillingSuite
from hosts.demo.adapters.book import Book
from hosts.demo.adapters.simulator import BillingSimulator
from hosts.demo.settings import SimulatorSettings
from plugins.readings.public import ReadingsSubmitted, SubmittedValue

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def value(text: str, consumption: str | None = "100", notice: str = "", register: str = "A+.total") -> SubmittedValue:
    """One register of a device."""
    return SubmittedValue(register, Decimal(text), None if consumption is None else Decimal(consumption), notice)


def fact(position: int, *values: SubmittedValue, meter: str = "", month: date = JANUARY) -> Fact:
    """Readings of a device, as the plugin transmits them."""
    moment = datetime(2026, month.month, 25, 9, 0, position % 60, tzinfo=UTC)
    body = ReadingsSubmitted(
        f"s-{position}",
        "DG-1",
        "EO-1",
        "TU-1",
        meter or f"PU-{position}",
        month,
        list(values or (value("16349.16"),)),
        "screen",
        "client:anna",
        moment,
    )
    identifier = f"0194a3c2-0000-7000-8000-{position:012d}"
    return Fact(identifier, position, "readings.submitted", "DG-1", moment, msgspec.Raw(msgspec.json.encode(body)))


class Harness:
    """The simulator over a book in a temporary folder."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.book = Book(folder / "billing.db")
        self.adapter = BillingSimulator(SimulatorSettings(**settings), self.book)

    def fact(self, position: int) -> Fact:
        return fact(position)

    async def taken(self) -> Sequence[Fact]:
        return [taken.fact for taken in self.book.everything()]

    def refuse(self, fact_id: str, code: str, text: str) -> None:
        self.book.refuse(fact_id, code, text)

    def answer_late(self) -> None:
        self.adapter.settings = msgspec.structs.replace(self.adapter.settings, delay_seconds=60.0)

    def fail(self, *, after_taking: bool = False) -> None:
        self.book.make_trouble("lost_reply" if after_taking else "unavailable", 1_000_000)

    def mend(self) -> None:
        self.book.make_trouble("unavailable", 0)

    async def verdict(self, *facts: Fact) -> list[tuple[str, str, str]]:
        """(outcome, code, item) of every answer."""
        answers = await self.adapter.deliver(facts)
        return [(answer.outcome, answer.code, answer.item) for answer in answers]


class TestSuite(BillingSuite):
    """What every billing must do."""

    @pytest.fixture
    def billing(self, tmp_path: Path) -> Harness:
        return Harness(tmp_path)


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


# ---- rules
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([value("333399", "317149.84")], ""),
        ([value("16249.16", "0", "readings.no_consumption")], ""),
        ([value("100", None, "readings.no_previous")], ""),
        ([value("120", "6936", "readings.rolled_over")], ""),
        ([value("91874", "500000")], ""),
        ([value("91874", "500000.01")], "implausible_consumption"),
        ([value("12", None, "readings.below_previous")], "below_previous"),
    ],
)
async def test_a_value_is_believed_or_refused(harness: Harness, values: list[SubmittedValue], code: str) -> None:
    expected = ("refused", code, "PU-1/A+.total") if code else ("accepted", "", "")
    assert await harness.verdict(fact(1, *values)) == [expected]


async def test_a_refused_register_is_told_apart_from_its_device(harness: Harness) -> None:
    day, night = value("1", "900000", register="A+.T1"), value("2", "10", register="A+.T2")
    assert await harness.verdict(fact(1, day, night)) == [
        ("refused", "implausible_consumption", "PU-1/A+.T1"),
        ("accepted", "", "PU-1/A+.T2"),
    ]


async def test_words_of_a_refusal_can_be_shown(harness: Harness) -> None:
    answers = await harness.adapter.deliver([fact(1, value("1", "2800000"))])
    assert answers[0].text.startswith("Расход 2 800 000 кВт·ч за месяц невозможен")


async def test_billing_remembers_what_it_accepted_for_earlier_months(harness: Harness) -> None:
    accepted = [("accepted", "", "")]
    assert await harness.verdict(fact(1, value("500"), meter="M")) == accepted
    assert await harness.verdict(fact(2, value("480"), meter="M")) == accepted  # a correction of the same month
    later = [fact(3, value("470"), meter="M", month=FEBRUARY), fact(4, value("490"), meter="M", month=FEBRUARY)]
    assert await harness.verdict(later[0]) == [("refused", "below_previous", "M/A+.total")]
    assert await harness.verdict(later[1]) == accepted
    rolled = fact(5, value("3", "100", "readings.rolled_over"), meter="M", month=FEBRUARY)
    assert await harness.verdict(rolled) == accepted


async def test_a_refused_value_is_not_remembered(harness: Harness) -> None:
    await harness.verdict(fact(1, value("99999", "900000"), meter="M"))
    assert await harness.verdict(fact(2, value("100"), meter="M", month=FEBRUARY)) == [("accepted", "", "")]


async def test_nonsense_is_refused_whole(harness: Harness) -> None:
    broken = msgspec.structs.replace(fact(1), body=msgspec.Raw(b'{"values": "none"}'))
    empty = msgspec.structs.replace(fact(2), body=msgspec.Raw(_without_values(fact(2))))
    future = msgspec.structs.replace(fact(3, month=FEBRUARY), body=msgspec.Raw(_of_month(fact(3), "2026-03-01")))
    assert await harness.verdict(broken, empty, future) == [
        ("refused", "unreadable", ""),
        ("refused", "no_values", ""),
        ("refused", "future_month", ""),
    ]


def _without_values(sample: Fact) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(sample.body) | {"values": []})


def _of_month(sample: Fact, month: str) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(sample.body) | {"month": month})


async def test_facts_of_other_kinds_are_noted(harness: Harness) -> None:
    other = msgspec.structs.replace(fact(1), kind="contracts.linked", body=msgspec.Raw(b'{"account_id":"a"}'))
    assert await harness.verdict(other) == [("accepted", "", "")]


# ---- chance
async def test_delays_and_refusals_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    facts = [fact(position) for position in range(1, 401)]
    told = []
    for name, number in (("a", 1), ("b", 1), ("c", 2)):
        harness = Harness(tmp_path / name, seed=number, refusal_share="0.25", delay_seconds=10.0)
        told.append(list(await harness.adapter.deliver(facts)))
    assert told[0] == told[1] != told[2]
    refused = [answer for answer in told[0] if answer.outcome == "refused"]
    assert 60 <= len(refused) <= 140
    assert {answer.code for answer in refused} == {"inspection"}
    delays = [answer.delay for answer in told[0]]
    assert timedelta(seconds=5) <= min(delays) < max(delays) <= timedelta(seconds=15)


# ---- trouble
async def test_trouble_lasts_as_many_deliveries_as_ordered(harness: Harness) -> None:
    harness.book.make_trouble("unavailable", 2)
    for _ in range(2):
        with pytest.raises(BillingUnavailable):
            await harness.adapter.deliver([fact(1)])
    assert await harness.verdict(fact(1)) == [("accepted", "", "")]
    assert harness.book.trouble() is None


async def test_a_hanging_delivery_runs_into_the_time_out_and_takes_nothing(harness: Harness) -> None:
    harness.book.make_trouble("hang", 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await harness.adapter.deliver([fact(1)])
    assert await harness.taken() == []
    assert await harness.verdict(fact(1)) == [("accepted", "", "")]


async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    first = Harness(tmp_path)
    facts = [fact(1, value("500"), meter="M"), fact(2, value("1", "900000"))]
    before = await first.adapter.deliver(facts)
    second = Harness(tmp_path, most_in_a_month="9999999")
    assert await second.adapter.deliver(facts) == before  # a verdict stands, whatever is thought today
    assert await second.taken() == facts
    assert await second.verdict(fact(3, value("499"), meter="M", month=FEBRUARY)) == [
        ("refused", "below_previous", "M/A+.total")
    ]


async def test_deliveries_at_the_same_time_count_each_fact_once(harness: Harness) -> None:
    facts = [fact(position) for position in range(1, 51)]
    answers = await asyncio.gather(*[harness.adapter.deliver(facts) for _ in range(8)])
    assert all(told == answers[0] for told in answers)
    assert await harness.taken() == facts
